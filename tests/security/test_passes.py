"""Passes: issue, present, count, revoke, expire."""

from datetime import timedelta

import pytest

from devices.choices import EventKind
from devices.models import Command
from residents.models import Residence
from security.actions import IssuedPass, issue_pass, present_token, revoke_pass
from security.models import Pass, Passage
from security.selectors import passes_of_resident
from smartcommunity.kernel import clock
from smartcommunity.kernel.errors import Conflict, Invalid, NotFound
from tests.security.conftest import Estate, make_resident


def issue(estate: Estate, who: str = "resident", **changes: object) -> IssuedPass:
    now = clock.now()
    values = {
        "resident_id": estate.resident.pk,
        "area": estate.world.estate,
        "kind": "visitor",
        "bearer": "王师傅",
        "valid_from": now - timedelta(minutes=1),
        "valid_to": now + timedelta(hours=4),
        "uses": 2,
        **changes,
    }
    return issue_pass(viewer=estate.world.viewer(who), **values)  # type: ignore[arg-type]


def test_a_pass_opens_as_often_as_it_says(estate: Estate) -> None:
    token = issue(estate).token
    outcomes = [present_token(gate=estate.gate, token=token) for _ in range(3)]
    assert [passage.outcome for passage in outcomes] == ["opened", "opened", "refused"]
    assert outcomes[2].reason == "pass_used_up"
    assert Command.objects.count() == 2
    assert all(passage.resident_id is None for passage in outcomes)


def test_the_token_is_kept_as_hash_and_sealed(estate: Estate) -> None:
    issued = issue(estate)
    row = Pass.objects.filter(pk=issued.pass_id).values("token_hash").get()
    assert issued.token.encode() not in bytes(row["token_hash"])
    view = passes_of_resident(
        viewer=estate.world.viewer("resident"), resident_id=estate.resident.pk
    )[0]
    assert (view.token, view.bearer, view.state) == (issued.token, "王师傅", "active")


def test_a_code_read_at_the_gate_opens_once_per_event(estate: Estate) -> None:
    token = issue(estate).token
    event = estate.event(EventKind.PASSAGE, device=estate.gate.controller, method="qr", token=token)
    passage = Passage.objects.get(event=event)
    assert passage.outcome == "opened"
    assert present_token(gate=estate.gate, token=token, event=event) == passage
    assert Pass.objects.get().uses_left == 1


def test_an_unknown_code_opens_nothing(estate: Estate) -> None:
    estate.event(EventKind.PASSAGE, device=estate.gate.controller, method="qr", token="made-up")
    assert Passage.objects.get().reason == "unknown_pass"
    assert not Command.objects.exists()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"valid_from": timedelta(hours=1)}, "pass_not_yet"),
        ({"valid_from": timedelta(hours=-3), "valid_to": timedelta(hours=-2)}, "pass_expired"),
        ({"revoked_at": timedelta(0)}, "pass_revoked"),
    ],
)
def test_out_of_time_it_stays_shut(
    estate: Estate, change: dict[str, timedelta], reason: str
) -> None:
    token = issue(estate).token
    now = clock.now()
    Pass.objects.update(**{name: now + delta for name, delta in change.items()})
    assert present_token(gate=estate.gate, token=token).reason == reason


def test_it_belongs_to_its_estate_and_ends_with_the_tenancy(estate: Estate) -> None:
    token = issue(estate).token
    Pass.objects.update(area=estate.world.other_estate)
    assert present_token(gate=estate.gate, token=token).reason == "pass_elsewhere"
    Pass.objects.update(area=estate.world.estate)
    Residence.objects.update(valid_to=clock.today() - timedelta(days=1))
    assert present_token(gate=estate.gate, token=token).reason == "not_entitled"
    assert not Command.objects.exists()


def test_revoking_ends_it_at_once_and_once(estate: Estate) -> None:
    issued = issue(estate)
    viewer = estate.world.viewer("resident")
    revoke_pass(viewer=viewer, pass_id=issued.pass_id, resident_id=estate.resident.pk)
    assert present_token(gate=estate.gate, token=issued.token).reason == "pass_revoked"
    with pytest.raises(Conflict):
        revoke_pass(viewer=viewer, pass_id=issued.pass_id, resident_id=estate.resident.pk)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"bearer": " "}, "bearer"),
        ({"uses": 0}, "uses"),
        ({"uses": 21}, "uses"),
        ({"valid_to": clock.now() - timedelta(hours=1)}, "valid_to"),
        ({"valid_to": clock.now() + timedelta(days=30)}, "valid_to"),
    ],
)
def test_unreasonable_passes_are_refused(
    estate: Estate, changes: dict[str, object], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        issue(estate, **changes)
    assert set(refused.value.fields) == {field}


def test_nobody_makes_or_reads_passes_for_others(estate: Estate) -> None:
    other = make_resident(estate.world, "李四")
    for who in ("neighbour", "civil_affairs", "system_admin"):
        with pytest.raises(NotFound):
            issue(estate, who)
        with pytest.raises(NotFound):
            passes_of_resident(viewer=estate.world.viewer(who), resident_id=estate.resident.pk)
    with pytest.raises(NotFound):
        issue(estate, "resident", resident_id=other.pk)
    assert issue(estate, "property").token


def test_an_estate_where_one_does_not_live_gives_no_pass(estate: Estate) -> None:
    with pytest.raises(Invalid) as refused:
        issue(estate, area=estate.world.other_estate)
    assert set(refused.value.fields) == {"area"}
