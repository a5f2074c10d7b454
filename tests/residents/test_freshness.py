"""Values grow stale, are confirmed without being changed, and are listed where to go again."""

import uuid
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from datasharing import freshness
from datasharing.catalogue import CatalogueError, load
from datasharing.catalogue.loader import FOLDER
from datasharing.choices import GrantStatus, Level
from datasharing.models import AccessRecord, DataElement, Grant
from residents import actions, selectors
from residents.choices import SealStatus
from residents.errors import Stale
from residents.models import (
    Confirmation,
    Dwelling,
    ElementRecord,
    Household,
    Residence,
    Resident,
    Seal,
)
from smartcommunity.kernel import clock
from smartcommunity.kernel.errors import Invalid, NotAllowed, NotFound
from tests.conftest import World
from tests.residents.conftest import Registry, citizen, make_building

pytestmark = pytest.mark.django_db
ClientFor = Callable[[str], Client]
VISIT = {"visit_date": "2024-05-01", "visit_result": "1", "family_size": "3", "difficulty": "1",
         "difficulty_note": "腿脚不便"}  # fmt: skip


def visited(registry: Registry, home: Dwelling | None = None, **more: str) -> uuid.UUID:
    """A household that the grid visited and whose facts it recorded just now."""
    household = Household.objects.create(dwelling=home or registry.home)
    registry.save("grid", "grid.visit", household.pk, **(VISIT | more))
    return household.pk


def age(subject_id: uuid.UUID, days: int, *elements: str) -> None:
    rows = ElementRecord.objects.filter(subject_id=subject_id)
    if elements:
        rows = rows.filter(element__in=elements)
    for row in rows:
        ElementRecord.objects.filter(pk=row.pk).update(
            recorded_at=clock.now() - timedelta(days=days)
        )


def record(subject_id: uuid.UUID, element: str) -> ElementRecord:
    return ElementRecord.objects.get(subject_id=subject_id, element=element, superseded_at=None)


def listed(world: World, user: str = "grid", subject: str = "", building: uuid.UUID | None = None,
           number: int = 1) -> selectors.Revisits:  # fmt: skip
    found = selectors.revisits(
        viewer=world.viewer(user), subject=subject, building_id=building, number=number
    )
    assert found is not None
    return found


def ids(found: selectors.Revisits) -> list[uuid.UUID]:
    return [row.subject_id for row in found.page.rows]


@pytest.mark.parametrize(
    ("since", "months", "due"),
    [
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2024, 12, 15), 6, date(2025, 6, 15)),
        (date(2024, 5, 1), 24, date(2026, 5, 1)),
        (date(2024, 5, 1), None, None),
    ],
)
def test_due_on(since: date, months: int | None, due: date | None) -> None:
    assert freshness.due_on(since, months) == due


def test_a_value_is_stale_from_its_day_on() -> None:
    edge = freshness.latest_stale(6)
    assert freshness.stale_since(edge, 6) == freshness.due_on(edge, 6)
    assert freshness.stale_since(edge + timedelta(days=1), 6) is None
    assert freshness.stale_since(date(1990, 1, 1), None) is None


