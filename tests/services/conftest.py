"""Two neighbours with accounts, their homes, and a leak sensor in the building."""

import io
import uuid
from dataclasses import dataclass
from typing import Any

import pytest
from PIL import Image

from datasharing.models import DataElement
from devices.choices import DeviceCategory, EventKind
from devices.events import EventRecorded
from devices.models import Device, DeviceEvent, DeviceProfile, DeviceState
from residents.choices import ResidenceKind
from residents.models import (
    Building,
    Dwelling,
    ElementRecord,
    Residence,
    Resident,
    ResidentAccount,
    Unit,
)
from security.actions import load_rules
from services.actions import load_items, report_repair
from services.choices import RepairKind, Where
from services.models import ServiceRequest
from smartcommunity.kernel import bus, clock
from tests.conftest import World


def jpeg(width: int = 320, height: int = 240, **save: Any) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), (90, 120, 160)).save(out, "JPEG", **save)
    return out.getvalue()


@dataclass
class Village:
    """`resident` lives in room 201, `neighbour` in 202, both bound to their accounts."""

    world: World
    people: dict[str, Resident]
    sensor: Device

    def report(self, by: str = "resident", **changes: Any) -> ServiceRequest:
        values: dict[str, Any] = {
            "where": Where.HOME,
            "place": "",
            "repair_kind": RepairKind.WATER,
            "description": "厨房水龙头漏水",
            **changes,
        }
        asked = report_repair(viewer=self.world.viewer(by), **values)
        return ServiceRequest.objects.get(pk=asked.request_id)

    def leak(self) -> DeviceEvent:
        event = DeviceEvent.objects.create(
            device=self.sensor,
            kind=EventKind.WATER_LEAK,
            event_key=uuid.uuid4().hex,
            received_at=clock.now(),
        )
        bus.announce(EventRecorded(event))
        return event


@pytest.fixture
def village(world: World) -> Village:
    load_items()
    load_rules()
    area = world.estate
    building = Building.objects.create(area=area, number="1", name="1栋", floors=6)
    unit = Unit.objects.create(building=building, number="1")
    people = {}
    for username, name, room in [("resident", "张晓明", "201"), ("neighbour", "李小红", "202")]:
        dwelling = Dwelling.objects.create(
            area=area, unit=unit, floor=2, room=room, address=f"测试路1号1栋1单元{room}"
        )
        people[username] = _resident(world, name, dwelling, username)
    profile = DeviceProfile.objects.create(
        key="test-leak", name="leak", category=DeviceCategory.WATER, driver="native"
    )
    sensor = Device.objects.create(
        code="42010000001340000009",
        name="水浸传感器9",
        profile=profile,
        area=area,
        building=building,
        place="地下室水泵房",
    )
    DeviceState.objects.create(device=sensor, updated_at=clock.now())
    return Village(world, people, sensor)


def _resident(world: World, name: str, dwelling: Dwelling, username: str) -> Resident:
    person = Resident.objects.create(area=dwelling.area, name=name, synthetic=True)
    ElementRecord.objects.create(
        id=uuid.uuid4(),
        subject="resident",
        subject_id=person.pk,
        element=DataElement.objects.get(key="name_cn"),
        value=name,
        recorded_at=clock.now(),
    )
    Residence.objects.create(
        resident=person, dwelling=dwelling, kind=ResidenceKind.OWNER, valid_from="2020-01-01"
    )
    ResidentAccount.objects.create(user=world.users[username], resident=person)
    return person
