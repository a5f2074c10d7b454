"""The list of residents: a filter, an order and a count tell nothing that a row does not show."""

import uuid
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from datasharing.choices import Level
from datasharing.models import AccessRecord, DataElement, Grant
from residents import selectors
from residents.filters import Filter, How, Listing
from residents.models import ElementRecord, ListQuery, Resident
from residents.selectors import lists
from smartcommunity.kernel import clock
from smartcommunity.kernel.errors import Invalid, NotFound
from tests.conftest import World
from tests.residents.conftest import POLICE, Registry, citizen, make_building, queries, text

pytestmark = pytest.mark.django_db
ClientFor = Callable[[str], Client]
URL = "/registry/residents/"


@pytest.fixture
def family(registry: Registry) -> dict[str, uuid.UUID]:
    """Two who can be told apart in every way, and a third in the other estate."""
    far = make_building(registry.world, "other_estate", "9")[0]
    return {
        "zhang": registry.register(employer="甲厂", education="10"),
        "li": registry.register(
            name_cn="李四娘", doc_no=citizen(date(1992, 3, 4), "2"), mobile="13900005678",
            head_relation="12", residence_kind="family",
        ),
        "wang": registry.register(
            home=far, name_cn="王五", doc_no=citizen(date(2001, 9, 9)), mobile=None,
            employer="乙厂",
        ),
    }  # fmt: skip


def found(registry: Registry, user: str, *filters: Filter, sort: str = "") -> set[uuid.UUID]:
    page = selectors.list_residents(
        viewer=registry.world.viewer(user), listing=Listing(filters=filters, sort=sort)
    )
    assert page.count == len(page.lines)
    return {line.id for line in page.lines}


def ask(client: Client, **data: object) -> str:
    """Send the form and follow to the kept question."""
    response = client.post(URL, {"then": "show", **data})
    assert response.status_code == 302, text(response)
    return text(client.get(response["Location"]))


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        (Filter("sex", How.IS, "2"), {"li"}),
        (Filter("birth_date", How.BETWEEN, "1990-01-01", "1999-12-31"), {"li"}),
        (Filter("birth_date", How.BETWEEN, "1990-01-01"), {"li", "wang"}),
        (Filter("name_cn", How.BEGINS, "李"), {"li"}),
        (Filter("employer", How.BEGINS, "甲"), {"zhang"}),
        (Filter("employer", How.RECORDED), {"zhang", "wang"}),
        (Filter("employer", How.MISSING), {"li"}),
        (Filter("mobile", How.IS, "139 0000 5678"), {"li"}),
        (Filter("mobile", How.MISSING), {"wang"}),
        (Filter("doc_no", How.IS, citizen(date(1992, 3, 4), "2").lower()), {"li"}),
        (Filter("doc_no", How.RECORDED), {"zhang", "li", "wang"}),
        (Filter("residence_kind", How.IS, "owner"), {"zhang", "wang"}),
    ],
)
def test_filters_by_the_kind_of_element(
    registry: Registry, family: dict[str, uuid.UUID], asked: Filter, names: set[str]
) -> None:
    assert found(registry, "police", asked) == {family[name] for name in names}


def test_two_filters_both_count(registry: Registry, family: dict[str, uuid.UUID]) -> None:
    both = (Filter("sex", How.IS, "1"), Filter("employer", How.BEGINS, "乙"))
    assert found(registry, "police", *both) == {family["wang"]}


def test_the_computed_age_is_asked_under_its_own_right(registry: Registry) -> None:
    old = registry.register(doc_no=citizen(clock.today().replace(day=1) - timedelta(days=366 * 80)))
    young = registry.register(doc_no=citizen(date(1990, 1, 1)))
    assert found(registry, "property", Filter("aged_flag", How.IS, "true")) == {old}
    assert found(registry, "property", Filter("aged_flag", How.IS, "false")) == {young}
    with pytest.raises(Invalid):
        found(registry, "police", Filter("aged_flag", How.IS, "true"))


def test_a_superseded_value_is_not_found(registry: Registry) -> None:
    made = registry.register(employer="甲厂")
    registry.save("police", "police.resident", made, employer="丙厂")
    assert found(registry, "police", Filter("employer", How.BEGINS, "甲厂")) == set()
    assert found(registry, "police", Filter("employer", How.BEGINS, "丙厂")) == {made}


@pytest.mark.parametrize("key", ["ethnicity", "political", "marital"])
def test_restricted_elements_are_never_asked(
    registry: Registry, client_for: ClientFor, key: str
) -> None:
    owner = str(DataElement.objects.get(pk=key).owner_kind)
    viewer = registry.world.viewer(owner)
    (known,) = [one for one in selectors.offered(viewer=viewer) if one.key == key]
    assert known.ways == frozenset()
    for how in How:
        with pytest.raises(Invalid):
            selectors.list_residents(
                viewer=viewer, listing=Listing(filters=(Filter(key, how, "01"),))
            )
    client = client_for(owner)
    to_add = text(client.get(URL)).split('name="more"')[1].split("</select>")[0]
    assert f'value="{key}"' not in to_add
    response = client.post(URL, {"then": "show", "on": key, f"v.{key}": "=01"})
    assert response.status_code == 422


