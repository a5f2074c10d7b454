"""The access decision: owner, grant, area, period, purpose, role; nothing else opens anything."""

import uuid
from dataclasses import replace
from datetime import timedelta

import pytest

from accounts.models import Area
from accounts.viewer import NOBODY, SYSTEM
from datasharing import policy
from datasharing.choices import GrantStatus, Level, Purpose, Subject
from datasharing.models import DataElement, EmergencyAccess, Grant
from datasharing.policy import Access
from smartcommunity.kernel import clock
from tests.conftest import World

pytestmark = pytest.mark.django_db


def access(world: World, user: str, purpose: Purpose | None = None) -> Access:
    return policy.access(viewer=world.viewer(user), subject=Subject.RESIDENT, purpose=purpose)


def give(world: World, *keys: str, level: Level = Level.FULL, may_write: bool = False,
         area: Area | None = None, **changes: object) -> Grant:  # fmt: skip
    """Police to civil affairs, in force today, with the given differences."""
    grant = Grant.objects.create(
        **{
            "owner": world.departments["police"],
            "grantee": world.departments["civil_affairs"],
            "area": area or world.areas["community"],
            "level": level,
            "may_write": may_write,
            "purpose": Purpose.CIVIL_SERVICE,
            "legal_basis": "test",
            "valid_from": clock.today(),
            "valid_to": clock.today(),
            "status": GrantStatus.ACTIVE,
            **changes,
        }
    )
    grant.elements.set(DataElement.objects.filter(key__in=keys))
    return grant


@pytest.fixture
def no_grants(world: World) -> World:
    Grant.objects.all().delete()
    return world


def test_the_owner_sees_in_full_and_writes(no_grants: World) -> None:
    path = no_grants.estate.path
    right = access(no_grants, "police").right("name_cn", path)
    assert (right.level, right.may_write) == (Level.FULL, True)
    assert access(no_grants, "civil_affairs").right("name_cn", path) == policy.HIDDEN


@pytest.mark.parametrize("user", ["system_admin", "security_admin", "auditor", "resident"])
def test_administrators_and_residents_have_no_rights(world: World, user: str) -> None:
    assert access(world, user).rights(world.estate.path) == {}


def test_nobody_and_the_platform_have_no_rights(world: World) -> None:
    for viewer in (NOBODY, SYSTEM):
        found = policy.access(viewer=viewer, subject=Subject.RESIDENT)
        assert found.rights(world.estate.path) == {}


def test_a_grant_gives_its_level_and_no_more(no_grants: World) -> None:
    give(no_grants, "doc_no", level=Level.MASKED)
    found = access(no_grants, "civil_affairs")
    right = found.right("doc_no", no_grants.estate.path)
    assert (right.level, right.may_write) == (Level.MASKED, False)
    assert found.level("name_cn", no_grants.estate.path) == Level.HIDDEN


def test_of_two_grants_the_more_generous_counts(no_grants: World) -> None:
    give(no_grants, "doc_no", level=Level.MASKED, may_write=True)
    give(no_grants, "doc_no", level=Level.FULL)
    right = access(no_grants, "civil_affairs").right("doc_no", no_grants.estate.path)
    assert (right.level, right.may_write) == (Level.FULL, True)


@pytest.mark.parametrize(
    "changes",
    [
        {"status": GrantStatus.REQUESTED},
        {"status": GrantStatus.REVOKED},
        {"status": GrantStatus.REFUSED},
        {"valid_from": clock.today() - timedelta(2), "valid_to": clock.today() - timedelta(1)},
        {"valid_from": clock.today() + timedelta(1), "valid_to": clock.today() + timedelta(2)},
        {"purpose": Purpose.PUBLIC_SECURITY},
    ],
    ids=["requested", "revoked", "refused", "expired", "not yet", "another purpose"],
)
def test_a_grant_not_in_force_opens_nothing(no_grants: World, changes: dict[str, object]) -> None:
    give(no_grants, "name_cn", **changes)
    found = access(no_grants, "civil_affairs")
    assert found.level("name_cn", no_grants.estate.path) == Level.HIDDEN


