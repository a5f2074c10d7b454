"""One box that recognises what was typed; nothing is searched that the viewer does not read."""

import uuid
from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from datasharing.models import AccessRecord, Grant
from residents import actions
from residents.selectors.searching import recognise
from tests.conftest import World
from tests.residents.conftest import Registry, citizen, make_building, text

pytestmark = pytest.mark.django_db
ClientFor = Callable[[str], Client]
USCC, PLATE = "91350100M000100Y43", "粤B12345"


@pytest.fixture
def shop(registry: Registry) -> uuid.UUID:
    return actions.register_organisation(
        viewer=registry.world.viewer("collector"),
        template=registry.form("collector", "police.organisation"),
        premises=registry.home,
        values={
            "uscc": USCC, "unit_name": "幸福便利店", "unit_kind": "4", "unit_category": "F",
            "unit_address": "一号", "legal_rep_name": "王掌柜",
        },
    )  # fmt: skip


@pytest.fixture
def car(registry: Registry) -> uuid.UUID:
    return actions.register_vehicle(
        viewer=registry.world.viewer("property"),
        template=registry.form("property", "property.vehicle"),
        dwelling=registry.home,
        values={"vehicle_kind": "1", "plate_no": PLATE},
    )


def box(client: Client, typed: str) -> str:
    response = client.post(reverse("residents:search"), {"by": "", "text": typed})
    assert response.status_code == 200
    return text(response)


@pytest.mark.parametrize(
    ("typed", "kinds"),
    [
        ("张三", ("name", "organisation")),
        ("zsf", ("name", "organisation")),
        ("欧阳 娜娜", ("name", "organisation")),
        ("138 0000 1234", ("mobile",)),
        ("+86 13800001234", ("mobile",)),
        (citizen(date(1985, 6, 1)), ("document",)),
        ("420106850601001", ("document",)),
        ("H12345678", ("document",)),
        ("粤b·12345", ("plate",)),
        ("粤BD12345", ("plate",)),
        (USCC, ("uscc", "document")),
        ("3栋 2单元 502", ("address",)),
        ("幸福小区 3-2-502", ("address",)),
        ("3号楼502室", ("address",)),
    ],
)
def test_what_was_typed_is_recognised(typed: str, kinds: tuple[str, ...]) -> None:
    assert recognise(typed) == kinds


def test_everything_is_found_in_one_box(
    registry: Registry, client_for: ClientFor, shop: uuid.UUID, car: uuid.UUID
) -> None:
    person = registry.register()
    client = client_for("police")
    for typed, key in (
        ("zhangsanfeng", person),
        (citizen(date(1985, 6, 1)), person),
        ("13800001234", person),
        ("幸福便利", shop),
        ("xfbld", shop),
        (USCC.lower(), shop),
        (PLATE, car),
        ("1栋1单元101", registry.home.pk),
        ("测试estate 1-1-101", registry.home.pk),
    ):
        assert str(key) in box(client, typed), typed


def test_a_fifteen_digit_number_finds_the_same_person(
    registry: Registry, client_for: ClientFor
) -> None:
    number = citizen(date(1985, 6, 1))
    person = registry.register(doc_no=number)
    assert str(person) in box(client_for("police"), number[:6] + number[8:17])


def test_what_is_not_read_in_full_is_not_searched(
    registry: Registry, client_for: ClientFor, shop: uuid.UUID, car: uuid.UUID
) -> None:
    person = registry.register()
    grid = client_for("grid")
    for typed, key in ((USCC, shop), (PLATE, car), (citizen(date(1985, 6, 1)), person)):
        assert str(key) not in box(grid, typed), typed
    assert str(shop) in box(grid, "幸福便利店")
    Grant.objects.filter(elements="plate_no", grantee__kind="police").update(level=2)
    assert str(car) not in box(client_for("police"), PLATE)
    refused = client_for("grid").post(reverse("residents:search"), {"by": "plate", "text": PLATE})
    assert refused.status_code == 422


def test_nothing_is_found_outside_ones_area(
    registry: Registry, world: World, client_for: ClientFor
) -> None:
    far = make_building(world, "other_estate", "9")[0]
    client = client_for("property_manager")
    assert str(far.pk) not in box(client, "9-1-101")
    assert str(far.pk) in box(client_for("property"), "9-1-101")


def test_a_search_is_logged_by_its_kind_and_never_with_the_text(
    registry: Registry, client_for: ClientFor, car: uuid.UUID
) -> None:
    box(client_for("property"), PLATE)
    entry = AccessRecord.objects.filter(kind="search").latest("id")
    assert (entry.detail, entry.subject, entry.subject_ids) == ("plate", "vehicle", [car])


def test_the_choices_of_addresses_are_a_fragment(registry: Registry, client_for: ClientFor) -> None:
    url = reverse("residents:address_choices")
    client = client_for("property")
    body = text(client.post(url, {"place": "1-1-101"}))
    assert f'value="{registry.home.pk}"' in body
    assert "<html" not in body
    assert str(registry.home.pk) not in text(client.post(url, {"place": "8-1-101"}))
    assert client.get(url).status_code == 405
