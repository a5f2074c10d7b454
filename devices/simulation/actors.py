"""One simulated device each: it connects with its own account and speaks its own dialect."""

import io
import json
import random
import uuid
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import paho.mqtt.client as mqtt
import structlog
from PIL import Image, ImageEnhance

from devices.mqtt.client import Endpoint, Session, connect
from devices.simulation.truth import Truth
from smartcommunity.kernel import clock

log = structlog.get_logger(__name__)

LONGEST_SIDE = 1280
JPEG_QUALITY = 85


@dataclass
class Actor:
    """A device with an account. `say` publishes with QoS 1 and writes the truth."""

    code: str
    endpoint: Endpoint
    truth: Truth
    client: mqtt.Client | None = None

    status_topic = "sc/v1/{code}/status"
    online, offline = b"online", b"offline"

    def connect(self) -> None:
        """Come online, again after a loss. Raises OSError."""
        if self.client is not None and self.client.is_connected():
            return
        if self.client is not None:
            self.client.loop_stop()
        status = self.status_topic.format(code=self.code)
        self.client = connect(self.endpoint, Session(self.code, will=(status, self.offline)))
        self.listen(self.client)
        self.client.loop_start()
        self.client.publish(status, self.online, qos=1, retain=True)

    def listen(self, client: mqtt.Client) -> None:
        """Subscribe to what the device obeys; most obey nothing."""

    def say(self, topic: str, payload: bytes, **what: Any) -> None:
        if self.client is not None and self.client.is_connected():
            self.client.publish(topic, payload, qos=1)
            self.truth.note(device=self.code, topic=topic, bytes=len(payload), **what)

    def close(self) -> None:
        """Say farewell and go."""
        if self.client is None:
            return
        topic = self.status_topic.format(code=self.code)
        self.client.publish(topic, self.offline, qos=1, retain=True).wait_for_publish(2)
        self.client.disconnect()
        self.client.loop_stop()


@dataclass
class GateActor(Actor):
    """A gate controller: opens once for each command that is not too late, and says so."""

    obeyed: set[str] = field(default_factory=set)

    def listen(self, client: mqtt.Client) -> None:
        client.on_message = lambda _c, _u, message: self.obey(bytes(message.payload))
        client.subscribe(f"sc/v1/{self.code}/cmd", qos=1)

    def obey(self, payload: bytes) -> None:
        command = json.loads(payload)
        late = datetime.fromisoformat(command["expires"]) <= clock.now()
        if late or command["id"] in self.obeyed:
            self.truth.note(device=self.code, command=command["id"], ignored=True, late=late)
            return
        self.obeyed.add(command["id"])
        ack = json.dumps({"id": command["id"], "result": "done"}).encode()
        self.say(f"sc/v1/{self.code}/ack", ack, command=command["id"], kind=command["kind"])


@dataclass
class CameraActor(Actor):
    """A camera: sends photographs as they would come from a gate, never twice the same bytes."""

    def snap(self, picture: Path) -> None:
        event_id = uuid.uuid4().hex
        frame = _frame(picture)
        self.say(f"sc/v1/{self.code}/frame/{event_id}", frame, event=event_id, shows=picture.stem)


@dataclass
class GatewayActor(Actor):
    """A Zigbee2MQTT gateway and the state of the sensors behind it, by address."""

    sensors: dict[str, dict[str, Any]] = field(default_factory=dict)

    status_topic = "zigbee2mqtt/{code}/bridge/state"
    online, offline = b'{"state": "online"}', b'{"state": "offline"}'

    def add(self, address: str, category: str) -> None:
        flag = {"water": "water_leak", "smoke": "smoke", "gas": "gas"}.get(category)
        self.sensors[address] = {"battery": random.randint(40, 100), "battery_low": False}
        if flag:
            self.sensors[address][flag] = False

    def report(self, address: str) -> None:
        """One sensor tells its readings, a little changed."""
        state = self.sensors[address]
        state["temperature"] = round(random.gauss(22, 1.5), 1)
        state["linkquality"] = random.randint(60, 220)
        said = {**state, "last_seen": clock.now().isoformat()}
        raised = [key for key, value in state.items() if value is True]
        self.say(f"zigbee2mqtt/{self.code}/{address}", json.dumps(said).encode(), raised=raised)

    def set_leak(self, address: str, leak: bool) -> None:
        self.sensors[address]["water_leak"] = leak
        self.report(address)

    def wet(self) -> list[str]:
        return [address for address, state in self.sensors.items() if state.get("water_leak")]

    def dry(self) -> list[str]:
        return [
            address for address, state in self.sensors.items() if state.get("water_leak") is False
        ]


def _frame(picture: Path) -> bytes:
    """The photograph as a gate camera's JPEG, in slightly different light each time."""
    content = io.BytesIO()
    with Image.open(picture) as photograph:
        photograph.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
        shown = photograph.convert("RGB")
        shown.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
        lit = ImageEnhance.Brightness(shown).enhance(random.uniform(0.85, 1.15))
        lit.save(content, "JPEG", quality=JPEG_QUALITY)
    return content.getvalue()
