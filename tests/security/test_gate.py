"""The whole walk on real parts: camera, broker, intake, worker, matching, command, gate."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from accounts.viewer import SYSTEM
from devices.actions import enrol_device
from devices.choices import EventKind
from devices.models import Device, DeviceEvent
from residents.actions import withdraw_consent
from residents.choices import ConsentPurpose
from security.models import Alert, Passage
from security.tasks import sweep_frames
from smartcommunity.kernel import clock, vault
from tests.processes import Platform, Sender, wait_until
from tests.security.conftest import Estate

pytestmark = pytest.mark.faces
Faces = dict[str, list[Path]]


@pytest.fixture
def platform(transactional_db: None, tmp_path: Path) -> Iterator[Platform]:
    platform = Platform(tmp_path)
    yield platform
    platform.stop_all()


@pytest.fixture
def wired(platform: Platform, estate: Estate) -> Iterator[tuple[Sender, Sender]]:
    """The gate's camera and controller with accounts of their own, on the broker."""
    senders = []
    for number, old in enumerate((estate.camera, estate.gate.controller), start=1):
        device, password = enrol_device(
            viewer=SYSTEM,
            code=f"4201000000131000010{number}",
            name=old.name,
            profile=old.profile,
            area=old.area,
        )
        senders.append(Sender(device.code, password))
    estate.gate.camera = Device.objects.get(code=senders[0].code)
    estate.gate.controller = Device.objects.get(code=senders[1].code)
    estate.gate.save()
    yield senders[0], senders[1]
    for sender in senders:
        sender.close()


def commands(gate: Sender) -> int:
    return sum(topic.endswith("/cmd") for topic, _ in gate.inbox)


def test_from_the_camera_to_the_gate(
    platform: Platform, estate: Estate, wired: tuple[Sender, Sender], faces: Faces
) -> None:
    camera, gate = wired
    estate.enrol(*faces["resident"][:2])
    estate.watch(faces["watched"][0])
    platform.start("ingest", "worker")
    wait_until(lambda: "connected" in platform.log("ingest"), seconds=60, what="ingest")
    camera.publish("frame", faces["stranger"][0].read_bytes())
    wait_until(lambda: Passage.objects.count() == 1, seconds=60, what="worker and models")
    began = time.monotonic()
    camera.publish("frame", faces["resident"][2].read_bytes())
    wait_until(lambda: commands(gate) == 1, seconds=10, what="the open command")
    assert time.monotonic() - began < 5  # benchmarks/main_job.py measures; this only bounds
    camera.publish("frame", faces["watched"][1].read_bytes())
    wait_until(lambda: Passage.objects.count() == 3, seconds=20, what="three passages")
    outcomes = list(Passage.objects.order_by("at").values_list("outcome", flat=True))
    assert outcomes == ["no_match", "opened", "no_match"]
    assert Alert.objects.get().kind == "watch_hit"
    assert commands(gate) == 1
    withdraw_consent(
        viewer=estate.world.viewer("resident"),
        resident_id=estate.resident.pk,
        purpose=ConsentPurpose.FACE_GATE,
    )
    camera.publish("frame", faces["resident"][0].read_bytes())
    wait_until(lambda: Passage.objects.count() == 4, seconds=20, what="the next passage")
    assert Passage.objects.latest("at").outcome == "no_match"  # the worker forgot the face too
    assert commands(gate) == 1


def test_the_sweep_finds_a_frame_whose_wake_up_was_lost(
    platform: Platform, estate: Estate, faces: Faces
) -> None:
    event = DeviceEvent.objects.create(
        device=estate.camera,
        kind=EventKind.FRAME,
        event_key="lost",
        received_at=clock.now(),
        frame=vault.put("frames", faces["stranger"][0].read_bytes()),
    )
    assert sweep_frames() == 0  # not yet: its own task may be on the way
    DeviceEvent.objects.update(received_at=clock.now().replace(year=2020))
    platform.start("worker")
    assert sweep_frames() == 1
    wait_until(
        lambda: DeviceEvent.objects.get(pk=event.pk).handled_at is not None,
        seconds=60,
        what="the swept frame",
    )
    assert Passage.objects.get(event=event).outcome == "no_match"
    assert sweep_frames() == 0
