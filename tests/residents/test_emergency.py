"""Emergency access: a reason, a short time, one resident, and a second person afterwards."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from datasharing.choices import AccessKind, Level, Purpose
from datasharing.models import AccessRecord, DataElement, EmergencyAccess, Grant
from residents import actions, selectors
from residents.models import ResidentAccount, Seal
from smartcommunity.kernel import clock
from smartcommunity.kernel.errors import Conflict, Invalid, NotAllowed, NotFound, TooMany
from smartcommunity.kernel.models import LiveEvent
from tests.conftest import World
from tests.residents.conftest import POLICE, Registry
from tests.residents.test_seals import add_staff

pytestmark = pytest.mark.django_db
ClientFor = Callable[[str], Client]
NUMBER, MOBILE = POLICE["doc_no"], POLICE["mobile"]
REASON = "独居老人昏倒，联系家属"


@pytest.fixture
def resident_id(registry: Registry) -> uuid.UUID:
    return registry.register()


def open_it(
    registry: Registry, resident_id: uuid.UUID, user: str = "civil_affairs", **changes: Any
) -> uuid.UUID:
    return actions.open_emergency(
        **{
            "viewer": registry.world.viewer(user),
            "resident_id": resident_id,
            "elements": ["doc_no", "mobile"],
            "purpose": Purpose.CARE,
            "reason": REASON,
            "minutes": 60,
            **changes,
        }
    )


def over(emergency_id: uuid.UUID) -> None:
    """Its hour has passed."""
    past = clock.now() - timedelta(hours=2)
    EmergencyAccess.objects.filter(pk=emergency_id).update(
        opened_at=past, expires_at=past + timedelta(hours=1)
    )


def body(response: Any) -> str:
    return str(response.content.decode())


def test_every_exit_of_this_resident_shows_it_and_only_his(
    registry: Registry, resident_id: uuid.UUID, client_for: ClientFor
) -> None:
    client = client_for("civil_affairs")
    other = registry.register(
        home=registry.dwellings[2], doc_type="414", doc_no="E12345678", name_cn="李四",
        sex="1", birth_date="1985-01-01", nationality="CHN", mobile="13911112222",
    )  # fmt: skip
    pages = [
        reverse("residents:resident", args=[resident_id]),
        reverse("residents:history", args=["resident", resident_id, "doc_no"]),
        reverse("residents_api:resident", args=[resident_id]),
        reverse("residents:edit", args=["civil_affairs.resident", resident_id]),
    ]
    for url in pages:
        assert NUMBER not in body(client.get(url)), url
    open_it(registry, resident_id)
    shown = [url for url in pages if NUMBER in body(client.get(url))]
    assert shown == [pages[0], pages[2], pages[3]]
    assert "E12345678" not in body(client.get(reverse("residents:resident", args=[other])))
    searched = client.post(reverse("residents:search"), {"by": "document", "text": NUMBER})
    assert str(resident_id) not in body(searched)
    colleague = registry.world.viewer("housing")
    seen = selectors.profile(viewer=colleague, resident_id=resident_id).elements["doc_no"]
    assert NUMBER not in seen.value


def test_it_ends_by_itself(registry: Registry, resident_id: uuid.UUID) -> None:
    viewer = registry.world.viewer("civil_affairs")
    emergency_id = open_it(registry, resident_id)
    found = selectors.profile(viewer=viewer, resident_id=resident_id)
    assert found.elements["doc_no"].value == NUMBER
    assert found.emergency is not None
    assert found.emergency.minutes_left == 60
    assert not found.may_open_emergency
    over(emergency_id)
    found = selectors.profile(viewer=viewer, resident_id=resident_id)
    assert NUMBER not in found.elements["doc_no"].value
    assert found.emergency is None
    assert found.may_open_emergency


def test_who_opened_it_ends_it_at_once(registry: Registry, resident_id: uuid.UUID) -> None:
    viewer = registry.world.viewer("civil_affairs")
    emergency_id = open_it(registry, resident_id)
    with pytest.raises(NotAllowed):
        actions.end_emergency(viewer=registry.world.viewer("housing"), emergency_id=emergency_id)
    actions.end_emergency(viewer=viewer, emergency_id=emergency_id)
    found = selectors.profile(viewer=viewer, resident_id=resident_id)
    assert NUMBER not in found.elements["doc_no"].value
    with pytest.raises(Conflict):
        actions.end_emergency(viewer=viewer, emergency_id=emergency_id)


def test_a_reviewer_may_end_it_too(registry: Registry, resident_id: uuid.UUID) -> None:
    emergency_id = open_it(registry, resident_id)
    chief = registry.world.viewer("police_chief")
    actions.end_emergency(viewer=chief, emergency_id=emergency_id)
    assert EmergencyAccess.objects.get().ended_at is not None


def test_nothing_can_be_written_through_it(registry: Registry, resident_id: uuid.UUID) -> None:
    grant = Grant.objects.filter(
        grantee__kind="civil_affairs", elements="doc_no", level=Level.MASKED
    ).get()
    grant.may_write = True
    grant.save()
    open_it(registry, resident_id)
    with pytest.raises(NotAllowed):
        registry.save("civil_affairs", "civil_affairs.resident", resident_id, doc_no="E99999999")
    with pytest.raises(NotAllowed):
        actions.propose(
            viewer=registry.world.viewer("civil_affairs"),
            subject="resident",
            subject_id=resident_id,
            element="mobile",
            value="13900001111",
        )


def test_all_that_may_be_opened_and_no_face(registry: Registry, resident_id: uuid.UUID) -> None:
    open_it(registry, resident_id, elements=[])
    opened = set(EmergencyAccess.objects.get().elements.values_list("key", flat=True))
    assert {"doc_no", "mobile", "employer"} <= opened
    biometric = set(DataElement.objects.filter(sensitivity="B").values_list("key", flat=True))
    assert biometric
    assert not opened & {*biometric, "face_template"}
    assert not opened & {"dibao"}, "his own department's is shown to him anyway"


@pytest.mark.parametrize("user", ["collector", "grid", "property", "dispatcher", "auditor",
                                  "system_admin", "security_admin", "resident"])  # fmt: skip
def test_only_officers_and_supervisors_open_it(
    registry: Registry, resident_id: uuid.UUID, user: str
) -> None:
    with pytest.raises(NotAllowed):
        open_it(registry, resident_id, user)
    with pytest.raises(NotAllowed):
        selectors.emergency_offer(viewer=registry.world.viewer(user), resident_id=resident_id)
    assert not EmergencyAccess.objects.exists()


def test_not_outside_his_area(registry: Registry, resident_id: uuid.UUID) -> None:
    registry.world.users["civil_affairs"].memberships.update(area=registry.world.other_estate)
    viewer = registry.world.viewer("civil_affairs")
    with pytest.raises(NotFound):
        open_it(registry, resident_id)
    with pytest.raises(NotFound):
        selectors.emergency_offer(viewer=viewer, resident_id=resident_id)


def test_a_protected_person_is_opened_by_the_named_only(
    registry: Registry, resident_id: uuid.UUID
) -> None:
    users = registry.world.users
    before = open_it(registry, resident_id)
    over(before)
    seal = Seal.objects.create(
        resident_id=resident_id, legal_basis="x", review_on=clock.today(), status="in_force",
        proposed_by=users["police"], proposed_at=clock.now(), decided_by=users["police_chief"],
    )  # fmt: skip
    seal.officers.set([users["police_chief"], users["housing"]])
    with pytest.raises(NotFound):
        open_it(registry, resident_id)
    viewer = registry.world.viewer("civil_affairs")
    assert selectors.emergencies(viewer=viewer, side="mine", number=1).rows == []
    LiveEvent.objects.all().delete()
    emergency_id = open_it(registry, resident_id, "housing")
    heard = LiveEvent.objects.get(name="emergency").audience
    assert set(heard) <= {f"user:{users[name].pk}" for name in ("police_chief", "housing")}
    with pytest.raises(NotFound):
        actions.end_emergency(
            viewer=registry.world.viewer("property_manager"), emergency_id=emergency_id
        )


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"reason": "短"}, "reason"),
        ({"reason": "  " + "a" * 9 + "  "}, "reason"),
        ({"reason": "长" * 301}, "reason"),
        ({"purpose": Purpose.OWN_DATA}, "purpose"),
        ({"minutes": 0}, "minutes"),
        ({"minutes": 241}, "minutes"),
        ({"elements": ["face_image"]}, "elements"),
        ({"elements": ["face_template"]}, "elements"),
        ({"elements": ["dibao"]}, "elements"),
        ({"elements": ["no such element"]}, "elements"),
    ],
)
def test_each_fault_is_named(
    registry: Registry, resident_id: uuid.UUID, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as caught:
        open_it(registry, resident_id, **changes)
    assert list(caught.value.fields) == [field]


def test_one_at_a_time_and_so_many_a_day(
    registry: Registry, resident_id: uuid.UUID, settings: Any
) -> None:
    settings.EMERGENCIES_A_DAY = 2
    first = open_it(registry, resident_id)
    with pytest.raises(Conflict):
        open_it(registry, resident_id)
    over(first)
    over(open_it(registry, resident_id))
    with pytest.raises(TooMany):
        open_it(registry, resident_id)
    assert AccessRecord.objects.filter(detail="emergency opened").count() == 2
    EmergencyAccess.objects.filter(pk=first).update(opened_at=clock.now() - timedelta(hours=25))
    open_it(registry, resident_id)


def review(registry: Registry, emergency_id: uuid.UUID, user: str, **changes: Any) -> None:
    actions.review_emergency(
        **{
            "viewer": registry.world.viewer(user),
            "emergency_id": emergency_id,
            "justified": True,
            "comment": "符合规定",
            **changes,
        }
    )


def test_another_person_reviews_it_when_it_is_over(
    registry: Registry, resident_id: uuid.UUID
) -> None:
    emergency_id = open_it(registry, resident_id)
    with pytest.raises(Conflict):
        review(registry, emergency_id, "police_chief")
    over(emergency_id)
    with pytest.raises(Invalid):
        review(registry, emergency_id, "police_chief", comment=" ")
    with pytest.raises(Invalid):
        review(registry, emergency_id, "police_chief", comment="长" * 301)
    review(registry, emergency_id, "police_chief", justified=False)
    row = EmergencyAccess.objects.get()
    assert (row.justified, row.reviewed_by) == (False, registry.world.users["police_chief"])
    with pytest.raises(Conflict):
        review(registry, emergency_id, "police_chief")
    logged = AccessRecord.objects.filter(kind=AccessKind.DECIDE).latest("id")
    assert (logged.detail, logged.subject_ids) == ("emergency unjustified", [resident_id])


@pytest.mark.parametrize("user", ["police", "collector", "housing", "auditor", "system_admin",
                                  "grid", "civil_affairs"])  # fmt: skip
def test_who_is_no_supervisor_of_either_side_reviews_nothing(
    registry: Registry, resident_id: uuid.UUID, user: str
) -> None:
    emergency_id = open_it(registry, resident_id)
    over(emergency_id)
    with pytest.raises((NotAllowed, NotFound)):
        review(registry, emergency_id, user)


def test_a_supervisor_reviews_neither_his_own_nor_what_does_not_concern_him(
    registry: Registry, resident_id: uuid.UUID
) -> None:
    mine = open_it(registry, resident_id, "police_chief", elements=["dibao"])
    over(mine)
    with pytest.raises(NotAllowed):
        review(registry, mine, "police_chief")
    with pytest.raises(NotAllowed):
        review(registry, mine, "property_manager")
    add_staff(registry.world, "deputy")
    review(registry, mine, "deputy")
    owners = open_it(registry, resident_id, "police_chief", elements=["dibao"])
    over(owners)
    add_staff(registry.world, "welfare_chief", "civil_affairs")
    review(registry, owners, "welfare_chief")


def test_a_supervisor_elsewhere_does_not_review(registry: Registry, resident_id: uuid.UUID) -> None:
    emergency_id = open_it(registry, resident_id)
    over(emergency_id)
    registry.world.users["police_chief"].memberships.update(area=registry.world.other_estate)
    with pytest.raises(NotFound):
        review(registry, emergency_id, "police_chief")


def test_the_database_knows_no_review_of_oneself(
    registry: Registry, resident_id: uuid.UUID
) -> None:
    open_it(registry, resident_id)
    row = EmergencyAccess.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        EmergencyAccess.objects.update(reviewed_by=row.user_id)
    with pytest.raises(IntegrityError), transaction.atomic():
        EmergencyAccess.objects.update(expires_at=row.opened_at)


def test_the_lists(registry: Registry, resident_id: uuid.UUID) -> None:
    world = registry.world
    emergency_id = open_it(registry, resident_id)
    over(emergency_id)

    def rows(user: str, side: str) -> list[selectors.EmergencyView]:
        page = selectors.emergencies(viewer=world.viewer(user), side=side, number=1)
        return list(page.rows)

    (mine,) = rows("civil_affairs", "mine")
    assert (mine.may_review, mine.state, mine.review_overdue) == (False, "pending", False)
    (to_review,) = rows("police_chief", "review")
    assert to_review.may_review
    assert to_review.name == "张三丰"
    assert selectors.emergencies_to_review(viewer=world.viewer("police_chief")) == 1
    assert selectors.emergencies_to_review(viewer=world.viewer("civil_affairs")) == 0
    assert rows("police_chief", "mine") == []
    (audited,) = rows("auditor", "all")
    assert (audited.name, audited.resident_id, audited.reason) == ("", None, REASON)
    assert not audited.may_review
    for user, side in [("auditor", "mine"), ("police_chief", "all"), ("civil_affairs", "review"),
                       ("collector", "mine"), ("system_admin", "all")]:  # fmt: skip
        with pytest.raises(NotAllowed):
            rows(user, side)
    EmergencyAccess.objects.update(review_due=clock.today() - timedelta(days=1))
    assert rows("auditor", "all")[0].review_overdue
    review(registry, emergency_id, "police_chief")
    (done,) = rows("auditor", "all")
    assert (done.state, done.review_overdue) == ("justified", False)
    assert selectors.emergencies_to_review(viewer=world.viewer("police_chief")) == 0


def test_it_stands_in_the_log_and_the_reviewers_hear_of_it(
    registry: Registry, resident_id: uuid.UUID
) -> None:
    world = registry.world
    LiveEvent.objects.all().delete()
    open_it(registry, resident_id)
    opened = AccessRecord.objects.latest("id")
    assert (opened.kind, opened.purpose, opened.elements, opened.subject_ids) == (
        AccessKind.EMERGENCY, Purpose.CARE, ["doc_no", "mobile"], [resident_id],
    )  # fmt: skip
    heard = set(LiveEvent.objects.get(name="emergency").audience)
    assert f"user:{world.users['police_chief'].pk}" in heard, "police own the document number"
    assert f"user:{world.users['property_manager'].pk}" in heard, "the property owns the mobile"
    assert f"user:{world.users['housing'].pk}" not in heard
    selectors.profile(viewer=world.viewer("civil_affairs"), resident_id=resident_id)
    assert AccessRecord.objects.latest("id").kind == AccessKind.EMERGENCY


def test_the_reason_is_sealed_at_rest(registry: Registry, resident_id: uuid.UUID) -> None:
    open_it(registry, resident_id)
    raw = EmergencyAccess.objects.raw(
        "SELECT id, encode(reason, 'escape') AS text FROM datasharing_emergencyaccess"
    )
    assert REASON not in raw[0].text  # type: ignore[attr-defined]


def test_the_resident_sees_that_it_was_read(
    registry: Registry, resident_id: uuid.UUID, client_for: ClientFor
) -> None:
    ResidentAccount.objects.create(user=registry.world.users["resident"], resident_id=resident_id)
    open_it(registry, resident_id)
    page = body(client_for("resident").get(reverse("mobile:looks")))
    assert registry.world.departments["civil_affairs"].name in page
    assert str(Purpose.CARE.label) in page


def test_opened_ended_and_reviewed_on_the_pages(
    registry: Registry, resident_id: uuid.UUID, client_for: ClientFor, world: World
) -> None:
    officer, chief = client_for("civil_affairs"), client_for("police_chief")
    profile = reverse("residents:resident", args=[resident_id])
    url = reverse("residents:open_emergency", args=[resident_id])
    assert url in body(officer.get(profile))
    assert url not in body(client_for("collector").get(profile))
    asked = body(officer.get(url))
    assert 'value="doc_no"' in asked
    assert 'value="face_image"' not in asked
    sent = {"reason": REASON, "purpose": "care", "minutes": "60", "scope": "some"}
    answer = officer.post(url, sent)
    assert answer.status_code == 422
    assert 'id="id_chosen_error"' in body(answer)
    assert officer.post(url, {**sent, "minutes": "9999", "scope": "all"}).status_code == 422
    assert officer.post(url, {**sent, "scope": "all"}).status_code == 302
    row = EmergencyAccess.objects.get()
    page = body(officer.get(profile))
    assert NUMBER in page
    assert "60 分钟" in page
    again = officer.post(url, {**sent, "scope": "all"})
    assert again.status_code == 422
    end = reverse("residents:end_emergency", args=[row.pk])
    assert end in page
    assert officer.post(end).status_code == 302
    assert NUMBER not in body(officer.get(profile))
    review_url = reverse("residents:review_emergency", args=[row.pk])
    listing = reverse("residents:emergencies")
    assert review_url in body(chief.get(listing))
    assert review_url not in body(officer.get(listing))
    chief.post(review_url, {"answer": "justified", "comment": ""})
    assert EmergencyAccess.objects.get().reviewed_at is None
    chief.post(review_url, {"answer": "justified", "comment": "符合规定"})
    assert EmergencyAccess.objects.get().justified is True
    audit = body(client_for("auditor").get(listing))
    assert REASON in audit
    assert "张三丰" not in audit
