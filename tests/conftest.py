"""Fixtures for all tests: a small world of areas, departments and people, and their clients.

Real PostgreSQL, Valkey and broker are started by `tests.runtime_plugin`. The tests connect as the
application's role, behind the fence. A test's own body acts as the platform, so that it may set up
and look at rows; requests through the test client and tasks have their own scope, as always.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date

import environ
import pgtrigger
import pytest
from django.db import connection
from django.test import Client, TransactionTestCase
from pytest_django import DjangoDbBlocker

from accounts.actions import appoint
from accounts.choices import DepartmentKind, Role
from accounts.models import Area, Department, User
from accounts.selectors import viewer_for
from accounts.viewer import Viewer
from smartcommunity.kernel import scope

PASSWORD = "correct-horse-battery"

# user name: (department kind, role); the resident has no membership.
STAFF: dict[str, tuple[DepartmentKind, Role]] = {
    "collector": (DepartmentKind.POLICE, Role.COLLECTOR),
    "police": (DepartmentKind.POLICE, Role.OFFICER),
    "police_chief": (DepartmentKind.POLICE, Role.SUPERVISOR),
    "civil_affairs": (DepartmentKind.CIVIL_AFFAIRS, Role.OFFICER),
    "housing": (DepartmentKind.HOUSING, Role.OFFICER),
    "grid": (DepartmentKind.GRID, Role.COLLECTOR),
    "dispatcher": (DepartmentKind.GRID, Role.DISPATCHER),
    "property": (DepartmentKind.PROPERTY, Role.PROPERTY_STAFF),
    "property_manager": (DepartmentKind.PROPERTY, Role.SUPERVISOR),
    "system_admin": (DepartmentKind.OPERATOR, Role.SYSTEM_ADMIN),
    "security_admin": (DepartmentKind.OPERATOR, Role.SECURITY_ADMIN),
    "security_admin_2": (DepartmentKind.OPERATOR, Role.SECURITY_ADMIN),
    "auditor": (DepartmentKind.OPERATOR, Role.AUDITOR),
}


@dataclass
class World:
    """province > city > district > street > community > grid > estate (and a second estate)."""

    areas: dict[str, Area] = field(default_factory=dict)
    departments: dict[str, Department] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)

    @property
    def estate(self) -> Area:
        return self.areas["estate"]

    @property
    def other_estate(self) -> Area:
        return self.areas["other_estate"]

    def viewer(self, name: str) -> Viewer:
        return viewer_for(user=self.users[name], ip="127.0.0.1", request_id="test-request")


def make_world() -> World:
    """Staff work in the community (both estates); `property_manager` only in the first."""
    world = World()
    chain = ["province", "city", "district", "street", "community", "grid", "estate"]
    node = Area.objects.add_root({"name": "湖北省", "kind": "province", "code": "42"})
    world.areas["province"] = node
    for depth, kind in enumerate(chain[1:], start=1):
        node = Area.objects.add_child(
            node, {"name": f"测试{kind}", "kind": kind, "code": "42" + "01" * depth}
        )
        world.areas[kind] = node
    grid = Area.objects.get(kind="grid")
    world.areas["other_estate"] = Area.objects.add_child(
        grid, {"name": "第二小区", "kind": "estate", "code": "42990102"}
    )
    community = Area.objects.get(kind="community")
    world.areas = {key: Area.objects.get(pk=area.pk) for key, area in world.areas.items()}
    for kind in DepartmentKind:
        world.departments[kind] = Department.objects.create(
            name=f"测试{kind.label}", kind=kind, area=community
        )
    for name, (kind, role) in STAFF.items():
        world.users[name] = User.objects.create_user(name, password=PASSWORD, display_name=name)
        appoint(
            user=world.users[name],
            department=world.departments[kind],
            area=world.areas["estate"] if name == "property_manager" else community,
            role=role,
            valid_from=date(2024, 1, 1),
        )
    for name in ("resident", "neighbour"):
        world.users[name] = User.objects.create_user(name, password=PASSWORD, display_name=name)
    return world


def connect_as(url: str) -> None:
    """Have the test database's next connection be made by this URL's role."""
    given = environ.Env.db_url_config(url)
    connection.close()
    connection.settings_dict.update(USER=given["USER"], PASSWORD=given["PASSWORD"])


@contextmanager
def as_owner() -> Iterator[None]:
    """The block's connection is the owner's: for what the application's role may not do."""
    connect_as(os.environ["DATABASE_OWNER_URL"])
    try:
        yield
    finally:
        connect_as(os.environ["DATABASE_APP_URL"])


@pytest.fixture(autouse=True, scope="session")
def _acts_as_the_platform() -> Iterator[None]:
    with scope.platform("a test sets up rows and looks at them"):
        yield


@pytest.fixture(autouse=True)
def _leaves_no_scope_behind(_acts_as_the_platform: None) -> Iterator[None]:
    before = scope.current()
    yield
    assert scope.current() == before


@pytest.fixture(scope="session")
def django_db_setup(
    _acts_as_the_platform: None, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """The owner made and migrated the test database; from here on we are the application's role,
    until the owner drops it."""
    with django_db_blocker.unblock():
        connect_as(os.environ["DATABASE_APP_URL"])
    yield
    with django_db_blocker.unblock():
        connect_as(os.environ["DATABASE_OWNER_URL"])


@pytest.fixture(autouse=True, scope="session")
def _the_owner_flushes() -> Iterator[None]:
    """Tests on committed data empty all tables afterwards: the owner does, since the application's
    role may not. The access log refuses even him, so its trigger is told to look away."""
    flush = TransactionTestCase._fixture_teardown

    def teardown(self: TransactionTestCase) -> None:
        with as_owner(), pgtrigger.ignore("datasharing.AccessRecord:never_truncated"):
            flush(self)

    TransactionTestCase._fixture_teardown = teardown  # type: ignore[method-assign]
    yield
    TransactionTestCase._fixture_teardown = flush  # type: ignore[method-assign]


@pytest.fixture
def bare_world(db: None) -> World:
    """Areas, departments and users only: no catalogue, no grants."""
    return make_world()


@pytest.fixture
def world(bare_world: World) -> World:
    """The bare world with the catalogue loaded and the default grants given."""
    from datasharing.actions import load_catalogue
    from datasharing.defaults import grant_defaults

    load_catalogue()
    grant_defaults(departments=list(bare_world.departments.values()), decided_by=None)
    return bare_world


@pytest.fixture
def client_for() -> Callable[[str], Client]:
    """`client_for("collector")`: a Django client signed in as that user."""

    def make(name: str) -> Client:
        client = Client()
        client.force_login(
            User.objects.get(username=name), "django.contrib.auth.backends.ModelBackend"
        )
        return client

    return make
