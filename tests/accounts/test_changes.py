"""Dual control: what one security administrator proposes, only another lets take effect."""

import threading
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from guardian.shortcuts import assign_perm

from accounts import actions
from accounts.choices import ChangeKind, ChangeStatus, DepartmentKind, Role
from accounts.errors import ChangeOvertaken, RolesExclude
from accounts.models import AreaShare, Membership, PermissionChange, User
from accounts.selectors import viewer_for
from accounts.selectors.changes import changes_to_decide
from accounts.viewer import Viewer
from datasharing import access_log
from datasharing.models import AccessRecord
from smartcommunity.kernel import clock
from smartcommunity.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from tests.conftest import World, as_owner

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def propose(
    world: World,
    *,
    by: str = "security_admin",
    user: str = "collector",
    kind: str = "civil_affairs",
    area: str = "estate",
    role: str = Role.OFFICER,
    to: date | None = None,
) -> PermissionChange:
    return actions.propose_membership(
        viewer=world.viewer(by),
        user_id=world.users[user].pk,
        department_id=world.departments[kind].pk,
        area_id=world.areas[area].pk,
        role=role,
        valid_from=clock.today(),
        valid_to=to,
        reason="替班",
    )


def term_of(world: World, user: str) -> Membership:
    return Membership.objects.get(user=world.users[user])


def roles(world: World, user: str) -> set[str]:
    return set(
        Membership.objects.in_force()
        .filter(user=world.users[user])
        .values_list("department__kind", flat=True)
    )


def second(world: World) -> Viewer:
    return world.viewer("security_admin_2")


def test_nothing_happens_until_a_second_approves(bare_world: World) -> None:
    change = propose(bare_world)
    assert roles(bare_world, "collector") == {"police"}
    actions.approve_change(viewer=second(bare_world), change_id=change.pk)
    assert roles(bare_world, "collector") == {"police", "civil_affairs"}
    with pytest.raises(Conflict):
        actions.approve_change(viewer=second(bare_world), change_id=change.pk)


def test_nobody_approves_or_rejects_what_he_proposed(bare_world: World) -> None:
    change = propose(bare_world)
    proposer = bare_world.viewer("security_admin")
    with pytest.raises(NotAllowed):
        actions.approve_change(viewer=proposer, change_id=change.pk)
    with pytest.raises(NotAllowed):
        actions.reject_change(viewer=proposer, change_id=change.pk, reason="x")
    assert roles(bare_world, "collector") == {"police"}
    with pytest.raises(IntegrityError), transaction.atomic():
        PermissionChange.objects.filter(pk=change.pk).update(
            status=ChangeStatus.APPROVED, decided_by=bare_world.users["security_admin"]
        )


def test_not_even_in_another_membership(bare_world: World) -> None:
    """The rule looks at the person. That he holds the role twice is refused as well."""
    user = bare_world.users["security_admin"]
    with pytest.raises(RolesExclude):
        actions.appoint(
            user=user,
            department=bare_world.departments["operator"],
            area=bare_world.areas["estate"],
            role=Role.SECURITY_ADMIN,
            valid_from=clock.today(),
        )
    change = propose(bare_world)
    Membership.objects.filter(user=user).update(ended_at=clock.now())
    actions.appoint(
        user=user,
        department=bare_world.departments["operator"],
        area=bare_world.areas["community"],
        role=Role.SECURITY_ADMIN,
        valid_from=clock.today(),
    )
    with pytest.raises(NotAllowed):
        actions.approve_change(viewer=viewer_for(user=user), change_id=change.pk)


def test_nobody_proposes_for_himself(bare_world: World) -> None:
    with pytest.raises(NotAllowed):
        propose(bare_world, user="security_admin", kind="police")


def test_nobody_approves_what_concerns_himself(bare_world: World) -> None:
    mine = term_of(bare_world, "security_admin_2")
    change = actions.propose_end(
        viewer=bare_world.viewer("security_admin"), membership_id=mine.pk, reason="x"
    )
    with pytest.raises(NotAllowed):
        actions.approve_change(viewer=second(bare_world), change_id=change.pk)
    assert changes_to_decide(viewer=second(bare_world)) == 0


