"""Organisations: entered once at their premises, shared by element, linked to people."""

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from datasharing.models import AccessRecord, Grant
from residents import actions, selectors
from residents.errors import DuplicateNumber, Stale
from residents.models import Employment, Organisation, Proposal
from smartcommunity.kernel import clock
from smartcommunity.kernel.errors import Conflict, NotAllowed, NotFound
from tests.conftest import World
from tests.residents.conftest import Registry, make_building, queries, text

pytestmark = pytest.mark.django_db
ClientFor = Callable[[str], Client]

USCC = "91350100M000100Y43"
SHOP = {
    "uscc": USCC,
    "unit_name": "幸福便利店",
    "unit_kind": "4",
    "unit_category": "F",
    "unit_address": "测试小区1栋1单元101室",
    "legal_rep_name": "王掌柜",
    "legal_rep_mobile": "13911112222",
}


def enter(registry: Registry, *, by: str = "collector", **values: str | None) -> uuid.UUID:
    return actions.register_organisation(
        viewer=registry.world.viewer(by),
        template=registry.form(by, "police.organisation"),
        premises=registry.home,
        values={**SHOP, **values},
    )


def test_it_is_entered_in_the_browser_and_shown_where_it_is(
    registry: Registry, client_for: ClientFor
) -> None:
    client = client_for("collector")
    url = reverse("residents:register_organisation", args=[registry.home.pk])
    assert url in text(client.get(reverse("residents:dwelling", args=[registry.home.pk])))
    page = text(client.get(url))
    assert registry.home.address in page
    response = client.post(url, SHOP)
    row = Organisation.objects.get()
    assert response["Location"] == reverse("residents:organisation", args=[row.pk])
    assert (row.uscc, row.name, row.name_initials) == (USCC, "幸福便利店", "xfbld")
    assert "王掌柜" in text(client.get(response["Location"]))
    for name, place in (("dwelling", registry.home), ("building", registry.building)):
        assert "幸福便利店" in text(client.get(reverse(f"residents:{name}", args=[place.pk])))
    assert "幸福便利店" in text(client.get(reverse("residents:organisations")))


def test_a_wrong_code_is_named_and_the_rest_is_kept(
    registry: Registry, client_for: ClientFor
) -> None:
    url = reverse("residents:register_organisation_in", args=[registry.building.pk])
    response = client_for("collector").post(url, {**SHOP, "uscc": USCC[:-1] + "4"})
    assert response.status_code == 422
    assert 'id="id_uscc_error"' in text(response)
    assert 'value="幸福便利店"' in text(response)
    assert not Organisation.objects.exists()


def test_a_code_belongs_to_one_organisation(registry: Registry, client_for: ClientFor) -> None:
    first = enter(registry)
    with pytest.raises(DuplicateNumber) as caught:
        enter(registry, unit_name="另一家")
    assert caught.value.subject_id == first
    url = reverse("residents:register_organisation", args=[registry.home.pk])
    again = text(client_for("collector").post(url, SHOP))
    assert reverse("residents:organisation", args=[first]) in again


def test_without_the_right_to_the_code_the_other_entry_is_not_named(registry: Registry) -> None:
    enter(registry, uscc=USCC)
    grant = Grant.objects.get(elements="uscc", grantee__kind="police")
    elsewhere = make_building(registry.world, "other_estate", "9")[0]
    grant.area = registry.world.other_estate
    grant.save()
    with pytest.raises(DuplicateNumber) as caught:
        actions.register_organisation(
            viewer=registry.world.viewer("collector"),
            template=registry.form("collector", "police.organisation"),
            premises=elsewhere,
            values=SHOP,
        )
    assert caught.value.subject_id is None


def test_organisations_without_a_licence_need_no_code(registry: Registry) -> None:
    enter(registry, uscc=None)
    enter(registry, uscc=None, unit_name="另一家")
    assert Organisation.objects.filter(uscc="").count() == 2


def test_each_department_sees_only_its_elements(registry: Registry, client_for: ClientFor) -> None:
    made = enter(registry)
    url = reverse("residents:organisation", args=[made])
    grid = text(client_for("grid").get(url))
    assert "幸福便利店" in grid
    for hidden in ("王掌柜", "13911112222", USCC):
        assert hidden not in grid
    assert client_for("civil_affairs").get(url).status_code == 404
    assert "幸福便利店" not in text(client_for("civil_affairs").get(
        reverse("residents:organisations")
    ))  # fmt: skip


def test_the_owners_value_wins(registry: Registry) -> None:
    made = enter(registry)
    world = registry.world
    world.users["housing"].memberships.update(department=world.departments["market_regulation"])
    registry.save("housing", "market_regulation.organisation", made, legal_rep_name="李老板")
    registry.save("collector", "police.organisation", made, legal_rep_name="赵老板")
    (proposal,) = Proposal.objects.open()
    assert (proposal.subject, proposal.plain) == ("organisation", "赵老板")
    (seen,) = selectors.proposals(viewer=world.viewer("housing"), made=False, number=1).rows
    assert (seen.title, seen.proposed) == ("幸福便利店", "赵老板")
    actions.accept_proposal(viewer=world.viewer("housing"), proposal_id=proposal.pk)
    found = selectors.organisation(viewer=world.viewer("collector"), organisation_id=made)
    shown = {row.key: row.value for section in found.sections for row in section.rows}
    assert shown["legal_rep_name"] == "赵老板"


