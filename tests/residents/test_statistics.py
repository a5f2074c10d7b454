"""Statistics: exact where one works, withheld beyond, by what one reads in full."""

from collections.abc import Callable
from datetime import date, timedelta
from importlib import import_module

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Area, Department
from accounts.viewer import NOBODY
from datasharing.models import AccessRecord, DataElement, Grant
from residents import selectors
from residents.choices import ResidenceKind, SealStatus
from residents.models import Dwelling, Residence, Resident, Seal
from residents.selectors.statistics import Line, Statistics
from smartcommunity.kernel import clock
from smartcommunity.kernel.errors import NotFound
from tests.conftest import World
from tests.residents.conftest import Registry, citizen, make_building, queries, text

ClientFor = Callable[[str], Client]
URL = reverse("residents:statistics")
BEYOND = f"{URL}?where=beyond"


def people(dwelling: Dwelling, number: int, **values: object) -> list[Resident]:
    made = [
        Resident.objects.create(
            area=dwelling.area, name="王某", birth_date=date(1990, 1, 1), synthetic=True, **values
        )
        for _place in range(number)
    ]
    for resident in made:
        Residence.objects.create(resident=resident, dwelling=dwelling, kind=ResidenceKind.OWNER)
    return made


def total(found: Statistics) -> int:
    assert found.sums
    return found.sums.total


def by_group(line: Line | None, found: Statistics) -> dict[str, int | None]:
    assert line is not None
    return dict(zip(found.groups, line.counts, strict=True))


@pytest.fixture
def wide(world: World) -> dict[str, Dwelling]:
    """The departments answer for the district, their staff work in one of its communities. Homes in
    the others."""
    Department.objects.update(area=world.areas["district"])
    Grant.objects.update(area=world.areas["district"])
    homes = {}
    for number, name in enumerate(("甲社区", "乙社区", "丙社区"), start=1):
        street = Area.objects.get(pk=world.areas["street"].pk)
        area = Area.objects.add_child(
            street, {"name": name, "kind": "community", "code": f"4209{number}"}
        )
        world.areas[name] = area
        homes[name] = make_building(world, name, str(number))[0]
    return homes


def test_exact_where_one_works(registry: Registry, client_for: ClientFor) -> None:
    registry.register()
    registry.register(doc_no=citizen(date(2015, 6, 1), "2"), name_cn="李四")
    found = selectors.statistics(viewer=registry.world.viewer("police"))
    sums = by_group(found.sums, found)
    assert (sums["35–59 岁"], sums["6–17 岁"], sums["0–5 岁"]) == (1, 1, 0)
    assert [(line.name, line.total) for line in found.lines] == [(registry.world.estate.name, 2)]
    kinds = selectors.statistics(viewer=registry.world.viewer("police"), by="residence_kind")
    assert 2 in by_group(kinds.sums, kinds).values()
    assert not kinds.is_withheld
    page = client_for("police").get(f"{URL}?by=sex")
    assert page.context["found"].sums.total == 2
    assert page.context["chart"]["series"][0]["data"] == page.context["found"].sums.counts


def test_who_left_is_merged_or_sealed_does_not_count(registry: Registry) -> None:
    viewer = registry.world.viewer("police")
    here, gone, absorbed, hidden = people(registry.home, 4)
    assert total(selectors.statistics(viewer=viewer)) == 4
    Residence.objects.filter(resident=gone).update(valid_to=clock.today())
    Resident.objects.filter(pk=absorbed.pk).update(merged_into=here)
    seal = Seal.objects.create(
        resident=hidden,
        legal_basis="证人保护",
        review_on=clock.today() + timedelta(days=90),
        status=SealStatus.IN_FORCE,
        proposed_by=registry.world.users["police"],
        decided_by=registry.world.users["police_chief"],
        proposed_at=clock.now(),
    )
    assert total(selectors.statistics(viewer=viewer)) == 1
    seal.officers.add(registry.world.users["police"])
    assert total(selectors.statistics(viewer=viewer)) == 2


def test_what_is_not_read_in_full_is_not_offered(registry: Registry, client_for: ClientFor) -> None:
    people(registry.home, 1)
    housing = selectors.statistics(viewer=registry.world.viewer("housing"))
    keys = {one.key for one in housing.offers}
    assert keys, "housing reads the kind of residence"
    assert "birth_date" not in keys
    client = client_for("housing")
    for forged in ("birth_date", "ethnicity", "doc_no", "nonsense"):
        assert client.get(f"{URL}?by={forged}").status_code == 404
    assert client_for("police").get(f"{URL}?by=ethnicity").status_code == 404


