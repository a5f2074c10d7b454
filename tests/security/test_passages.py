"""A frame at the gate: who gets in, who does not, and what is recorded."""

import io
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from PIL import Image

from datasharing.models import AccessRecord
from devices.models import Command, DeviceEvent
from residents.models import Residence
from security import gallery
from security.actions import match_frame
from security.choices import Outcome
from security.models import Alert, FaceEnrolment, Passage
from security.recognition.base import distance
from security.recognition.walks import enrol
from smartcommunity.kernel import clock, vault
from smartcommunity.kernel.models import LiveEvent
from tests.security.conftest import Estate

pytestmark = pytest.mark.faces
Faces = dict[str, list[Path]]


def pass_by(estate: Estate, picture: Path | bytes) -> Passage:
    passage = match_frame(event_id=estate.frame(picture).pk)
    assert passage is not None
    return passage


def test_a_resident_is_let_in_and_the_match_is_logged(estate: Estate, faces: Faces) -> None:
    estate.enrol(*faces["resident"][:2])
    passage = pass_by(estate, faces["resident"][2])
    assert passage.outcome == Outcome.OPENED
    assert passage.resident_id == estate.resident.pk
    assert passage.command is not None
    assert passage.command.device_id == estate.gate.controller_id
    assert passage.distance is not None
    assert passage.threshold is not None
    assert passage.distance < passage.threshold
    record = AccessRecord.objects.get(kind="match")
    assert (record.username, record.exit) == ("system", "gate")
    assert record.subject_ids == [estate.resident.pk]
    assert passage.event is not None
    assert DeviceEvent.objects.get(pk=passage.event_id).handled_at is not None


def test_a_stranger_gets_no_command_and_leaves_no_template(estate: Estate, faces: Faces) -> None:
    estate.enrol(*faces["resident"][:2])
    passage = pass_by(estate, faces["stranger"][0])
    assert passage.outcome == Outcome.NO_MATCH
    assert passage.resident_id is None
    assert not Command.objects.exists()
    assert not Alert.objects.exists()
    assert FaceEnrolment.objects.count() == 2
    assert not AccessRecord.objects.filter(kind="match").exists()


def test_the_same_frame_twice_is_one_passage(estate: Estate, faces: Faces) -> None:
    estate.enrol(faces["resident"][0])
    event = estate.frame(faces["resident"][1])
    assert match_frame(event_id=event.pk) is not None
    assert match_frame(event_id=event.pk) is None
    assert Passage.objects.count() == 1


@pytest.mark.parametrize("content", [b"\xff\xd8\xff\xe0 broken", b""])
def test_a_broken_frame_is_recorded_not_raised(estate: Estate, content: bytes) -> None:
    event = estate.unheard("frame", frame=content or b"x")  # type: ignore[arg-type]
    passage = match_frame(event_id=event.pk)
    assert passage is not None
    assert passage.outcome == Outcome.UNUSABLE
    assert passage.reason == "not_an_image"
    assert not Command.objects.exists()


def test_a_late_frame_opens_nothing(estate: Estate, faces: Faces) -> None:
    estate.enrol(faces["resident"][0])
    event = estate.frame(faces["resident"][1])
    DeviceEvent.objects.filter(pk=event.pk).update(received_at=clock.now() - timedelta(seconds=60))
    passage = match_frame(event_id=event.pk)
    assert passage is not None
    assert (passage.outcome, passage.reason) == (Outcome.REFUSED, "too_late")
    assert not Command.objects.exists()


def test_moving_out_ends_the_right_by_itself(estate: Estate, faces: Faces) -> None:
    """Even while the face still stands in this process's gallery."""
    estate.enrol(faces["resident"][0])
    assert pass_by(estate, faces["resident"][1]).outcome == Outcome.OPENED
    Residence.objects.update(valid_to=clock.today() - timedelta(days=1))
    passage = pass_by(estate, faces["resident"][1])
    assert (passage.outcome, passage.reason) == (Outcome.NO_MATCH, "not_entitled")


def test_a_gate_without_face_or_with_its_controller_off_stays_shut(
    estate: Estate, faces: Faces
) -> None:
    estate.enrol(faces["resident"][0])
    estate.gate.controller.active = False
    estate.gate.controller.save()
    assert pass_by(estate, faces["resident"][1]).reason == "controller_off"
    estate.gate.methods = ["card"]
    estate.gate.save()
    assert pass_by(estate, faces["resident"][1]).reason == "method_off"
    assert not Command.objects.exists()


def test_a_watch_list_hit_alerts_the_police_and_decides_nothing(
    estate: Estate, faces: Faces
) -> None:
    """The person looked for is a resident too: the gate opens, and the police hear of it."""
    estate.enrol(faces["watched"][0])
    entry = estate.watch(faces["watched"][0])
    passage = pass_by(estate, faces["watched"][1])
    assert passage.outcome == Outcome.OPENED
    alert = Alert.objects.get()
    assert (alert.kind, alert.parties) == ("watch_hit", ["police"])
    assert alert.watch_entry_id == entry.pk
    assert alert.frame == passage.frame
    assert alert.stranger_rate is not None
    assert 0 < alert.stranger_rate < 0.001
    audience = LiveEvent.objects.filter(name="alert").get().audience
    assert audience == ["police:dispatcher", "police:officer", "police:supervisor"]
    assert AccessRecord.objects.filter(kind="match").count() == 2
    pass_by(estate, faces["watched"][1])
    assert Alert.objects.get().occurrences == 2


def test_residents_of_the_watch_list_only_by_approval(estate: Estate, faces: Faces) -> None:
    estate.request_watch(faces["watched"][0])
    assert pass_by(estate, faces["watched"][1]).outcome == Outcome.NO_MATCH
    assert not Alert.objects.exists()


def test_passages_are_announced_to_those_who_may_read_them(estate: Estate, faces: Faces) -> None:
    pass_by(estate, faces["stranger"][0])
    heard = LiveEvent.objects.get(name="passage")
    assert heard.audience == ["police", "property"]


def test_the_kept_photograph_is_the_face_and_still_good_for_another_engine(
    estate: Estate, faces: Faces
) -> None:
    """Less is kept than was sent, and encoding the rest again gives the same person."""
    picture = faces["resident"][0]
    estate.enrol(picture)
    row = FaceEnrolment.objects.get()
    kept = vault.get(row.photo)
    whole, part = Image.open(picture), Image.open(io.BytesIO(kept))
    assert part.width * part.height < whole.width * whole.height / 2
    again = enrol(gallery.engine(), kept).template
    assert distance(again, gallery.unpack(row)) < 0.15


def test_a_hit_shows_the_face_out_of_the_frame(
    estate: Estate, faces: Faces, client_for: Callable[[str], Client]
) -> None:
    estate.watch(faces["watched"][0])
    pass_by(estate, faces["watched"][1])
    alert, client = Alert.objects.get(), client_for("police")
    face, frame = (
        Image.open(io.BytesIO(client.get(reverse(f"security:{name}", args=[alert.pk])).content))
        for name in ("alert_face", "alert_frame")
    )
    assert face.width < frame.width
    assert face.height < frame.height
