"""Forms of the pages: errors beside their fields, values kept, nothing lost."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from devices.choices import EventKind
from security.models import Alert, FaceEnrolment, Gate, WatchEntry
from smartcommunity.kernel import clock
from tests.conftest import as_owner
from tests.security.conftest import Estate

ClientFor = Callable[[str], Client]


def upload(picture: Path | bytes) -> SimpleUploadedFile:
    content = picture if isinstance(picture, bytes) else picture.read_bytes()
    return SimpleUploadedFile("photo.jpg", content, "image/jpeg")


def test_close_without_finding_and_note_says_so_and_keeps_what_was_typed(
    estate: Estate, client_for: ClientFor
) -> None:
    estate.event(EventKind.WATER_LEAK)
    alert = Alert.objects.get()
    client, url = client_for("property"), reverse("security:close", args=[alert.pk])
    answer = client.post(url, {"note": "地漏返水"})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "id_finding_error" in page
    assert "地漏返水" in page
    assert client.post(url, {"finding": "handled", "note": ""}).status_code == 422
    done = client.post(url, {"finding": "handled", "note": "已疏通"}, follow=True)
    assert done.status_code == 200
    assert "已疏通" in done.content.decode()


def test_acknowledging_twice_is_a_conflict_page(estate: Estate, client_for: ClientFor) -> None:
    estate.event(EventKind.WATER_LEAK)
    client = client_for("property")
    url = reverse("security:acknowledge", args=[Alert.objects.get().pk])
    assert client.post(url).status_code == 302
    assert client.post(url).status_code == 409


def test_the_board_answers_htmx_with_its_part_only(estate: Estate, client_for: ClientFor) -> None:
    estate.event(EventKind.WATER_LEAK)
    part = client_for("property").get(reverse("security:dashboard"), headers={"HX-Request": "true"})
    text = part.content.decode()
    assert 'data-live="alert"' in text
    assert "<html" not in text


@pytest.mark.faces
def test_enrol_by_the_fragment(
    estate: Estate, client_for: ClientFor, faces: dict[str, list[Path]]
) -> None:
    url = reverse("security:resident_faces", args=[estate.resident.pk])
    client, htmx = client_for("collector"), {"HX-Request": "true"}
    assert "<form" not in client.get(url, headers=htmx).content.decode()
    estate.consent()
    assert client.post(url, {}, headers=htmx).status_code == 422
    refused = client.post(url, {"photo": upload(b"nonsense")}, headers=htmx)
    assert refused.status_code == 422
    assert "id_photo_error" in refused.content.decode()
    accepted = client.post(url, {"photo": upload(faces["resident"][0])}, headers=htmx)
    assert accepted.status_code == 200
    assert FaceEnrolment.objects.count() == 1
    assert reverse("security:face_photo", args=[FaceEnrolment.objects.get().pk]) in (
        accepted.content.decode()
    )


@pytest.mark.faces
def test_request_approve_and_remove_in_the_browser(
    estate: Estate, client_for: ClientFor, faces: dict[str, list[Path]]
) -> None:
    police, chief = client_for("police"), client_for("police_chief")
    values = {
        "label": "对象乙",
        "case_number": "2026-2",
        "legal_basis": "刑事诉讼法",
        "area": estate.world.estate.pk,
        "expires_on": (clock.today() + timedelta(days=10)).isoformat(),
    }
    url = reverse("security:watch_request")
    refused = police.post(url, {**values, "case_number": ""})
    assert refused.status_code == 422
    assert "对象乙" in refused.content.decode()
    assert police.post(url, {**values, "photo": upload(faces["watched"][0])}).status_code == 302
    entry = WatchEntry.objects.get()
    approve = reverse("security:watch_approve", args=[entry.pk])
    assert approve not in police.get(reverse("security:watch_list")).content.decode()
    assert police.post(approve).status_code == 403
    assert approve in chief.get(reverse("security:watch_list")).content.decode()
    assert chief.post(approve).status_code == 302
    assert police.post(reverse("security:watch_remove", args=[entry.pk])).status_code == 302
    entry.refresh_from_db()
    assert entry.removed_at is not None


def test_filters_of_the_passages_page_take_nonsense(estate: Estate, client_for: ClientFor) -> None:
    client, url = client_for("property"), reverse("security:passages")
    for query in ("?gate=x", "?on=yesterday", "?page=-3", f"?gate={estate.gate.pk}&outcome=opened"):
        assert client.get(url + query).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_a_gate_with_face_only_is_refused(estate: Estate) -> None:
    """By the table, and by the system check for one that came in past the constraint."""
    from django.core.checks import run_checks
    from django.db import IntegrityError, connection, transaction

    with pytest.raises(IntegrityError), transaction.atomic():
        Gate.objects.update(methods=["face"])
    assert not run_checks(tags=["database"], databases=["default"])
    with as_owner(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE security_gate DROP CONSTRAINT face_is_never_the_only_way")
        Gate.objects.update(methods=["face"])
        found = run_checks(tags=["database"], databases=["default"])
        transaction.set_rollback(True)
    assert [one.id for one in found] == ["security.E001"]