def test_restricted_elements_never(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    viewer = registry.world.viewer("police")
    module = import_module("residents.selectors.statistics")
    monkeypatch.setattr(module, "BREAKDOWNS", ("sex", "ethnicity"))
    assert [one.key for one in selectors.statistics(viewer=viewer).offers] == ["sex"]
    DataElement.objects.filter(key="sex").update(restricted=True)
    assert selectors.statistics(viewer=viewer).offers == ()
    with pytest.raises(NotFound):
        selectors.statistics(viewer=viewer, by="sex")


def test_without_a_right_the_page_says_so(world: World, client_for: ClientFor) -> None:
    Grant.objects.all().delete()
    page = client_for("housing").get(URL)
    assert page.status_code == 200
    assert page.context["found"].chosen is None
    assert "no-permission" in text(page)
    assert not AccessRecord.objects.filter(detail__startswith="statistics").exists()


@pytest.mark.parametrize("user", ["system_admin", "security_admin", "auditor", "resident"])
def test_nobody_else(world: World, client_for: ClientFor, user: str) -> None:
    assert client_for(user).get(URL).status_code == 403
    viewer = NOBODY if user == "resident" else world.viewer(user)
    assert selectors.statistics(viewer=viewer).offers == ()


def test_beyond_small_counts_are_withheld(
    world: World, wide: dict[str, Dwelling], client_for: ClientFor
) -> None:
    people(wide["甲社区"], 3, sex="1")
    people(wide["甲社区"], 20, sex="2")
    people(wide["乙社区"], 30, sex="1")
    people(wide["乙社区"], 40, sex="2")
    people(wide["丙社区"], 4, sex="1")
    found = selectors.statistics(viewer=world.viewer("police"), by="sex", is_beyond=True)
    assert [(line.name, line.total) for line in found.lines] == [("甲社区", 23), ("乙社区", 70)]
    assert found.few == ("丙社区",)
    assert total(found) == 93, "who is left out is in no sum either"
    assert found.sums
    for line in (*found.lines, found.sums):
        assert not any(count is not None and count < 5 for count in line.counts)
        assert line.counts.count(None) != 1, "one alone is the total less the others"
    page = client_for("police").get(f"{BEYOND}&by=sex")
    assert page.context["found"].lines == found.lines, "the second fence lets the numbers through"
    body = text(page)
    assert "丙社区" in body
    assert 'is-number">3<' not in body
    own = selectors.statistics(viewer=world.viewer("police"), by="sex")
    assert own.sums is None, "nobody lives where he works"


def test_the_threshold_is_a_setting(
    world: World, wide: dict[str, Dwelling], settings: object
) -> None:
    people(wide["甲社区"], 4, sex="1")
    viewer = world.viewer("police")
    assert selectors.statistics(viewer=viewer, is_beyond=True).few
    settings.STATISTICS_MIN_COUNT = 0  # type: ignore[attr-defined]
    found = selectors.statistics(viewer=viewer, by="sex", is_beyond=True)
    assert (found.few, found.is_withheld) == ((), False)
    assert total(found) == 4


def test_beyond_is_for_officers_of_a_wider_department(
    world: World, wide: dict[str, Dwelling], client_for: ClientFor
) -> None:
    people(wide["甲社区"], 9)
    assert client_for("police").get(BEYOND).status_code == 200
    assert client_for("police_chief").get(BEYOND).status_code == 200
    for user in ("collector", "dispatcher", "property"):
        assert client_for(user).get(BEYOND).status_code == 404, user
    Department.objects.update(area=world.areas["community"])
    assert client_for("police").get(BEYOND).status_code == 404


def test_beyond_follows_the_departments_grants(world: World, wide: dict[str, Dwelling]) -> None:
    """A grant for part of a community opens nothing of it: the rest could be taken away."""
    people(wide["甲社区"], 9)
    people(wide["乙社区"], 9)
    viewer = world.viewer("civil_affairs")
    found = selectors.statistics(viewer=viewer, by="sex", is_beyond=True)
    assert {line.name for line in found.lines} == {"甲社区", "乙社区"}
    Grant.objects.update(area=world.areas["甲社区"])
    found = selectors.statistics(viewer=viewer, by="sex", is_beyond=True)
    assert {line.name for line in found.lines} == {"甲社区"}
    parts = Area.objects.get(pk=world.areas["甲社区"].pk)
    part = Area.objects.add_child(parts, {"name": "部分", "kind": "estate", "code": "420991"})
    Grant.objects.update(area=part)
    assert selectors.statistics(viewer=viewer, is_beyond=True).offers == ()


def test_every_table_is_logged_without_names(world: World, wide: dict[str, Dwelling]) -> None:
    people(wide["甲社区"], 9)
    selectors.statistics(viewer=world.viewer("police"), by="sex", is_beyond=True)
    record = AccessRecord.objects.latest("id")
    assert record.username == "police"
    assert record.detail == "statistics beyond own areas"
    assert (record.subject_ids, set(record.elements)) == ([], {"sex", "live_address_id"})


def test_queries_do_not_grow(
    world: World, wide: dict[str, Dwelling], client_for: ClientFor
) -> None:
    client, url = client_for("police"), f"{BEYOND}&by=sex"
    people(wide["甲社区"], 6, sex="1")
    before = queries(client, url)
    for home in wide.values():
        people(home, 12, sex="2")
    assert queries(client, url) == before
