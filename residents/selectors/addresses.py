"""Finding a dwelling by what is said of its address. Addresses alone are no personal data."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.db.models import Q

from accounts.selectors import estates
from accounts.viewer import Viewer
from residents.addresses import AddressParts, parse
from residents.models import Building, Dwelling

DWELLINGS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Address:
    """A dwelling by its standard address."""

    dwelling_id: uuid.UUID
    address: str
    estate: str


def find_addresses(*, viewer: Viewer, text: str, limit: int = DWELLINGS_SHOWN) -> list[Address]:
    """Dwellings where the viewer works that are meant by 3栋 2单元 502, 幸福小区 3-2-502 …: by
    equal numbers, so that an index finds them. Three queries."""
    parts = parse(text)
    if parts is None or not viewer.is_staff_member or viewer.is_administrator:
        return []
    meant = [area.pk for area in estates(viewer=viewer) if _is_meant(area.name, parts)]
    buildings = Building.objects.visible_to(viewer).filter(area__in=meant)
    if parts.building:
        named = [f"{parts.building}{kind}" for kind in ("", "栋", "幢", "座", "号楼")]
        buildings = buildings.filter(Q(number=parts.building) | Q(name__in=named))
    rows = Dwelling.objects.filter(unit__building__in=list(buildings.values_list("pk", flat=True)))
    if parts.unit:
        rows = rows.filter(unit__number=parts.unit)
    if parts.room:
        rows = rows.filter(room=parts.room)
    rows = rows.select_related("area").order_by(
        "area__path", "unit__building__number", "unit__number", "floor", "room"
    )
    return [Address(row.pk, row.address, row.area.name) for row in rows[:limit]]


def _is_meant(estate: str, parts: AddressParts) -> bool:
    """An estate is meant by a part of its name, or by a whole address that ends with it."""
    said = parts.estate.upper()
    return not said or said in estate.upper() or said.endswith(estate.upper())
