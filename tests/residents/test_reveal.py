"""Numbers are shown masked to everybody; who sees them in full shows himself one, for a purpose."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from datasharing import policy
from datasharing.choices import AccessKind, Level, Purpose
from datasharing.models import AccessRecord, DataElement, Grant
from residents import actions, selectors
from residents.models import Proposal
from residents.selectors import Asked
from smartcommunity.kernel import clock
from smartcommunity.kernel.errors import NotAllowed, NotFound, TooMany
from tests.residents.conftest import POLICE, Registry, citizen

pytestmark = pytest.mark.django_db
ClientFor = Callable[[str], Client]
NUMBER, MOBILE = POLICE["doc_no"], POLICE["mobile"]
SECOND = citizen(date(1985, 6, 1), sequence=2)
SECURITY = Asked(Purpose.PUBLIC_SECURITY)


@pytest.fixture
def resident_id(registry: Registry) -> uuid.UUID:
    return registry.register()


def body(response: Any) -> str:
    return str(response.content.decode())


def show(
    registry: Registry,
    resident_id: uuid.UUID,
    user: str = "police",
    element: str = "doc_no",
    asked: Asked = SECURITY,
) -> str:
    return selectors.reveal(
        viewer=registry.world.viewer(user),
        subject="resident",
        subject_id=resident_id,
        element=element,
        asked=asked,
    )


def share(registry: Registry, level: Level, purpose: Purpose = Purpose.HOUSING_MANAGEMENT) -> None:
    """The document number, by the police to housing, instead of what was granted."""
    Grant.objects.filter(grantee__kind="housing", elements="doc_no").delete()
    grant = Grant.objects.create(
        owner=registry.world.departments["police"],
        grantee=registry.world.departments["housing"],
        area=registry.world.areas["community"],
        level=level,
        purpose=purpose,
        legal_basis="test",
        valid_from=clock.today(),
        valid_to=clock.today(),
        status="active",
    )
    grant.elements.set(["doc_no"])


def test_which_elements_are_veiled() -> None:
    def veiled(mask: str, sensitivity: str, kind: str = "text") -> bool:
        return DataElement(mask=mask, sensitivity=sensitivity, type=kind).is_veiled

    assert veiled("document", "G")
    assert veiled("phone", "G")
    assert veiled("year", "S")
    assert veiled("name", "S")
    assert not veiled("name", "G")
    assert not veiled("year", "G")
    assert not veiled("none", "S", "code"), "nothing partial could be shown"


@pytest.mark.parametrize("user", ["police", "collector", "property"])
def test_no_page_shows_a_number_even_to_its_owner(
    registry: Registry, resident_id: uuid.UUID, client_for: ClientFor, user: str
) -> None:
    client = client_for(user)
    for url in (
        reverse("residents:resident", args=[resident_id]),
        reverse("residents:history", args=["resident", resident_id, "doc_no"]),
        reverse("residents:dwelling", args=[registry.home.pk]),
        reverse("residents_api:resident", args=[resident_id]),
        reverse("residents_api:residents"),
    ):
        page = body(client.get(url))
        assert NUMBER not in page, url
        assert MOBILE not in page, url
    found = selectors.profile(viewer=registry.world.viewer("police"), resident_id=resident_id)
    number = found.elements["doc_no"]
    assert (number.value, number.level, number.may_reveal) == (
        f"{NUMBER[0]}{'*' * 16}{NUMBER[-1]}", "masked", True,
    )  # fmt: skip
    assert not found.elements["name_cn"].may_reveal


def test_an_exit_that_asks_for_a_purpose_itself_finds_the_whole(
    registry: Registry, resident_id: uuid.UUID
) -> None:
    for user, number in (
        ("police", NUMBER),
        ("civil_affairs", f"{NUMBER[0]}{'*' * 16}{NUMBER[-1]}"),
    ):
        seen = selectors.recorded(
            access=policy.access(viewer=registry.world.viewer(user), subject="resident"),
            subject="resident",
            areas={resident_id: registry.world.estate.path},
        )[resident_id]
        assert seen["doc_no"].whole == number
        assert seen["sex"].whole == seen["sex"].shown


def test_a_form_opened_to_edit_is_filled_in(
    registry: Registry, resident_id: uuid.UUID, client_for: ClientFor
) -> None:
    url = reverse("residents:edit", args=["police.resident", resident_id])
    assert f'value="{NUMBER}"' in body(client_for("police").get(url))
    logged = AccessRecord.objects.latest("id")
    assert (logged.kind, logged.detail) == (AccessKind.READ, "police.resident")
    assert "doc_no" in logged.elements


def test_shown_for_a_purpose_and_logged(registry: Registry, resident_id: uuid.UUID) -> None:
    before = AccessRecord.objects.count()
    assert show(registry, resident_id, asked=Asked(Purpose.CARE, " 案件 2026-1 ")) == NUMBER
    logged = AccessRecord.objects.get(kind=AccessKind.REVEAL)
    assert AccessRecord.objects.count() == before + 1
    assert (logged.purpose, logged.elements, logged.subject_ids, logged.detail) == (
        Purpose.CARE, ["doc_no"], [resident_id], "reveal 案件 2026-1",
    )  # fmt: skip


def test_a_grantee_shows_it_for_the_purpose_of_his_grant_alone(
    registry: Registry, resident_id: uuid.UUID
) -> None:
    share(registry, Level.FULL)
    asked = Asked(Purpose.HOUSING_MANAGEMENT)
    assert show(registry, resident_id, "housing", asked=asked) == NUMBER
    with pytest.raises(NotAllowed):
        show(registry, resident_id, "housing", asked=Asked(Purpose.CARE))


@pytest.mark.parametrize("level", [Level.MASKED, Level.YES_NO])
def test_a_lesser_right_shows_nothing(
    registry: Registry, resident_id: uuid.UUID, level: Level
) -> None:
    share(registry, level)
    with pytest.raises(NotAllowed) as caught:
        show(registry, resident_id, "housing", asked=Asked(Purpose.HOUSING_MANAGEMENT))
    assert NUMBER not in str(caught.value)
    assert not AccessRecord.objects.filter(kind=AccessKind.REVEAL).exists()
    found = selectors.profile(viewer=registry.world.viewer("housing"), resident_id=resident_id)
    assert not found.elements["doc_no"].may_reveal


def test_what_is_hidden_or_not_recorded_does_not_exist(
    registry: Registry, resident_id: uuid.UUID
) -> None:
    for element in ("dibao_no", "emergency_mobile", "no such element"):
        with pytest.raises(NotFound):
            show(registry, resident_id, "police", element)
    with pytest.raises(NotFound):
        show(registry, uuid.UUID(int=0))
    with pytest.raises(NotFound):
        selectors.reveal(
            viewer=registry.world.viewer("police"), subject="nothing",
            subject_id=resident_id, element="doc_no", asked=SECURITY,
        )  # fmt: skip


def test_what_is_not_masked_is_not_revealed(registry: Registry, resident_id: uuid.UUID) -> None:
    with pytest.raises(NotAllowed):
        show(registry, resident_id, element="name_cn")
    with pytest.raises(NotAllowed):
        show(registry, resident_id, asked=Asked(Purpose.OWN_DATA))


@pytest.mark.parametrize("user", ["auditor", "system_admin", "security_admin", "resident"])
def test_who_reads_nobody_reveals_nothing(
    registry: Registry, resident_id: uuid.UUID, user: str
) -> None:
    with pytest.raises(NotFound):
        show(registry, resident_id, user)


def test_so_many_an_hour(registry: Registry, resident_id: uuid.UUID, settings: Any) -> None:
    settings.REVEALS_AN_HOUR = 2
    for _time in range(2):
        show(registry, resident_id)
    with pytest.raises(TooMany) as caught:
        show(registry, resident_id)
    assert "2" in str(caught.value.message)
    assert AccessRecord.objects.filter(kind=AccessKind.REVEAL).count() == 2
    assert show(registry, resident_id, "collector") == NUMBER, "another officer's hour is his own"


def test_an_hour_later_he_may_again(
    registry: Registry, resident_id: uuid.UUID, settings: Any, monkeypatch: Any
) -> None:
    settings.REVEALS_AN_HOUR = 1
    show(registry, resident_id)
    later = clock.now() + timedelta(minutes=61)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert show(registry, resident_id) == NUMBER


def test_the_fragment(registry: Registry, resident_id: uuid.UUID, client_for: ClientFor) -> None:
    client = client_for("police")
    url = reverse("residents:reveal", args=["resident", resident_id, "doc_no"])
    assert url in body(client.get(reverse("residents:resident", args=[resident_id])))
    assert client.get(url).status_code == 405
    answer = client.post(url, {"purpose": "public_security", "note": "案件"})
    assert NUMBER in body(answer)
    assert answer["Cache-Control"] == "private, no-store"
    for wrong in ({}, {"purpose": "own_data"}, {"purpose": "nonsense"}):
        refused = client.post(url, wrong)
        assert NUMBER not in body(refused)
        assert "请选择" in body(refused)
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(registry.world.users["police"])
    assert strict.post(url, {"purpose": "public_security"}).status_code == 403


def test_the_fragment_says_when_it_was_too_many(
    registry: Registry, resident_id: uuid.UUID, client_for: ClientFor, settings: Any
) -> None:
    settings.REVEALS_AN_HOUR = 0
    url = reverse("residents:reveal", args=["resident", resident_id, "doc_no"])
    answer = client_for("police").post(url, {"purpose": "public_security"})
    assert NUMBER not in body(answer)
    assert 'role="alert"' in body(answer)


def test_the_api_shows_it_by_post_with_a_purpose(
    registry: Registry, resident_id: uuid.UUID, client_for: ClientFor
) -> None:
    client = client_for("police")
    url = reverse("residents_api:reveal", args=[resident_id])
    asked = {"element": "doc_no", "purpose": "public_security"}
    assert client.post(url, asked).json() == {"element": "doc_no", "value": NUMBER}
    assert AccessRecord.objects.latest("id").exit == "api"
    assert client.post(url, {"element": "doc_no"}).status_code in {400, 422}
    assert client.get(url, asked).status_code == 405
    refused = client_for("housing").post(url, {**asked, "purpose": "housing_management"})
    assert refused.status_code == 403
    assert NUMBER not in body(refused)


def test_a_history_in_full_by_post(
    registry: Registry, resident_id: uuid.UUID, client_for: ClientFor
) -> None:
    client = client_for("police")
    url = reverse("residents:history", args=["resident", resident_id, "doc_no"])
    assert NUMBER not in body(client.get(url))
    assert NUMBER in body(client.post(url, {"purpose": "public_security"}))
    assert AccessRecord.objects.latest("id").kind == AccessKind.REVEAL
    assert NUMBER not in body(client.post(url, {}))
    share(registry, Level.MASKED)
    housing = client_for("housing").post(url, {"purpose": "housing_management"})
    assert housing.status_code == 403
    assert NUMBER not in body(housing)


def test_only_whether_it_is_recorded_tells_neither_who_nor_when(
    registry: Registry, resident_id: uuid.UUID, client_for: ClientFor
) -> None:
    share(registry, Level.YES_NO)
    viewer = registry.world.viewer("housing")
    found = selectors.profile(viewer=viewer, resident_id=resident_id).elements["doc_no"]
    assert (found.level, found.provenance, found.has_history) == ("yes_no", None, False)
    with pytest.raises(NotFound):
        selectors.history(
            viewer=viewer, subject="resident", subject_id=resident_id, element="doc_no"
        )
    page = body(client_for("housing").get(reverse("residents:resident", args=[resident_id])))
    assert reverse("residents:history", args=["resident", resident_id, "doc_no"]) not in page


def test_a_proposal_is_masked_and_its_decider_shows_himself_both_values(
    registry: Registry, resident_id: uuid.UUID, client_for: ClientFor
) -> None:
    share(registry, Level.FULL)
    actions.propose(
        viewer=registry.world.viewer("housing"), subject="resident", subject_id=resident_id,
        element="doc_no", value=SECOND,
    )  # fmt: skip
    for user, query in (("police", ""), ("housing", "?side=made")):
        page = body(client_for(user).get(reverse("residents:proposals") + query))
        assert NUMBER not in page
        assert SECOND not in page
    proposal = Proposal.objects.get()
    url = reverse("residents:reveal_proposal", args=[proposal.pk])
    shown = body(client_for("police").post(url, {"purpose": "public_security"}))
    assert NUMBER in shown
    assert SECOND in shown
    assert AccessRecord.objects.latest("id").kind == AccessKind.REVEAL
    for user in ("civil_affairs", "property", "grid"):
        assert client_for(user).post(url, {"purpose": "care"}).status_code == 404
    profile = body(client_for("housing").get(reverse("residents:resident", args=[resident_id])))
    assert SECOND not in profile
