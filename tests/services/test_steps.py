"""The state machine: who may take which step when."""

import pytest

from services import actions
from services.choices import RequestState, Step
from services.errors import NotBound, WrongState
from services.models import RequestStep, ServiceRequest
from services.policies import STEPS, state_after
from smartcommunity.kernel.errors import Invalid, NotAllowed, NotFound
from tests.conftest import World
from tests.services.conftest import Village, jpeg


@pytest.mark.parametrize("state", list(RequestState))
@pytest.mark.parametrize("step", list(STEPS))
def test_every_step_leads_where_the_table_says_or_is_refused(
    state: RequestState, step: Step
) -> None:
    allowed, leads_to = STEPS[step]
    if state in allowed:
        assert state_after(state, step) == (leads_to or state)
    else:
        with pytest.raises(WrongState):
            state_after(state, step)


def test_a_repair_from_report_to_rating(village: Village) -> None:
    staff, person = village.world.viewer("property"), village.world.viewer("resident")
    request = village.report(pictures=[jpeg()])
    assert (request.state, request.place) == (RequestState.SUBMITTED, "测试路1号1栋1单元201")
    actions.accept(viewer=staff, request_id=request.pk)
    actions.comment(viewer=staff, request_id=request.pk, text="下午三点到")
    actions.close(viewer=staff, request_id=request.pk, note="已更换阀芯", pictures=[jpeg()])
    actions.rate(viewer=person, request_id=request.pk, stars=5, comment="很快")
    request.refresh_from_db()
    assert (request.state, request.rating) == (RequestState.DONE, 5)
    assert request.assigned_to_id == staff.user_id
    assert request.closed_at is not None
    steps = RequestStep.objects.filter(request=request).order_by("at")
    assert [step.step for step in steps] == ["submitted", "accepted", "commented", "done", "rated"]
    assert [step.photos.count() for step in steps] == [1, 0, 0, 1, 0]


def test_wrong_steps_change_nothing(village: Village) -> None:
    staff, person = village.world.viewer("property"), village.world.viewer("resident")
    request = village.report()
    with pytest.raises(WrongState):
        actions.close(viewer=staff, request_id=request.pk, note="修好了")
    with pytest.raises(WrongState):
        actions.rate(viewer=person, request_id=request.pk, stars=5)
    actions.accept(viewer=staff, request_id=request.pk)
    with pytest.raises(WrongState):
        actions.accept(viewer=village.world.viewer("property_manager"), request_id=request.pk)
    with pytest.raises(WrongState):
        actions.cancel(viewer=person, request_id=request.pk)
    with pytest.raises(Invalid) as refusal:
        actions.close(viewer=staff, request_id=request.pk, note=" ")
    assert "note" in refusal.value.fields
    request.refresh_from_db()
    assert request.state == RequestState.ACCEPTED
    assert request.steps.count() == 2


def test_a_colleague_takes_over(village: Village) -> None:
    request = village.report()
    actions.accept(viewer=village.world.viewer("property"), request_id=request.pk)
    manager = village.world.viewer("property_manager")
    actions.take_over(viewer=manager, request_id=request.pk)
    actions.take_over(viewer=manager, request_id=request.pk)
    request.refresh_from_db()
    assert request.assigned_to_id == manager.user_id
    assert request.steps.filter(step=Step.TAKEN_OVER).count() == 1


def test_one_rating_of_one_to_five_stars(village: Village) -> None:
    staff, person = village.world.viewer("property"), village.world.viewer("resident")
    request = village.report()
    actions.accept(viewer=staff, request_id=request.pk)
    actions.close(viewer=staff, request_id=request.pk, note="已修复")
    with pytest.raises(Invalid):
        actions.rate(viewer=person, request_id=request.pk, stars=6)
    with pytest.raises(NotFound):
        actions.rate(viewer=village.world.viewer("neighbour"), request_id=request.pk, stars=1)
    actions.rate(viewer=person, request_id=request.pk, stars=4)
    with pytest.raises(WrongState):
        actions.rate(viewer=person, request_id=request.pk, stars=1)


def test_withdrawn_while_nobody_has_accepted(village: Village) -> None:
    request = village.report()
    with pytest.raises(NotFound):
        actions.cancel(viewer=village.world.viewer("neighbour"), request_id=request.pk)
    actions.cancel(viewer=village.world.viewer("resident"), request_id=request.pk)
    request.refresh_from_db()
    assert request.state == RequestState.CANCELLED
    with pytest.raises(WrongState):
        actions.accept(viewer=village.world.viewer("property"), request_id=request.pk)


def test_other_departments_do_not_handle_it(village: Village) -> None:
    request = village.report()
    for name in ["police", "civil_affairs", "grid", "auditor", "system_admin", "resident"]:
        with pytest.raises(NotFound):
            actions.accept(viewer=village.world.viewer(name), request_id=request.pk)
    assert ServiceRequest.objects.get().state == RequestState.SUBMITTED


def test_an_account_without_registry_entry_cannot_ask(world: World) -> None:
    village = Village(world, {}, sensor=None)  # type: ignore[arg-type]
    with pytest.raises(NotBound):
        village.report()


def test_notices_only_where_one_works(village: Village) -> None:
    world = village.world
    manager = world.viewer("property_manager")
    actions.publish_notice(viewer=manager, area=world.estate, title="停水", body="明天停水")
    for name, area in [
        ("property_manager", world.other_estate),
        ("police", world.estate),
        ("resident", world.estate),
    ]:
        with pytest.raises(NotAllowed):
            actions.publish_notice(viewer=world.viewer(name), area=area, title="x", body="x")
