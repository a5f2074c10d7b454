"""Residences in time: moving out, ahead of time too; corrections; households that move or split."""

import uuid
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from residents import actions, selectors
from residents.choices import ResidenceKind
from residents.models import Household, Residence, Resident
from smartcommunity.kernel import clock
from smartcommunity.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from tests.conftest import World
from tests.residents.conftest import Registry, citizen, make_building, text

pytestmark = pytest.mark.django_db
ClientFor = Callable[[str], Client]
TODAY = clock.today()


def home_page(client: Client, registry: Registry) -> str:
    return text(client.get(reverse("residents:dwelling", args=[registry.home.pk])))


def second_home(registry: Registry, resident_id: uuid.UUID) -> Residence:
    return actions.move_in(
        viewer=registry.world.viewer("collector"),
        resident_id=resident_id,
        dwelling=registry.dwellings[4],
        kind=ResidenceKind.TENANT,
        on=date(2020, 1, 1),
    )


def test_moving_out_makes_an_earlier_resident(registry: Registry, client_for: ClientFor) -> None:
    person = registry.register(live_since="2020-01-01")
    client = client_for("property")
    row = Residence.objects.get()
    url = reverse("residents:residence", args=[row.pk])
    assert url in text(client.get(reverse("residents:resident", args=[person])))
    response = client.post(url, {"then": "leave", "on": TODAY.isoformat()})
    assert response.status_code == 302
    page = home_page(client, registry)
    earlier = page.split("曾住人员")[1]
    assert "张三丰" in earlier
    assert "张三丰" not in page.split("曾住人员")[0].split("<main")[1]
    assert "已搬离" in text(client.get(reverse("residents:resident", args=[person])))


