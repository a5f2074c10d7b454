"""Buildings, units and dwellings of the estates, their plans and their recorded facts."""

from datetime import UTC, datetime
from random import Random

from accounts.choices import DepartmentKind
from accounts.models import Area
from datasharing.choices import Subject
from residents.models import Building, Dwelling, EstatePlan, Unit
from smartcommunity.demo import plan
from smartcommunity.demo.estates import ESTATES, BuildingSpec, EstateSpec
from smartcommunity.demo.households import SEED
from smartcommunity.demo.records import RecordBook

FEWEST_FLOORS = 2
SURVEYED = datetime(2025, 2, 17, 2, 30, tzinfo=UTC)
FLOOR_AREAS = {2: (89.4, 118.6), 4: (126.3, 92.8, 93.1, 125.9)}
"""m² by the place of the home on its floor; key: homes on a floor."""


def seed_dwellings(areas: dict[str, Area], book: RecordBook, scale: float) -> list[Dwelling]:
    """Draw the plans, make the dwellings that are missing; returns those made.

    `scale` below 1 makes the buildings lower (for tests); the plan stays the same.
    """
    made: list[Dwelling] = []
    for estate in ESTATES:
        area = areas[estate.code]
        EstatePlan.objects.update_or_create(area=area, defaults={"geojson": plan.draw(estate)})
        known = set(Building.objects.filter(area=area).values_list("number", flat=True))
        for spec in estate.buildings:
            if str(spec.number) not in known:
                made += _build(estate, spec, area, scale)
    Dwelling.objects.bulk_create(made, batch_size=2000)
    _survey(made, book)
    return made


def _build(estate: EstateSpec, spec: BuildingSpec, area: Area, scale: float) -> list[Dwelling]:
    floors = max(FEWEST_FLOORS, round(spec.floors * scale))
    building = Building.objects.create(
        area=area,
        number=str(spec.number),
        name=spec.name,
        floors=floors,
        ref=estate.building_ref(spec.number),
    )
    units = Unit.objects.bulk_create(
        Unit(building=building, number=str(number)) for number in range(1, spec.units + 1)
    )
    return [
        Dwelling(
            area=area,
            unit=unit,
            floor=floor,
            room=f"{floor}{home:02d}",
            address=f"{estate.address}{spec.name}{unit.number}单元{floor}{home:02d}室",
        )
        for unit in units
        for floor in range(1, floors + 1)
        for home in range(1, spec.homes + 1)
    ]


def _survey(dwellings: list[Dwelling], book: RecordBook) -> None:
    """What police and housing know of each dwelling."""
    rng = Random(SEED)
    built = {estate.code: estate for estate in ESTATES}
    for dwelling in dwellings:
        estate = built[dwelling.area.code]
        spec = estate.buildings[int(dwelling.unit.building.number) - 1]
        size = FLOOR_AREAS[spec.homes][int(dwelling.room[-2:]) - 1]
        book.add(
            Subject.DWELLING,
            dwelling.pk,
            DepartmentKind.POLICE,
            SURVEYED,
            {
                "full_address": dwelling.address,
                "estate_name": estate.name,
                "building_no": dwelling.unit.building.number,
                "unit_no": dwelling.unit.number,
                "room_no": dwelling.room,
            },
        )
        book.add(
            Subject.DWELLING,
            dwelling.pk,
            DepartmentKind.HOUSING,
            SURVEYED,
            {
                "floor_no": str(dwelling.floor),
                "property_type": "1",
                "house_use": "1",
                "area_m2": str(round(size + rng.choice((0, 0, 0.7, -0.4)), 1)),
                "build_year": str(estate.built),
                "structure": "A",
            },
        )
