"""The security administrator's pages: proposals, the diff before applying, the matrix."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import actions
from accounts.choices import DepartmentKind, Role
from accounts.models import Department, Membership, PermissionChange
from accounts.selectors import as_viewer
from datasharing import access_log, policy, selectors
from datasharing.choices import AccessKind, Exit, Level, Subject
from datasharing.models import AccessRecord, DataElement, Grant
from datasharing.sight import differences
from smartcommunity.kernel import clock
from smartcommunity.kernel.errors import NotAllowed
from tests.conftest import World

pytestmark = pytest.mark.django_db
ClientFor = Callable[[str], Client]


def form(world: World, **more: object) -> dict[str, object]:
    return {
        "user": world.users["collector"].pk,
        "department": world.departments["civil_affairs"].pk,
        "role": "officer",
        "area": world.estate.pk,
        "valid_from": clock.today().isoformat(),
        "valid_to": "",
        "reason": "替班一周",
        **more,
    }


def propose(world: World, client: Client, **more: object) -> PermissionChange:
    answer = client.post(reverse("datasharing:propose_membership"), form(world, **more))
    assert answer.status_code == 302, answer.content.decode()
    return PermissionChange.objects.latest("proposed_at")


def test_from_proposal_to_effect_in_two_browsers(world: World, client_for: ClientFor) -> None:
    first, second = client_for("security_admin"), client_for("security_admin_2")
    change = propose(world, first)
    page = reverse("datasharing:permission_change", args=[change.pk])
    own = first.get(page).content.decode()
    assert reverse("datasharing:approve_change", args=[change.pk]) not in own
    shown = second.get(page).content.decode()
    assert reverse("datasharing:approve_change", args=[change.pk]) in shown
    dibao = DataElement.objects.get(pk="dibao").label
    assert dibao in shown, "what civil affairs owns would be seen"
    assert second.get(reverse("datasharing:permission_changes")).status_code == 200
    assert first.post(reverse("datasharing:approve_change", args=[change.pk])).status_code == 403
    assert second.post(reverse("datasharing:approve_change", args=[change.pk])).status_code == 302
    assert Membership.objects.in_force().filter(user=world.users["collector"]).count() == 2
    assert second.get(page).status_code == 200
    assert (
        second.get(f"{reverse('datasharing:permission_changes')}?side=decided").status_code == 200
    )


def test_what_is_wrong_stands_beside_its_field(world: World, client_for: ClientFor) -> None:
    client = client_for("security_admin")
    page = reverse("datasharing:propose_membership")
    for wrong, field in (
        ({"reason": " "}, "reason"),
        ({"area": world.areas["province"].pk}, "area"),
        ({"user": world.users["resident"].pk}, "user"),
        ({"valid_to": "2020-01-01"}, "valid_to"),
        ({"role": "auditor"}, "role"),
        ({"user": world.users["security_admin"].pk}, None),
    ):
        answer = client.post(page, form(world, **wrong))
        assert answer.status_code in {403, 422}, wrong
        if field:
            assert f"id_{field}_error" in answer.content.decode(), wrong
    assert not PermissionChange.objects.exists()


@pytest.mark.parametrize("by", ["police_chief", "system_admin", "auditor", "resident", "grid"])
def test_forged_posts_of_others_do_nothing(by: str, world: World, client_for: ClientFor) -> None:
    change = propose(world, client_for("security_admin"))
    term = Membership.objects.get(user=world.users["housing"])
    client = client_for(by)
    for path, fields in {
        reverse("datasharing:propose_membership"): form(world),
        reverse("datasharing:change_membership", args=[term.pk]): form(world),
        reverse("datasharing:end_membership", args=[term.pk]): {"reason": "x", "now": "1"},
        reverse("datasharing:propose_share"): form(world),
        reverse("datasharing:approve_change", args=[change.pk]): {},
        reverse("datasharing:reject_change", args=[change.pk]): {"reason": "x"},
        reverse("datasharing:review_change", args=[change.pk]): {"finding": "in_order"},
        reverse("datasharing:withdraw_change", args=[change.pk]): {},
        reverse("datasharing:change_department", args=[world.departments["grid"].pk]): {
            "kind": "police",
            "area": world.areas["community"].pk,
            "reason": "x",
        },
    }.items():
        assert client.post(path, fields).status_code in {403, 404}, path
    change.refresh_from_db()
    assert change.status == "proposed"
    assert PermissionChange.objects.count() == 1


def test_a_change_overtaken_says_why_and_stays(world: World, client_for: ClientFor) -> None:
    change = propose(world, client_for("security_admin"))
    actions.end_account(
        viewer=world.viewer("system_admin"), user_id=world.users["collector"].pk, reason="离职"
    )
    second = client_for("security_admin_2")
    page = reverse("datasharing:permission_change", args=[change.pk])
    assert "此账号未在使用" in second.get(page).content.decode()
    answer = second.post(reverse("datasharing:approve_change", args=[change.pk]), follow=True)
    assert "此变更已无法生效" in answer.content.decode()
    change.refresh_from_db()
    assert change.status == "proposed"


def test_ending_and_sharing_by_the_pages(world: World, client_for: ClientFor) -> None:
    first, second = client_for("security_admin"), client_for("security_admin_2")
    term = Membership.objects.get(user=world.users["property_manager"])
    assert first.get(reverse("datasharing:end_membership", args=[term.pk])).status_code == 200
    first.post(
        reverse("datasharing:propose_share"),
        {
            "user": world.users["property_manager"].pk,
            "area": world.other_estate.pk,
            "valid_from": clock.today().isoformat(),
            "valid_to": (clock.today() + timedelta(days=7)).isoformat(),
            "reason": "支援",
        },
    )
    share = PermissionChange.objects.get()
    page = reverse("datasharing:permission_change", args=[share.pk])
    assert world.other_estate.name in second.get(page).content.decode()
    second.post(reverse("datasharing:approve_change", args=[share.pk]))
    assert world.viewer("property_manager").works_in(world.other_estate.path)
    assert "支援" in first.get(reverse("datasharing:shares")).content.decode()
    first.post(
        reverse("datasharing:end_membership", args=[term.pk]), {"reason": "紧急", "now": "1"}
    )
    assert not world.viewer("property_manager").is_staff_member
    review = PermissionChange.objects.get(status="to_review")
    second.post(reverse("datasharing:review_change", args=[review.pk]), {"finding": "in_order"})
    review.refresh_from_db()
    assert review.status == "confirmed"


def test_changing_a_department_shows_what_its_members_would_see(
    world: World, client_for: ClientFor
) -> None:
    first, second = client_for("security_admin"), client_for("security_admin_2")
    grid = world.departments["grid"]
    assert first.get(reverse("datasharing:permission_departments")).status_code == 200
    first.post(
        reverse("datasharing:change_department", args=[grid.pk]),
        {"kind": "police", "area": world.areas["community"].pk, "reason": "误设"},
    )
    change = PermissionChange.objects.get()
    page = second.get(reverse("datasharing:permission_change", args=[change.pk]))
    assert DataElement.objects.get(pk="doc_no").label in page.content.decode()
    second.post(reverse("datasharing:approve_change", args=[change.pk]))
    grid.refresh_from_db()
    assert grid.kind == DepartmentKind.POLICE


def test_the_diff_is_the_policy_itself(world: World) -> None:
    """For every element of every subject, before and after agree with `policy.access`."""
    before = [as_viewer(department=world.departments["grid"], role=Role.OFFICER,
                        paths=[world.estate.path])]  # fmt: skip
    after = [as_viewer(department=world.departments["police"], role=Role.OFFICER,
                       paths=[world.estate.path])]  # fmt: skip
    (place,) = differences(before, after)
    assert place.area == world.estate.name
    told = {
        (step.subject, label): (step.before, step.after)
        for step in (*place.gained, *place.lost)
        for label in step.elements
    }
    path, seen = world.estate.path, 0
    for subject in Subject:
        old = policy.access(viewer=before[0], subject=subject).rights(path)
        new = policy.access(viewer=after[0], subject=subject).rights(path)
        for element in DataElement.objects.filter(subject=subject):
            pair = (old.get(element.key, policy.HIDDEN), new.get(element.key, policy.HIDDEN))
            expected = pair if pair[0] != pair[1] else None
            assert told.get((str(subject.label), element.label)) == expected, element.key
            seen += expected is not None
    assert seen == len(told) > 20


def test_no_diff_for_an_administrator(world: World) -> None:
    roles = [Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDITOR]
    for role in roles:
        viewer = as_viewer(
            department=world.departments["police"], role=role, paths=[world.areas["province"].path]
        )
        assert differences([], [viewer]) == []


def test_the_matrix_agrees_with_the_policy(world: World, client_for: ClientFor) -> None:
    found = selectors.matrix(
        viewer=world.viewer("security_admin"),
        subject=Subject.RESIDENT,
        role=Role.OFFICER,
        area_id=world.estate.pk,
        number=1,
    )
    assert len(found.lines) == DataElement.objects.filter(subject="resident").count()
    for place, department in enumerate(found.departments.rows):
        viewer = as_viewer(department=department, role=Role.OFFICER, paths=[world.estate.path])
        access = policy.access(viewer=viewer, subject=Subject.RESIDENT)
        for line in found.lines:
            cell, right = line.cells[place], access.right(line.key, world.estate.path)
            assert cell.level_label == str(right.level.label)
            assert cell.may_write == right.may_write
            assert cell.owns == (line.key in access.owned)
            assert bool(cell.sources) or cell.owns or right.level == Level.HIDDEN
    assert client_for("security_admin").get(reverse("datasharing:matrix")).status_code == 200


@pytest.mark.parametrize("role", [Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDITOR])
def test_in_the_matrix_the_three_administrators_see_nothing(role: Role, world: World) -> None:
    for subject in Subject:
        found = selectors.matrix(
            viewer=world.viewer("security_admin"), subject=subject, role=role, area_id=None,
            number=1,
        )  # fmt: skip
        assert {cell.level for line in found.lines for cell in line.cells} <= {"hidden"}


def test_the_matrix_is_filtered_and_follows_a_revoked_grant(
    world: World, client_for: ClientFor
) -> None:
    client = client_for("security_admin")
    page = reverse("datasharing:matrix")
    shared = client.get(page, {"subject": "resident", "kind": "housing", "shared_only": "on"})
    assert "由测试" in shared.content.decode()
    Grant.objects.all().delete()
    gone = client.get(page, {"subject": "resident", "kind": "housing", "shared_only": "on"})
    assert "由测试" not in gone.content.decode()
    assert client.get(page, {"subject": "nonsense"}).status_code == 422
    assert client.get(page, {"area": world.areas["province"].pk}).status_code == 422


def test_the_matrix_costs_the_same_with_more_departments(
    world: World, client_for: ClientFor
) -> None:
    client = client_for("security_admin")
    client.get(reverse("datasharing:matrix"))
    with CaptureQueriesContext(connection) as before:
        client.get(reverse("datasharing:matrix"))
    Department.objects.bulk_create(
        Department(name=f"派出所{n}", kind="police", area=world.areas["community"])
        for n in range(30)
    )
    with CaptureQueriesContext(connection) as after:
        client.get(reverse("datasharing:matrix"))
    assert len(after) == len(before)


def test_nobody_hypothetical_reads(world: World) -> None:
    """Whatever reads personal data records it first, and the log refuses who is nobody."""
    viewer = as_viewer(
        department=world.departments["police"], role=Role.OFFICER, paths=[world.estate.path]
    )
    before = AccessRecord.objects.count()
    with pytest.raises(NotAllowed):
        access_log.record(viewer=viewer, kind=AccessKind.READ, exit=Exit.PAGE, subject="resident")
    assert AccessRecord.objects.count() == before


def test_lists_cost_the_same_with_more_rows(world: World, client_for: ClientFor) -> None:
    first, system = client_for("security_admin_2"), client_for("system_admin")
    pages = [
        (first, reverse("datasharing:memberships")),
        (first, reverse("datasharing:permission_changes")),
        (first, reverse("datasharing:shares")),
        (system, reverse("accounts:users")),
        (system, reverse("accounts:areas")),
        (system, reverse("accounts:departments")),
    ]

    def cost() -> list[int]:
        numbers = []
        for client, page in pages:
            client.get(page)
            with CaptureQueriesContext(connection) as queries:
                assert client.get(page).status_code == 200
            numbers.append(len(queries))
        return numbers

    propose(world, client_for("security_admin"))
    before = cost()
    for user in ("grid", "housing", "police"):
        propose(world, client_for("security_admin"), user=world.users[user].pk)
    for change in PermissionChange.objects.filter(user__username__in=["grid", "housing"]):
        actions.approve_change(viewer=world.viewer("security_admin_2"), change_id=change.pk)
    assert cost() == before
