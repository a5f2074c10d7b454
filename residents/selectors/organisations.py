"""Reads of organisations: one whole, those of a place, where a resident works."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date

from accounts.viewer import Viewer
from datasharing import access_log, policy
from datasharing.choices import AccessKind, Exit, Subject
from datasharing.models import FormTemplate
from datasharing.selectors import templates_for
from residents import policies
from residents.models import Dwelling, Employment, Organisation, Resident, Vehicle
from residents.selectors.briefs import Brief, Place, briefs, place_of
from residents.selectors.profiles import facts_of
from residents.selectors.residents import people
from residents.selectors.shapes import Person, Section
from smartcommunity.kernel.errors import NotFound

ORGANISATION = Subject.ORGANISATION
STAFF_SHOWN = 100


@dataclass(frozen=True, slots=True)
class StaffMember:
    """Somebody who works there, as far as he is shared with the viewer."""

    employment_id: uuid.UUID
    person: Person
    since: date | None
    may_end: bool


@dataclass(frozen=True, slots=True)
class OrganisationView:
    """An organisation under the viewer's rights. `version` goes back with the next save."""

    id: uuid.UUID
    name: str
    estate: str
    version: int
    sections: tuple[Section, ...]
    place: Place | None
    staff: tuple[StaffMember, ...]
    vehicles: tuple[Brief, ...]
    templates: tuple[FormTemplate, ...]
    may_move: bool
    may_add_vehicle: bool


@dataclass(frozen=True, slots=True)
class Workplace:
    """Where a resident works."""

    employment_id: uuid.UUID
    organisation: Brief
    since: date | None


def organisation(
    *,
    viewer: Viewer,
    organisation_id: uuid.UUID,
    exit: Exit = Exit.PAGE,  # noqa: A002
) -> OrganisationView:
    """Everything about one organisation that is shared with the viewer. Logged. Raises NotFound."""
    access = policy.access(viewer=viewer, subject=ORGANISATION)
    row = (
        Organisation.objects.shared_with(access)
        .filter(pk=organisation_id)
        .select_related("area", "building", "dwelling")
        .first()
    )
    if row is None:
        raise NotFound
    path = row.area.path
    place = place_of(access, policies.PREMISES, path, row)
    name, sections = facts_of(
        viewer=viewer,
        access=access,
        subject=ORGANISATION,
        subject_id=row.pk,
        path=path,
        exit=exit,
        links=[policies.PREMISES] if place else [],
    )
    return OrganisationView(
        id=row.pk,
        name=name,
        estate=row.area.name,
        version=row.version,
        sections=sections,
        place=place,
        staff=_staff(viewer, row.pk, exit),
        vehicles=vehicles_kept_by(viewer=viewer, organisation_id=row.pk, exit=exit),
        templates=tuple(templates_for(viewer=viewer, subject=ORGANISATION)),
        may_move=bool(policies.may_set_link(access, policies.PREMISES, path)),
        may_add_vehicle=row.dwelling_id is not None
        and may_add(viewer=viewer, subject=Subject.VEHICLE, path=path),
    )


def _staff(viewer: Viewer, organisation_id: uuid.UUID, exit: Exit) -> tuple[StaffMember, ...]:  # noqa: A002
    """Who works there, where the viewer may know of each that he does."""
    access = policy.access(viewer=viewer, subject=Subject.RESIDENT)
    seen = Resident.objects.shared_with_full(access, [policies.WORKPLACE])
    rows = list(
        Employment.objects.present()
        .filter(organisation=organisation_id, resident__in=seen)
        .select_related("resident__area")
        .order_by("valid_from", "id")[:STAFF_SHOWN]
    )
    if not rows:
        return ()
    ids = [row.resident_id for row in rows]
    found = people(viewer=viewer, resident_ids=ids, exit=exit)
    log_links(viewer, access, Subject.RESIDENT, ids, policies.WORKPLACE, exit)
    return tuple(
        StaffMember(
            row.pk,
            found[row.resident_id],
            row.valid_from,
            bool(policies.may_set_link(access, policies.WORKPLACE, row.resident.area.path)),
        )
        for row in rows
        if row.resident_id in found
    )


