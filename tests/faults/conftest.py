"""Committed data, the platform's processes, devices with real accounts on the real broker."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from accounts.viewer import SYSTEM
from devices.actions import enrol_device
from devices.models import DeviceProfile
from smartcommunity.embedded.runtime import Runtime
from tests.conftest import World, make_world
from tests.processes import Platform, Sender


@pytest.fixture
def platform(transactional_db: None, tmp_path: Path, runtime: Runtime) -> Iterator[Platform]:
    """Nothing runs yet; whatever was started is stopped before the tables are emptied."""
    platform = Platform(tmp_path)
    yield platform
    platform.stop_all()


@pytest.fixture
def estate(transactional_db: None) -> World:
    """The bare world, committed, with one profile of each dialect."""
    world = make_world()
    for key, category, driver in (
        ("native-gate", "gate", "native"),
        ("native-camera", "camera", "native"),
        ("native-water", "water", "native"),
        ("zigbee-gateway", "gateway", "zigbee2mqtt"),
        ("zigbee-water", "water", "zigbee2mqtt"),
    ):
        DeviceProfile.objects.create(key=key, name=key, category=category, driver=driver)
    return world


@pytest.fixture
def device(estate: World) -> Iterator[Callable[..., Sender]]:
    """`device("42010000001320000001", "native-gate")`: enrolled and connected."""
    senders: list[Sender] = []

    def make(code: str, profile: str) -> Sender:
        _, password = enrol_device(
            viewer=SYSTEM,
            code=code,
            name=code,
            profile=DeviceProfile.objects.get(key=profile),
            area=estate.estate,
        )
        senders.append(Sender(code, password))
        return senders[-1]

    yield make
    for sender in senders:
        sender.close()
