"""Helpers of these tests: a client that remembers, device accounts, waiting."""

import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from smartcommunity.embedded.broker import Broker, Credential, hash_password

ROOT = Path(__file__).resolve().parents[2]
PASSWORDS = {"cam1": "first-camera", "cam2": "second-camera"}


def device(code: str) -> Credential:
    """The account of a device with the native dialect's topics."""
    return Credential(
        username=code,
        secret=hash_password(PASSWORDS[code]),
        publish=[f"sc/v1/{code}/event", f"sc/v1/{code}/frame", f"sc/v1/{code}/frame/+"],
        subscribe=[f"sc/v1/{code}/cmd"],
    )


class Client:
    """A paho client that remembers what it was told."""

    def __init__(
        self,
        broker: Broker,
        username: str,
        password: str,
        *,
        client_id: str | None = None,
        persistent: bool = False,
    ) -> None:
        speaks_5 = broker.protocol == "5"
        self.paho = mqtt.Client(
            mqtt.CallbackAPIVersion.VERSION2,
            client_id=client_id or f"{username}-{time.monotonic_ns()}",
            clean_session=None if speaks_5 else not persistent,
            protocol=mqtt.MQTTv5 if speaks_5 else mqtt.MQTTv311,
            reconnect_on_failure=False,
        )
        self.paho.username_pw_set(username, password)
        self.messages: list[tuple[str, bytes]] = []
        self.refused = False
        self.connected = threading.Event()
        self.disconnected = threading.Event()
        self.subscribed = threading.Event()
        self.acknowledged: dict[int, ReasonCode] = {}
        self.paho.on_connect = self._on_connect
        self.paho.on_disconnect = lambda *_: self.disconnected.set()
        self.paho.on_subscribe = lambda *_: self.subscribed.set()
        self.paho.on_publish = self._on_publish
        self.paho.on_message = lambda _c, _u, m: self.messages.append((m.topic, m.payload))
        session = Properties(PacketTypes.CONNECT)
        session.SessionExpiryInterval = 3600 if persistent else 0
        self.paho.connect(
            "127.0.0.1",
            broker.port,
            clean_start=not persistent if speaks_5 else mqtt.MQTT_CLEAN_START_FIRST_ONLY,
            properties=session if speaks_5 else None,
        )
        self.paho.loop_start()
        wait_until(lambda: self.connected.is_set() or self.disconnected.is_set())
        self.refused |= not self.connected.is_set()

    def publish(self, topic: str, payload: bytes) -> ReasonCode | None:
        """Publish with QoS 1 and return the broker's answer, None when it cut the connection."""
        mid = self.paho.publish(topic, payload, qos=1).mid
        wait_until(lambda: mid in self.acknowledged or self.disconnected.is_set())
        return self.acknowledged.get(mid)

    def publish_all(self, messages: Sequence[tuple[str, bytes]]) -> None:
        """Publish with QoS 1 and wait until all are acknowledged."""
        mids = {self.paho.publish(topic, payload, qos=1).mid for topic, payload in messages}
        wait_until(lambda: mids <= self.acknowledged.keys())

    def subscribe(self, topic: str) -> None:
        """Subscribe with QoS 1 and wait for the answer."""
        self.subscribed.clear()
        self.paho.subscribe(topic, qos=1)
        assert self.subscribed.wait(5)

    def close(self) -> None:
        """Disconnect in order."""
        self.paho.disconnect()
        self.paho.loop_stop()

    def _on_connect(self, _c: Any, _u: Any, _f: Any, reason: ReasonCode, _p: Any) -> None:
        self.refused = reason.is_failure
        self.connected.set()

    def _on_publish(self, _c: Any, _u: Any, mid: int, reason: ReasonCode, _p: Any) -> None:
        self.acknowledged[mid] = reason


def wait_until(condition: Callable[[], object], seconds: float = 10.0) -> None:
    """Return when the condition holds; fail after the time."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)
