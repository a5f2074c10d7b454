"""Buildings, units and dwellings: entered and corrected by who writes the standard address.

Whatever is entered once more as it stands already is left as it is, so that a form sent twice does
no harm. The address elements of a dwelling are recorded with it, from the tree.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass

from django.db import IntegrityError, connection, transaction
from django.db.models import Model, ProtectedError
from django.utils.translation import gettext as _

from accounts.choices import AreaKind
from accounts.models import Area
from accounts.viewer import Viewer
from datasharing import access_log, policy
from datasharing.choices import AccessKind, Subject
from datasharing.models import DataElement
from residents import addresses, policies, selectors
from residents.actions.records import Write, current_of, write_all
from residents.models import Building, Dwelling, ElementRecord, Unit
from residents.numbering import HIGHEST, Layout, Place, require_fit
from smartcommunity.kernel import clock
from smartcommunity.kernel.errors import Conflict, Invalid

MOST_UNITS = 20


@dataclass(frozen=True, slots=True)
class Entered:
    """What became of an entry: its key, and how many rows are new; none if it stood already."""

    id: uuid.UUID
    new: int


@transaction.atomic
def enter_building(
    *, viewer: Viewer, area_id: int, number: str, name: str, floors: int, units: int
) -> Entered:
    """A building of an estate with its units, numbered from 1. Raises NotFound, NotAllowed,
    Invalid."""
    area = selectors.estate_area(viewer=viewer, area_id=area_id)
    selectors.require_entering(viewer=viewer, path=area.path)
    number, name = _checked_building(number, name, floors)
    if not 1 <= units <= MOST_UNITS:
        raise Invalid(fields={"units": _("From 1 to %(most)s units.") % {"most": MOST_UNITS}})
    held = Building.objects.filter(area=area, number=number).first()
    if held:
        if (held.name, held.floors, held.units.count()) == (name, floors, units):
            return Entered(held.pk, 0)
        raise Invalid(fields={"number": _taken_building()})
    building = Building(area=area, number=number, name=name, floors=floors)
    _keep(building, number=_taken_building())
    Unit.objects.bulk_create(
        Unit(building=building, number=str(place)) for place in range(1, units + 1)
    )
    _log_building(viewer, building, f"building_entered {number}")
    return Entered(building.pk, 1)


@transaction.atomic
def correct_building(
    *, viewer: Viewer, building_id: uuid.UUID, number: str, name: str, floors: int
) -> int:
    """Another number, name or height; the addresses of its dwellings follow. Returns how many do.
    Raises NotFound, NotAllowed, Invalid."""
    building = _held(viewer, selectors.find_building(viewer=viewer, building_id=building_id))
    number, name = _checked_building(number, name, floors)
    top = Dwelling.objects.filter(unit__building=building).order_by("-floor").first()
    if top and top.floor > floors:
        text = _("There are rooms on floor %(floor)s. Correct or remove these first.")
        raise Invalid(fields={"floors": text % {"floor": top.floor}})
    if (building.number, building.name, building.floors) == (number, name, floors):
        return 0
    homes = _homes(unit__building=building)
    before = {home.pk: _front(home) for home in homes}
    building.number, building.name, building.floors = number, name, floors
    _keep(building, number=_taken_building())
    for home in homes:
        home.unit.building = building
    count = _readdress(viewer, homes, before)
    _log_building(viewer, building, f"building_corrected {number}")
    return count


@transaction.atomic
def enter_unit(*, viewer: Viewer, building_id: uuid.UUID, number: str) -> Entered:
    """Raises NotFound, NotAllowed, Invalid."""
    building = selectors.find_building(viewer=viewer, building_id=building_id)
    selectors.require_entering(viewer=viewer, path=building.area.path)
    Building.objects.select_for_update().get(pk=building.pk)
    number = _checked_number(number)
    held = Unit.objects.filter(building=building, number=number).first()
    if held:
        return Entered(held.pk, 0)
    if building.units.count() >= MOST_UNITS:
        text = _("A building has at most %(most)s units.") % {"most": MOST_UNITS}
        raise Invalid(fields={"number": text})
    unit = Unit.objects.create(building=building, number=number)
    _log_building(viewer, building, f"unit_entered {number}")
    return Entered(unit.pk, 1)


@transaction.atomic
def correct_unit(*, viewer: Viewer, unit_id: uuid.UUID, number: str) -> int:
    """Another number; the addresses of its dwellings follow. Returns how many do. Raises NotFound,
    NotAllowed, Invalid."""
    unit = selectors.find_unit(viewer=viewer, unit_id=unit_id)
    _held(viewer, unit.building)
    number = _checked_number(number)
    if unit.number == number:
        return 0
    homes = _homes(unit=unit)
    before = {home.pk: _front(home) for home in homes}
    unit.number = number
    _keep(unit, number=_("This building has a unit with this number already."))
    for home in homes:
        home.unit.number = number
    count = _readdress(viewer, homes, before)
    _log_building(viewer, unit.building, f"unit_corrected {number}")
    return count


@transaction.atomic
def enter_rooms(*, viewer: Viewer, unit_id: uuid.UUID, layout: Layout) -> Entered:
    """The dwellings of a unit in one go: those that stand already are left as they are. Raises
    NotFound, NotAllowed, Invalid."""
    return _enter(viewer, unit_id, layout.places(), many=True)


@transaction.atomic
def enter_room(*, viewer: Viewer, unit_id: uuid.UUID, floor: int, room: str) -> Entered:
    """One dwelling. Returns its key. Raises NotFound, NotAllowed, Invalid."""
    return _enter(viewer, unit_id, [Place(floor, _checked_number(room, "room"))])


@transaction.atomic
def correct_room(*, viewer: Viewer, dwelling_id: uuid.UUID, floor: int, room: str) -> None:
    """Another number or floor; the address follows. Raises NotFound, NotAllowed, Invalid."""
    home = selectors.find_dwelling(viewer=viewer, dwelling_id=dwelling_id)
    home.unit.building = _held(viewer, home.unit.building)
    place = Place(floor, _checked_number(room, "room"))
    require_fit([place], floors=home.unit.building.floors, standing={}, field="floor")
    if (home.floor, home.room) == (place.floor, place.room):
        return
    before = {home.pk: _front(home)}
    home.floor, home.room = place.floor, place.room
    _keep(home, room=_("This unit has a room with this number already."))
    _readdress(viewer, [home], before)
    _log_room(viewer, home, f"room_corrected {place.room}")


@transaction.atomic
def remove_room(*, viewer: Viewer, dwelling_id: uuid.UUID) -> uuid.UUID:
    """Take back a dwelling entered by mistake: one that nothing else was ever registered in. The
    history of its address stays. Returns the key of its building. Raises NotFound, NotAllowed,
    Conflict."""
    home = selectors.find_dwelling(viewer=viewer, dwelling_id=dwelling_id)
    building = _held(viewer, home.unit.building)
    records = ElementRecord.objects.filter(
        subject=Subject.DWELLING, subject_id=home.pk, superseded_at=None
    )
    used = Conflict(
        _(
            "This room is in use: people, organisations, vehicles or facts have been registered "
            "here. Correct its number instead."
        )
    )
    if records.exclude(element__in=policies.ADDRESS).exists():
        raise used
    try:
        with transaction.atomic():
            Dwelling.objects.get(pk=home.pk).delete()
            with connection.cursor() as cursor:  # keys are checked here, not at the very end
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    except (ProtectedError, IntegrityError) as error:
        raise used from error
    records.update(superseded_at=clock.now())
    _log_room(viewer, home, f"room_removed {home.room}")
    return building.pk


def _held(viewer: Viewer, building: Building) -> Building:
    """The building, for who may correct it, held until commit: its numbers change one by one."""
    selectors.require_correcting(viewer=viewer, path=building.area.path)
    return (
        Building.objects.select_for_update(of=("self",)).select_related("area").get(pk=building.pk)
    )


def _checked_number(text: str, field: str = "number") -> str:
    number = addresses.door_number(text)
    if number is None:
        wrong = _("Only digits and letters, at most 8, such as 3 or 12A.")
        raise Invalid(fields={field: wrong})
    return number


def _checked_building(number: str, name: str, floors: int) -> tuple[str, str]:
    number = _checked_number(number)
    if not 1 <= floors <= HIGHEST:
        raise Invalid(fields={"floors": _("From 1 to %(most)s floors.") % {"most": HIGHEST}})
    return number, name.strip() or f"{number}栋"


def _taken_building() -> str:
    return _("This estate has a building with this number already. Open that one instead.")


def _keep(row: Model, **taken: str) -> None:
    """Save the row; its number is one that no neighbour has, also while two save at once."""
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise Invalid(fields=taken) from error


def _enter(
    viewer: Viewer, unit_id: uuid.UUID, places: Collection[Place], *, many: bool = False
) -> Entered:
    unit = selectors.find_unit(viewer=viewer, unit_id=unit_id)
    building = unit.building
    selectors.require_entering(viewer=viewer, path=building.area.path)
    Building.objects.select_for_update(of=("self",)).get(pk=building.pk)
    rows = Dwelling.objects.filter(unit=unit).values_list("room", "floor", "pk")
    standing = {room: key for room, _floor, key in rows}
    require_fit(
        places,
        floors=building.floors,
        standing={room: floor for room, floor, _key in rows},
        field="last" if many else "floor",
    )
    front = _front_of(building.area)
    homes = [
        Dwelling(
            area=building.area,
            unit=unit,
            floor=place.floor,
            room=place.room,
            address=addresses.standard_address(
                above=[front], building=building.name, unit=unit.number, room=place.room
            ),
        )
        for place in places
        if place.room not in standing
    ]
    if homes:
        Dwelling.objects.bulk_create(homes)
        _record(viewer, homes, is_new=True)
        if many:
            _log_building(viewer, building, f"rooms_entered {len(homes)}")
        else:
            _log_room(viewer, homes[0], f"rooms_entered {homes[0].room}")
    if many:
        return Entered(building.pk, len(homes))
    return Entered(homes[0].pk if homes else next(standing[p.room] for p in places), len(homes))


def _homes(**where: object) -> list[Dwelling]:
    rows = Dwelling.objects.filter(**where).select_related("area", "unit__building")
    return list(rows.select_for_update(of=("self",)))


def _front(home: Dwelling) -> str | None:
    """What stands before building, unit and room in its address."""
    return addresses.before(
        home.address, building=home.unit.building.name, unit=home.unit.number, room=home.room
    )


def _front_of(area: Area) -> str:
    """How addresses of the estate begin: as those that stand already, which may name a road that
    the tree does not; else the tree's names. A grid is no part of an address."""
    rows = Dwelling.objects.filter(area=area).select_related("unit__building")
    known = rows.order_by("address").first()
    front = _front(known) if known else None
    if front is not None:
        return front
    above = Area.objects.get_ancestors(area).exclude(kind=AreaKind.GRID)
    return "".join([*above.values_list("name", flat=True), area.name])


