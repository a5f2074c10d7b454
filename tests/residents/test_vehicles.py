"""Vehicles: entered once, whose they are and where they belong under rights of their own."""

import uuid
from collections.abc import Callable

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from datasharing.models import Grant
from residents import actions, selectors
from residents.errors import DuplicateNumber
from residents.models import Proposal, Vehicle
from smartcommunity.kernel.errors import Invalid, NotAllowed, NotFound
from tests.conftest import World
from tests.residents.conftest import Registry, make_building, queries, text

pytestmark = pytest.mark.django_db
ClientFor = Callable[[str], Client]

PLATE = "粤B12345"
CAR = {"vehicle_kind": "1", "plate_no": PLATE, "vehicle_brand": "比亚迪", "vehicle_colour": "A"}


def enter(
    registry: Registry,
    *,
    by: str = "property",
    keeper: actions.Keeper | None = None,
    **values: str | None,
) -> uuid.UUID:
    kind = registry.world.viewer(by).department_kind
    return actions.register_vehicle(
        viewer=registry.world.viewer(by),
        template=registry.form(by, f"{kind}.vehicle"),
        dwelling=registry.home,
        keeper=keeper or actions.Keeper(),
        values={**CAR, **values},
    )


def test_it_is_entered_at_the_dwelling_with_its_keeper(
    registry: Registry, client_for: ClientFor
) -> None:
    person = registry.register()
    client = client_for("property")
    url = reverse("residents:register_vehicle", args=[registry.home.pk])
    assert url in text(client.get(reverse("residents:dwelling", args=[registry.home.pk])))
    assert f"resident:{person}" in text(client.get(url))
    response = client.post(url, {**CAR, "plate_no": "粤b·12345", "keeper": f"resident:{person}"})
    row = Vehicle.objects.get()
    assert response["Location"] == reverse("residents:vehicle", args=[row.pk])
    assert (row.plate, row.keeper_id, row.dwelling) == (PLATE, person, registry.home)
    page = text(client.get(response["Location"]))
    assert PLATE in page
    assert "张三丰" in page
    for name, key in (("dwelling", registry.home.pk), ("resident", person)):
        assert PLATE in text(client.get(reverse(f"residents:{name}", args=[key])))
    assert PLATE in text(client.get(reverse("residents:vehicles")))


def test_a_keeper_who_is_not_offered_is_refused(registry: Registry, client_for: ClientFor) -> None:
    elsewhere = registry.register(home=registry.dwellings[5])
    url = reverse("residents:register_vehicle", args=[registry.home.pk])
    response = client_for("property").post(url, {**CAR, "keeper": f"resident:{elsewhere}"})
    assert response.status_code == 422
    assert not Vehicle.objects.exists()


def test_plates_follow_ga_36(registry: Registry) -> None:
    for wrong in ("粤I12345", "粤B1234", "B12345", "粤B1234567"):
        with pytest.raises(Invalid) as caught:
            enter(registry, plate_no=wrong)
        assert "plate_no" in caught.value.fields
    enter(registry, plate_no="粤BD12345")
    assert Vehicle.objects.get().plate == "粤BD12345"


def test_a_plate_belongs_to_one_vehicle(registry: Registry, client_for: ClientFor) -> None:
    first = enter(registry)
    with pytest.raises(DuplicateNumber) as caught:
        enter(registry, by="collector")
    assert caught.value.subject_id == first


def test_bicycles_have_no_plate(registry: Registry, client_for: ClientFor) -> None:
    for _ in range(2):
        made = enter(registry, vehicle_kind="5", plate_no=None)
    assert Vehicle.objects.filter(plate="").count() == 2
    page = text(client_for("property").get(reverse("residents:vehicle", args=[made])))
    assert "无号牌车辆" in page


def test_what_the_property_company_recorded_the_police_only_propose_to_change(
    registry: Registry,
) -> None:
    made = enter(registry)
    registry.save("collector", "police.vehicle", made, vehicle_colour="J", plate_type="02")
    proposal = Proposal.objects.open().get()
    assert (proposal.subject, proposal.element_id) == ("vehicle", "vehicle_colour")
    found = selectors.vehicle(viewer=registry.world.viewer("property"), vehicle_id=made)
    assert "小型汽车号牌" in {row.value for section in found.sections for row in section.rows}


