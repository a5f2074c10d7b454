"""View as a department: the policy's rights on a person who does not exist, and no real row."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.choices import Role
from accounts.selectors import as_viewer
from datasharing import policy
from datasharing.choices import Level, Subject
from datasharing.models import AccessRecord, Grant
from residents import invented, selectors
from smartcommunity.kernel.errors import NotAllowed, NotFound
from tests.conftest import World
from tests.residents.conftest import POLICE, Registry

ClientFor = Callable[[str], Client]
PAGE = "residents:preview"
SEEN = {Level.FULL: "full", Level.MASKED: "masked", Level.YES_NO: "yes_no"}

pytestmark = pytest.mark.django_db


def look(world: World, kind: str, role: Role = Role.OFFICER) -> selectors.Preview:
    return selectors.preview(
        viewer=world.viewer("security_admin"),
        department_id=world.departments[kind].pk,
        role=role,
        area_id=world.estate.pk,
    )


@pytest.mark.parametrize("kind", ["police", "housing", "civil_affairs", "property", "health"])
def test_it_shows_what_the_policy_says_element_by_element(kind: str, world: World) -> None:
    found = look(world, kind)
    viewer = as_viewer(
        department=world.departments[kind], role=Role.OFFICER, paths=[world.estate.path]
    )
    rights = policy.access(viewer=viewer, subject=Subject.RESIDENT).rights(world.estate.path)
    shown = {row.key: row.level for section in found.sections for row in section.rows}
    assert shown == {key: SEEN[right.level] for key, right in rights.items() if right.level}


def test_a_masked_value_is_masked(world: World) -> None:
    rows = {row.key: row for part in look(world, "civil_affairs").sections for row in part.rows}
    assert rows["doc_no"].level == "masked"
    assert invented.BY_TYPE["document_no"] not in rows["doc_no"].value


@pytest.mark.parametrize("role", [Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDITOR])
def test_as_an_administrator_one_sees_nothing(role: Role, world: World) -> None:
    found = look(world, "police", role)
    assert found.sections == ()
    assert found.template is None
    assert {person.facts for person in found.people} == {()}


def test_a_revoked_grant_is_gone_from_it(world: World) -> None:
    before = look(world, "housing")
    Grant.objects.all().delete()
    after = look(world, "housing")
    assert after.hidden > before.hidden
    assert "name_cn" not in {row.key for part in after.sections for row in part.rows}


def test_no_real_row_is_asked_for(registry: Registry, client_for: ClientFor) -> None:
    """No statement touches a table of the registry, and none of its values is shown or logged."""
    resident_id = registry.register()
    for user in ("security_admin", "police_chief"):
        client, logged = client_for(user), AccessRecord.objects.count()
        client.get(reverse(PAGE))
        with CaptureQueriesContext(connection) as queries:
            page = client.get(reverse(PAGE), {"resident_id": resident_id, "id": resident_id})
        text = page.content.decode()
        assert page.status_code == 200
        touched = [q["sql"] for q in queries if 'FROM "residents_' in q["sql"]]
        allowed = ("residents_proposal", "residents_seal")  # counts of the navigation
        assert [sql for sql in touched if not any(name in sql for name in allowed)] == []
        assert POLICE["name_cn"] not in text
        assert POLICE["doc_no"] not in text
        assert POLICE["mobile"] not in text
        assert "样例甲" in text
        assert AccessRecord.objects.count() == logged


def test_it_is_the_same_every_time(world: World, client_for: ClientFor) -> None:
    assert look(world, "police") == look(world, "police")


def test_a_supervisor_looks_as_his_own_department_only(world: World, client_for: ClientFor) -> None:
    client, other = client_for("property_manager"), world.departments["police"]
    page = client.get(reverse(PAGE)).content.decode()
    assert world.departments["property"].name in page
    assert other.name not in page
    assert client.get(reverse(PAGE), {"department": other.pk}).status_code == 422
    for wrong in ({"department_id": other.pk}, {"area_id": world.other_estate.pk}):
        with pytest.raises(NotFound):
            selectors.preview(
                viewer=world.viewer("property_manager"),
                **{"department_id": None, "area_id": None, "role": Role.OFFICER, **wrong},  # type: ignore[arg-type]
            )


@pytest.mark.parametrize("user", ["police", "collector", "system_admin", "auditor", "resident"])
def test_nobody_else_looks(user: str, world: World, client_for: ClientFor) -> None:
    assert client_for(user).get(reverse(PAGE)).status_code == 403
    with pytest.raises(NotAllowed):
        selectors.departments_to_preview(viewer=world.viewer(user))


def test_nobody_hypothetical_gets_a_real_page(registry: Registry) -> None:
    resident_id = registry.register()
    world = registry.world
    nobody = as_viewer(
        department=world.departments["police"], role=Role.OFFICER, paths=[world.estate.path]
    )
    with pytest.raises(NotAllowed):
        selectors.profile(viewer=nobody, resident_id=resident_id)
    with pytest.raises(NotAllowed):
        selectors.search(viewer=nobody, by="name", text="张")
    with pytest.raises(NotAllowed):
        selectors.dwelling(viewer=nobody, dwelling_id=registry.home.pk)
