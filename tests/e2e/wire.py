"""The demo's devices on the real broker: a gate camera, a gate, a Zigbee gateway."""

from __future__ import annotations

import json
import queue
import time
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion


@dataclass(frozen=True)
class Account:
    code: str
    password: str
    facts: dict[str, Any]


def accounts(state: Path) -> list[Account]:
    """The demo devices that have an account of their own, from `<state>/demo_devices.json`."""
    known = json.loads((state / "demo_devices.json").read_text("utf-8"))
    return [Account(code, facts["password"], facts) for code, facts in known.items()]


def pick(state: Path, **wanted: str) -> Account:
    """The first demo device whose facts are these."""
    for account in accounts(state):
        if all(account.facts.get(name) == value for name, value in wanted.items()):
            return account
    raise LookupError(f"no demo device with {wanted}")


class Device:
    """One MQTT client with a device's credential; commands to it wait in `commands`."""

    def __init__(self, url: str, account: Account) -> None:
        broker = urlsplit(url)
        self.code = account.code
        self.commands: queue.Queue[dict[str, Any]] = queue.Queue()
        self.client = mqtt.Client(
            CallbackAPIVersion.VERSION2, client_id=account.code, protocol=mqtt.MQTTv311
        )
        self.client.username_pw_set(account.code, account.password)
        self.client.on_message = self._received
        self.client.on_connect = lambda client, *_: client.subscribe(f"sc/v1/{self.code}/cmd", 1)
        self.client.connect(broker.hostname or "127.0.0.1", broker.port or 1883)
        self.client.loop_start()

    def _received(self, client: mqtt.Client, _data: Any, message: mqtt.MQTTMessage) -> None:
        """Obey like a gate: acknowledge the command as done."""
        command = json.loads(message.payload)
        command["received"] = time.monotonic()
        self.commands.put(command)
        body = json.dumps({"id": command["id"], "result": "done"})
        client.publish(f"sc/v1/{self.code}/ack", body, qos=1)

    def publish(self, topic: str, payload: bytes) -> float:
        """Publish with QoS 1; returns the moment of sending once the broker has it."""
        began = time.monotonic()
        self.client.publish(topic, payload, qos=1).wait_for_publish(10)
        return began

    def frame(self, jpeg: bytes) -> float:
        return self.publish(f"sc/v1/{self.code}/frame/{uuid.uuid4().hex}", jpeg)

    def command(self, seconds: float) -> dict[str, Any] | None:
        """The next command within that time, or None."""
        try:
            return self.commands.get(timeout=seconds)
        except queue.Empty:
            return None

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()