def test_a_day_ahead_is_applied_when_it_comes(
    registry: Registry, client_for: ClientFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = registry.register()
    leaving = TODAY + timedelta(days=10)
    registry.save("property", "property.resident", person, left_on=leaving.isoformat(),
                  live_since="2020-01-01")  # fmt: skip
    client = client_for("property")
    assert "曾住人员" not in home_page(client, registry)
    monkeypatch.setattr(clock, "today", lambda: leaving)
    assert "曾住人员" in home_page(client, registry)
    found = selectors.residences(viewer=registry.world.viewer("property"), resident_id=person)
    assert [(one.is_present, one.until) for one in found] == [(False, leaving)]


def test_a_form_speaks_of_one_home_only(registry: Registry) -> None:
    person = registry.register()
    other = second_home(registry, person)
    registry.save("property", "property.resident", person, left_on=TODAY.isoformat(),
                  live_since="2019-05-01", residence_kind="boarding")  # fmt: skip
    other.refresh_from_db()
    assert (other.kind, other.valid_from, other.valid_to) == ("tenant", date(2020, 1, 1), None)
    main = Residence.objects.get(dwelling=registry.home)
    assert (main.kind, main.valid_from, main.valid_to) == ("boarding", date(2019, 5, 1), TODAY)


def test_a_leaving_date_entered_by_mistake_is_taken_back(registry: Registry) -> None:
    person = registry.register()
    registry.save("property", "property.resident", person, left_on=TODAY.isoformat(),
                  live_since="2020-01-01")  # fmt: skip
    registry.save("property", "property.resident", person, left_on=None)
    assert Residence.objects.get().is_present


def test_nobody_leaves_before_he_came(registry: Registry) -> None:
    person = registry.register(live_since="2024-01-01")
    with pytest.raises(Invalid) as caught:
        registry.save("property", "property.resident", person, left_on="2023-01-01")
    assert set(caught.value.fields) == {"left_on"}
    with pytest.raises(Invalid):
        actions.move_out(
            viewer=registry.world.viewer("property"),
            residence_id=Residence.objects.get().pk,
            on=date(2023, 1, 1),
        )


def test_a_correction_of_kind_and_days(registry: Registry, client_for: ClientFor) -> None:
    registry.register()
    url = reverse("residents:residence", args=[Residence.objects.get().pk])
    wrong = {"kind": "tenant", "since": "2022-01-01", "until": "2021-01-01"}
    response = client_for("property").post(url, wrong)
    assert response.status_code == 422
    assert "id_until_error" in text(response)
    right = {**wrong, "until": ""}
    assert client_for("property").post(url, right).status_code == 302
    row = Residence.objects.get()
    assert (row.kind, row.valid_from, row.valid_to) == ("tenant", date(2022, 1, 1), None)
    assert Resident.objects.get().version == 2


def test_who_only_reads_homes_changes_none(registry: Registry, client_for: ClientFor) -> None:
    person = registry.register()
    row = Residence.objects.get()
    url = reverse("residents:residence", args=[row.pk])
    for user in ("grid", "civil_affairs", "housing"):
        assert client_for(user).get(url).status_code == 403
        with pytest.raises(NotAllowed):
            actions.move_out(viewer=registry.world.viewer(user), residence_id=row.pk, on=TODAY)
        assert url not in text(client_for(user).get(reverse("residents:resident", args=[person])))


def test_days_and_kind_are_elements_of_their_own(registry: Registry) -> None:
    person = registry.register(live_since="2020-01-01")
    (grid,) = selectors.residences(viewer=registry.world.viewer("grid"), resident_id=person)
    assert (grid.kind, grid.since) == ("owner", date(2020, 1, 1))
    (civil,) = selectors.residences(
        viewer=registry.world.viewer("civil_affairs"), resident_id=person
    )
    assert (civil.address, civil.kind, civil.since) == (registry.home.address, "", None)


def test_outside_the_area_there_is_no_residence(registry: Registry, world: World) -> None:
    registry.register(home=make_building(world, "other_estate", "9")[0])
    viewer = world.viewer("property_manager")
    with pytest.raises(NotFound):
        actions.move_out(viewer=viewer, residence_id=Residence.objects.get().pk, on=TODAY)


@pytest.fixture
def couple(registry: Registry) -> tuple[uuid.UUID, uuid.UUID]:
    first = registry.register()
    household = Household.objects.get()
    second = registry.register(
        household_id=household.pk, name_cn="李四娘", doc_no=citizen(date(1988, 2, 2), "2"),
        residence_kind="family", head_relation="12",
    )  # fmt: skip
    return first, second


def test_a_household_moves_together(
    registry: Registry, couple: tuple[uuid.UUID, uuid.UUID], client_for: ClientFor
) -> None:
    household, target = Household.objects.get(), registry.dwellings[5]
    client = client_for("property")
    url = reverse("residents:move_household", args=[household.pk])
    assert url in home_page(client, registry)
    data = {"members": [str(key) for key in couple], "on": TODAY.isoformat(), "place": "1-1-302"}
    assert str(target.pk) in text(client.post(url, data))
    assert client.post(url, {**data, "dwelling": str(target.pk)}).status_code == 302
    household.refresh_from_db()
    assert household.dwelling == target
    present = Residence.objects.present()
    assert {(row.resident_id, row.dwelling, row.kind) for row in present} == {
        (couple[0], target, "owner"), (couple[1], target, "family")
    }  # fmt: skip
    assert Residence.objects.past().filter(valid_to=TODAY, dwelling=registry.home).count() == 2


def test_a_household_is_split_where_it_stands(
    registry: Registry, couple: tuple[uuid.UUID, uuid.UUID], client_for: ClientFor
) -> None:
    household = Household.objects.get()
    url = reverse("residents:move_household", args=[household.pk])
    response = client_for("property").post(
        url, {"members": [str(couple[1])], "on": TODAY.isoformat(), "place": ""}
    )
    assert response.status_code == 302
    new = Household.objects.exclude(pk=household.pk).get()
    assert (new.dwelling, new.members.get().pk) == (registry.home, couple[1])
    assert Residence.objects.present().filter(dwelling=registry.home).count() == 2
    with pytest.raises(Conflict):
        actions.move_together(
            viewer=registry.world.viewer("property"), household_id=new.pk,
            resident_ids=[couple[1]], dwelling=registry.home, on=TODAY,
        )  # fmt: skip


def test_who_moves_to_another_estate_is_seen_there(
    registry: Registry, couple: tuple[uuid.UUID, uuid.UUID]
) -> None:
    world = registry.world
    far = make_building(world, "other_estate", "9")[0]
    actions.move_together(
        viewer=world.viewer("property"), household_id=Household.objects.get().pk,
        resident_ids=couple, dwelling=far, on=TODAY,
    )  # fmt: skip
    assert set(Resident.objects.values_list("area", flat=True)) == {world.other_estate.pk}


def test_only_members_move_and_not_ahead_of_time(
    registry: Registry, couple: tuple[uuid.UUID, uuid.UUID]
) -> None:
    stranger = registry.register(home=registry.dwellings[7], doc_no=citizen(date(1970, 1, 1)))
    household = Household.objects.get(members=couple[0])
    common = {
        "viewer": registry.world.viewer("property"),
        "household_id": household.pk,
        "dwelling": registry.dwellings[5],
    }
    with pytest.raises(Invalid):
        actions.move_together(resident_ids=[stranger], on=TODAY, **common)  # type: ignore[arg-type]
    with pytest.raises(Invalid):
        actions.move_together(  # type: ignore[arg-type]
            resident_ids=couple, on=TODAY + timedelta(days=1), **common
        )