def test_two_people_who_type_at_once_notice_each_other(registry: Registry) -> None:
    made = enter(registry)
    registry.save("collector", "police.organisation", made, version=1, staff_count="5")
    with pytest.raises(Stale):
        registry.save("police", "police.organisation", made, version=1, staff_count="6")


def test_outside_the_area_nothing_is_found(registry: Registry, world: World) -> None:
    made = enter(registry)
    world.users["police"].memberships.update(area=world.other_estate)
    viewer = world.viewer("police")
    with pytest.raises(NotFound):
        selectors.organisation(viewer=viewer, organisation_id=made)
    with pytest.raises(NotFound):
        actions.move_organisation(viewer=viewer, organisation_id=made, premises=registry.home)
    with pytest.raises(NotFound):
        enter(registry, by="police", uscc=None)


def test_who_does_not_enter_organisations_may_not(
    registry: Registry, client_for: ClientFor
) -> None:
    made = enter(registry)
    with pytest.raises(NotAllowed):
        actions.move_organisation(
            viewer=registry.world.viewer("grid"), organisation_id=made, premises=registry.home
        )
    url = reverse("residents:register_organisation", args=[registry.home.pk])
    assert client_for("grid").get(url).status_code == 403


def test_it_moves_to_premises_found_by_address(registry: Registry, client_for: ClientFor) -> None:
    made = enter(registry)
    client, target = client_for("collector"), registry.dwellings[-1]
    url = reverse("residents:move_organisation", args=[made])
    found = client.post(url, {"place": "1栋2单元302"})
    assert str(target.pk) in text(found)
    assert client.post(url, {"place": "1-2-302", "dwelling": target.pk}).status_code == 302
    assert Organisation.objects.get().dwelling == target
    nowhere = client.post(url, {"place": "77-2-302"})
    assert nowhere.status_code == 422


def test_people_who_work_there(registry: Registry, client_for: ClientFor) -> None:
    made, person = enter(registry), registry.register()
    client = client_for("collector")
    url = reverse("residents:employ", args=[person])
    assert str(made) in text(client.post(url, {"name": "幸福"}))
    assert client.post(url, {"organisation": str(made), "since": "2024-03-01"}).status_code == 302
    page = text(client.get(reverse("residents:organisation", args=[made])))
    assert "张三丰" in page
    assert "幸福便利店" in text(client.get(reverse("residents:resident", args=[person])))
    with pytest.raises(Conflict):
        actions.employ(
            viewer=registry.world.viewer("police"), organisation_id=made, resident_id=person
        )
    row = Employment.objects.get()
    end = reverse("residents:end_employment", args=[person, row.pk])
    assert client.post(end).status_code == 302
    assert "张三丰" not in text(client.get(reverse("residents:organisation", args=[made])))


def test_who_works_there_is_an_element_of_its_own(
    registry: Registry, client_for: ClientFor
) -> None:
    made, person = enter(registry), registry.register()
    actions.employ(viewer=registry.world.viewer("police"), organisation_id=made, resident_id=person)
    url = reverse("residents:organisation", args=[made])
    assert "张三丰" in text(client_for("grid").get(url))
    property_company = text(client_for("property").get(url))
    assert "幸福便利店" in property_company
    assert "张三丰" not in property_company
    record = AccessRecord.objects.filter(elements=["workplace_id"], kind="list").latest("id")
    assert record.subject_ids == [person]
    with pytest.raises(NotAllowed):
        actions.employ(
            viewer=registry.world.viewer("grid"), organisation_id=made, resident_id=person
        )


def test_work_that_ends_later_is_still_shown(registry: Registry) -> None:
    made, person = enter(registry), registry.register()
    police = registry.world.viewer("police")
    actions.employ(viewer=police, organisation_id=made, resident_id=person)
    Employment.objects.update(valid_to=clock.today() + timedelta(days=3))
    assert selectors.organisation(viewer=police, organisation_id=made).staff
    Employment.objects.update(valid_to=clock.today())
    assert not selectors.organisation(viewer=police, organisation_id=made).staff


def test_the_api_reads_under_the_same_rights(registry: Registry, client_for: ClientFor) -> None:
    made = enter(registry)
    body = client_for("grid").get(f"/api/v1/registry/organisations/{made}/").json()
    assert body["name"] == "幸福便利店"
    assert "legal_rep_name" not in {row["key"] for row in body["elements"]}
    assert body["place"]["address"] == registry.home.address
    listed = client_for("grid").get("/api/v1/registry/organisations/").json()
    assert [row["id"] for row in listed["results"]] == [str(made)]
    assert (
        client_for("civil_affairs").get("/api/v1/registry/organisations/").json()["results"] == []
    )


def test_the_number_of_queries_does_not_grow_with_the_rows(
    registry: Registry, client_for: ClientFor
) -> None:
    client = client_for("police")
    made, person = enter(registry, uscc=None), registry.register()
    actions.employ(viewer=registry.world.viewer("police"), organisation_id=made, resident_id=person)
    urls = [
        reverse("residents:organisations"),
        reverse("residents:organisation", args=[made]),
        reverse("residents:building", args=[registry.building.pk]),
    ]
    before = [queries(client, url) for url in urls]
    for number in range(3):
        enter(registry, uscc=None, unit_name=f"第{number}家")
    assert [queries(client, url) for url in urls] == before
