"""The invented people, without the database."""

from datetime import timedelta

import pytest

from datasharing import identifiers
from smartcommunity.demo.households import HEAD, ON, Inventor, Person
from smartcommunity.demo.names import SURNAMES


@pytest.fixture(scope="module")
def people() -> list[Person]:
    inventor = Inventor()
    found: list[Person] = []
    while len(found) < 4000:
        found += inventor.family(4000 - len(found)).people
    return found


def test_exactly_as_many_as_asked_for(people: list[Person]) -> None:
    assert len(people) == 4000


def test_document_numbers_are_valid_unique_and_of_no_real_division(people: list[Person]) -> None:
    assert len({person.doc_no for person in people}) == len(people)
    for person in people:
        facts = identifiers.check(person.doc_type, person.doc_no, today=ON)
        assert (facts.birth_date, facts.sex) == (person.born, person.sex)
        assert person.doc_no[4:6] == "99"


def test_mobiles_are_well_formed_unique_and_of_no_operator(people: list[Person]) -> None:
    mobiles = [person.mobile for person in people if person.mobile]
    assert len(set(mobiles)) == len(mobiles)
    for mobile in mobiles:
        assert identifiers.check(identifiers.MOBILE, mobile).value == mobile
        assert mobile.startswith("154")


def test_families_are_plausible() -> None:
    inventor = Inventor(seed=7)
    for _round in range(600):
        family = inventor.family(10)
        head, *others = family.people
        assert head.relation == HEAD
        assert head.age >= 18
        assert family.since < ON
        for child in (person for person in others if person.relation in {"20", "30"}):
            assert head.born + timedelta(days=18 * 365) < child.born
            assert child.name[0] in {person.name[0] for person in family.people[:2]}
        for parent in (person for person in others if person.relation in {"51", "52"}):
            assert parent.born + timedelta(days=18 * 365) < head.born


def test_the_same_seed_invents_the_same_people() -> None:
    assert Inventor(seed=3).family(10) == Inventor(seed=3).family(10)


def test_frequent_surnames_are_frequent(people: list[Person]) -> None:
    shares = {name: sum(p.name.startswith(name) for p in people) / 4000 for name in ("王", "李")}
    assert all(0.04 < share < 0.12 for share in shares.values())
    assert len({person.name for person in people}) > 2000
    assert len(SURNAMES) > 80
