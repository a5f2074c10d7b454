"""Warned on entry, listed in bulk, told only to who could find it himself."""

import uuid
from collections.abc import Callable
from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from datasharing.models import AccessRecord, Grant
from residents import actions, selectors
from residents.actions.columns import project
from residents.choices import Match
from residents.errors import LikelyTheSame
from residents.merge_models import DistinctPair
from residents.models import Resident
from smartcommunity.kernel.errors import NotAllowed, NotFound
from tests.residents.conftest import POLICE, Registry, citizen, make_building

pytestmark = pytest.mark.django_db
ClientFor = Callable[[str], Client]
BORN = date(1985, 6, 1)
OTHER_NUMBER = citizen(BORN, sequence=5)
OTHER_PHONE = "13700002222"


def ask(registry: Registry, *, by: str = "collector", besides: tuple[uuid.UUID, ...] = (),
        room: int = 0, **values: str | None) -> uuid.UUID:  # fmt: skip
    """Register as the page does, with the question."""
    resident_id, _household = actions.register_member(
        viewer=registry.world.viewer(by),
        template=registry.form(by, "police.resident"),
        dwelling=registry.dwellings[room],
        household_id=None,
        values={**POLICE, "doc_no": OTHER_NUMBER, **values},
        besides=besides,
    )
    return resident_id


def found(registry: Registry, **values: object) -> dict[uuid.UUID, Match]:
    with pytest.raises(LikelyTheSame) as refusal:
        ask(registry, **values)  # type: ignore[arg-type]
    return dict(refusal.value.found)


def pairs(registry: Registry, match: Match, by: str = "collector") -> list[set[uuid.UUID]]:
    page = selectors.suspected_pairs(viewer=registry.world.viewer(by), match=match, number=1)
    return [{pair.first.id, pair.second.id} for pair in page.rows]


def ungrant(*elements: str) -> None:
    for grant in Grant.objects.filter(elements__in=elements).distinct():
        grant.elements.remove(*elements)


def test_the_same_name_and_birth_date_in_the_same_dwelling_is_asked(registry: Registry) -> None:
    known = registry.register()
    assert found(registry, mobile=OTHER_PHONE) == {known: Match.HOME}
    assert found(registry, mobile=OTHER_PHONE, room=3) == {known: Match.NAME_BIRTH}
    assert Resident.objects.count() == 1


def test_the_same_phone_is_asked_but_not_of_a_child_with_a_parents_phone(
    registry: Registry,
) -> None:
    known = registry.register()
    assert found(registry, name_cn="张三风", room=3) == {known: Match.MOBILE}
    child = ask(registry, name_cn="张小宝", doc_no=citizen(date(2015, 2, 3)), room=3)
    assert Resident.objects.filter(pk=child).exists()


def test_another_person_is_registered_and_not_asked_about_again(registry: Registry) -> None:
    known = registry.register()
    made = ask(registry, besides=(known,))
    first, second = sorted((known, made))
    decision = DistinctPair.objects.get()
    assert (decision.first_id, decision.second_id) == (first, second)
    assert decision.user == registry.world.users["collector"]
    assert AccessRecord.objects.filter(detail="told apart", kind="decide").exists()
    for match in (Match.HOME, Match.NAME_BIRTH, Match.MOBILE):
        assert pairs(registry, match) == []


def test_who_does_not_read_an_element_in_full_is_not_told_that_it_matches(
    registry: Registry,
) -> None:
    """The property company registers by name and phone; birth dates are not shared with it."""
    registry.register(mobile=None)
    viewer = registry.world.viewer("property")
    same = selectors.Newcomer("张三丰", BORN, "", registry.home.pk)
    phone = selectors.Newcomer("李四", None, POLICE["mobile"], None)
    assert selectors.matches(viewer=viewer, newcomers=[same, phone]) == [{}, {}]
    known = registry.register(name_cn="王五", doc_no=citizen(date(1970, 1, 1)))
    assert selectors.matches(viewer=viewer, newcomers=[same, phone]) == [{}, {known: Match.MOBILE}]
    ungrant("mobile")
    police = registry.world.viewer("collector")
    assert selectors.matches(viewer=police, newcomers=[phone]) == [{}]
    assert selectors.duplicates_for(viewer=viewer) == [Match.MOBILE]
    assert selectors.duplicates_for(viewer=police) == [Match.HOME, Match.NAME_BIRTH]


def test_an_entry_elsewhere_does_not_show_itself(registry: Registry) -> None:
    known = registry.register(by="police")
    manager = registry.world.viewer("property_manager")
    phone = selectors.Newcomer("李四", None, POLICE["mobile"], None)
    assert selectors.matches(viewer=manager, newcomers=[phone]) == [{known: Match.MOBILE}]
    Resident.objects.filter(pk=known).update(area=registry.world.other_estate)
    assert selectors.matches(viewer=manager, newcomers=[phone]) == [{}]