def test_a_member_does_not_approve_the_change_of_his_department(bare_world: World) -> None:
    operator = bare_world.departments["operator"]
    change = PermissionChange.objects.create(
        kind=ChangeKind.DEPARTMENT_CHANGED,
        department=operator,
        department_kind="police",
        area=bare_world.areas["community"],
        reason="x",
        proposed_by=bare_world.users["security_admin"],
        proposed_at=clock.now(),
        expires_at=clock.now() + DAY,
        seen={"kind": "operator", "responsible_for": bare_world.areas["community"].pk},
    )
    with pytest.raises(NotAllowed):
        actions.approve_change(viewer=second(bare_world), change_id=change.pk)


@pytest.mark.parametrize("by", ["police_chief", "system_admin", "auditor", "resident"])
def test_others_propose_and_decide_nothing(by: str, bare_world: World) -> None:
    with pytest.raises(NotAllowed):
        propose(bare_world, by=by, user="grid")
    change = propose(bare_world)
    for decide in (
        lambda: actions.approve_change(viewer=bare_world.viewer(by), change_id=change.pk),
        lambda: actions.reject_change(
            viewer=bare_world.viewer(by), change_id=change.pk, reason="x"
        ),
    ):
        with pytest.raises(NotAllowed):
            decide()
    with pytest.raises(NotFound):
        actions.withdraw_change(viewer=bare_world.viewer(by), change_id=change.pk)


def test_outside_his_area_he_proposes_and_decides_nothing(bare_world: World) -> None:
    change = propose(bare_world, area="other_estate")
    Membership.objects.filter(user=bare_world.users["security_admin_2"]).update(
        area=bare_world.estate
    )
    with pytest.raises(NotAllowed):
        actions.approve_change(viewer=second(bare_world), change_id=change.pk)
    with pytest.raises(NotAllowed):
        propose(bare_world, by="security_admin_2", area="other_estate", user="grid")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"area": "district"}, None),
        ({"role": "emperor"}, "role"),
        ({"role": Role.AUDITOR}, "role"),
        ({"to": date(2020, 1, 1)}, "valid_to"),
        ({"user": "resident"}, "user"),
    ],
)
def test_what_cannot_be_is_refused_at_once(
    wrong: dict[str, object], field: str | None, bare_world: World
) -> None:
    with pytest.raises((Invalid, NotAllowed)) as refused:
        propose(bare_world, **wrong)  # type: ignore[arg-type]
    if field:
        assert set(refused.value.fields) == {field}
    assert not PermissionChange.objects.exists()


def test_the_three_administrators_hold_nothing_else(bare_world: World) -> None:
    with pytest.raises(RolesExclude):
        propose(bare_world, user="auditor", kind="police")
    with pytest.raises(RolesExclude):
        propose(
            bare_world, user="police", kind="operator", role=Role.SYSTEM_ADMIN, area="community"
        )