def test_others_see_nothing_of_it(registry: Registry, client_for: ClientFor) -> None:
    made = enter(registry)
    for user in ("grid", "civil_affairs", "housing"):
        client = client_for(user)
        assert client.get(reverse("residents:vehicle", args=[made])).status_code == 404
        assert PLATE not in text(client.get(reverse("residents:vehicles")))
        home = text(client.get(reverse("residents:dwelling", args=[registry.home.pk])))
        assert PLATE not in home


def test_a_masked_plate_is_masked_on_every_page(registry: Registry, client_for: ClientFor) -> None:
    person = registry.register()
    made = enter(registry, keeper=actions.Keeper(resident_id=person))
    Grant.objects.filter(elements="plate_no", grantee__kind="police").update(level=2)
    client = client_for("police")
    for url in (
        reverse("residents:vehicle", args=[made]),
        reverse("residents:vehicles"),
        f"/api/v1/registry/vehicles/{made}/",
    ):
        body = text(client.get(url))
        assert PLATE not in body
        assert "粤B***45" in body
    # The links were granted together with it, and a link is seen in full or not at all.
    assert "张三丰" not in text(client.get(reverse("residents:vehicle", args=[made])))
    assert PLATE not in text(client.get(reverse("residents:resident", args=[person])))


def test_the_keeper_changes(registry: Registry, client_for: ClientFor) -> None:
    person = registry.register(home=registry.dwellings[3])
    made = enter(registry)
    client = client_for("property")
    url = reverse("residents:set_keeper", args=[made])
    target = registry.dwellings[3]
    assert str(target.pk) in text(client.post(url, {"place": f"1-1-{target.room}"}))
    assert "张三丰" in text(client.post(url, {"dwelling": str(target.pk)}))
    save = {"dwelling": str(target.pk), "then": "save", "keeper": f"resident:{person}"}
    assert client.post(url, save).status_code == 302
    row = Vehicle.objects.get()
    assert (row.dwelling, row.keeper_id, row.version) == (target, person, 2)
    Grant.objects.filter(elements="keeper_id").update(may_write=False)
    with pytest.raises(NotAllowed):
        actions.set_keeper(
            viewer=registry.world.viewer("police"),
            vehicle_id=made,
            dwelling=target,
            keeper=actions.Keeper(),
        )


def test_a_keeper_in_another_area_is_not_to_be_named(registry: Registry, world: World) -> None:
    elsewhere = make_building(world, "other_estate", "9")[0]
    stranger = registry.register(home=elsewhere)
    with pytest.raises(NotFound):
        enter(registry, by="property_manager", keeper=actions.Keeper(resident_id=stranger))


def test_a_vehicle_has_one_keeper(registry: Registry) -> None:
    person = registry.register()
    made = enter(registry, keeper=actions.Keeper(resident_id=person))
    firm = actions.register_organisation(
        viewer=registry.world.viewer("collector"),
        template=registry.form("collector", "police.organisation"),
        premises=registry.home,
        values={
            "unit_name": "店", "unit_kind": "4", "unit_category": "F", "unit_address": "一号",
            "legal_rep_name": "王",
        },
    )  # fmt: skip
    with pytest.raises(IntegrityError), transaction.atomic():
        Vehicle.objects.filter(pk=made).update(organisation=firm)


def test_the_api_reads_under_the_same_rights(registry: Registry, client_for: ClientFor) -> None:
    person = registry.register()
    made = enter(registry, keeper=actions.Keeper(resident_id=person))
    body = client_for("property").get(f"/api/v1/registry/vehicles/{made}/").json()
    assert (body["name"], body["keeper"]["id"]) == (PLATE, str(person))
    assert client_for("grid").get(f"/api/v1/registry/vehicles/{made}/").status_code == 404


def test_the_number_of_queries_does_not_grow_with_the_rows(
    registry: Registry, client_for: ClientFor
) -> None:
    person = registry.register()
    made = enter(registry, keeper=actions.Keeper(resident_id=person))
    client = client_for("property")
    urls = [
        reverse("residents:vehicles"),
        reverse("residents:vehicle", args=[made]),
        reverse("residents:dwelling", args=[registry.home.pk]),
        reverse("residents:resident", args=[person]),
    ]
    before = [queries(client, url) for url in urls]
    for number in range(3):
        enter(registry, plate_no=f"粤B0000{number}", keeper=actions.Keeper(resident_id=person))
    assert [queries(client, url) for url in urls] == before
