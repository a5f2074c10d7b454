"""A revoked grant stops working on the next request, through every exit; nothing is passed on."""

import uuid
from collections.abc import Callable

import pytest
from django.test import Client

from accounts.choices import Role
from accounts.live_view import hears
from datasharing import actions, policy
from datasharing.choices import Level
from datasharing.models import Grant
from residents import actions as registry_actions
from residents import selectors
from smartcommunity.kernel.errors import DomainError, Invalid
from smartcommunity.kernel.models import LiveEvent
from tests.datasharing.asking import approve, ask
from tests.residents.conftest import POLICE, Registry

pytestmark = pytest.mark.django_db
ClientFor = Callable[[str], Client]
NAME, NUMBER = POLICE["name_cn"], POLICE["doc_no"]


@pytest.fixture
def resident_id(registry: Registry) -> uuid.UUID:
    return registry.register()


@pytest.fixture
def grant_id(registry: Registry, resident_id: uuid.UUID) -> uuid.UUID:
    """Housing may see the name and the number in full, by this grant alone."""
    Grant.objects.all().delete()
    made = ask(registry.world, "name_cn", "doc_no")
    approve(registry.world, made, elements=["name_cn", "doc_no"], level=Level.FULL)
    return made


def exits(registry: Registry, client: Client, resident_id: uuid.UUID) -> dict[str, str]:
    """What housing gets through each exit, as text."""
    value = f"/registry/values/resident/{resident_id}/doc_no"
    search = {"by": "document", "text": NUMBER}
    by_name = {"by": "name", "text": NAME}
    return {
        "page": client.get(f"/registry/residents/{resident_id}/").content.decode(),
        "api list": client.get("/api/v1/residents/").content.decode(),
        "api": client.get(f"/api/v1/residents/{resident_id}/").content.decode(),
        "history": client.get(f"{value}/history/").content.decode(),
        "correction": client.get(f"{value}/correct/").content.decode(),
        "search": client.post("/registry/search/", search).content.decode(),
        "name": client.post("/registry/search/", by_name).content.decode(),
    }


def test_gone_on_the_next_request_everywhere(
    registry: Registry, resident_id: uuid.UUID, grant_id: uuid.UUID, client_for: ClientFor
) -> None:
    client = client_for("housing")
    before = exits(registry, client, resident_id)
    for name, text in before.items():
        assert NAME in text or NUMBER in text, name
    actions.revoke_grant(
        viewer=registry.world.viewer("police_chief"), grant_id=grant_id, reason="用途已完成"
    )
    after = exits(registry, client, resident_id)
    for name, text in after.items():
        if name in {"search", "name"}:  # the form repeats what the searcher typed himself
            assert f"/registry/residents/{resident_id}/" not in text, name
            continue
        assert NAME not in text, name
        assert NUMBER not in text, name


def test_a_proposal_made_under_the_grant_shows_nothing_afterwards(
    registry: Registry, resident_id: uuid.UUID, grant_id: uuid.UUID, client_for: ClientFor
) -> None:
    client, viewer = client_for("housing"), registry.world.viewer("housing")
    registry_actions.propose(
        viewer=viewer,
        subject="resident",
        subject_id=resident_id,
        element="name_cn",
        value="章三丰",
        reason="合同上的写法",
    )
    made = "/registry/proposals/?side=made"
    assert "章三丰" in client.get(made).content.decode()
    actions.revoke_grant(
        viewer=registry.world.viewer("police_chief"), grant_id=grant_id, reason="用途已完成"
    )
    page = client.get(made).content.decode()
    assert "章三丰" not in page
    assert NAME not in page
    with pytest.raises(DomainError):
        registry_actions.propose(
            viewer=viewer, subject="resident", subject_id=resident_id, element="name_cn",
            value="章四", reason="",
        )  # fmt: skip


def test_the_live_stream_tells_both_sides_and_carries_nothing(
    registry: Registry, grant_id: uuid.UUID
) -> None:
    world = registry.world
    actions.revoke_grant(viewer=world.viewer("police_chief"), grant_id=grant_id, reason="完成")
    event = LiveEvent.objects.filter(name="grant").latest("id")
    assert event.key == str(grant_id)
    for user in ("housing", "police"):
        assert hears(world.viewer(user))(event)
    for user in ("civil_affairs", "grid", "auditor", "system_admin"):
        assert not hears(world.viewer(user))(event)


def test_what_was_received_is_not_passed_on(
    registry: Registry, resident_id: uuid.UUID, grant_id: uuid.UUID
) -> None:
    """Neither by asking the receiver, nor by a grant written past the rules."""
    world = registry.world
    housing, civil = world.departments["housing"], world.viewer("civil_affairs")
    with pytest.raises(Invalid):
        ask(world, "doc_no", user="civil_affairs", owner=housing)
    own = ask(world, "owner_name", user="civil_affairs", owner=housing)
    Grant.objects.get(pk=own).elements.add("doc_no")
    deciding = "housing"
    assert world.viewer(deciding).role == Role.OFFICER
    with pytest.raises(Invalid):
        approve(world, own, user=deciding, elements=["doc_no"])
    approve(world, own, user=deciding, elements=["owner_name"])
    Grant.objects.get(pk=own).elements.add("doc_no")
    level = policy.access(viewer=civil, subject="resident").level("doc_no", world.estate.path)
    assert level == Level.HIDDEN
    seen = selectors.profile(viewer=civil, resident_id=resident_id)
    shown = [row.value for section in seen.sections for row in section.rows]
    assert NUMBER not in shown