def test_a_bulk_write_does_not_get_around_it(bare_world: World) -> None:
    """The database itself refuses: `bulk_create`, `update`, whatever."""
    terms = {
        "user": bare_world.users["auditor"],
        "department": bare_world.departments["police"],
        "area": bare_world.areas["community"],
        "valid_from": clock.today() + 30 * DAY,
    }
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.bulk_create([Membership(role=Role.OFFICER, **terms)])
    other = actions.appoint(
        user=bare_world.users["police"],
        department=bare_world.departments["grid"],
        area=bare_world.areas["community"],
        role=Role.OFFICER,
        valid_from=clock.today(),
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.filter(pk=other.pk).update(role=Role.AUDITOR)


def test_an_administrator_may_become_one_again_later(bare_world: World) -> None:
    term = term_of(bare_world, "auditor")
    actions.end_now(
        viewer=bare_world.viewer("security_admin"), membership_id=term.pk, reason="轮岗"
    )
    change = propose(
        bare_world, user="auditor", kind="operator", role=Role.SYSTEM_ADMIN, area="community"
    )
    actions.approve_change(viewer=second(bare_world), change_id=change.pk)
    assert viewer_for(user=bare_world.users["auditor"]).role == Role.SYSTEM_ADMIN


def test_the_world_changes_between_proposal_and_approval(bare_world: World) -> None:
    """Each time the second is told why, and nothing happens."""
    term = term_of(bare_world, "collector")
    changed = actions.propose_membership_change(
        viewer=bare_world.viewer("security_admin"),
        membership_id=term.pk,
        department_id=term.department_id,
        area_id=bare_world.estate.pk,
        role=Role.COLLECTOR,
        valid_to=None,
        reason="x",
    )
    given = propose(bare_world, user="grid")
    Membership.objects.filter(pk=term.pk).update(role=Role.OFFICER)
    with pytest.raises(ChangeOvertaken) as refused:
        actions.approve_change(viewer=second(bare_world), change_id=changed.pk)
    assert str(refused.value.message)
    actions.end_account(
        viewer=bare_world.viewer("system_admin"), user_id=bare_world.users["grid"].pk, reason="离职"
    )
    with pytest.raises(ChangeOvertaken):
        actions.approve_change(viewer=second(bare_world), change_id=given.pk)
    assert Membership.objects.unended().filter(user=bare_world.users["grid"]).count() == 0
    actions.reject_change(viewer=second(bare_world), change_id=given.pk, reason="已离职")


def test_the_administrators_exclude_each_other_at_approval_too(bare_world: World) -> None:
    user = User.objects.create_user("newcomer", display_name="新人", is_official=True)
    bare_world.users["newcomer"] = user
    first = propose(bare_world, user="newcomer", kind="police")
    other = propose(bare_world, user="newcomer", kind="operator", role=Role.AUDITOR)
    actions.approve_change(viewer=second(bare_world), change_id=first.pk)
    with pytest.raises(RolesExclude):
        actions.approve_change(viewer=second(bare_world), change_id=other.pk)
    assert roles(bare_world, "newcomer") == {"police"}


def test_what_a_leaver_proposed_falls_with_him(bare_world: World) -> None:
    """A stolen account's proposals do not outlive it."""
    change = propose(bare_world)
    actions.end_account(
        viewer=bare_world.viewer("system_admin"),
        user_id=bare_world.users["security_admin"].pk,
        reason="账号被盗",
    )
    with pytest.raises(ChangeOvertaken):
        actions.approve_change(viewer=second(bare_world), change_id=change.pk)


def test_a_department_that_changed_its_kind_meanwhile(bare_world: World) -> None:
    change = propose(bare_world)
    bare_world.departments["civil_affairs"].kind = DepartmentKind.POLICE
    bare_world.departments["civil_affairs"].save()
    with pytest.raises(ChangeOvertaken):
        actions.approve_change(viewer=second(bare_world), change_id=change.pk)


@pytest.mark.django_db(transaction=True)
def test_two_approve_at_once(bare_world: World) -> None:
    """One of them does it; the other is told that it was answered."""
    third = User.objects.create_user("security_admin_3", display_name="丙")
    actions.appoint(
        user=third,
        department=bare_world.departments["operator"],
        area=bare_world.areas["community"],
        role=Role.SECURITY_ADMIN,
        valid_from=clock.today(),
    )
    change = propose(bare_world)
    viewers = [second(bare_world), viewer_for(user=third)]
    start, outcomes = threading.Barrier(2), []

    def approve(viewer: Viewer) -> None:
        start.wait()
        try:
            actions.approve_change(viewer=viewer, change_id=change.pk)
            outcomes.append("done")
        except Conflict:
            outcomes.append("late")
        finally:
            connection.close()

    threads = [threading.Thread(target=approve, args=[viewer]) for viewer in viewers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["done", "late"]
    assert Membership.objects.filter(department__kind="civil_affairs").count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_excluding_roles_approved_at_once(bare_world: World) -> None:
    user = User.objects.create_user("newcomer", display_name="新人", is_official=True)
    bare_world.users["newcomer"] = user
    pair = [
        propose(bare_world, user="newcomer", kind="police"),
        propose(bare_world, user="newcomer", kind="operator", role=Role.AUDITOR),
    ]
    start, outcomes = threading.Barrier(2), []
    viewer = second(bare_world)

    def approve(change: PermissionChange) -> None:
        start.wait()
        try:
            actions.approve_change(viewer=viewer, change_id=change.pk)
            outcomes.append("done")
        except Conflict:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=approve, args=[change]) for change in pair]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["done", "refused"]
    assert Membership.objects.in_force().filter(user=user).count() == 1


