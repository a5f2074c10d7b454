"""Lines about organisations and vehicles, each under the viewer's rights."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from accounts.viewer import Viewer
from datasharing import access_log, policy
from datasharing.choices import AccessKind, Exit, Subject
from datasharing.policy import Access
from residents import policies
from residents.models import Organisation, Vehicle
from residents.selectors.reading import display_name, recorded
from residents.selectors.shapes import Person
from smartcommunity.kernel.pagination import Page, paginate


@dataclass(frozen=True, slots=True)
class Brief(Person):
    """An organisation or a vehicle in a list: what it is called and a few facts."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is: a dwelling's address or a building of an estate."""

    address: str
    dwelling_id: uuid.UUID | None = None
    building_id: uuid.UUID | None = None


# What a line shows, in this order, after the title; and the link to its place.
LISTED: Mapping[str, tuple[str, ...]] = {
    Subject.ORGANISATION: ("unit_name", "unit_kind", "unit_category"),
    Subject.VEHICLE: ("plate_no", "vehicle_kind", "vehicle_brand", "vehicle_colour"),
}
PLACE = {Subject.ORGANISATION: policies.PREMISES, Subject.VEHICLE: policies.KEPT_AT}
MODELS: Mapping[str, type[Organisation] | type[Vehicle]] = {
    Subject.ORGANISATION: Organisation,
    Subject.VEHICLE: Vehicle,
}


def briefs(
    *,
    viewer: Viewer,
    subject: Subject,
    ids: Collection[uuid.UUID],
    exit: Exit = Exit.PAGE,  # noqa: A002  the log's own word
    kind: AccessKind = AccessKind.LIST,
    detail: str = "",
) -> dict[uuid.UUID, Brief]:
    """Organisations or vehicles for a list, by id; those he may not see are left out. Logged."""
    access = policy.access(viewer=viewer, subject=subject)
    rows = {row.pk: row for row in _rows(subject, access).filter(pk__in=ids)}
    areas = {row_id: row.area.path for row_id, row in rows.items()}
    seen = recorded(access=access, subject=subject, areas=areas, keys=LISTED[subject])
    places = {
        row_id: place_of(access, PLACE[subject], row.area.path, row) for row_id, row in rows.items()
    }
    elements = {key for values in seen.values() for key in values}
    access_log.record(
        viewer=viewer,
        kind=kind,
        exit=exit,
        subject=subject,
        subject_ids=areas,
        elements=elements | ({PLACE[subject]} if any(places.values()) else set()),
        purpose=access.purpose,
        detail=detail,
    )
    return {
        row_id: Brief(
            id=row_id,
            name=display_name(values, subject),
            facts=tuple(values[key].shown for key in LISTED[subject][1:] if key in values),
            estate=rows[row_id].area.name,
            address=place.address if (place := places[row_id]) else "",
        )
        for row_id, values in seen.items()
    }


def listed_subjects(*, viewer: Viewer, subject: Subject) -> QuerySet[Any, Any]:
    """Ids of those of which anything is shared with the viewer, for a paginator; each row is
    {"id": ...}. Show them through `briefs`."""
    access = policy.access(viewer=viewer, subject=subject)
    return MODELS[subject].objects.shared_with(access).values("id")


def page_of_briefs(*, viewer: Viewer, subject: Subject, number: int) -> Page[Brief]:
    """Those of which anything is shared with the viewer, the latest entered first. Logged."""
    rows = listed_subjects(viewer=viewer, subject=subject).order_by("-created_at", "id")

    def shown(found: Collection[Mapping[str, uuid.UUID]]) -> list[Brief]:
        ids = [row["id"] for row in found]
        by_id = briefs(viewer=viewer, subject=subject, ids=ids)
        return [by_id[row_id] for row_id in ids if row_id in by_id]

    return paginate(rows, number).map(shown)


def place_of(access: Access, link: str, path: str, row: Organisation | Vehicle) -> Place | None:
    """Where it is, under the right to the link. The row comes with its dwelling and building."""
    if not policies.may_see_link(access, link, path):
        return None
    if row.dwelling:
        return Place(row.dwelling.address, dwelling_id=row.dwelling_id)
    if isinstance(row, Organisation) and row.building:
        return Place(f"{row.area.name}{row.building.name}", building_id=row.building_id)
    return None


def _rows(subject: Subject, access: Access) -> QuerySet[Any, Any]:
    near = ("area", "dwelling") + (("building",) if subject == Subject.ORGANISATION else ())
    return MODELS[subject].objects.shared_with(access).select_related(*near)
