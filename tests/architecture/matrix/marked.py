"""People and homes in which every element holds a value that can be told from every other."""

import uuid
from dataclasses import dataclass, field
from datetime import date, timedelta

from accounts.actions import appoint
from accounts.choices import Role
from accounts.models import Area, Department, User
from datasharing.models import DataElement
from residents import lookup
from residents.choices import ResidenceKind
from residents.models import (
    Building,
    Dwelling,
    ElementRecord,
    Employment,
    Household,
    Organisation,
    Residence,
    Resident,
    ResidentAccount,
    Unit,
    Vehicle,
)
from smartcommunity.kernel import clock
from tests.architecture.matrix import oracle
from tests.conftest import PASSWORD, World

WITHOUT_STAFF = ("health", "justice", "disabled_persons", "market_regulation")
# Values that stand on pages for other reasons as well: told by the structure, not by their text.
COMMON = frozenset({"code", "boolean"})


@dataclass
class Place:
    """One dwelling with a resident who has a value in every element; `serial` makes them unique."""

    serial: int
    area: Area
    ids: dict[str, uuid.UUID] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict)
    dwelling: Dwelling = field(default_factory=Dwelling)

    def of(self, subject: str) -> dict[str, str]:
        return {row.element: self.values[row.element] for row in oracle.of(subject)}

    def telling(self, element: str) -> bool:
        """Whether the element's value gives itself away wherever it stands."""
        return oracle.table()[element].type not in COMMON


@dataclass
class Marked:
    """`here` lies where all staff of the world work, `far` in another city. A newcomer of whom
    nothing is recorded lives here too: somebody to compare the marked person with."""

    world: World
    here: Place
    far: Place
    newcomer_id: uuid.UUID


def value_of(element: DataElement, serial: int, number: int) -> str:
    """A value of the element's type that no other element and no other place has."""
    mark = f"{serial}{number:03d}"
    kind = element.type
    if kind == "code":
        assert element.code_list
        return str(element.code_list.codes.order_by("order").values_list("code", flat=True)[0])
    if kind == "date":
        return (date(1905, 1, 1) + timedelta(days=serial * 9000 + number * 31)).isoformat()
    return {
        "boolean": "true",
        "integer": f"77{mark}",
        "decimal": f"88{mark}.5",
        "mobile": f"139{mark}7531",
        "document_no": f"4201061985{mark}001X",
        "region": f"42{mark}",
        "plate": f"粤B9{mark}7",
        "person_name": f"赵标{mark}乙",
        "uscc": f"9142{mark}0000ABCDEF",
    }.get(kind, f"记{mark}号第{mark}处标{mark}文")


def make_marked(world: World) -> Marked:
    for kind in WITHOUT_STAFF:
        user = User.objects.create_user(kind, password=PASSWORD, display_name=kind)
        appoint(
            user=user,
            department=Department.objects.get(kind=kind),
            area=world.areas["community"],
            role=Role.OFFICER,
            valid_from=date(2024, 1, 1),
        )
        world.users[kind] = user
    province = Area.objects.get(pk=world.areas["province"].pk)
    far = Area.objects.add_child(province, {"name": "外市", "kind": "city", "code": "42999"})
    here, there = Place(1, world.estate), Place(2, far)
    for place in (here, there):
        _furnish(world, place)
    ResidentAccount.objects.create(user=world.users["resident"], resident_id=there.ids["resident"])
    newcomer = Resident.objects.create(area=world.estate, name="新来的", synthetic=True)
    return Marked(world, here, there, newcomer.pk)


def _furnish(world: World, place: Place) -> None:
    elements = {element.pk: element for element in DataElement.objects.all()}
    for number, key in enumerate(sorted(elements)):
        place.values[key] = value_of(elements[key], place.serial, number)
    _house(place)
    subjects = {element.subject for element in elements.values()}
    place.ids |= {subject: uuid.uuid4() for subject in sorted(subjects - set(place.ids))}
    now = clock.now()
    ElementRecord.objects.bulk_create(
        ElementRecord(
            id=uuid.uuid4(),
            subject=element.subject,
            subject_id=place.ids[element.subject],
            element=element,
            **ElementRecord.held(element, place.values[key]),
            department=world.departments[element.owner_kind],
            user=world.users["collector"],
            recorded_at=now,
        )
        for key, element in elements.items()
    )


def _house(place: Place) -> None:
    building = Building.objects.create(area=place.area, number="9", name="9栋", floors=1)
    unit = Unit.objects.create(building=building, number="1")
    place.dwelling = Dwelling.objects.create(
        area=place.area, unit=unit, floor=1, room="101", address=f"测试路{place.serial}号9栋101"
    )
    household = Household.objects.create(dwelling=place.dwelling)
    value = place.values
    resident = Resident.objects.create(
        area=place.area,
        household=household,
        name=value["name_cn"],
        name_pinyin="zhaobiao",
        name_initials="zb",
        doc_type="111",
        doc_no=value["doc_no"],
        doc_hash=lookup.document_hash("111", value["doc_no"]),
        sex=value["sex"],
        birth_date=date.fromisoformat(value["birth_date"]),
        mobile=value["mobile"],
        mobile_hash=lookup.mobile_hash(value["mobile"]),
        synthetic=True,
    )
    Residence.objects.create(
        resident=resident, dwelling=place.dwelling, kind=ResidenceKind.OWNER, valid_from=None
    )
    firm = Organisation.objects.create(
        area=place.area,
        dwelling=place.dwelling,
        uscc=value["uscc"],
        name=value["unit_name"],
        name_pinyin="biaodanwei",
        name_initials="bdw",
    )
    Employment.objects.create(organisation=firm, resident=resident)
    vehicle = Vehicle.objects.create(
        area=place.area, dwelling=place.dwelling, keeper=resident, plate=value["plate_no"]
    )
    place.ids = {
        "resident": resident.pk,
        "organisation": firm.pk,
        "vehicle": vehicle.pk,
        "household": household.pk,
        "dwelling": place.dwelling.pk,
        "building": building.pk,
    }