@pytest.mark.parametrize(
    "key", ["employer", "permit_no", "dibao_from", "plate_no", "no_such", "house_use"]
)
def test_hidden_elements_and_those_of_another_subject_are_refused(
    registry: Registry, client_for: ClientFor, family: dict[str, uuid.UUID], key: str
) -> None:
    """Even told that somebody works at 甲厂, property learns nothing: refused, the same for all."""
    client = client_for("property")
    bodies = set()
    for value in ("甲厂", "丙厂"):
        data = {"then": "show", "on": key, f"t.{key}": value, f"v.{key}": "recorded"}
        response = client.post(URL, data)
        assert response.status_code == 422
        assert value not in text(response)
        body = text(response)
        assert str(family["zhang"]) not in body
        bodies.add(body.split("error-summary")[1][:400])
    assert len(bodies) == 1
    with pytest.raises(Invalid):
        found(registry, "property", Filter(key, How.BEGINS, "甲"))
    assert not ListQuery.objects.exists()


def test_a_masked_element_is_neither_compared_nor_sorted_by(
    registry: Registry, client_for: ClientFor, family: dict[str, uuid.UUID]
) -> None:
    """Civil affairs see document and phone masked: present or not, and no more."""
    whole = citizen(date(1992, 3, 4), "2")
    for asked in (Filter("doc_no", How.IS, whole), Filter("mobile", How.IS, "13900005678")):
        with pytest.raises(Invalid):
            found(registry, "civil_affairs", asked)
    assert found(registry, "civil_affairs", Filter("mobile", How.RECORDED)) == {
        family["zhang"], family["li"]
    }  # fmt: skip
    Grant.objects.filter(elements="birth_date", grantee__kind="civil_affairs").update(
        level=Level.MASKED
    )
    assert "birth_date" not in selectors.sorts_for(viewer=registry.world.viewer("civil_affairs"))
    with pytest.raises(Invalid):
        found(registry, "civil_affairs", sort="birth_date")
    response = client_for("civil_affairs").post(URL, {"then": "show", "sort": "birth_date"})
    assert response.status_code == 422


def narrow(world: World, grantee: str, element: str) -> None:
    """The grant of this element holds in the second estate only."""
    for grant in Grant.objects.filter(elements=element, grantee__kind=grantee):
        grant.area = world.other_estate
        grant.save()


def test_rows_without_the_right_are_left_out_and_not_counted(
    registry: Registry, family: dict[str, uuid.UUID]
) -> None:
    """Grid reads the employer in the second estate alone: the first answers nothing, whether the
    question fits or not."""
    world = registry.world
    Grant.objects.filter(grantee__kind="grid", owner__kind="property").update(
        area=world.areas["community"]
    )
    narrow(world, "grid", "employer")
    for asked in (
        Filter("employer", How.BEGINS, "甲"),
        Filter("employer", How.BEGINS, "不"),
        Filter("employer", How.MISSING),
    ):
        answer = found(registry, "grid", asked)
        assert family["zhang"] not in answer
        assert family["li"] not in answer
    assert found(registry, "grid", Filter("employer", How.RECORDED)) == {family["wang"]}
    assert found(registry, "grid", sort="name") == {family["wang"]}


def test_yes_no_on_some_rows_answers_only_whether_it_is_recorded(registry: Registry) -> None:
    made = registry.register()
    registry.save("civil_affairs", "civil_affairs.resident", made, dibao="false")
    with pytest.raises(Invalid):
        found(registry, "grid", Filter("dibao", How.IS, "false"))
    assert found(registry, "grid", Filter("dibao", How.RECORDED)) == {made}


def test_nothing_outside_ones_area(registry: Registry, family: dict[str, uuid.UUID]) -> None:
    assert found(registry, "property_manager", Filter("name_cn", How.RECORDED)) == {
        family["zhang"], family["li"]
    }  # fmt: skip
    viewer = registry.world.viewer("property_manager")
    with pytest.raises(NotFound):
        selectors.list_residents(
            viewer=viewer, listing=Listing(area=registry.world.other_estate.pk)
        )