def test_unanswered_it_falls(bare_world: World) -> None:
    change = propose(bare_world)
    PermissionChange.objects.update(expires_at=clock.now() - DAY)
    with pytest.raises(Conflict):
        actions.approve_change(viewer=second(bare_world), change_id=change.pk)
    assert actions.expire_changes() == 1
    assert actions.expire_changes() == 0
    change.refresh_from_db()
    assert change.status == ChangeStatus.EXPIRED
    assert roles(bare_world, "collector") == {"police"}


def test_the_proposer_withdraws_and_may_propose_anew(bare_world: World) -> None:
    change = propose(bare_world)
    with pytest.raises(Conflict):
        propose(bare_world, by="security_admin_2")
    actions.withdraw_change(viewer=bare_world.viewer("security_admin"), change_id=change.pk)
    with pytest.raises(Conflict):
        actions.approve_change(viewer=second(bare_world), change_id=change.pk)
    propose(bare_world, by="security_admin_2")


def test_a_rejection_needs_a_reason(bare_world: World) -> None:
    change = propose(bare_world)
    with pytest.raises(Invalid):
        actions.reject_change(viewer=second(bare_world), change_id=change.pk, reason=" ")
    actions.reject_change(viewer=second(bare_world), change_id=change.pk, reason="不必要")
    assert roles(bare_world, "collector") == {"police"}


def test_in_an_emergency_at_once_and_reviewed_by_another(bare_world: World) -> None:
    term = term_of(bare_world, "police")
    actor = bare_world.viewer("security_admin")
    change = actions.end_now(viewer=actor, membership_id=term.pk, reason="账号被盗")
    assert not viewer_for(user=bare_world.users["police"]).is_staff_member
    with pytest.raises(NotAllowed):
        actions.review_change(viewer=actor, change_id=change.pk, in_order=True)
    with pytest.raises(Invalid):
        actions.review_change(viewer=second(bare_world), change_id=change.pk, in_order=False)
    actions.review_change(
        viewer=second(bare_world), change_id=change.pk, in_order=False, reason="误操作"
    )
    assert not viewer_for(user=bare_world.users["police"]).is_staff_member


def test_every_step_stands_in_the_access_log(bare_world: World) -> None:
    change = propose(bare_world)
    actions.approve_change(viewer=second(bare_world), change_id=change.pk)
    steps = AccessRecord.objects.filter(subject_ids__contains=[change.pk]).order_by("id")
    assert [(step.username, step.detail.split()[0]) for step in steps] == [
        ("security_admin", "change_proposed"),
        ("security_admin_2", "change_approved"),
    ]
    assert access_log.verify() >= 2


@pytest.mark.django_db(transaction=True)
def test_no_record_no_change(bare_world: World) -> None:
    """The log is written in the same transaction: where it fails, nothing has happened."""
    change = propose(bare_world)
    viewer = second(bare_world)
    with as_owner(), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                "ALTER TABLE datasharing_accessrecord ADD CONSTRAINT full_up CHECK (id < 2)"
            )
        with pytest.raises(IntegrityError), transaction.atomic():
            actions.approve_change(viewer=viewer, change_id=change.pk)
        assert roles(bare_world, "collector") == {"police"}
        transaction.set_rollback(True)


