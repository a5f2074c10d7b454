"""Reads of places: estates, plans, buildings, dwellings and who lives in them."""

from __future__ import annotations

import uuid
from collections import defaultdict
from itertools import groupby

from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Area
from accounts.selectors import estates as estate_areas
from accounts.viewer import Viewer
from datasharing import access_log, policy
from datasharing.choices import AccessKind
from datasharing.choices import Subject as SubjectKind
from datasharing.selectors import templates_for
from residents import policies
from residents.models import Building, Dwelling, EstatePlan, Household, Residence
from residents.selectors.reading import in_sections, recorded
from residents.selectors.residents import people
from residents.selectors.shapes import (
    BuildingBrief,
    BuildingChart,
    DwellingView,
    EstateView,
    Floor,
    GeoJson,
    HouseholdView,
    Person,
    Room,
    Section,
    UnitChart,
)
from smartcommunity.kernel.errors import NotFound

RESIDENT = SubjectKind.RESIDENT
METRES_PER_DEGREE = 111_320.0


def estates(*, viewer: Viewer) -> list[EstateView]:
    """The estates where the viewer works, with their buildings. Three queries."""
    if not viewer.is_staff_member or viewer.is_administrator:
        return []
    areas = estate_areas(viewer=viewer)
    drawn = set(
        EstatePlan.objects.filter(area__in=[area.pk for area in areas]).values_list("pk", flat=True)
    )
    buildings: dict[int, list[BuildingBrief]] = defaultdict(list)
    rows = (
        Building.objects.visible_to(viewer)
        .filter(area__in=[area.pk for area in areas])
        .annotate(
            unit_count=Count("units", distinct=True), dwelling_count=Count("units__dwellings")
        )
    )
    for row in sorted(rows, key=lambda row: _natural(row.number)):
        buildings[row.area_id].append(
            BuildingBrief(
                row.pk, row.number, row.name, row.floors, row.unit_count, row.dwelling_count
            )
        )
    return [
        EstateView(area.pk, area.name, tuple(buildings[area.pk]), area.pk in drawn)
        for area in areas
    ]


def estate(*, viewer: Viewer, area_id: int) -> EstateView:
    """One estate. Raises NotFound."""
    for found in estates(viewer=viewer):
        if found.area_id == area_id:
            return found
    raise NotFound


def estate_area(*, viewer: Viewer, area_id: int) -> Area:
    """The estate's node of the tree. Raises NotFound."""
    area = next((a for a in estate_areas(viewer=viewer) if a.pk == area_id), None)
    if area is None or viewer.is_administrator:
        raise NotFound
    return area


def plan_point(x: float, y: float) -> list[float]:
    """[longitude, latitude] of a point given in metres east and north on an estate's plan.

    A plan has its own origin, not a place on earth: the map needs degrees only to draw to scale,
    and near the equator a degree is the same length both ways.
    """
    return [x / METRES_PER_DEGREE, y / METRES_PER_DEGREE]


def plan(*, viewer: Viewer, area: Area) -> GeoJson | None:
    """The estate's plan for components/map_panel.html, None when there is none or he may not see
    it. A building's feature carries `building`, its row's id. No personal data."""
    drawn = EstatePlan.objects.filter(pk=area.pk).first()
    if drawn is None or viewer.is_administrator or not viewer.works_in(area.path):
        return None
    buildings = {row.ref: row for row in Building.objects.filter(area=area).exclude(ref="")}
    features = [_feature(feature, buildings) for feature in drawn.geojson["features"]]
    return {"type": "FeatureCollection", "features": features}


def _feature(feature: GeoJson, buildings: dict[str, Building]) -> GeoJson:
    kept = feature.get("properties", {})
    ref = kept.get("ref", "")
    properties = {"layer": kept["kind"], "key": ref, "name": kept.get("name", "")}
    if building := buildings.get(ref):
        properties |= {"name": building.name, "building": str(building.pk)}
    geometry = feature["geometry"]
    moved = {"type": geometry["type"], "coordinates": _in_degrees(geometry["coordinates"])}
    return {"type": "Feature", "properties": properties, "geometry": moved}


def _in_degrees(coordinates: list[object]) -> list[object]:
    """GeoJSON coordinates at any depth of nesting, from metres to degrees."""
    first = coordinates[0]
    if isinstance(first, int | float):
        x, y = coordinates[:2]
        return list(plan_point(float(str(x)), float(str(y))))
    return [_in_degrees(part) for part in coordinates if isinstance(part, list)]


