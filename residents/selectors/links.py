"""What belongs to a resident, a dwelling or a building: organisations, vehicles, places of work."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from accounts.viewer import Viewer
from datasharing import policy
from datasharing.choices import Subject
from residents.models import Resident
from residents.selectors.briefs import Brief
from residents.selectors.organisations import (
    Workplace,
    may_add,
    may_employ,
    organisations_at,
    vehicles_kept_by,
    workplaces,
)
from residents.selectors.places import find_building, find_dwelling
from residents.selectors.vehicles import vehicles_of
from smartcommunity.kernel.errors import NotFound


@dataclass(frozen=True, slots=True)
class ResidentLinks:
    """What hangs on a resident, as far as shared, and what the viewer may add."""

    workplaces: tuple[Workplace, ...]
    vehicles: tuple[Brief, ...]
    may_employ: bool


@dataclass(frozen=True, slots=True)
class PlaceLinks:
    """The organisations and vehicles of a dwelling or a building, and what the viewer may add."""

    organisations: tuple[Brief, ...]
    vehicles: tuple[Brief, ...]
    may_add_organisation: bool
    may_add_vehicle: bool


def resident_links(*, viewer: Viewer, resident_id: uuid.UUID) -> ResidentLinks:
    """Raises NotFound. Logged."""
    access = policy.access(viewer=viewer, subject=Subject.RESIDENT)
    rows = Resident.objects.shared_with(access).filter(pk=resident_id)
    path = rows.values_list("area__path", flat=True).first()
    if path is None:
        raise NotFound
    return ResidentLinks(
        workplaces(viewer=viewer, access=access, resident_id=resident_id, path=path),
        vehicles_kept_by(viewer=viewer, resident_id=resident_id),
        may_employ(access=access, path=path),
    )


def dwelling_links(*, viewer: Viewer, dwelling_id: uuid.UUID) -> PlaceLinks:
    """Raises NotFound. Logged."""
    row = find_dwelling(viewer=viewer, dwelling_id=dwelling_id)
    path = row.area.path
    return PlaceLinks(
        organisations_at(viewer=viewer, path=path, dwelling=row),
        vehicles_of(viewer=viewer, dwelling=row),
        may_add(viewer=viewer, subject=Subject.ORGANISATION, path=path),
        may_add(viewer=viewer, subject=Subject.VEHICLE, path=path),
    )


def building_links(*, viewer: Viewer, building_id: uuid.UUID) -> PlaceLinks:
    """Raises NotFound. Logged."""
    row = find_building(viewer=viewer, building_id=building_id)
    path = row.area.path
    return PlaceLinks(
        organisations_at(viewer=viewer, path=path, building_id=building_id),
        (),
        may_add(viewer=viewer, subject=Subject.ORGANISATION, path=path),
        may_add_vehicle=False,
    )
