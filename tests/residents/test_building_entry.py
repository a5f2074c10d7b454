"""Buildings, units and rooms: entered in the browser by who writes the standard address."""

import uuid
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from datasharing.models import AccessRecord, Grant
from residents import actions
from residents.addresses import before, door_number, parse
from residents.choices import NumberPattern
from residents.models import Building, Dwelling, ElementRecord, Unit
from residents.numbering import Layout
from smartcommunity.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from tests.conftest import World
from tests.residents.conftest import Registry, queries, text

pytestmark = pytest.mark.django_db
ClientFor = Callable[[str], Client]

ROOMS = {"first": "1", "last": "6", "a_floor": "2", "pattern": "plain", "skipped": "4"}
OTHERS = ("civil_affairs", "housing", "grid", "property")


def layout(first: int = 1, last: int = 3, a_floor: int = 2, pattern: str = "plain",
           skipped: frozenset[int] = frozenset()) -> Layout:  # fmt: skip
    return Layout(first, last, a_floor, NumberPattern(pattern), skipped)


def building(world: World, *, by: str = "police", number: str = "7", floors: int = 6,
             units: int = 2, area: str = "estate") -> Building:  # fmt: skip
    made = actions.enter_building(
        viewer=world.viewer(by),
        area_id=world.areas[area].pk,
        number=number,
        name="",
        floors=floors,
        units=units,
    )
    return Building.objects.get(pk=made.id)


def address(name: str, *args: object) -> str:
    return reverse(f"residents:{name}", args=args)


def current(dwelling: uuid.UUID) -> dict[str, str | None]:
    rows = ElementRecord.objects.filter(subject_id=dwelling, superseded_at=None)
    return {row.element_id: row.plain for row in rows}


def test_an_estate_is_built_in_the_browser(world: World, client_for: ClientFor) -> None:
    client = client_for("collector")
    estate = address("estate", world.estate.pk)
    add = address("add_building", world.estate.pk)
    assert add in text(client.get(estate))
    response = client.post(add, {"number": "3号楼", "name": "", "floors": "6", "units": "2"})
    made = Building.objects.get()
    assert response["Location"] == address("building", made.pk)
    assert (made.number, made.name, made.floors) == ("3", "3栋", 6)
    first, second = Unit.objects.order_by("number")
    rooms = address("add_rooms", first.pk)
    page = text(client.get(address("building", made.pk)))
    assert rooms in page
    assert address("add_rooms", second.pk) in page

    preview = text(client.post(rooms, {**ROOMS, "then": "preview"}))
    assert ">602<" in preview  # with its brackets: keys and tokens hold digits too
    assert ">401<" not in preview
    assert not Dwelling.objects.exists()
    for _ in range(2):  # pressed twice
        response = client.post(rooms, {**ROOMS, "then": "save"})
        assert response["Location"] == address("building", made.pk)
    assert Dwelling.objects.count() == 10
    home = Dwelling.objects.get(room="602")
    assert (home.unit, home.floor, home.area) == (first, 6, world.estate)
    above = [name for key, area in world.areas.items() if "other" not in key and key != "grid"
             for name in [area.name]]  # fmt: skip
    assert home.address == f"{''.join(above)}3栋1单元602室"
    assert current(home.pk) == {
        "estate_name": world.estate.name,
        "building_no": "3",
        "unit_no": "1",
        "room_no": "602",
        "full_address": home.address,
    }
    page = text(client.get(address("building", made.pk)))
    assert address("dwelling", home.pk) in page
    assert address("register", home.pk) in text(client.get(address("dwelling", home.pk)))
    written = AccessRecord.objects.filter(kind="write").order_by("id")
    details = list(written.values_list("detail", flat=True))
    assert details == ["building_entered 3", "rooms_entered 10"]


