"""Ways to see more than was shared, each tried on the real decision."""

import dataclasses
import uuid
from datetime import timedelta

import pytest

from accounts.choices import DepartmentKind
from accounts.models import Area, Department
from accounts.viewer import NOBODY, SYSTEM, Viewer
from datasharing import access_log, policy
from datasharing.choices import AccessKind, GrantStatus, Level, Purpose
from datasharing.defaults import read
from datasharing.models import AccessRecord, DataElement, Grant
from smartcommunity.kernel import clock
from tests.conftest import World

pytestmark = pytest.mark.django_db


def give(
    world: World,
    owner: Department | str,
    grantee: str,
    *elements: str,
    area: Area | None = None,
    **more: object,
) -> Grant:
    giver = world.departments[owner] if isinstance(owner, str) else owner
    today = clock.today()
    grant = Grant.objects.create(
        owner=giver,
        grantee=world.departments[grantee],
        area=area or world.areas["community"],
        **{
            "level": Level.FULL,
            "purpose": policy.PURPOSE_OF[DepartmentKind(grantee)],
            "legal_basis": "test",
            "valid_from": today,
            "valid_to": today,
            "status": GrantStatus.ACTIVE,
            **more,
        },
    )
    grant.elements.set(elements)
    return grant


@pytest.fixture
def strict(world: World) -> World:
    """The catalogue without any grant."""
    Grant.objects.all().delete()
    return world


def level(world: World, user: str, element: str, area: str = "estate") -> Level:
    access = policy.access(viewer=world.viewer(user), subject="resident")
    return access.level(element, world.areas[area].path)


def test_a_grant_opens_what_it_names_and_no_more(strict: World) -> None:
    give(strict, "police", "civil_affairs", "doc_no")
    assert level(strict, "civil_affairs", "doc_no") == Level.FULL
    assert level(strict, "civil_affairs", "name_cn") == Level.HIDDEN
    assert level(strict, "housing", "doc_no") == Level.HIDDEN


def test_nobody_gives_away_what_is_not_his(strict: World) -> None:
    """Two departments agreeing with each other do not open a third one's elements."""
    assert DataElement.objects.get(key="doc_no").owner_kind == "police"
    own = DataElement.objects.filter(owner_kind="property", subject="resident")[0].key
    give(strict, "property", "civil_affairs", "doc_no", own)
    assert level(strict, "civil_affairs", "doc_no") == Level.HIDDEN
    assert level(strict, "civil_affairs", own) == Level.FULL


def test_nobody_gives_away_what_lies_outside_his_area(strict: World) -> None:
    station = Department.objects.create(
        name="第二派出所", kind="police", area=strict.areas["other_estate"]
    )
    give(strict, station, "civil_affairs", "doc_no", area=strict.areas["community"])
    assert level(strict, "civil_affairs", "doc_no", "estate") == Level.HIDDEN
    assert level(strict, "civil_affairs", "doc_no", "other_estate") == Level.FULL
    give(strict, station, "civil_affairs", "name_cn", area=strict.areas["estate"])
    assert level(strict, "civil_affairs", "name_cn", "estate") == Level.HIDDEN
    assert level(strict, "civil_affairs", "name_cn", "other_estate") == Level.HIDDEN


@pytest.mark.parametrize(
    "flaw",
    [
        {"status": GrantStatus.REQUESTED},
        {"status": GrantStatus.REVOKED},
        {"valid_from": clock.today() + timedelta(days=1), "valid_to": clock.today() + timedelta(2)},
        {"valid_from": clock.today() - timedelta(days=2), "valid_to": clock.today() - timedelta(1)},
        {"purpose": Purpose.CARE},
    ],
)
def test_a_grant_not_in_force_or_for_another_purpose_opens_nothing(
    flaw: dict[str, object], strict: World
) -> None:
    give(strict, "police", "civil_affairs", "doc_no", **flaw)
    assert level(strict, "civil_affairs", "doc_no") == Level.HIDDEN


def test_a_grant_for_one_estate_does_not_reach_the_next(strict: World) -> None:
    give(strict, "police", "civil_affairs", "doc_no", area=strict.areas["estate"])
    access = policy.access(viewer=strict.viewer("civil_affairs"), subject="resident")
    assert access.level("doc_no", strict.estate.path) == Level.FULL
    assert access.level("doc_no", strict.other_estate.path) == Level.HIDDEN
    assert access.reach(["doc_no"]) == (strict.estate.path,)
    assert not access.everywhere(["doc_no"]), "so it neither sorts nor filters"


@pytest.mark.parametrize("user", ["system_admin", "security_admin", "auditor", "resident"])
def test_administrators_and_residents_read_nothing(user: str, strict: World) -> None:
    give(strict, "police", "operator", *DataElement.objects.values_list("key", flat=True))
    access = policy.access(viewer=strict.viewer(user), subject="resident")
    assert access.rights(strict.estate.path) == {}
    assert access.reach() == ()


@pytest.mark.parametrize("viewer", [NOBODY, SYSTEM, Viewer(area_paths=("0001",))])
def test_nobody_reads_nothing(viewer: Viewer, strict: World) -> None:
    access = policy.access(viewer=viewer, subject="resident")
    assert access.rights(strict.estate.path) == {}
    assert access.reach() == ()


def test_own_elements_stop_at_the_border_of_the_area(strict: World) -> None:
    assert level(strict, "property_manager", "doc_no", "other_estate") == Level.HIDDEN
    manager = policy.access(viewer=strict.viewer("property_manager"), subject="resident")
    assert manager.owned
    assert manager.rights(strict.other_estate.path) == {}
    assert manager.rights(strict.areas["community"].path) == {}


def test_the_default_grants_are_the_givers_own() -> None:
    from datasharing.catalogue import load

    elements = load().elements
    foreign = [
        (grant.owner, key)
        for grant in read()
        for key in grant.elements
        if elements[key].owner_kind != grant.owner
    ]
    assert foreign == []


@pytest.mark.parametrize(
    "address", ["2001:DB8::0001", "::ffff:10.0.0.1", "fe80::1%eth0", "unknown", "", None]
)
def test_any_address_is_logged_and_the_chain_still_verifies(
    address: str | None, bare_world: World
) -> None:
    viewer = dataclasses.replace(bare_world.viewer("police"), ip=address)
    access_log.record(viewer=viewer, kind=AccessKind.READ, subject="resident")
    assert access_log.verify() == 1


def test_the_log_refuses_to_hold_a_value_for_a_subject(bare_world: World) -> None:
    access_log.record(
        viewer=bare_world.viewer("police"),
        kind=AccessKind.READ,
        subject="resident",
        subject_ids=[uuid.UUID(int=2), uuid.UUID(int=1), uuid.UUID(int=2)],
        elements=["sex", "name_cn", "sex"],
    )
    entry = AccessRecord.objects.get()
    assert entry.subject_ids == [uuid.UUID(int=1), uuid.UUID(int=2)]
    assert entry.elements == ["name_cn", "sex"]
