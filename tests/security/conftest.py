"""An estate with a gate, a camera, a resident and real photographs."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from datasharing.models import DataElement
from devices.choices import DeviceCategory, EventKind
from devices.events import EventRecorded
from devices.models import Device, DeviceEvent, DeviceProfile, DeviceState
from residents.actions import give_consent
from residents.choices import ConsentChannel, ConsentPurpose, ResidenceKind
from residents.models import (
    Building,
    Dwelling,
    ElementRecord,
    EstatePlan,
    Residence,
    Resident,
    ResidentAccount,
    Unit,
)
from security import gallery
from security.actions import approve_watch_entry, enrol_face, load_rules, request_watch_entry
from security.models import Gate, WatchEntry
from smartcommunity.kernel import bus, clock, vault
from tests.conftest import World
from tests.pictures import demo_faces

PLAN = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "properties": {"kind": "boundary", "ref": "edge", "name": ""},
            "geometry": {
                "type": "Polygon",
                "coordinates": [[[0, 0], [300, 0], [300, 200], [0, 200], [0, 0]]],
            },
        },
        {
            "type": "Feature",
            "properties": {"kind": "gate", "ref": "gate-1", "name": "东门"},
            "geometry": {"type": "Point", "coordinates": [290, 100]},
        },
    ],
}


@dataclass
class Estate:
    """A gate with its two devices, a sensor, and a family of one."""

    world: World
    gate: Gate
    camera: Device
    sensor: Device
    resident: Resident

    def event(
        self, kind: EventKind, *, device: Device | None = None, **data: object
    ) -> DeviceEvent:
        """An event as `devices` records it: written and announced."""
        event = self.unheard(kind, device=device, **data)
        bus.announce(EventRecorded(event))
        return event

    def unheard(
        self, kind: EventKind, *, device: Device | None = None, frame: bytes = b"", **data: object
    ) -> DeviceEvent:
        event = DeviceEvent.objects.create(
            device=device or (self.camera if kind == EventKind.FRAME else self.sensor),
            kind=kind,
            event_key=uuid.uuid4().hex,
            received_at=clock.now(),
            frame=vault.put("frames", frame) if frame else "",
        )
        event.data = data
        return event

    def frame(self, picture: Path | bytes) -> DeviceEvent:
        content = picture if isinstance(picture, bytes) else picture.read_bytes()
        return self.unheard(EventKind.FRAME, frame=content)

    def consent(self, who: str = "collector") -> None:
        give_consent(
            viewer=self.world.viewer(who),
            resident_id=self.resident.pk,
            purpose=ConsentPurpose.FACE_GATE,
            channel=ConsentChannel.IN_PERSON,
        )

    def enrol(self, *pictures: Path) -> None:
        self.consent()
        for picture in pictures:
            enrol_face(
                viewer=self.world.viewer("collector"),
                resident_id=self.resident.pk,
                photo=picture.read_bytes(),
            )

    def request_watch(self, picture: Path, **changes: object) -> WatchEntry:
        values = {
            "area": self.world.areas["community"],
            "label": "对象甲",
            "case_number": "2026-1",
            "legal_basis": "刑事诉讼法第一百五十五条",
            "expires_at": clock.now() + timedelta(days=30),
            "photo": picture.read_bytes(),
            **changes,
        }
        return request_watch_entry(viewer=self.world.viewer("police"), **values)  # type: ignore[arg-type]

    def watch(self, picture: Path) -> WatchEntry:
        entry = self.request_watch(picture)
        return approve_watch_entry(viewer=self.world.viewer("police_chief"), entry_id=entry.pk)


@pytest.fixture(autouse=True)
def _no_gallery_of_another_test() -> None:
    gallery.forget()


@pytest.fixture
def faces() -> dict[str, list[Path]]:
    return demo_faces()


@pytest.fixture
def estate(world: World) -> Estate:
    load_rules()
    area = world.estate
    EstatePlan.objects.create(area=area, geojson=PLAN)
    device = _device_maker(world)
    camera = device("42010000001310000001", DeviceCategory.CAMERA)
    controller = device("42010000001390000001", DeviceCategory.GATE)
    sensor = device("42010000001340000001", DeviceCategory.WATER)
    gate = Gate.objects.create(
        area=area,
        name="东门",
        ref="gate-1",
        camera=camera,
        controller=controller,
        methods=["face", "card", "qr", "pin"],
    )
    return Estate(world, gate, camera, sensor, make_resident(world, "张晓明"))


def _device_maker(world: World) -> Callable[[str, DeviceCategory], Device]:
    def make(code: str, category: DeviceCategory) -> Device:
        profile, _ = DeviceProfile.objects.get_or_create(
            key=f"test-{category}",
            defaults={"name": category, "category": category, "driver": "native"},
        )
        device = Device.objects.create(
            code=code, name=f"设备{code[-1]}", profile=profile, area=world.estate, x=120, y=80
        )
        DeviceState.objects.create(device=device, updated_at=clock.now())
        return device

    return make


def make_resident(world: World, name: str) -> Resident:
    """A registered adult living in the first estate; his account is the user `resident`."""
    area = world.estate
    building, _ = Building.objects.get_or_create(area=area, number="1", name="1栋", floors=6)
    unit, _ = Unit.objects.get_or_create(building=building, number="1")
    dwelling, _ = Dwelling.objects.get_or_create(
        area=area, unit=unit, floor=2, room="201", address="测试路1号1栋1单元201"
    )
    resident = Resident.objects.create(
        area=area, name=name, birth_date="1985-05-05", synthetic=True
    )
    ElementRecord.objects.create(
        id=uuid.uuid4(),
        subject="resident",
        subject_id=resident.pk,
        element=DataElement.objects.get(key="name_cn"),
        value=name,
        recorded_at=clock.now(),
    )
    Residence.objects.create(
        resident=resident, dwelling=dwelling, kind=ResidenceKind.OWNER, valid_from="2020-01-01"
    )
    user = world.users["resident"]
    ResidentAccount.objects.get_or_create(user=user, defaults={"resident": resident})
    return resident