def test_numbers_follow_the_pattern() -> None:
    def numbers(**asked: object) -> list[str]:
        return [place.room for place in layout(**asked).places()]  # type: ignore[arg-type]

    assert numbers(first=9, last=10) == ["901", "902", "1001", "1002"]
    assert numbers(last=1, pattern="padded") == ["0101", "0102"]
    assert numbers(last=1, pattern="letter") == ["1A", "1B"]
    assert numbers(first=-1, last=1, a_floor=1) == ["B101", "101"]
    assert numbers(last=4, a_floor=1, skipped=frozenset({2, 4})) == ["101", "301"]
    for room in numbers(first=-1, last=2, pattern="letter"):
        found = parse(f"3-1-{room}")
        assert found
        assert found.room == room


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"first": 3, "last": 2}, "last"),
        ({"last": 101}, "last"),
        ({"first": -6}, "first"),
        ({"a_floor": 21}, "a_floor"),
        ({"a_floor": 0}, "a_floor"),
        ({"last": 61}, "last"),
        ({"last": 1, "skipped": frozenset({1})}, "skipped"),
    ],
)
def test_what_no_building_is_like_is_refused(asked: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as caught:
        layout(**asked).places()  # type: ignore[arg-type]
    assert set(caught.value.fields) == {field}


def test_numbers_are_kept_as_they_are_looked_up() -> None:
    assert [door_number(said) for said in ("３栋", " 12a室", "2单元", "甲", "B101")] == [
        "3",
        "12A",
        "2",
        "甲",
        "B101",
    ]
    assert {door_number(wrong) for wrong in ("", "栋", "3-1", "<b>", "123456789", "三")} == {None}
    parts = {"building": "3栋", "unit": "1", "room": "101"}
    assert before("东湖路1号3栋1单元101室", **parts) == "东湖路1号"
    assert before("东湖路1号", **parts) is None


def test_faults_are_named_and_values_kept(registry: Registry, client_for: ClientFor) -> None:
    client = client_for("police")
    response = client.post(
        address("add_building", registry.world.estate.pk),
        {"number": "1", "name": "一号楼", "floors": "9", "units": "1"},
    )
    assert response.status_code == 422
    assert 'value="一号楼"' in text(response)
    assert "id_number_error" in text(response)
    unit = registry.home.unit
    response = client.post(
        address("add_rooms", unit.pk), {**ROOMS, "skipped": "四", "then": "save"}
    )
    assert response.status_code == 422
    assert 'value="四"' in text(response)
    assert "id_skipped_error" in text(response)
    # Higher than the building is.
    response = client.post(address("add_rooms", unit.pk), {**ROOMS, "then": "save"})
    assert response.status_code == 422
    assert "id_last_error" in text(response)
    assert Dwelling.objects.count() == len(registry.dwellings)


@pytest.mark.parametrize("floors", ["0", "-1", "101", "99999999999", "x", ""])
def test_a_building_has_a_sensible_height(world: World, client_for: ClientFor, floors: str) -> None:
    response = client_for("police").post(
        address("add_building", world.estate.pk), {"number": "3", "floors": floors, "units": "1"}
    )
    assert response.status_code == 422
    assert "id_floors_error" in text(response)
    assert not Building.objects.exists()


def test_a_building_sent_twice_is_made_once(world: World) -> None:
    assert building(world) == building(world)
    assert (Building.objects.count(), Unit.objects.count()) == (1, 2)
    with pytest.raises(Invalid) as caught:
        building(world, floors=7)
    assert "number" in caught.value.fields
    building(world, area="other_estate")  # its number is its own estate's


def test_units_and_rooms_are_added_one_by_one(registry: Registry, client_for: ClientFor) -> None:
    client = client_for("police")
    for _ in range(2):
        client.post(address("add_unit", registry.building.pk), {"number": "3单元"})
    unit = Unit.objects.get(building=registry.building, number="3")
    for _ in range(2):
        response = client.post(address("add_room", unit.pk), {"floor": "2", "room": "201a"})
    home = Dwelling.objects.get(unit=unit)
    assert response["Location"] == address("dwelling", home.pk)
    # As the estate's other addresses begin.
    assert home.address == f"{registry.world.estate.name}1栋3单元201A室"
    response = client.post(address("add_room", unit.pk), {"floor": "3", "room": "201A"})
    assert response.status_code == 422
    assert "id_floor_error" in text(response)


def test_rooms_that_stand_on_another_floor_are_not_doubled(registry: Registry) -> None:
    viewer, unit = registry.world.viewer("police"), registry.home.unit
    Dwelling.objects.filter(unit=unit, room="301").update(floor=2)
    with pytest.raises(Invalid) as caught:
        actions.enter_rooms(viewer=viewer, unit_id=unit.pk, layout=layout())
    assert "301" in caught.value.fields["last"]


def test_a_corrected_number_moves_the_addresses(registry: Registry, client_for: ClientFor) -> None:
    client, home = client_for("police"), registry.home
    Dwelling.objects.filter(pk=home.pk).update(address="东湖路8号1栋1单元101室")
    url = address("correct_building", registry.building.pk)
    client.post(url, {"number": "2", "name": "2号楼", "floors": "3"})
    client.post(address("correct_unit", home.unit_id), {"number": "甲"})
    response = client.post(address("correct_room", home.pk), {"floor": "1", "room": "103"})
    assert response["Location"] == address("dwelling", home.pk)
    home.refresh_from_db()
    assert home.address == "东湖路8号2号楼甲单元103室"
    held = current(home.pk)
    assert (held["building_no"], held["unit_no"], held["room_no"]) == ("2", "甲", "103")
    assert held["full_address"] == home.address
    assert Dwelling.objects.filter(address__contains="2号楼").count() == len(registry.dwellings)
    history = ElementRecord.objects.filter(subject_id=home.pk, element="full_address")
    assert history.count() == 3
    before = history.count()
    client.post(address("correct_room", home.pk), {"floor": "1", "room": "103"})
    assert history.count() == before


def test_a_number_that_a_neighbour_has_is_refused(
    registry: Registry, client_for: ClientFor
) -> None:
    client = client_for("police")
    other = building(registry.world)
    cases = [
        ("correct_building", other.pk, {"number": "1", "floors": "6"}, "number"),
        ("correct_unit", registry.home.unit_id, {"number": "2"}, "number"),
        ("correct_room", registry.home.pk, {"floor": "1", "room": "102"}, "room"),
        ("correct_room", registry.home.pk, {"floor": "4", "room": "101"}, "floor"),
        ("correct_building", registry.building.pk, {"number": "1", "floors": "2"}, "floors"),
    ]
    for name, key, values, field in cases:
        response = client.post(address(name, key), values)
        assert response.status_code == 422, name
        assert f"id_{field}_error" in text(response), name


def test_only_an_unused_room_is_removed(registry: Registry, client_for: ClientFor) -> None:
    client, spare = client_for("police"), registry.dwellings[1]
    registry.register()
    facts = {"property_type": "1", "house_use": "1", "occupancy_status": "1"}
    facts["full_address"] = registry.dwellings[2].address
    registry.save("housing", "housing.dwelling", registry.dwellings[2].pk, **facts)
    for used in (registry.home, registry.dwellings[2]):
        response = client.post(address("remove_room", used.pk))
        assert response["Location"] == address("correct_room", used.pk)
        with pytest.raises(Conflict):
            actions.remove_room(viewer=registry.world.viewer("police"), dwelling_id=used.pk)
    assert Dwelling.objects.count() == len(registry.dwellings)
    assert client.get(address("remove_room", spare.pk)).status_code == 405
    response = client.post(address("remove_room", spare.pk))
    assert response["Location"] == address("building", registry.building.pk)
    assert not Dwelling.objects.filter(pk=spare.pk).exists()
    assert client.post(address("remove_room", spare.pk)).status_code == 404
    assert AccessRecord.objects.filter(detail="room_removed 102", subject_ids=[spare.pk]).exists()


@pytest.mark.parametrize("user", OTHERS)
def test_other_departments_do_not_write_addresses(
    registry: Registry, client_for: ClientFor, user: str
) -> None:
    client, home = client_for(user), registry.home
    pages = {
        "add_building": (registry.world.estate.pk, {"number": "9", "floors": "6", "units": "1"}),
        "correct_building": (registry.building.pk, {"number": "9", "floors": "6"}),
        "add_unit": (registry.building.pk, {"number": "9"}),
        "correct_unit": (home.unit_id, {"number": "9"}),
        "add_rooms": (home.unit_id, {**ROOMS, "last": "3", "a_floor": "5", "then": "save"}),
        "add_room": (home.unit_id, {"floor": "1", "room": "109"}),
        "correct_room": (home.pk, {"floor": "1", "room": "109"}),
    }
    for name, (key, values) in pages.items():
        assert client.get(address(name, key)).status_code == 403, name
        assert client.post(address(name, key), values).status_code == 403, name
    assert client.post(address("remove_room", home.pk)).status_code == 403
    assert (Building.objects.count(), Unit.objects.count()) == (1, 2)
    assert set(Dwelling.objects.values_list("room", flat=True)) == {
        "101", "102", "201", "202", "301", "302",
    }  # fmt: skip
    assert not ElementRecord.objects.filter(subject="dwelling").exists()
    for name, key in (("estate", registry.world.estate.pk), ("building", registry.building.pk),
                      ("dwelling", home.pk)):  # fmt: skip
        page = text(client.get(address(name, key)))
        assert "/add/" not in page
        assert "/correct/" not in page


def test_a_grant_to_write_enters_but_does_not_correct(registry: Registry) -> None:
    world = registry.world
    for key in ("estate_name", "building_no", "unit_no", "room_no", "full_address"):
        Grant.objects.filter(elements=key, grantee__kind="housing").update(may_write=True, level=3)
    made = building(world, by="housing")
    assert made.units.count() == 2
    with pytest.raises(NotAllowed):
        actions.correct_building(
            viewer=world.viewer("housing"), building_id=made.pk, number="8", name="", floors=6
        )
    with pytest.raises(NotAllowed):
        actions.remove_room(viewer=world.viewer("housing"), dwelling_id=registry.home.pk)


def test_another_area_does_not_exist(registry: Registry, world: World) -> None:
    """`property_manager` works in the first estate alone; with every right he still does not reach
    the second, nor any node that is no estate."""
    Grant.objects.filter(grantee__kind="property").update(may_write=True, level=3)
    viewer = world.viewer("property_manager")
    far = building(world, area="other_estate")
    unit = far.units.get(number="1")
    there = actions.enter_room(
        viewer=world.viewer("police"), unit_id=unit.pk, floor=1, room="101"
    ).id
    attempts: list[Callable[[], object]] = [
        lambda: actions.enter_building(viewer=viewer, area_id=world.other_estate.pk, number="1",
                                       name="", floors=1, units=1),
        lambda: actions.correct_building(viewer=viewer, building_id=far.pk, number="1", name="",
                                         floors=6),
        lambda: actions.enter_unit(viewer=viewer, building_id=far.pk, number="9"),
        lambda: actions.correct_unit(viewer=viewer, unit_id=unit.pk, number="9"),
        lambda: actions.enter_rooms(viewer=viewer, unit_id=unit.pk, layout=layout()),
        lambda: actions.enter_room(viewer=viewer, unit_id=unit.pk, floor=1, room="109"),
        lambda: actions.correct_room(viewer=viewer, dwelling_id=there, floor=1, room="109"),
        lambda: actions.remove_room(viewer=viewer, dwelling_id=there),
        lambda: actions.enter_unit(viewer=viewer, building_id=uuid.uuid4(), number="9"),
        lambda: actions.enter_building(viewer=world.viewer("police"),
                                       area_id=world.areas["community"].pk, number="1",
                                       name="", floors=1, units=1),
    ]  # fmt: skip
    for attempt in attempts:
        with pytest.raises(NotFound):
            attempt()


@pytest.mark.parametrize("user", ["system_admin", "security_admin", "auditor"])
def test_administrators_enter_nothing(registry: Registry, client_for: ClientFor, user: str) -> None:
    response = client_for(user).post(
        address("add_building", registry.world.estate.pk),
        {"number": "9", "floors": "6", "units": "1"},
    )
    assert response.status_code == 403
    assert Building.objects.count() == 1


def test_a_forged_post_is_refused(registry: Registry, client_for: ClientFor) -> None:
    client = client_for("police")
    client.handler.enforce_csrf_checks = True
    assert client.post(address("remove_room", registry.dwellings[1].pk)).status_code == 403
    assert Dwelling.objects.count() == len(registry.dwellings)


def test_hostile_input_is_named_and_nothing_is_written(
    registry: Registry, client_for: ClientFor
) -> None:
    client, unit = client_for("police"), registry.home.unit_id
    for number in ("<script>", "1' OR 1=1", "\x00", "1" * 500, "１２３４５６７８９"):
        response = client.post(address("add_room", unit), {"floor": "1", "room": number})
        assert response.status_code == 422, number
        assert "<script>" not in text(response).split("id_room")[-1]
    for name in ("first", "last", "a_floor"):
        for number in ("9" * 40, "1e3", "NaN", "２.5", "-99999999"):
            response = client.post(
                address("add_rooms", unit), {**ROOMS, "last": "3", name: number, "then": "save"}
            )
            assert response.status_code == 422, (name, number)
    wrong = {**ROOMS, "pattern": "__class__", "then": "save"}
    assert client.post(address("add_rooms", unit), wrong).status_code == 422
    assert Dwelling.objects.count() == len(registry.dwellings)


def test_the_empty_estate_says_what_comes_next(world: World, client_for: ClientFor) -> None:
    url = address("estate", world.estate.pk)
    assert address("add_building", world.estate.pk) in text(client_for("police").get(url))
    other = text(client_for("grid").get(url))
    assert address("add_building", world.estate.pk) not in other
    assert "公安" in other


def test_pages_and_entry_take_the_same_number_of_queries_at_any_size(
    world: World, client_for: ClientFor, django_assert_max_num_queries: Callable[[int], object]
) -> None:
    client, made = client_for("police"), building(world, floors=60)
    first, second = made.units.order_by("number")
    viewer = world.viewer("police")
    actions.enter_rooms(viewer=viewer, unit_id=first.pk, layout=layout(last=1))
    url = address("building", made.pk)
    few = queries(client, url)
    with django_assert_max_num_queries(40):  # type: ignore[attr-defined]
        actions.enter_rooms(viewer=viewer, unit_id=second.pk, layout=layout(last=60, a_floor=20))
    assert Dwelling.objects.count() == 1202
    assert queries(client, url) == few