def test_a_grant_is_for_one_department_not_for_its_kind(no_grants: World) -> None:
    give(no_grants, "name_cn")
    assert access(no_grants, "housing").level("name_cn", no_grants.estate.path) == Level.HIDDEN


def test_a_grant_ends_at_its_area(no_grants: World) -> None:
    give(no_grants, "name_cn", area=no_grants.estate)
    found = access(no_grants, "civil_affairs")
    assert found.level("name_cn", no_grants.estate.path) == Level.FULL
    assert found.level("name_cn", no_grants.other_estate.path) == Level.HIDDEN
    assert not found.everywhere(["name_cn"])
    assert found.reach(["name_cn"]) == (no_grants.estate.path,)
    assert found.reach(["name_cn", "doc_no"]) == ()


def test_outside_his_own_area_the_viewer_sees_nothing(world: World) -> None:
    found = access(world, "property_manager")
    assert found.level("mobile", world.estate.path) == Level.FULL
    assert found.rights(world.other_estate.path) == {}
    assert found.reach(["mobile"]) == (world.estate.path,)


def test_a_grant_above_the_viewers_area_reaches_down_to_it(no_grants: World) -> None:
    give(no_grants, "name_cn", area=no_grants.areas["province"])
    viewer = replace(no_grants.viewer("civil_affairs"), area_paths=(no_grants.estate.path,))
    found = policy.access(viewer=viewer, subject=Subject.RESIDENT)
    assert found.reach(["name_cn"], Level.FULL) == (no_grants.estate.path,)


def test_the_purpose_asked_for_is_the_one_compiled(no_grants: World) -> None:
    give(no_grants, "name_cn", purpose=Purpose.CARE)
    path = no_grants.estate.path
    assert access(no_grants, "civil_affairs").level("name_cn", path) == Level.HIDDEN
    assert access(no_grants, "civil_affairs", Purpose.CARE).level("name_cn", path) == Level.FULL


def test_three_queries_decide_for_any_number_of_rows(
    world: World, django_assert_num_queries: object
) -> None:
    viewer = world.viewer("grid")
    with django_assert_num_queries(3):  # type: ignore[operator]
        found = policy.access(viewer=viewer, subject=Subject.RESIDENT)
        for _row in range(100):
            found.rights(world.estate.path)
            found.rights(world.other_estate.path)


# --- emergency access ---------------------------------------------------------------------------

SOMEBODY, ANOTHER = uuid.UUID(int=1), uuid.UUID(int=2)


def emergency(world: World, *keys: str, user: str = "civil_affairs", **changes: object) -> None:
    """Running, on somebody in the first estate, with the given differences."""
    now = clock.now()
    viewer = world.viewer(user)
    row = EmergencyAccess.objects.create(
        **{
            "user_id": viewer.user_id,
            "department_id": viewer.department_id,
            "area": world.estate,
            "subject": Subject.RESIDENT,
            "subject_id": SOMEBODY,
            "purpose": Purpose.CARE,
            "reason": "found unconscious",
            "opened_at": now - timedelta(hours=2),
            "expires_at": now + timedelta(hours=1),
            "review_due": clock.today(),
            **changes,
        }
    )
    row.elements.set(DataElement.objects.filter(key__in=keys))


def test_an_emergency_opens_the_elements_of_one_subject_in_full(no_grants: World) -> None:
    emergency(no_grants, "doc_no")
    found, path = access(no_grants, "civil_affairs"), no_grants.estate.path
    right = found.right("doc_no", path, SOMEBODY)
    assert (right.level, right.may_write) == (Level.FULL, False)
    assert found.level("name_cn", path, SOMEBODY) == Level.HIDDEN
    assert found.level("doc_no", path, ANOTHER) == Level.HIDDEN
    assert found.level("doc_no", path) == Level.HIDDEN
    assert set(found.rights(path, SOMEBODY)) == {*found.owned, "doc_no"}