def _readdress(
    viewer: Viewer, homes: Collection[Dwelling], before: dict[uuid.UUID, str | None]
) -> int:
    """Compose the addresses anew; what stood before the building's name stays."""
    fronts: dict[int, str] = {}
    for home in homes:
        front = before[home.pk]
        if front is None:
            front = fronts.setdefault(home.area_id, _front_of(home.area))
        home.address = addresses.standard_address(
            above=[front],
            building=home.unit.building.name,
            unit=home.unit.number,
            room=home.room,
        )
    Dwelling.objects.bulk_update(homes, ["address"], batch_size=1000)
    _record(viewer, homes)
    return len(homes)


def _record(viewer: Viewer, homes: Collection[Dwelling], *, is_new: bool = False) -> None:
    """The address elements as they follow from the tree, where they are recorded otherwise."""
    elements = DataElement.objects.in_bulk(list(policies.ADDRESS))
    current = {} if is_new else current_of(Subject.DWELLING, [home.pk for home in homes])
    writes = []
    for home in homes:
        held = {key: row.plain for key, row in current.get(home.pk, {}).items()}
        changes = {
            elements[key]: value
            for key, value in _address_elements(home).items()
            if held.get(key) != value
        }
        if changes:
            writes.append(Write(home.pk, home.area.path, changes, is_new))
    write_all(viewer=viewer, template=None, subject=Subject.DWELLING, writes=writes)


def _address_elements(home: Dwelling) -> dict[str, str]:
    return {
        "estate_name": home.area.name,
        "building_no": home.unit.building.number,
        "unit_no": home.unit.number,
        "room_no": home.room,
        "full_address": home.address,
    }


def _log_building(viewer: Viewer, building: Building, detail: str) -> None:
    _log(viewer, "building", building.pk, detail)


def _log_room(viewer: Viewer, home: Dwelling, detail: str) -> None:
    _log(viewer, Subject.DWELLING, home.pk, detail)


def _log(viewer: Viewer, subject: str, key: uuid.UUID, detail: str) -> None:
    access_log.record(
        viewer=viewer,
        kind=AccessKind.WRITE,
        subject=subject,
        subject_ids=[key],
        elements=policies.ADDRESS,
        purpose=policy.PURPOSE_OF[viewer.department_kind] if viewer.department_kind else None,
        detail=detail,
    )