def building_chart(*, viewer: Viewer, building_id: uuid.UUID) -> BuildingChart:
    """Floors and rooms of each unit, with the number of people where homes are shared. Logged
    when it is. Raises NotFound. Five queries at any size."""
    building = (
        Building.objects.visible_to(viewer).filter(pk=building_id).select_related("area").first()
    )
    if building is None:
        raise NotFound
    access = policy.access(viewer=viewer, subject=RESIDENT)
    sees_people = bool(policies.may_see_homes(access, building.area.path))
    people_in: dict[uuid.UUID, int] = {}
    if sees_people:
        open_homes = (
            Residence.objects.present().open_to(viewer).filter(dwelling__unit__building=building)
        )
        people_in = dict(open_homes.values_list("dwelling").annotate(Count("id")))
        access_log.record(
            viewer=viewer,
            kind=AccessKind.LIST,
            subject="building",
            subject_ids=[building.pk],
            elements=[policies.HOME],
            purpose=access.purpose,
        )
    dwellings = sorted(
        Dwelling.objects.filter(unit__building=building).select_related("unit"),
        key=lambda row: (_natural(row.unit.number), -row.floor, _natural(row.room)),
    )
    units = tuple(
        UnitChart(
            unit,
            tuple(
                Floor(
                    floor,
                    tuple(
                        Room(row.pk, row.room, people_in.get(row.pk, 0) if sees_people else None)
                        for row in rooms
                    ),
                )
                for floor, rooms in groupby(of_unit, key=lambda row: row.floor)
            ),
        )
        for unit, of_unit in groupby(dwellings, key=lambda row: row.unit.number)
    )
    return BuildingChart(
        id=building.pk,
        name=building.name,
        estate_id=building.area_id,
        estate=building.area.name,
        units=units,
        sees_people=sees_people,
        people=sum(people_in.values()),
        occupied=len(people_in),
        dwellings=len(dwellings),
    )


def dwelling(*, viewer: Viewer, dwelling_id: uuid.UUID) -> DwellingView:
    """A dwelling, its recorded facts, and the people who live there, each under the viewer's
    rights. Logged. Raises NotFound."""
    row = find_dwelling(viewer=viewer, dwelling_id=dwelling_id)
    building, path = row.unit.building, row.area.path
    access = policy.access(viewer=viewer, subject=RESIDENT)
    homes = policies.may_see_homes(access, path)
    members, others = _members(viewer, row) if homes else ((), ())
    registering = policies.may_register(access, path)
    return DwellingView(
        id=row.pk,
        title=_("%(building)s, unit %(unit)s, room %(room)s")
        % {"building": building.name, "unit": row.unit.number, "room": row.room},
        address=row.address,
        building_id=building.pk,
        building=building.name,
        estate_id=row.area_id,
        estate=row.area.name,
        facts=_facts(viewer, row),
        households=members,
        people=others,
        sees_people=bool(homes),
        may_register=bool(registering) and bool(templates_for(viewer=viewer, subject=RESIDENT)),
        may_move=bool(policies.may_change_homes(access, path)),
        refusal=str(registering.reason or homes.reason),
        dwelling_templates=tuple(templates_for(viewer=viewer, subject=SubjectKind.DWELLING)),
        household_templates=tuple(templates_for(viewer=viewer, subject=SubjectKind.HOUSEHOLD)),
    )


def find_dwelling(*, viewer: Viewer, dwelling_id: uuid.UUID) -> Dwelling:
    """The dwelling's row, which holds no personal data. Raises NotFound."""
    found = (
        Dwelling.objects.visible_to(viewer)
        .filter(pk=dwelling_id)
        .select_related("area", "unit__building")
        .first()
    )
    if found is None:
        raise NotFound
    return found


def find_building(*, viewer: Viewer, building_id: uuid.UUID) -> Building:
    """The building's row, which holds no personal data. Raises NotFound."""
    rows = Building.objects.visible_to(viewer).select_related("area")
    found = rows.filter(pk=building_id).first()
    if found is None:
        raise NotFound
    return found


def _members(viewer: Viewer, row: Dwelling) -> tuple[tuple[HouseholdView, ...], tuple[Person, ...]]:
    homes = Residence.objects.present().open_to(viewer).filter(dwelling=row)
    homes = homes.order_by("resident__created_at")
    belongs = dict(homes.values_list("resident", "resident__household"))
    persons = people(viewer=viewer, resident_ids=list(belongs))

    def of(household_id: uuid.UUID) -> tuple[Person, ...]:
        return tuple(
            persons[key] for key in belongs if belongs[key] == household_id and key in persons
        )

    households = tuple(
        HouseholdView(
            household.pk,
            timezone.localdate(household.created_at),
            of(household.pk),
        )
        for household in Household.objects.visible_to(viewer)
        .filter(dwelling=row)
        .order_by("created_at")
    )
    here = {household.id for household in households}
    return households, tuple(persons[k] for k in belongs if belongs[k] not in here and k in persons)


def _facts(viewer: Viewer, row: Dwelling) -> tuple[Section, ...]:
    access = policy.access(viewer=viewer, subject=SubjectKind.DWELLING)
    seen = recorded(access=access, subject=SubjectKind.DWELLING, areas={row.pk: row.area.path})
    if not seen[row.pk]:
        return ()
    access_log.record(
        viewer=viewer,
        kind=AccessKind.READ,
        subject=SubjectKind.DWELLING,
        subject_ids=[row.pk],
        elements=seen[row.pk],
        purpose=access.purpose,
    )
    return in_sections(subject=SubjectKind.DWELLING, recorded=seen[row.pk])


def _natural(text: str) -> tuple[tuple[int, str], ...]:
    """Sort key that puts 2 before 10 and 12A after 12."""
    parts = ("".join(group) for _is_digit, group in groupby(text, key=str.isdigit))
    return tuple((int(part), "") if part.isdecimal() else (0, part) for part in parts)