def test_several_emergencies_on_one_subject_add_up(no_grants: World) -> None:
    emergency(no_grants, "doc_no")
    emergency(no_grants, "mobile")
    found = access(no_grants, "civil_affairs")
    assert found.opened[SOMEBODY] == {"doc_no", "mobile"}


def test_an_emergency_is_read_only_whatever_a_grant_lets_him_write(no_grants: World) -> None:
    give(no_grants, "doc_no", level=Level.MASKED, may_write=True)
    emergency(no_grants, "doc_no")
    found, path = access(no_grants, "civil_affairs"), no_grants.estate.path
    assert found.right("doc_no", path, SOMEBODY) == policy.OPENED
    assert found.right("doc_no", path, ANOTHER).may_write


def test_what_he_has_in_full_anyway_stays_as_it_is(no_grants: World) -> None:
    give(no_grants, "doc_no", may_write=True)
    emergency(no_grants, "doc_no")
    right = access(no_grants, "civil_affairs").right("doc_no", no_grants.estate.path, SOMEBODY)
    assert (right.level, right.may_write) == (Level.FULL, True)


@pytest.mark.parametrize(
    "changes",
    [
        {"expires_at": clock.now() - timedelta(seconds=1)},
        {"ended_at": clock.now() - timedelta(seconds=1)},
        {"user": "housing"},
    ],
    ids=["expired", "ended", "another officer's"],
)
def test_an_emergency_that_is_not_his_or_is_over_opens_nothing(
    no_grants: World, changes: dict[str, object]
) -> None:
    emergency(no_grants, "doc_no", **changes)  # type: ignore[arg-type]
    found = access(no_grants, "civil_affairs")
    assert found.level("doc_no", no_grants.estate.path, SOMEBODY) == Level.HIDDEN


def test_what_he_opened_of_residents_is_no_element_of_a_dwelling(no_grants: World) -> None:
    emergency(no_grants, "doc_no")
    viewer = no_grants.viewer("civil_affairs")
    assert policy.access(viewer=viewer, subject=Subject.DWELLING).opened == {}


def test_in_another_department_he_has_opened_nothing(no_grants: World) -> None:
    emergency(no_grants, "doc_no", department_id=no_grants.departments["housing"].pk)
    found = access(no_grants, "civil_affairs")
    assert found.level("doc_no", no_grants.estate.path, SOMEBODY) == Level.HIDDEN


def test_an_emergency_does_not_reach_where_he_does_not_work(no_grants: World) -> None:
    emergency(no_grants, "doc_no")
    viewer = replace(no_grants.viewer("civil_affairs"), area_paths=(no_grants.other_estate.path,))
    found = policy.access(viewer=viewer, subject=Subject.RESIDENT)
    assert found.rights(no_grants.estate.path, SOMEBODY) == {}


def test_faces_and_what_is_never_shared_are_not_opened(no_grants: World) -> None:
    DataElement.objects.filter(key="mobile").update(sharing="none", not_shared_because="test")
    emergency(no_grants, "face_image", "face_template", "mobile", "doc_no")
    assert access(no_grants, "civil_affairs").opened == {SOMEBODY: {"doc_no"}}


def test_an_emergency_finds_sorts_and_counts_nothing(no_grants: World) -> None:
    emergency(no_grants, "doc_no")
    found = access(no_grants, "civil_affairs")
    assert found.reach(["doc_no"]) == ()
    assert found.anywhere("doc_no") == Level.HIDDEN
    assert not found.everywhere(["doc_no"])


@pytest.mark.parametrize("user", ["system_admin", "security_admin", "auditor"])
def test_an_administrator_opens_nothing_in_an_emergency(no_grants: World, user: str) -> None:
    emergency(no_grants, "doc_no", user=user)
    assert access(no_grants, user).rights(no_grants.estate.path, SOMEBODY) == {}
