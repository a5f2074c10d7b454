"""Throw-away services for these tests alone; the session's runtime is not touched."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from smartcommunity.embedded.broker import Broker, Credential, hash_password
from smartcommunity.embedded.runtime import Runtime

PASSWORDS = {"cam1": "first-camera", "cam2": "second-camera"}


def device(code: str) -> Credential:
    """The account of a device with the native dialect's topics."""
    return Credential(
        username=code,
        secret=hash_password(PASSWORDS[code]),
        publish=[f"sc/v1/{code}/event", f"sc/v1/{code}/frame", f"sc/v1/{code}/frame/+"],
        subscribe=[f"sc/v1/{code}/cmd"],
    )


@pytest.fixture(scope="module")
def runtime(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runtime]:
    """PostgreSQL, Valkey and the default broker on free ports."""
    state = tmp_path_factory.mktemp("runtime") / "state"
    with Runtime(state, ports="free", durable=False, environment={}) as running:
        yield running


@pytest.fixture(params=["mosquitto", "nats"])
def broker(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Broker]:
    """A fresh broker of either kind with the device ``cam1``."""
    given = {"DATABASE_URL": "-", "REDIS_URL": "-"}
    state = tmp_path / "state"
    with Runtime(state, ports="free", broker=request.param, environment=given) as running:
        assert running.broker is not None
        running.broker.write_credentials([device("cam1")])
        time.sleep(0.2)
        yield running.broker


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
        self.refused: ReasonCode | None = None
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
        assert self.connected.wait(5)

    def publish(self, topic: str, payload: bytes) -> ReasonCode | None:
        """Publish with QoS 1 and return the broker's answer, None when it cut the connection."""
        mid = self.paho.publish(topic, payload, qos=1).mid
        wait_until(lambda: mid in self.acknowledged or self.disconnected.is_set())
        return self.acknowledged.get(mid)

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
        self.refused = reason if reason.is_failure else None
        self.connected.set()

    def _on_publish(self, _c: Any, _u: Any, mid: int, reason: ReasonCode, _p: Any) -> None:
        self.acknowledged[mid] = reason


@pytest.fixture
def connect(broker: Broker) -> Iterator[Callable[..., Client]]:
    """Connect clients to the broker; they are closed at the end."""
    clients: list[Client] = []

    def make(username: str, password: str | None = None, **options: Any) -> Client:
        known = {**PASSWORDS, "platform": broker.password}
        clients.append(Client(broker, username, password or known[username], **options))
        return clients[-1]

    yield make
    for client in clients:
        client.close()


def wait_until(condition: Callable[[], object], seconds: float = 10.0) -> None:
    """Return when the condition holds; fail after the time."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)
