"""Reads for entering buildings, units and rooms. No personal data."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from itertools import groupby

from accounts.viewer import Viewer
from datasharing import policy
from datasharing.choices import Subject
from residents import policies
from residents.models import Dwelling, Unit
from residents.numbering import Layout, Place, require_fit
from residents.selectors.places import find_building
from smartcommunity.kernel.errors import NotFound


@dataclass(frozen=True, slots=True)
class Placed:
    """Rooms about to be entered, by floor from the top: those that are new, and which stand
    already."""

    floors: tuple[tuple[int, tuple[tuple[str, bool], ...]], ...]
    new: int
    standing: int


def find_unit(*, viewer: Viewer, unit_id: uuid.UUID) -> Unit:
    """The unit's row with its building and area. Raises NotFound."""
    unit = Unit.objects.filter(pk=unit_id).first()
    if unit is None:
        raise NotFound
    unit.building = find_building(viewer=viewer, building_id=unit.building_id)
    return unit


def require_entering(*, viewer: Viewer, path: str) -> None:
    """Raises NotAllowed for who does not enter buildings and rooms there."""
    access = policy.access(viewer=viewer, subject=Subject.DWELLING)
    policies.may_enter_places(access, path).require()


def require_correcting(*, viewer: Viewer, path: str) -> None:
    """Raises NotAllowed for who does not correct or remove buildings and rooms there."""
    access = policy.access(viewer=viewer, subject=Subject.DWELLING)
    policies.may_correct_places(access, path).require()


def planned_rooms(*, unit: Unit, layout: Layout) -> Placed:
    """What `actions.enter_rooms` would do with this layout. Raises Invalid, as it does."""
    places = layout.places()
    standing = dict(Dwelling.objects.filter(unit=unit).values_list("room", "floor"))
    require_fit(places, floors=unit.building.floors, standing=standing)
    floors = tuple(
        (floor, tuple((place.room, place.room not in standing) for place in row))
        for floor, row in groupby(reversed(places), key=_floor)
    )
    new = sum(place.room not in standing for place in places)
    return Placed(
        tuple((floor, tuple(reversed(row))) for floor, row in floors), new, len(places) - new
    )


def _floor(place: Place) -> int:
    return place.floor