@pytest.mark.parametrize("user", ["civil_affairs", "housing", "grid", "auditor", "system_admin"])
def test_who_does_not_register_looks_for_no_duplicates(registry: Registry, user: str) -> None:
    viewer = registry.world.viewer(user)
    first, second = registry.register(), registry.register(doc_no=OTHER_NUMBER)
    assert selectors.duplicates_for(viewer=viewer) == []
    for match in Match:
        with pytest.raises(NotFound):
            selectors.suspected_pairs(viewer=viewer, match=match, number=1)
    with pytest.raises((NotAllowed, NotFound)):
        actions.tell_apart(viewer=viewer, first_id=first, second_id=second)
    assert not DistinctPair.objects.exists()


def test_pairs_are_listed_by_kind_once_each(registry: Registry) -> None:
    home = {registry.register(), registry.register(doc_no=OTHER_NUMBER, mobile=OTHER_PHONE)}
    away = registry.register(
        doc_no=citizen(BORN, sequence=7), mobile="13600003333", home=registry.dwellings[5]
    )
    phone = registry.register(
        name_cn="张山", doc_no=citizen(date(1985, 6, 2)), home=registry.dwellings[4],
        mobile="13600003333",
    )  # fmt: skip
    assert pairs(registry, Match.HOME) == [home]
    assert sorted(map(sorted, pairs(registry, Match.NAME_BIRTH))) == sorted(
        sorted({one, away}) for one in home
    )
    assert pairs(registry, Match.MOBILE) == []  # another name and another birth date
    number = citizen(BORN, sequence=9)
    registry.save("collector", "police.resident", phone, doc_no=number, birth_date="1985-06-01")
    assert pairs(registry, Match.MOBILE) == [{away, phone}]
    assert pairs(registry, Match.MOBILE, by="property") == [{away, phone}]
    entry = AccessRecord.objects.filter(detail="duplicates").latest("id")
    assert set(entry.subject_ids) == {away, phone}
    with pytest.raises(NotFound):
        pairs(registry, Match.HOME, by="property")


def test_pairs_reach_as_far_as_the_viewer_works(registry: Registry) -> None:
    one = registry.register()
    other = registry.register(
        name_cn="张三", doc_no=OTHER_NUMBER, home=make_building(registry.world, "other_estate")[0]
    )
    assert pairs(registry, Match.MOBILE, by="property") == [{one, other}]
    assert pairs(registry, Match.MOBILE, by="property_manager") == []


def test_pages_of_pairs_and_a_constant_number_of_queries(registry: Registry) -> None:
    """More than a page of pairs, and each shown once over the pages."""
    for number in range(12):  # 66 pairs of one phone
        resident = Resident(area=registry.world.estate)
        element = {"name": f"张{number}", "mobile": POLICE["mobile"]}
        for name, value in element.items():
            setattr(resident, name, value)
        project(
            resident,
            {_column("mobile"): POLICE["mobile"], _column("name_cn"): f"张{number}"},
            access=None,  # type: ignore[arg-type]  no document, so nothing to refuse
            is_new=True,
        )
    viewer = registry.world.viewer("property")

    def listed(number: int) -> tuple[list[frozenset[uuid.UUID]], bool, int]:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            page = selectors.suspected_pairs(viewer=viewer, match=Match.MOBILE, number=number)
        rows = [frozenset((pair.first.id, pair.second.id)) for pair in page.rows]
        return rows, page.has_next, len(queries)

    first, more, many = listed(1)
    second, no_more, few = listed(2)
    assert (len(first), len(second), more, no_more) == (50, 16, True, False)
    assert len({*first, *second}) == 66
    assert many == few


def _column(key: str):
    from datasharing.models import DataElement

    return DataElement.objects.get(pk=key)


def test_the_register_page_asks_and_takes_both_answers(
    registry: Registry, client_for: ClientFor
) -> None:
    known = registry.register()
    client = client_for("collector")
    url = reverse("residents:register", args=[registry.dwellings[3].pk])
    data = {**POLICE, "doc_no": OTHER_NUMBER, "mobile": OTHER_PHONE, "sex": "", "birth_date": ""}
    asked = client.post(url, data)
    assert asked.status_code == 422
    text = asked.content.decode()
    assert reverse("residents:move_in", args=[registry.dwellings[3].pk, known]) in text
    assert str(known) in text
    assert Resident.objects.count() == 1
    entry = AccessRecord.objects.filter(detail="duplicates").latest("id")
    assert (entry.kind, entry.subject_ids) == ("search", [known])
    assert client.post(url, {**data, "besides": f"x {known}"}).status_code == 302
    assert Resident.objects.count() == 2
    assert DistinctPair.objects.exists()


def test_the_page_of_pairs(registry: Registry, client_for: ClientFor) -> None:
    one, other = registry.register(), registry.register(doc_no=OTHER_NUMBER)
    client = client_for("collector")
    page = client.get(reverse("residents:duplicates")).content.decode()
    assert str(one) in page
    assert POLICE["mobile"] not in page
    first, second = sorted((one, other))
    apart = reverse("residents:tell_apart", args=[first, second])
    assert client.post(apart).status_code == 302
    assert str(one) not in client.get(reverse("residents:duplicates")).content.decode()
    assert client.get(reverse("residents:duplicates") + "?match=document").status_code == 404
    empty = client_for("housing").get(reverse("residents:duplicates"))
    assert empty.status_code == 200
