"""Enrolment: consent, quality, and erasure from the database, the vault and the memory."""

import io
from pathlib import Path

import pytest
from PIL import Image

from datasharing.models import AccessRecord
from residents.actions import withdraw_consent
from residents.choices import ConsentPurpose
from security.actions import enrol_face
from security.gallery import current_version, galleries_for
from security.models import FaceEnrolment
from smartcommunity.kernel import vault
from smartcommunity.kernel.errors import Invalid, NotAllowed, NotFound
from tests.pictures import lfw_people
from tests.security.conftest import Estate

pytestmark = pytest.mark.faces


def with_exif(picture: Path) -> bytes:
    content, exif = io.BytesIO(), Image.Exif()
    exif[0x010F] = "CameraMakerName"
    Image.open(picture).save(content, "JPEG", exif=exif)
    return content.getvalue()


def test_a_face_is_enrolled_sealed_stripped_and_logged(
    estate: Estate, faces: dict[str, list[Path]]
) -> None:
    estate.consent()
    sent = with_exif(faces["resident"][0])
    assert b"CameraMakerName" in sent
    before = current_version()
    result = enrol_face(
        viewer=estate.world.viewer("collector"), resident_id=estate.resident.pk, photo=sent
    )
    assert result.photographs == 1
    row = FaceEnrolment.objects.get(pk=result.enrolment_id)
    assert row.photo.startswith("faces/")
    kept = vault.get(row.photo)
    assert Image.open(io.BytesIO(kept)).format == "JPEG"
    assert b"CameraMakerName" not in kept
    assert current_version() > before
    record = AccessRecord.objects.filter(kind="write", elements__contains=["face_template"]).get()
    assert record.subject_ids == [estate.resident.pk]


def test_without_consent_nothing_is_enrolled(estate: Estate, faces: dict[str, list[Path]]) -> None:
    with pytest.raises(Invalid) as refused:
        enrol_face(
            viewer=estate.world.viewer("collector"),
            resident_id=estate.resident.pk,
            photo=faces["resident"][0].read_bytes(),
        )
    assert refused.value.code == "no_consent"
    assert refused.value.fields["photo"]
    assert not FaceEnrolment.objects.exists()


@pytest.mark.parametrize("who", ["civil_affairs", "housing", "system_admin", "auditor", "resident"])
def test_other_departments_enrol_nobody(
    estate: Estate, faces: dict[str, list[Path]], who: str
) -> None:
    estate.consent()
    with pytest.raises((NotAllowed, NotFound)):
        enrol_face(
            viewer=estate.world.viewer(who),
            resident_id=estate.resident.pk,
            photo=faces["resident"][0].read_bytes(),
        )


def refusal(estate: Estate, photo: bytes) -> str:
    estate.consent()
    with pytest.raises(Invalid) as refused:
        enrol_face(
            viewer=estate.world.viewer("collector"), resident_id=estate.resident.pk, photo=photo
        )
    assert not FaceEnrolment.objects.exists()
    assert refused.value.fields["photo"]
    return refused.value.code


def jpeg(picture: Image.Image) -> bytes:
    content = io.BytesIO()
    picture.convert("RGB").save(content, "JPEG", quality=90)
    return content.getvalue()


def test_refusals_say_why(estate: Estate, faces: dict[str, list[Path]]) -> None:
    good = Image.open(faces["resident"][0])
    width, height = good.size
    pair = Image.new("RGB", (width * 2, height))
    pair.paste(good, (0, 0))
    pair.paste(good, (width, 0))
    assert refusal(estate, b"not a picture") == "not_an_image"
    assert refusal(estate, jpeg(good)[:4000]) == "truncated"
    assert refusal(estate, jpeg(Image.new("RGB", (640, 480), "white"))) == "no_face"
    assert refusal(estate, jpeg(pair)) == "several_faces"


def test_another_persons_photograph_does_not_join(
    estate: Estate, faces: dict[str, list[Path]]
) -> None:
    estate.enrol(faces["resident"][0])
    with pytest.raises(Invalid) as refused:
        enrol_face(
            viewer=estate.world.viewer("collector"),
            resident_id=estate.resident.pk,
            photo=faces["stranger"][0].read_bytes(),
        )
    assert refused.value.code == "another_person"
    assert FaceEnrolment.objects.count() == 1


def test_withdrawing_erases_database_vault_and_memory(
    estate: Estate, faces: dict[str, list[Path]]
) -> None:
    estate.enrol(*faces["resident"][:2])
    photos = list(FaceEnrolment.objects.values_list("photo", flat=True))
    assert len(galleries_for(area=estate.gate.area).residents) == 1
    withdraw_consent(
        viewer=estate.world.viewer("resident"),
        resident_id=estate.resident.pk,
        purpose=ConsentPurpose.FACE_GATE,
    )
    assert not FaceEnrolment.objects.exists()
    for photo in photos:
        with pytest.raises(FileNotFoundError):
            vault.get(photo)
    assert len(galleries_for(area=estate.gate.area).residents) == 0
    assert AccessRecord.objects.filter(kind="erase").exists()


def test_galleries_follow_residence_and_stay_in_their_estate(
    estate: Estate, faces: dict[str, list[Path]]
) -> None:
    estate.enrol(faces["resident"][0])
    assert len(galleries_for(area=estate.world.estate).residents) == 1
    assert len(galleries_for(area=estate.world.other_estate).residents) == 0


def test_lfw_faces_are_accepted(estate: Estate) -> None:
    """Most ordinary photographs pass the gate: a refusal is the exception."""
    people = list(lfw_people(at_least=1).values())[:10]
    estate.consent()
    accepted = 0
    for pictures in people:
        FaceEnrolment.objects.all().delete()
        try:
            enrol_face(
                viewer=estate.world.viewer("collector"),
                resident_id=estate.resident.pk,
                photo=pictures[0].read_bytes(),
            )
            accepted += 1
        except Invalid:
            continue
    assert accepted >= 7
