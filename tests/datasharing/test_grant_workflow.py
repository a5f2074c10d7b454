"""A grant is asked for, given in part, and taken back; nothing opens before or after."""

from datetime import date
from typing import Any

import pytest

from accounts.actions import appoint
from accounts.choices import Role
from accounts.models import User
from datasharing import access_log, actions, policy
from datasharing.choices import AccessKind, GrantStatus, Level
from datasharing.models import AccessRecord, Grant
from smartcommunity.kernel import clock, workdays
from smartcommunity.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from smartcommunity.kernel.models import LiveEvent
from tests.conftest import World
from tests.datasharing.asking import MONTH, approve, ask

pytestmark = pytest.mark.django_db


def level(world: World, element: str, area: str = "estate", subject: str = "resident") -> Level:
    access = policy.access(viewer=world.viewer("housing"), subject=subject)
    return access.level(element, world.areas[area].path)


def test_requested_is_hidden_approved_in_part_is_that_part_revoked_is_gone(strict: World) -> None:
    grant_id = ask(strict)
    assert level(strict, "doc_no") == Level.HIDDEN
    approve(strict, grant_id)
    assert level(strict, "doc_no") == Level.MASKED
    assert level(strict, "name_cn") == Level.HIDDEN
    assert level(strict, "doc_no", "other_estate") == Level.HIDDEN
    actions.revoke_grant(viewer=strict.viewer("police_chief"), grant_id=grant_id, reason="over")
    assert level(strict, "doc_no") == Level.HIDDEN
    steps = AccessRecord.objects.filter(kind=AccessKind.DECIDE).order_by("id")
    assert list(steps.values_list("detail", flat=True)) == [
        "grant requested", "grant approved", "grant revoked",
    ]  # fmt: skip
    assert access_log.verify() == AccessRecord.objects.count()
    told = LiveEvent.objects.filter(name="grant").order_by("id")
    assert [event.audience for event in told] == [["housing", "police"]] * 3


def test_a_refusal_needs_a_reason_and_is_final(strict: World) -> None:
    grant_id, chief = ask(strict), strict.viewer("police_chief")
    with pytest.raises(Invalid):
        actions.refuse_grant(viewer=chief, grant_id=grant_id, reason=" ")
    actions.refuse_grant(viewer=chief, grant_id=grant_id, reason="not needed")
    with pytest.raises(Conflict):
        approve(strict, grant_id)
    with pytest.raises(Conflict):
        actions.revoke_grant(viewer=chief, grant_id=grant_id, reason="over")


@pytest.mark.parametrize(
    ("field", "more"),
    [
        ("elements", {"elements": ("doc_no", "sex")}),
        ("elements", {"elements": ()}),
        ("level", {"level": Level.FULL}),
        ("level", {"level": Level.HIDDEN}),
        ("may_write", {"may_write": True}),
        ("valid_to", {"valid_to": clock.today() + 3 * MONTH}),
    ],
)
def test_nobody_gives_more_than_was_asked_for(
    field: str, more: dict[str, Any], strict: World
) -> None:
    grant_id = ask(strict, level=Level.MASKED)
    with pytest.raises(Invalid) as refusal:
        approve(strict, grant_id, **more)
    assert list(refusal.value.fields) == [field]
    with pytest.raises(Invalid):
        approve(strict, grant_id, area=strict.areas["province"])


def test_nothing_is_passed_on_and_the_withheld_cannot_be_requested(strict: World) -> None:
    """Housing was given document numbers: asking housing for them leads nowhere."""
    approve(strict, ask(strict))
    housing, property_company = strict.departments["housing"], strict.departments["property"]
    with pytest.raises(Invalid, match="invalid"):
        ask(strict, "doc_no", user="civil_affairs", owner=housing)
    with pytest.raises(Invalid) as refusal:
        ask(strict, "face_template", owner=property_company)
    assert "不得对外传输" in str(refusal.value.fields["elements"])


def test_what_is_unconditional_is_granted_at_once_to_read(strict: World) -> None:
    ask(strict, "region_code")
    assert level(strict, "region_code", subject="dwelling") == Level.FULL
    written = Grant.objects.get(pk=ask(strict, "region_code", may_write=True))
    assert written.status == GrantStatus.REQUESTED
    assert written.reply_due == workdays.after(clock.today(), 1)


def test_who_asks_and_who_decides(strict: World) -> None:
    with pytest.raises(NotAllowed):
        ask(strict, user="grid")
    grant_id = ask(strict)
    with pytest.raises(NotAllowed):
        approve(strict, grant_id, user="police")
    for stranger in ("housing", "civil_affairs"):
        with pytest.raises(NotFound):
            approve(strict, grant_id, user=stranger)


def test_an_officer_decides_only_where_there_is_no_supervisor(strict: World) -> None:
    civil = strict.departments["civil_affairs"]
    grant_id = ask(strict, "dibao", "dibao_no", owner=civil)
    strict.users["chief"] = User.objects.create_user("chief", display_name="chief")
    approve(strict, grant_id, user="civil_affairs", elements=("dibao",), level=Level.YES_NO)
    assert level(strict, "dibao") == Level.YES_NO
    appoint(
        user=strict.users["chief"],
        department=civil,
        area=strict.areas["community"],
        role=Role.SUPERVISOR,
        valid_from=date(2024, 1, 1),
    )
    with pytest.raises(NotAllowed):
        approve(strict, ask(strict, "dibao", owner=civil), user="civil_affairs")
