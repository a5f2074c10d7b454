"""Who lives and lived where, from when to when: under the right to homes, each day and the kind
under the right to the element that records it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from accounts.viewer import Viewer
from datasharing import access_log, policy
from datasharing.choices import AccessKind, Level, Subject
from datasharing.policy import Access
from residents import policies
from residents.choices import ResidenceKind
from residents.models import Household, Residence, Resident
from residents.selectors.places import find_dwelling
from residents.selectors.residents import people
from residents.selectors.shapes import Person
from smartcommunity.kernel.errors import NotFound

SHOWN = 50
KIND, SINCE, UNTIL = "residence_kind", "live_since", "left_on"


@dataclass(frozen=True, slots=True)
class ResidenceView:
    """One residence as the viewer may see it; a day or kind that is not shared is None or "".
    `person` is given where the residences of a dwelling are shown."""

    id: uuid.UUID
    dwelling_id: uuid.UUID
    address: str
    kind: str
    kind_label: str
    since: date | None
    until: date | None
    is_present: bool
    may_change: bool
    person: Person | None = None


@dataclass(frozen=True, slots=True)
class HouseholdMove:
    """A household with the members whom the viewer sees."""

    id: uuid.UUID
    dwelling_id: uuid.UUID
    address: str
    members: tuple[Person, ...]


def residences(*, viewer: Viewer, resident_id: uuid.UUID) -> tuple[ResidenceView, ...]:
    """Where a resident lives and lived, the present homes first. Logged. Raises NotFound."""
    access = policy.access(viewer=viewer, subject=Subject.RESIDENT)
    rows = Residence.objects.filter(
        resident=resident_id, resident__in=Resident.objects.shared_with(access)
    )
    return _shown(viewer, access, rows)


def former_residents(*, viewer: Viewer, dwelling_id: uuid.UUID) -> tuple[ResidenceView, ...]:
    """Who lived in the dwelling, the latest first. Logged. Raises NotFound."""
    home = find_dwelling(viewer=viewer, dwelling_id=dwelling_id)
    access = policy.access(viewer=viewer, subject=Subject.RESIDENT)
    rows = Residence.objects.past().filter(
        dwelling=home, resident__in=Resident.objects.shared_with(access)
    )
    return _shown(viewer, access, rows, named=True)


def residence(*, viewer: Viewer, residence_id: uuid.UUID) -> ResidenceView:
    """One residence that the viewer may change. Logged. Raises NotFound, NotAllowed."""
    access = policy.access(viewer=viewer, subject=Subject.RESIDENT)
    rows = Residence.objects.filter(
        pk=residence_id, resident__in=Resident.objects.shared_with(access)
    )
    found = _shown(viewer, access, rows, named=True)
    if not found:
        raise NotFound
    path = rows.values_list("resident__area__path", flat=True)[0]
    policies.may_change_homes(access, path).require()
    return found[0]


def household_to_move(*, viewer: Viewer, household_id: uuid.UUID) -> HouseholdMove:
    """A household that the viewer may move or split. Logged. Raises NotFound, NotAllowed."""
    access = policy.access(viewer=viewer, subject=Subject.RESIDENT)
    rows = Household.objects.visible_to(viewer).select_related("dwelling__area")
    row = rows.filter(pk=household_id).first()
    if row is None:
        raise NotFound
    policies.may_change_homes(access, row.dwelling.area.path).require()
    members = Resident.objects.shared_with(access).filter(household=row).order_by("created_at")
    ids = list(members.values_list("pk", flat=True))
    found = people(viewer=viewer, resident_ids=ids)
    return HouseholdMove(
        row.pk,
        row.dwelling_id,
        row.dwelling.address,
        tuple(found[key] for key in ids if key in found),
    )


def _shown(
    viewer: Viewer, access: Access, rows: QuerySet[Residence, Residence], *, named: bool = False
) -> tuple[ResidenceView, ...]:
    found = [
        row
        for row in rows.select_related("dwelling", "resident__area").order_by(
            "-valid_to", "-valid_from", "id"
        )[:SHOWN]
        if policies.may_see_homes(access, row.resident.area.path)
    ]
    if not found:
        return ()
    ids = [row.resident_id for row in found]
    persons = people(viewer=viewer, resident_ids=ids) if named else {}
    views = tuple(_view(access, row, persons) for row in found)
    shown = {key for key in (KIND, SINCE, UNTIL) for row in found if _sees(access, key, row)}
    access_log.record(
        viewer=viewer,
        kind=AccessKind.LIST,
        subject=Subject.RESIDENT,
        subject_ids=ids,
        elements={policies.HOME, *shown},
        purpose=access.purpose,
    )
    return tuple(sorted(views, key=lambda view: not view.is_present))


def _view(access: Access, row: Residence, persons: Mapping[uuid.UUID, Person]) -> ResidenceView:
    path = row.resident.area.path
    kind = row.kind if _sees(access, KIND, row) else ""
    return ResidenceView(
        id=row.pk,
        dwelling_id=row.dwelling_id,
        address=row.dwelling.address,
        kind=kind,
        kind_label=str(ResidenceKind(kind).label) if kind else "",
        since=row.valid_from if _sees(access, SINCE, row) else None,
        until=row.valid_to if _sees(access, UNTIL, row) else None,
        is_present=row.is_present,
        may_change=bool(policies.may_change_homes(access, path)),
        person=persons.get(row.resident_id),
    )


def _sees(access: Access, element: str, row: Residence) -> bool:
    return access.level(element, row.resident.area.path) == Level.FULL