def workplaces(
    *,
    viewer: Viewer,
    access: policy.Access,
    resident_id: uuid.UUID,
    path: str,
    exit: Exit = Exit.PAGE,  # noqa: A002
) -> tuple[Workplace, ...]:
    """Where the resident works, as far as that and the organisation are shared. Logged."""
    if not policies.may_see_link(access, policies.WORKPLACE, path):
        return ()
    rows = list(
        Employment.objects.present().filter(resident=resident_id).order_by("valid_from", "id")
    )
    if not rows:
        return ()
    firms = briefs(
        viewer=viewer,
        subject=ORGANISATION,
        ids=[row.organisation_id for row in rows],
        exit=exit,
    )
    log_links(viewer, access, Subject.RESIDENT, [resident_id], policies.WORKPLACE, exit)
    return tuple(
        Workplace(row.pk, firms[row.organisation_id], row.valid_from)
        for row in rows
        if row.organisation_id in firms
    )


def organisations_at(
    *,
    viewer: Viewer,
    path: str,
    dwelling: Dwelling | None = None,
    building_id: uuid.UUID | None = None,
) -> tuple[Brief, ...]:
    """The organisations whose premises are this dwelling, or stand in this building. Logged."""
    access = policy.access(viewer=viewer, subject=ORGANISATION)
    if not policies.may_see_link(access, policies.PREMISES, path):
        return ()
    rows = Organisation.objects.shared_with(access)
    if dwelling:
        rows = rows.filter(dwelling=dwelling)
    else:
        whole = rows.filter(building=building_id)
        rows = whole | rows.filter(dwelling__unit__building=building_id)
    ids = list(rows.order_by("created_at", "id").values_list("pk", flat=True)[:STAFF_SHOWN])
    if not ids:
        return ()
    found = briefs(viewer=viewer, subject=ORGANISATION, ids=ids)
    return tuple(found[row_id] for row_id in ids if row_id in found)


def vehicles_kept_by(
    *,
    viewer: Viewer,
    organisation_id: uuid.UUID | None = None,
    resident_id: uuid.UUID | None = None,
    exit: Exit = Exit.PAGE,  # noqa: A002
) -> tuple[Brief, ...]:
    """The vehicles of a keeper, where it is shared that he keeps them. Logged."""
    access = policy.access(viewer=viewer, subject=Subject.VEHICLE)
    rows = Vehicle.objects.shared_with_full(access, [policies.KEEPER])
    if resident_id:
        rows = rows.filter(keeper=resident_id)
    else:
        rows = rows.filter(organisation=organisation_id)
    ids = list(rows.order_by("created_at", "id").values_list("pk", flat=True)[:STAFF_SHOWN])
    if not ids:
        return ()
    found = briefs(viewer=viewer, subject=Subject.VEHICLE, ids=ids, exit=exit)
    log_links(viewer, access, Subject.VEHICLE, ids, policies.KEEPER, exit)
    return tuple(found[row_id] for row_id in ids if row_id in found)


def may_add(*, viewer: Viewer, subject: Subject, path: str) -> bool:
    """True when the viewer's department enters such subjects there and has a form for it."""
    access = policy.access(viewer=viewer, subject=subject)
    enters = {
        Subject.ORGANISATION: policies.may_register_organisation,
        Subject.VEHICLE: policies.may_register_vehicle,
    }[subject]
    return bool(enters(access, path)) and bool(templates_for(viewer=viewer, subject=subject))


def may_employ(*, access: policy.Access, path: str) -> bool:
    return bool(policies.may_set_link(access, policies.WORKPLACE, path))


def log_links(
    viewer: Viewer,
    access: policy.Access,
    subject: Subject,
    ids: list[uuid.UUID],
    link: str,
    exit: Exit,  # noqa: A002
) -> None:
    access_log.record(
        viewer=viewer,
        kind=AccessKind.LIST,
        exit=exit,
        subject=subject,
        subject_ids=ids,
        elements=[link],
        purpose=access.purpose,
    )
