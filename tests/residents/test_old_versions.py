"""What was recorded under an old version of a form stays readable, under today's rights."""

import uuid
from collections.abc import Callable
from dataclasses import replace

import pytest
from django.test import Client

from datasharing import actions as sharing
from datasharing import selectors as sharing_selectors
from datasharing.choices import GrantStatus
from datasharing.models import AccessRecord, Grant
from residents import selectors
from residents.models import ElementRecord
from smartcommunity.kernel.errors import NotFound
from tests.conftest import World
from tests.residents.conftest import POLICE, Registry

pytestmark = pytest.mark.django_db
KEY = "police.resident"


def publish_without(world: World, element: str) -> None:
    """The next version of the police's form, which no longer asks the element."""
    officer, chief = world.viewer("police"), world.viewer("police_chief")
    sharing.start_draft(viewer=officer, key=KEY, version=1)
    held = sharing_selectors.draft_spec(viewer=officer, key=KEY)
    sections = tuple(
        replace(s, fields=tuple(f for f in s.fields if f.element != element)) for s in held.sections
    )
    changed = replace(held, sections=sections)
    revision = sharing.save_draft(viewer=officer, key=KEY, revision=0, changed=changed)
    sharing.publish_draft(viewer=chief, key=KEY, revision=revision, reason="精简")


def record_of(resident: uuid.UUID, element: str) -> uuid.UUID:
    rows = ElementRecord.objects.filter(subject_id=resident, element=element)
    return rows.order_by("recorded_at").values_list("id", flat=True)[0]


def shown(registry: Registry, user: str, record: uuid.UUID) -> dict[str, str]:
    found = selectors.as_recorded(viewer=registry.world.viewer(user), record_id=record)
    return {row.label: row.value for section in found.sections for row in section.rows}


def test_the_old_form_shows_the_values_of_then(registry: Registry) -> None:
    resident = registry.register(education="10")
    education = record_of(resident, "education")
    publish_without(registry.world, "education")
    registry.save("collector", KEY, resident, name_cn="张改名")
    found = selectors.as_recorded(viewer=registry.world.viewer("police"), record_id=education)
    assert (found.version, found.in_use) == (1, False)
    values = {row.key: row.value for section in found.sections for row in section.rows}
    assert values["name_cn"] == POLICE["name_cn"]
    assert values["education"]
    later = selectors.as_recorded(
        viewer=registry.world.viewer("police"),
        record_id=ElementRecord.objects.get(
            subject_id=resident, element="name_cn", superseded_at=None
        ).pk,
    )
    assert later.version == 2
    assert "education" not in {row.key for section in later.sections for row in section.rows}


def test_history_names_the_version_and_leads_to_it(
    registry: Registry, client_for: Callable[[str], Client]
) -> None:
    resident = registry.register(education="10")
    publish_without(registry.world, "education")
    client = client_for("police")
    page = client.get(f"/registry/values/resident/{resident}/education/history/").content.decode()
    url = f"/registry/recorded/{record_of(resident, 'education')}/"
    assert url in page
    before = AccessRecord.objects.count()
    assert client.get(url).status_code == 200
    assert AccessRecord.objects.count() > before


def test_todays_rights_decide_what_is_seen_of_then(registry: Registry) -> None:
    resident = registry.register()
    name = record_of(resident, "name_cn")
    as_police, as_civil = shown(registry, "police", name), shown(registry, "civil_affairs", name)
    number = POLICE["doc_no"]
    assert f"{number[0]}{'*' * 16}{number[-1]}" in as_police.values(), "veiled as on any page"
    assert POLICE["doc_no"] not in as_civil.values()
    assert POLICE["mobile"] not in as_civil.values()
    assert len(as_civil) < len(as_police)
    Grant.objects.filter(owner__kind="police").update(status=GrantStatus.REVOKED)
    with pytest.raises(NotFound):
        shown(registry, "civil_affairs", name)


def test_a_hidden_element_is_no_way_in(registry: Registry) -> None:
    resident = registry.register(education="10")
    with pytest.raises(NotFound):
        shown(registry, "property", record_of(resident, "education"))
    with pytest.raises(NotFound):
        shown(registry, "police", uuid.uuid4())
    ElementRecord.objects.filter(subject_id=resident).update(template=None)
    with pytest.raises(NotFound):
        shown(registry, "police", record_of(resident, "name_cn"))