def test_what_is_asked_is_in_no_address_and_sealed(
    registry: Registry, client_for: ClientFor, family: dict[str, uuid.UUID]
) -> None:
    client = client_for("police")
    data = {"then": "show", "on": ["name_cn", "mobile"], "t.name_cn": "李四",
            "t.mobile": "13900005678", "columns": ["mobile"]}  # fmt: skip
    response = client.post(URL, data)
    address = response["Location"]
    assert "13900005678" not in address
    assert "李" not in address
    body = text(client.get(address))
    assert "李四娘" in body
    assert "张三丰" not in body
    raw = ListQuery.objects.extra(select={"raw": "sealed"}).values_list("raw", flat=True)[0]
    assert b"13900005678" not in bytes(raw)
    assert client_for("collector").get(address).status_code == 404
    late = clock.now() - timedelta(days=2)
    ListQuery.objects.update(created_at=late)
    ask(client)
    assert client.get(address).status_code == 404


def test_rights_are_those_of_the_moment_of_reading(
    registry: Registry, client_for: ClientFor, family: dict[str, uuid.UUID]
) -> None:
    client = client_for("grid")
    data = {"then": "show", "on": "employer", "t.employer": "甲"}
    address = client.post(URL, data)["Location"]
    assert "张三丰" in text(client.get(address))
    Grant.objects.filter(elements="employer").update(status="revoked")
    assert client.get(address).status_code == 422


def test_adding_and_removing_a_filter_keeps_the_rest(
    registry: Registry, client_for: ClientFor
) -> None:
    client = client_for("police")
    data = {"on": "sex", "v.sex": "=2", "then": "add", "more": "birth_date"}
    body = text(client.post(URL, data))
    assert 'name="a.birth_date"' in body
    assert '<option value="=2" selected' in body
    body = text(client.post(URL, {**data, "then": "", "remove": "sex"}))
    assert 'name="v.sex"' not in body


def test_columns_show_what_each_row_shares(
    registry: Registry, client_for: ClientFor, family: dict[str, uuid.UUID]
) -> None:
    body = ask(client_for("civil_affairs"), columns=["mobile", "doc_no"])
    assert "138****1234" in body
    assert POLICE["mobile"] not in body
    assert POLICE["doc_no"] not in body
    record = AccessRecord.objects.filter(kind="list").latest("id")
    assert {"mobile", "doc_no", "name_cn"} <= set(record.elements)
    assert set(record.subject_ids) == set(family.values())


@pytest.mark.parametrize("sort", ["", "name", "birth_date"])
def test_pages_follow_each_other_both_ways(
    registry: Registry, monkeypatch: pytest.MonkeyPatch, sort: str
) -> None:
    monkeypatch.setattr(lists, "PAGE_SIZE", 2)
    area = registry.world.estate
    made = [
        Resident.objects.create(
            area=area, name="同名", name_pinyin="tongming" if number % 2 else "a",
            birth_date=None if number == 3 else date(1990 + number // 2, 1, 1),
        )
        for number in range(7)
    ]  # fmt: skip
    viewer, listing = registry.world.viewer("police"), Listing(sort=sort)
    forth: list[list[uuid.UUID]] = []
    page = selectors.list_residents(viewer=viewer, listing=listing)
    while True:
        forth.append([line.id for line in page.lines])
        if page.after is None:
            break
        page = selectors.list_residents(viewer=viewer, listing=listing, after=page.after)
    seen = [key for part in forth for key in part]
    assert len(seen) == len(set(seen)) == len(made)
    back = [[line.id for line in page.lines]]
    while page.before is not None:
        page = selectors.list_residents(viewer=viewer, listing=listing, before=page.before)
        back.append([line.id for line in page.lines])
    assert [key for part in back[::-1] for key in part] == seen


def test_a_long_count_stops(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "MOST_COUNTED", 1)
    for number in range(3):
        Resident.objects.create(area=registry.world.estate, name=f"居民{number}")
    page = selectors.list_residents(viewer=registry.world.viewer("police"), listing=Listing())
    assert (page.count, page.is_more) == (1, True)


def test_the_filter_finds_its_index(registry: Registry) -> None:
    term = ElementRecord._meta.get_field("term")
    assert getattr(term, "db_persist", False)
    registry.register(employer="甲" * 90)
    assert ElementRecord.objects.get(element="employer").term == "甲" * 64


def test_the_number_of_queries_does_not_grow_with_the_rows(
    registry: Registry, client_for: ClientFor, family: dict[str, uuid.UUID]
) -> None:
    client = client_for("police")
    asked = {"then": "show", "on": "sex", "v.sex": "=1", "sort": "name"}
    address = client.post(URL, asked)["Location"]
    before = [queries(client, URL), queries(client, address)]
    for number in range(5):
        registry.register(doc_no=citizen(date(1970, 1, 1), "1", number), name_cn="赵某")
    assert [queries(client, URL), queries(client, address)] == before


def test_an_administrator_reads_no_list(
    registry: Registry, client_for: ClientFor, family: dict[str, uuid.UUID]
) -> None:
    assert client_for("system_admin").get(URL).status_code == 403
    assert reverse("residents:residents") == URL
