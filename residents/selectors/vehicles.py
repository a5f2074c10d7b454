"""Reads of vehicles: one whole, those of a dwelling, who could keep one."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from accounts.viewer import Viewer
from datasharing import policy
from datasharing.choices import Exit, Subject
from datasharing.models import FormTemplate
from datasharing.selectors import templates_for
from residents import policies
from residents.models import Dwelling, Residence, Vehicle
from residents.selectors.briefs import Brief, Place, briefs, place_of
from residents.selectors.organisations import organisations_at
from residents.selectors.profiles import facts_of
from residents.selectors.residents import people
from residents.selectors.shapes import Person, Section
from smartcommunity.kernel.errors import NotFound

VEHICLE = Subject.VEHICLE
VEHICLES_SHOWN = 50


@dataclass(frozen=True, slots=True)
class VehicleView:
    """A vehicle under the viewer's rights. `version` goes back with the next save."""

    id: uuid.UUID
    name: str
    estate: str
    version: int
    sections: tuple[Section, ...]
    keeper: Person | None
    organisation: Brief | None
    place: Place | None
    sees_keeper: bool
    templates: tuple[FormTemplate, ...]
    may_set_keeper: bool


@dataclass(frozen=True, slots=True)
class Keepers:
    """Who of a dwelling could keep a vehicle: its people and organisations, as far as shared."""

    people: tuple[Person, ...]
    organisations: tuple[Brief, ...]


def vehicle(*, viewer: Viewer, vehicle_id: uuid.UUID, exit: Exit = Exit.PAGE) -> VehicleView:  # noqa: A002
    """Everything about one vehicle that is shared with the viewer. Logged. Raises NotFound."""
    access = policy.access(viewer=viewer, subject=VEHICLE)
    rows = Vehicle.objects.shared_with(access).select_related("area", "dwelling")
    row = rows.filter(pk=vehicle_id).first()
    if row is None:
        raise NotFound
    path = row.area.path
    place = place_of(access, policies.KEPT_AT, path, row)
    sees_keeper = bool(policies.may_see_link(access, policies.KEEPER, path))
    links = [policies.KEPT_AT] if place else []
    name, sections = facts_of(
        viewer=viewer,
        access=access,
        subject=VEHICLE,
        subject_id=row.pk,
        path=path,
        exit=exit,
        links=[*links, policies.KEEPER] if sees_keeper else links,
    )
    keeper, organisation = None, None
    if sees_keeper and row.keeper_id:
        found = people(viewer=viewer, resident_ids=[row.keeper_id], exit=exit)
        keeper = found.get(row.keeper_id)
    if sees_keeper and row.organisation_id:
        firms = briefs(
            viewer=viewer, subject=Subject.ORGANISATION, ids=[row.organisation_id], exit=exit
        )
        organisation = firms.get(row.organisation_id)
    return VehicleView(
        id=row.pk,
        name=name,
        estate=row.area.name,
        version=row.version,
        sections=sections,
        keeper=keeper,
        organisation=organisation,
        place=place,
        sees_keeper=sees_keeper,
        templates=tuple(templates_for(viewer=viewer, subject=VEHICLE)),
        may_set_keeper=all(
            policies.may_set_link(access, link, path)
            for link in (policies.KEEPER, policies.KEPT_AT)
        ),
    )


def vehicles_of(*, viewer: Viewer, dwelling: Dwelling) -> tuple[Brief, ...]:
    """The vehicles that belong to the dwelling, where that is shared. Logged."""
    access = policy.access(viewer=viewer, subject=VEHICLE)
    if not policies.may_see_link(access, policies.KEPT_AT, dwelling.area.path):
        return ()
    rows = Vehicle.objects.shared_with(access).filter(dwelling=dwelling)
    ids = list(rows.order_by("created_at", "id").values_list("pk", flat=True)[:VEHICLES_SHOWN])
    if not ids:
        return ()
    found = briefs(viewer=viewer, subject=VEHICLE, ids=ids)
    return tuple(found[row_id] for row_id in ids if row_id in found)


def keepers_at(*, viewer: Viewer, dwelling: Dwelling) -> Keepers:
    """Who lives or has premises there, for choosing a keeper. Logged."""
    access = policy.access(viewer=viewer, subject=Subject.RESIDENT)
    lives: tuple[Person, ...] = ()
    if policies.may_see_homes(access, dwelling.area.path):
        homes = Residence.objects.present().filter(dwelling=dwelling).order_by("valid_from", "id")
        ids = list(homes.values_list("resident", flat=True))
        found = people(viewer=viewer, resident_ids=ids)
        lives = tuple(found[row_id] for row_id in ids if row_id in found)
    path = dwelling.area.path
    return Keepers(lives, organisations_at(viewer=viewer, path=path, dwelling=dwelling))