def share(world: World, *, start: date, end: date, user: str = "property_manager") -> AreaShare:
    change = actions.propose_share(
        viewer=world.viewer("security_admin"),
        user_id=world.users[user].pk,
        area_id=world.other_estate.pk,
        valid_from=start,
        valid_to=end,
        reason="支援第二小区",
    )
    actions.approve_change(viewer=second(world), change_id=change.pk)
    return AreaShare.objects.get(user=world.users[user])


def works_there(world: World) -> bool:
    return world.viewer("property_manager").works_in(world.other_estate.path)


def test_an_area_share_opens_the_area_for_its_period(bare_world: World) -> None:
    assert not works_there(bare_world)
    given = share(bare_world, start=clock.today(), end=clock.today() + DAY)
    assert works_there(bare_world)
    AreaShare.objects.filter(pk=given.pk).update(
        valid_from=clock.today() - 3 * DAY, valid_to=clock.today() - DAY
    )
    assert not works_there(bare_world)
    assert bare_world.users["property_manager"].has_perm("accounts.work_in_area", given.area)
    assert actions.forget_ended_shares() == 1
    user = User.objects.get(username="property_manager")
    assert not user.has_perm("accounts.work_in_area", given.area)


def test_a_share_to_come_opens_nothing_yet(bare_world: World) -> None:
    share(bare_world, start=clock.today() + DAY, end=clock.today() + 2 * DAY)
    assert not works_there(bare_world)


def test_withdrawn_it_is_gone(bare_world: World) -> None:
    given = share(bare_world, start=clock.today(), end=clock.today() + DAY)
    change = actions.propose_withdrawal(
        viewer=second(bare_world), share_id=given.pk, reason="支援结束"
    )
    assert works_there(bare_world)
    actions.approve_change(viewer=bare_world.viewer("security_admin"), change_id=change.pk)
    assert not works_there(bare_world)


def test_a_permission_of_guardian_alone_opens_nothing(bare_world: World) -> None:
    """Set past the pages, it has no reason, no period and no second administrator."""
    user = bare_world.users["property_manager"]
    assign_perm("accounts.work_in_area", user, bare_world.other_estate)
    assert not works_there(bare_world)


def test_the_three_administrators_get_no_further_area(bare_world: World) -> None:
    with pytest.raises(Invalid):
        share(bare_world, start=clock.today(), end=clock.today() + DAY, user="auditor")


def test_moving_an_area_needs_a_security_administrator(bare_world: World) -> None:
    """The other estate goes below the first's grid neighbour: who works there follows."""
    Membership.objects.filter(user__username__contains="admin").update(
        area=bare_world.areas["street"]
    )
    community = actions.add_area(
        viewer=bare_world.viewer("system_admin"),
        parent_id=bare_world.areas["street"].pk,
        name="第二社区",
        kind="community",
        code="4299",
    )
    change = actions.propose_move(
        viewer=bare_world.viewer("system_admin"),
        area_id=bare_world.other_estate.pk,
        parent_id=community.pk,
        reason="区划调整",
    )
    estate = type(community).objects.get(pk=bare_world.other_estate.pk)
    assert bare_world.viewer("police").works_in(estate.path)
    with pytest.raises(NotAllowed):
        actions.approve_change(viewer=bare_world.viewer("system_admin"), change_id=change.pk)
    actions.approve_change(viewer=second(bare_world), change_id=change.pk)
    estate.refresh_from_db()
    assert not bare_world.viewer("police").works_in(estate.path)


def test_the_rule_of_a_viewer_costs_the_same_with_more_shares(bare_world: World) -> None:
    user = bare_world.users["property_manager"]
    with CaptureQueriesContext(connection) as before:
        viewer_for(user=user)
    share(bare_world, start=clock.today(), end=clock.today() + DAY)
    with CaptureQueriesContext(connection) as after:
        viewer_for(user=user)
    assert len(after) <= len(before)