def test_the_file_gives_months_and_what_never_changes_has_none(world: World) -> None:
    months = dict(DataElement.objects.values_list("key", "valid_months"))
    assert months["mobile"] == 6
    assert [months[key] for key in ("birth_date", "doc_no", "full_address")] == [None, None, None]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("24 =", "0 ="),
        ("24 =", "forever ="),
        ('"education"', '"no_such_element"'),
        ('"education"', '"mobile"'),
        ('"education"', '"aged_flag"'),
        ("[months]", "[month]"),
    ],
)
def test_a_mistake_in_the_file_is_refused(tmp_path: object, old: str, new: str) -> None:
    import shutil
    from pathlib import Path

    folder = Path(str(tmp_path)) / "catalogue"
    shutil.copytree(FOLDER, folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    file = folder / "freshness.toml"
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")
    with pytest.raises(CatalogueError):
        load(folder)


def test_stale_is_said_in_words_and_confirming_ends_it(
    registry: Registry, client_for: ClientFor
) -> None:
    resident = registry.register()
    age(resident, 400, "mobile")
    client = client_for("collector")
    words = "待重新核实"
    assert words in client.get(f"/registry/residents/{resident}/").content.decode()
    url = f"/registry/values/resident/{resident}/confirm/"
    assert words in client.get(url).content.decode()
    before = record(resident, "mobile")
    answer = client.post(url, {"record": [str(before.pk)]})
    assert answer.status_code == 302
    after = record(resident, "mobile")
    assert (after.pk, after.plain) == (before.pk, before.plain), "no new value is written"
    assert after.recorded_at == before.recorded_at
    noted = Confirmation.objects.get()
    assert noted.record_id == before.pk
    assert noted.user == registry.world.users["collector"]
    assert noted.department.kind == "police"
    log = AccessRecord.objects.filter(detail="confirmed").get()
    assert log.elements == ["mobile"]
    page = client.get(f"/registry/residents/{resident}/").content.decode()
    assert words not in page
    history = client.get(f"/registry/values/resident/{resident}/mobile/history/").content.decode()
    assert "collector" in history


def test_a_changed_value_starts_fresh(registry: Registry) -> None:
    household = visited(registry)
    age(household, 400)
    assert ids(listed(registry.world)) == [household]
    registry.save("grid", "grid.visit", household, family_size="4", difficulty="2",
                  difficulty_note="搬走")  # fmt: skip
    assert ids(listed(registry.world)) == []


def test_only_what_is_seen_in_full_can_be_confirmed(registry: Registry) -> None:
    resident = registry.register(education="10", occupation="4")
    mobile = record(resident, "mobile").pk
    education = record(resident, "education").pk
    world = registry.world

    def confirm(user: str, *records: uuid.UUID, subject_id: uuid.UUID = resident) -> int:
        return actions.confirm(
            viewer=world.viewer(user), subject="resident", subject_id=subject_id,
            record_ids=records,
        )  # fmt: skip

    with pytest.raises(NotFound):
        confirm("civil_affairs", mobile)  # masked
    with pytest.raises(NotFound):
        confirm("property", education)  # hidden
    with pytest.raises(NotFound):
        confirm("police", mobile, uuid.uuid4())
    with pytest.raises(NotFound):
        confirm("auditor", mobile)
    other = registry.register(doc_no=citizen(date(1990, 1, 1)), name_cn="李四")
    with pytest.raises(NotFound):
        confirm("police", mobile, subject_id=other)
    with pytest.raises(Invalid):
        confirm("police")
    assert not Confirmation.objects.exists()
    assert confirm("property", mobile) == 1


def test_nobody_confirms_what_he_did_not_see(registry: Registry) -> None:
    resident = registry.register()
    seen = record(resident, "mobile").pk
    registry.save("collector", "police.resident", resident, mobile="13900009999")
    with pytest.raises(Stale):
        actions.confirm(
            viewer=registry.world.viewer("police"), subject="resident", subject_id=resident,
            record_ids=[seen],
        )  # fmt: skip
    assert not Confirmation.objects.exists()


@pytest.mark.parametrize("sent", [[], ["nonsense"], ["", "x" * 500]])
def test_a_malformed_confirmation_changes_nothing(
    registry: Registry, client_for: ClientFor, sent: list[str]
) -> None:
    resident = registry.register()
    url = f"/registry/values/resident/{resident}/confirm/"
    assert client_for("collector").post(url, {"record": sent}).status_code == 422
    assert not Confirmation.objects.exists()
    for subject in ("none", "vehicle", "organisation"):
        assert client_for("collector").get(
            f"/registry/values/{subject}/{resident}/confirm/"
        ).status_code == 404  # fmt: skip


def test_the_page_offers_nothing_hidden_or_masked(
    registry: Registry, client_for: ClientFor
) -> None:
    resident = registry.register(education="10")
    found = selectors.to_confirm(
        viewer=registry.world.viewer("civil_affairs"), subject="resident", subject_id=resident
    )
    offered = {each.record_id for each in found.values}
    assert record(resident, "mobile").pk not in offered
    assert record(resident, "education").pk not in offered
    assert all(each.provenance for each in found.values)


def test_what_waits_longest_comes_first_with_the_number_due(registry: Registry) -> None:
    late, later = visited(registry), visited(registry, registry.dwellings[1])
    visited(registry, registry.dwellings[2])  # fresh
    age(late, 400, "difficulty")
    age(later, 600)
    found = listed(registry.world)
    assert ids(found) == [later, late]
    due = {row.subject_id: (row.due, len(row.labels)) for row in found.page.rows}
    assert due[late] == (1, 1)
    assert due[later] == (3, 3), "family size, difficulty and its note"
    first = found.page.rows[0]
    recorded = freshness.due_on(clock.today() - timedelta(days=600), 3)
    assert recorded is not None
    assert abs((first.since - recorded).days) <= 1
    assert found.form == "grid.visit"
    log = AccessRecord.objects.filter(detail="revisits", kind="list").latest("id")
    assert set(log.subject_ids) == {late, later}


def test_the_list_is_filtered_by_building(registry: Registry) -> None:
    here = visited(registry)
    (elsewhere, *_rest) = make_building(registry.world, "estate", "2")
    there = visited(registry, elsewhere)
    for household in (here, there):
        age(household, 400)
    found = listed(registry.world)
    assert {(b.id, b.due) for b in found.buildings} == {
        (registry.building.pk, 1), (elsewhere.unit.building_id, 1),
    }  # fmt: skip
    assert ids(listed(registry.world, building=registry.building.pk)) == [here]
    assert ids(listed(registry.world, building=uuid.uuid4())) == []


def test_a_hidden_element_leaves_no_trace(registry: Registry) -> None:
    """The head's mobile is the police's, shared with the grid; masked or revoked, it neither lists
    the household nor counts nor moves it."""
    household = visited(registry, head_mobile="13800001111")
    other = visited(registry, registry.dwellings[1])
    age(household, 900, "head_mobile")
    age(household, 200, "family_size")
    age(other, 400, "family_size")
    assert ids(listed(registry.world)) == [household, other]
    Grant.objects.filter(elements="head_mobile", grantee__kind="grid").update(level=Level.MASKED)
    found = listed(registry.world)
    assert ids(found) == [other, household], "its place follows from what is seen"
    assert [row.due for row in found.page.rows] == [1, 1]
    age(household, 0, "family_size")
    assert ids(listed(registry.world)) == [other]
    assert sum(building.due for building in found.buildings) == 2
    assert sum(building.due for building in listed(registry.world).buildings) == 1
    Grant.objects.all().update(status=GrantStatus.REVOKED)
    assert ids(listed(registry.world)) == [other], "the grid's own elements need no grant"


def test_only_where_the_viewer_works(registry: Registry) -> None:
    (far, *_rest) = make_building(registry.world, "other_estate", "9")
    resident = registry.register(home=far, by="collector")
    age(resident, 900)
    assert resident in ids(listed(registry.world, "police", "resident"))
    assert listed(registry.world, "property_manager").page.rows == []


def test_where_people_live_is_told_only_as_it_is_shared(registry: Registry) -> None:
    resident = registry.register()
    age(resident, 900)
    found = listed(registry.world, "civil_affairs", "resident")
    row = next((row for row in found.page.rows if row.subject_id == resident), None)
    assert row is None, "nothing that civil affairs sees in full on its form is stale"
    police = listed(registry.world, "police", "resident")
    assert police.page.rows[0].address == registry.home.address
    assert ids(listed(registry.world, "police", "resident", registry.building.pk)) == [resident]
    Residence.objects.filter(resident=resident).update(valid_to=clock.today())
    assert ids(listed(registry.world, "police", "resident", registry.building.pk)) == []


def test_who_has_no_form_has_no_list(world: World, client_for: ClientFor) -> None:
    assert selectors.revisits(
        viewer=world.viewer("auditor"), subject="", building_id=None, number=1
    ) is None  # fmt: skip
    assert client_for("auditor").get("/registry/revisits/").status_code == 403
    assert client_for("grid").get("/registry/revisits/?subject=vehicle").status_code == 404
    for query in ("", "?building=nonsense", "?page=999", "?subject=household&building=' OR 1=1"):
        assert client_for("grid").get(f"/registry/revisits/{query}").status_code == 200


def test_the_list_leads_to_the_form_in_a_constant_number_of_queries(
    registry: Registry, client_for: ClientFor
) -> None:
    def counted() -> int:
        client = client_for("grid")
        client.get("/registry/revisits/")
        with CaptureQueriesContext(connection) as queries:
            page = client.get("/registry/revisits/").content.decode()
        assert f"/registry/forms/grid.visit/{households[0]}/" in page
        return len(queries)

    households = [visited(registry)]
    age(households[0], 400)
    one = counted()
    for home in registry.dwellings[1:6]:
        households.append(visited(registry, home))
        age(households[-1], 300)
    assert len(listed(registry.world).page.rows) == 6
    assert counted() == one


def test_the_form_says_how_many_of_its_values_wait(
    registry: Registry, client_for: ClientFor
) -> None:
    household = visited(registry)
    client = client_for("grid")
    url = f"/registry/forms/grid.visit/{household}/"
    confirm = f"/registry/values/household/{household}/confirm/"
    assert confirm not in client.get(url).content.decode()
    age(household, 400)
    assert confirm in client.get(url).content.decode()


def test_administrators_confirm_nothing(registry: Registry) -> None:
    resident = registry.register()
    with pytest.raises((NotFound, NotAllowed)):
        actions.confirm(
            viewer=registry.world.viewer("system_admin"), subject="resident",
            subject_id=resident, record_ids=[record(resident, "mobile").pk],
        )  # fmt: skip


def test_what_may_name_a_protected_person_is_not_counted(registry: Registry) -> None:
    """The head is sealed: nobody else's list may count a value that could be his number."""
    resident = registry.register()
    household = Resident.objects.get(pk=resident).household_id
    assert household is not None
    registry.register(doc_no=citizen(date(1990, 1, 1)), name_cn="李四", household_id=household)
    registry.save("grid", "grid.visit", household, **VISIT, head_mobile="13800001234")
    age(household, 900, "head_mobile")
    age(household, 400, "family_size")
    (before,) = listed(registry.world).page.rows
    assert before.due == 2
    Seal.objects.create(
        resident_id=resident, status=SealStatus.IN_FORCE, reason="test",
        proposed_by=registry.world.users["police_chief"], proposed_at=clock.now(),
        decided_by=registry.world.users["police"], decided_at=clock.now(),
        review_on=clock.today() + timedelta(days=90),
    )  # fmt: skip
    (after,) = listed(registry.world).page.rows
    assert (after.due, after.labels) == (1, (DataElement.objects.get(key="family_size").label,))
    assert after.since > before.since
