"""The invented residents: households in the dwellings, residences, recorded elements."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from accounts.choices import DepartmentKind
from accounts.viewer import SYSTEM
from datasharing import access_log
from datasharing.choices import AccessKind, Exit, Subject
from datasharing.identifiers import FEMALE, MALE
from residents import lookup
from residents.models import Dwelling, Household, Residence, Resident
from smartcommunity.demo.estates import CHERRY, EstateSpec
from smartcommunity.demo.households import (
    DAUGHTER,
    HEAD,
    MOTHER,
    ON,
    SEED,
    SPOUSE,
    Family,
    Inventor,
    Person,
)
from smartcommunity.demo.records import BATCH, RecordBook, keys

PEOPLE_PER_DWELLING = 8 / 3
"""4,000 in 1,500."""

# (estate, building, unit, room)
Door = tuple[EstateSpec, str, str, str]
FEATURED_HOME: Door = (CHERRY, "3", "1", "201")
FEATURED_NAME = "陈志远"
VACANT_HOME: Door = (CHERRY, "1", "1", "202")
"""Kept empty, so that a family can be registered there."""


def seed_people(dwellings: list[Dwelling], book: RecordBook) -> int:
    """Fill the given empty dwellings with people; returns how many. Nothing for no dwellings."""
    if not dwellings:
        return 0
    writer = _Writer(book)
    inventor = Inventor()
    homes = {_door(dwelling): dwelling for dwelling in dwellings}
    writer.move_in(homes.pop(_key(FEATURED_HOME)), _featured(inventor))
    homes.pop(_key(VACANT_HOME))
    wanted = round(len(dwellings) * PEOPLE_PER_DWELLING)
    empty = list(homes.values())
    inventor.rng.shuffle(empty)
    while empty and len(writer.residents) < wanted:
        writer.move_in(empty.pop(), inventor.family(wanted - len(writer.residents)))
    return writer.save()


def featured() -> Resident:
    """The resident of the walk through the demonstration. Raises Resident.DoesNotExist."""
    estate, building, unit, room = FEATURED_HOME
    return Resident.objects.get(
        name=FEATURED_NAME,
        synthetic=True,
        residences__dwelling__area__code=estate.code,
        residences__dwelling__unit__building__number=building,
        residences__dwelling__unit__number=unit,
        residences__dwelling__room=room,
    )


def _key(door: Door) -> tuple[str, str, str, str]:
    return door[0].code, *door[1:]


def _door(dwelling: Dwelling) -> tuple[str, str, str, str]:
    unit = dwelling.unit
    return dwelling.area.code, unit.building.number, unit.number, dwelling.room


def _featured(inventor: Inventor) -> Family:
    """A couple with a daughter and his mother; he has the demonstration's phone account."""
    members = (
        (date(1983, 5, 12), MALE, "陈", "志远", HEAD, "owner"),
        (date(1985, 9, 3), FEMALE, "李", "慧敏", SPOUSE, "family"),
        (date(2012, 3, 21), FEMALE, "陈", "雨桐", DAUGHTER, "family"),
        (date(1953, 11, 8), FEMALE, "王", "秀兰", MOTHER, "family"),
    )
    people = [
        inventor.person(
            born=born,
            sex=sex,
            surname=surname,
            given_name=given,
            relation=relation,
            residence=residence,
        )
        for born, sex, surname, given, relation, residence in members
    ]
    return Family(people, date(2015, 6, 20))


class _Writer:
    """Rows of people, collected and then written together."""

    def __init__(self, book: RecordBook) -> None:
        self.book = book
        self.households: list[Household] = []
        self.residents: list[Resident] = []
        self.residences: list[Residence] = []
        self._rng = Random(f"{SEED}:people")
        self._keys = keys(self._rng)

    def move_in(self, dwelling: Dwelling, family: Family) -> None:
        """One family as a household of the dwelling."""
        household = Household(id=next(self._keys), dwelling=dwelling)
        self.households.append(household)
        visited = self._visit(family.since)
        for person in family.people:
            resident = self._resident(dwelling, household, person)
            self.residents.append(resident)
            self.residences.append(
                Residence(
                    id=next(self._keys),
                    resident=resident,
                    dwelling=dwelling,
                    kind=person.residence,
                    valid_from=family.since,
                )
            )
            for source, facts in _facts(person, family.since).items():
                at = visited + timedelta(days=1 if source != DepartmentKind.POLICE else 0)
                self.book.add(Subject.RESIDENT, resident.pk, source, at, facts)

    def save(self) -> int:
        """Write everything and one line of the access log; returns the number of residents."""
        Household.objects.bulk_create(self.households, batch_size=BATCH)
        Resident.objects.bulk_create(self.residents, batch_size=BATCH)
        Residence.objects.bulk_create(self.residences, batch_size=BATCH)
        access_log.record(
            viewer=SYSTEM,
            kind=AccessKind.WRITE,
            exit=Exit.TASK,
            subject=Subject.RESIDENT,
            subject_ids=[resident.pk for resident in self.residents],
            detail="demo seed",
        )
        return len(self.residents)

    def _resident(self, dwelling: Dwelling, household: Household, person: Person) -> Resident:
        name_pinyin, initials = lookup.pinyin(person.name)
        return Resident(
            id=next(self._keys),
            area=dwelling.area,
            household=household,
            name=person.name,
            name_pinyin=name_pinyin,
            name_initials=initials,
            doc_type=person.doc_type,
            doc_no=person.doc_no,
            doc_hash=lookup.document_hash(person.doc_type, person.doc_no),
            sex=person.sex,
            birth_date=person.born,
            mobile=person.mobile,
            mobile_hash=lookup.mobile_hash(person.mobile) if person.mobile else None,
            synthetic=True,
        )

    def _visit(self, since: date) -> datetime:
        """When the collector came: in office hours of the campaign, never before they moved in."""
        day = max(since, ON - timedelta(days=self._rng.randint(1, 120)))
        return datetime.combine(day, time(self._rng.randint(1, 8), self._rng.randint(0, 59)), UTC)


def _facts(person: Person, since: date) -> Mapping[DepartmentKind, dict[str, str]]:
    """Elements by the department that recorded them."""
    police = {
        "name_cn": person.name,
        "doc_type": person.doc_type,
        "doc_no": person.doc_no,
        "sex": person.sex,
        "birth_date": person.born.isoformat(),
        "ethnicity": person.ethnicity,
        "pop_category": "1" if person.is_local else "3",
        "hukou_region": person.region[1],
        "head_relation": person.relation,
    }
    if person.is_local:
        police["hukou_match"] = "1"
    else:
        police["inflow_reason"] = "01" if 18 <= person.age < 60 else "09"
    if person.education:
        police["education"] = person.education
    property_company = {"residence_kind": person.residence, "live_since": since.isoformat()}
    if person.mobile:
        property_company["mobile"] = person.mobile
    facts = {DepartmentKind.POLICE: police, DepartmentKind.PROPERTY: property_company}
    if person.age >= 80 and person.is_local:
        facts[DepartmentKind.CIVIL_AFFAIRS] = {"aged_allowance": "true"}
    for kind, more in person.more.items():
        facts.setdefault(DepartmentKind(kind), {}).update(more)
    return facts
