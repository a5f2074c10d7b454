"""A sheet's rows as the registry meets them: whom each is about, looked up for a batch at once."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from accounts.choices import AreaKind
from accounts.models import Area
from accounts.viewer import Viewer
from datasharing import identifiers
from datasharing.choices import Level, Subject
from datasharing.policy import Access
from residents import lookup, policies
from residents.models import Dwelling, Residence, Resident
from residents.sheets.columns import ADDRESS, HOUSEHOLD, RESIDENT, Column, tidy
from smartcommunity.kernel.scope import platform

Address = tuple[str, str, str, str]
BUILDING_WORDS, ROOM_WORDS = ("", "栋", "号楼", "幢", "座", "号"), ("", "室", "号")
_WORDS = re.compile(r"(?:号楼|栋|幢|座|楼|单元|号房|号|室|房)$")


@dataclass(slots=True)
class Row:
    """One row, with codes for labels; `errors` are the faults of its cells, by column key."""

    number: int
    values: dict[str, str]
    errors: dict[str, str]
    address: Address
    household: str = ""
    resident_id: uuid.UUID | None = None
    document: bytes | None = None

    @classmethod
    def read(
        cls,
        number: int,
        cells: Mapping[str, str],
        problems: Mapping[str, str],
        columns: Mapping[str, Column],
    ) -> Row:
        """A row from its cells by column key."""
        errors = dict(problems)
        typed = {
            key: column.value(cells[key])
            for key, column in columns.items()
            if cells.get(key) and key not in errors
        }
        resident_id = None
        if text := typed.pop(RESIDENT, ""):
            try:
                resident_id = uuid.UUID(text)
            except ValueError:
                errors[RESIDENT] = _("This is no resident number of the platform.")
        address = tuple(typed.pop(key, "") for key in ADDRESS)
        household = tidy(typed.pop(HOUSEHOLD, ""))
        kind, number_ = typed.get("doc_type", ""), typed.get(policies.DOCUMENT, "")
        document = None
        if kind in identifiers.KINDS and number_:
            document = lookup.document_hash(kind, identifiers.normalise(kind, number_))
        return cls(number, typed, errors, _as_address(address), household, resident_id, document)


def _as_address(parts: tuple[str, ...]) -> Address:
    estate, building, unit, room = parts
    return tidy(estate), _bare(building), _bare(unit), _bare(room)


def _bare(text: str) -> str:
    """3 of 3栋, 3号楼 and 3."""
    return _WORDS.sub("", tidy(text))


@dataclass(slots=True)
class Found:
    """What a batch's rows are about. `homes` are those where the viewer works; `residents` are
    all who are named, seen by him or not: ask his rights before anything is said of them."""

    homes: dict[Address, list[Dwelling]] = field(default_factory=dict)
    by_id: dict[uuid.UUID, Resident] = field(default_factory=dict)
    by_document: dict[bytes, Resident] = field(default_factory=dict)
    residences: set[tuple[uuid.UUID, uuid.UUID]] = field(default_factory=set)
    namesakes: set[tuple[uuid.UUID, str | None]] = field(default_factory=set)
    shared: set[uuid.UUID] = field(default_factory=set)  # of the residents, those he may know of

    def areas(self, subject: str) -> dict[uuid.UUID, str]:
        """{subject: area path} of what was found and he may know of."""
        if subject == Subject.DWELLING:
            return {home.pk: home.area.path for homes in self.homes.values() for home in homes}
        people = (*self.by_id.values(), *self.by_document.values())
        return {one.pk: one.area.path for one in people if one.pk in self.shared}


def look_up(
    viewer: Viewer, access: Access, subject: str, rows: Sequence[Row], *, hold: bool
) -> Found:
    """Seven queries, however many rows."""
    found = Found()
    for home in _dwellings(viewer, rows):
        key = _address_of(home)
        found.homes.setdefault(key, []).append(home)
    if subject == Subject.DWELLING:
        return found
    documents = {row.document for row in rows if row.document}
    ids = {row.resident_id for row in rows if row.resident_id}
    people = Resident.objects.select_related("area").order_by("pk")
    if hold:
        people = people.select_for_update(of=("self",))
    if documents:
        with platform("a document belongs to one entry of the whole registry"):
            named = list(people.filter(doc_hash__in=documents))
        found.by_document = {bytes(person.doc_hash): person for person in named}
    if ids:
        held = {person.pk: person for person in found.by_document.values()}
        numbered = people.filter(pk__in=ids - set(held))
        found.by_id = {key: held[key] for key in ids & set(held)}
        found.by_id |= {person.pk: person for person in numbered}
    known = [*found.by_id, *(person.pk for person in found.by_document.values())]
    shared = Resident.objects.shared_with(access).filter(pk__in=known)
    found.shared = set(shared.values_list("pk", flat=True))
    open_ones = Residence.objects.filter(resident__in=found.shared, valid_to=None)
    found.residences = set(open_ones.values_list("resident_id", "dwelling_id"))
    names = {name for row in rows if row.document is None and (name := row.values.get("name_cn"))}
    homes = [home.pk for homes in found.homes.values() for home in homes]
    if names and homes and access.reach([policies.NAME], Level.FULL):
        there = Residence.objects.open_to(viewer).filter(
            dwelling__in=homes, valid_to=None, resident__name__in=names
        )
        found.namesakes = set(there.values_list("dwelling_id", "resident__name"))
    return found


def _dwellings(viewer: Viewer, rows: Sequence[Row]) -> list[Dwelling]:
    """Those with an estate, a building and a room that some row names; which of them fits is seen
    by the whole address."""
    named = {row.address for row in rows if all(row.address)}
    if not named:
        return []
    estates = Area.objects.visible_to(viewer).filter(kind=AreaKind.ESTATE)
    wanted = {address[0] for address in named}
    buildings = {address[1] + word for address in named for word in BUILDING_WORDS}
    rooms = {address[3] + word for address in named for word in ROOM_WORDS}
    return list(
        Dwelling.objects.visible_to(viewer)
        .filter(
            area__in=[estate.pk for estate in estates if tidy(estate.name) in wanted],
            unit__building__number__in=buildings,
            room__in=rooms,
        )
        .select_related("area", "unit__building")
    )


def _address_of(home: Dwelling) -> Address:
    building = home.unit.building
    return (
        tidy(home.area.name),
        _bare(building.number),
        _bare(home.unit.number),
        _bare(home.room),
    )
