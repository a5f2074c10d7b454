"""A few devices in the first estate, and messages put straight into the inbox."""

import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pytest

from accounts.viewer import SYSTEM
from devices import actions
from devices.models import Device, DeviceProfile, RawMessage
from devices.mqtt import inbox
from devices.mqtt.inbox import Incoming, Stored
from smartcommunity.kernel import clock
from tests.conftest import World

PROFILES = {
    "native-gate": ("gate", "native"),
    "native-camera": ("camera", "native"),
    "zigbee-gateway": ("gateway", "zigbee2mqtt"),
    "zigbee-water": ("water", "zigbee2mqtt"),
}


@dataclass
class Estate:
    """Devices by code and their passwords."""

    world: World
    devices: dict[str, Device] = field(default_factory=dict)
    passwords: dict[str, str] = field(default_factory=dict)

    def enrol(self, code: str, profile: str, **more: Any) -> Device:
        device, self.passwords[code] = actions.enrol_device(
            viewer=SYSTEM,
            code=code,
            name=f"设备 {code}",
            profile=DeviceProfile.objects.get(key=profile),
            area=more.pop("area", self.world.estate),
            **more,
        )
        self.devices[code] = device
        return device


@pytest.fixture
def estate(bare_world: World) -> Estate:
    """gate-1, camera-1, gw-1 with the sensor "sink" behind it; gate-2 in the other estate."""
    for key, (category, driver) in PROFILES.items():
        DeviceProfile.objects.create(key=key, name=key, category=category, driver=driver)
    estate = Estate(bare_world)
    estate.enrol("gate-1", "native-gate", place="南门", x=10.0, y=20.0)
    estate.enrol("camera-1", "native-camera")
    gateway = estate.enrol("gw-1", "zigbee-gateway")
    estate.enrol("gw-1.sink", "zigbee-water", gateway=gateway, address="kitchen/sink")
    estate.enrol("gate-2", "native-gate", area=bare_world.other_estate)
    return estate


@pytest.fixture
def receive() -> Callable[..., Stored]:
    """`receive(topic, payload)`: into the inbox as ingest does it, and through the workers."""
    mids = count(1)

    def deliver(topic: str, payload: bytes, *, mid: int | None = None, qos: int = 1) -> Stored:
        stored = inbox.store(
            [
                Incoming(
                    topic=topic,
                    payload=payload,
                    qos=qos,
                    mid=(next(mids) if mid is None else mid) if qos else 0,
                    client_id="ingest-test",
                    generation=1,
                    received_at=clock.now(),
                )
            ]
        )
        actions.process(ids=stored.waiting)
        return stored

    return deliver


def fault_of_last() -> str:
    """Why the newest message was quarantined; empty when it was not."""
    return RawMessage.objects.latest("id").fault


@pytest.fixture
def unused_tcp_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
