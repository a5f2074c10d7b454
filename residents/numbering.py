"""How the rooms behind one door are numbered: floors, rooms a floor, a pattern. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from residents.choices import NumberPattern
from smartcommunity.kernel.errors import Invalid

DEEPEST, HIGHEST = -5, 100
FLOORS_AT_ONCE, ROOMS_A_FLOOR = 60, 20


@dataclass(frozen=True, slots=True)
class Place:
    """A room by its floor (negative below ground) and the number on its door."""

    floor: int
    room: str


@dataclass(frozen=True, slots=True)
class Layout:
    """The floors from `first` to `last` but for those skipped, each with as many rooms."""

    first: int
    last: int
    a_floor: int
    pattern: NumberPattern
    skipped: frozenset[int] = frozenset()

    @property
    def floors(self) -> list[int]:
        """There is no floor 0."""
        return [
            floor
            for floor in range(self.first, self.last + 1)
            if floor and floor not in self.skipped
        ]

    def places(self) -> list[Place]:
        """From the lowest floor up. Raises Invalid for what no building is like."""
        self._require_sense()
        return list(self._places())

    def _places(self) -> Iterator[Place]:
        for floor in self.floors:
            for place in range(1, self.a_floor + 1):
                yield Place(floor, door_number(floor, place, self.pattern))

    def _require_sense(self) -> None:
        faults = {}
        if self.first > self.last:
            faults["last"] = _("The highest floor is below the lowest. Exchange them.")
        for name, floor in (("first", self.first), ("last", self.last)):
            if not DEEPEST <= floor <= HIGHEST:
                faults[name] = _("A floor from %(low)s to %(high)s.") % {
                    "low": DEEPEST,
                    "high": HIGHEST,
                }
        if not 1 <= self.a_floor <= ROOMS_A_FLOOR:
            faults["a_floor"] = _("From 1 to %(most)s rooms a floor.") % {"most": ROOMS_A_FLOOR}
        if not faults and len(self.floors) > FLOORS_AT_ONCE:
            faults["last"] = _("At most %(most)s floors at once. Enter the others afterwards.") % {
                "most": FLOORS_AT_ONCE
            }
        if not faults and not self.floors:
            faults["skipped"] = _("All floors are skipped. Leave some.")
        if faults:
            raise Invalid(fields=faults)


def door_number(floor: int, place: int, pattern: NumberPattern) -> str:
    """302, 0302 or 3B: the second room on the third floor; below ground B102, B0102 or B1B."""
    below, level = ("B", -floor) if floor < 0 else ("", floor)
    if pattern == NumberPattern.LETTER:
        return f"{below}{level}{chr(ord('A') + place - 1)}"
    if pattern == NumberPattern.PADDED:
        return f"{below}{level:02d}{place:02d}"
    return f"{below}{level}{place:02d}"


def require_fit(
    places: Iterable[Place], *, floors: int, standing: Mapping[str, int], field: str = "last"
) -> None:
    """The rooms fit into a building of so many floors where {room: floor} stand behind this door
    already: no floor above the roof, no number twice on different floors. Raises Invalid."""
    for place in places:
        if not DEEPEST <= place.floor <= floors or not place.floor:
            text = _("This building has %(floors)s floors; correct the building if it has more. "
                     "Floors below ground go from -1 to %(deepest)s.")  # fmt: skip
            raise Invalid(fields={field: text % {"floors": floors, "deepest": DEEPEST}})
        there = standing.get(place.room)
        if there is not None and there != place.floor:
            text = _("Room %(room)s stands on floor %(floor)s already. Choose another numbering, "
                     "or correct that room first.")  # fmt: skip
            raise Invalid(fields={field: text % {"room": place.room, "floor": there}})
