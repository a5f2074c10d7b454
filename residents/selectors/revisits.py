"""What should be confirmed again: of one subject, and where to go next.

A value counts here only if the viewer sees it in full: only such values can be confirmed, and an
element that is hidden from him leaves no trace in a list, a count or an order. The lists are of
values and their dates; nobody is graded.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import (
    Count,
    DateTimeField,
    DurationField,
    ExpressionWrapper,
    F,
    Func,
    Min,
    Q,
    QuerySet,
)
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.querysets import below
from accounts.viewer import Viewer
from datasharing import access_log, freshness, policy
from datasharing.choices import AccessKind, Level, Subject
from datasharing.models import DataElement
from datasharing.policy import Access
from datasharing.selectors import ageing, asked_and_ageing, templates_for
from residents import policies
from residents.models import Building, Dwelling, ElementRecord, Household, Residence, Resident
from residents.selectors.entry import locate
from residents.selectors.proposals import places
from residents.selectors.reading import display_name, recorded
from residents.selectors.shapes import Provenance
from residents.selectors.unsaid import may_name_sealed
from smartcommunity.kernel.errors import NotFound
from smartcommunity.kernel.pagination import Page, paginate

VISITED = (Subject.HOUSEHOLD, Subject.RESIDENT, Subject.DWELLING)


@dataclass(frozen=True, slots=True)
class Confirmable:
    """A recorded value that the viewer can confirm."""

    record_id: uuid.UUID
    label: str
    value: str
    provenance: Provenance

    @property
    def is_due(self) -> bool:
        return self.provenance.stale_since is not None


@dataclass(frozen=True, slots=True)
class ToConfirm:
    """The values of one subject that grow stale, those that are due first."""

    title: str
    dwelling_id: uuid.UUID | None
    values: tuple[Confirmable, ...]
    due: int


@dataclass(frozen=True, slots=True)
class Revisit:
    """Somewhere to go: how many values are due there, which ones, and since when the first is."""

    subject_id: uuid.UUID
    title: str
    dwelling_id: uuid.UUID | None
    address: str
    due: int
    since: date
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BuildingDue:
    id: uuid.UUID
    name: str
    due: int


@dataclass(frozen=True, slots=True)
class Revisits:
    """The list of one kind of subject. `form` is the key of the form to open there."""

    subject: Subject
    subjects: tuple[Subject, ...]
    buildings: tuple[BuildingDue, ...]
    building: uuid.UUID | None
    form: str
    page: Page[Revisit]


def to_confirm(*, viewer: Viewer, subject: str, subject_id: uuid.UUID) -> ToConfirm:
    """The values of a subject that the viewer may confirm. Logged. Raises NotFound."""
    access = policy.access(viewer=viewer, subject=subject)
    place = locate(viewer=viewer, access=access, kind=subject, subject_id=subject_id)
    rights = access.rights(place.area_path)
    keys = {key for key in ageing(subject=subject) if _is_full(rights, key)}
    seen = recorded(
        access=access,
        subject=subject,
        areas={subject_id: place.area_path},
        keys=keys | {policies.NAME},
    )[subject_id]
    access_log.record(
        viewer=viewer,
        kind=AccessKind.READ,
        subject=subject,
        subject_ids=[subject_id],
        elements=seen,
        purpose=access.purpose,
        detail="revisits",
    )
    elements = DataElement.objects.in_bulk(keys & set(seen))
    found = [
        Confirmable(
            held.record_id,
            elements[key].label,
            held.shown,
            Provenance(held.department, held.date, held.confirmed, held.stale_since),
        )
        for key, held in seen.items()
        if key in keys and held.record_id
    ]
    found.sort(key=lambda each: (each.provenance.stale_since or date.max, each.label))
    return ToConfirm(
        title=place.title or display_name(seen, subject),
        dwelling_id=place.dwelling_id,
        values=tuple(found),
        due=sum(each.is_due for each in found),
    )


def _is_full(rights: Mapping[str, policy.Right], key: str) -> bool:
    return key in rights and rights[key].level == Level.FULL


def revisits(
    *, viewer: Viewer, subject: str, building_id: uuid.UUID | None, number: int
) -> Revisits | None:
    """Subjects with values that are due, of elements that the viewer's department asks on its own
    forms; what waits longest comes first. None when it has no form that grows stale. Logged.
    Raises NotFound for a kind that it does not visit."""
    kinds = tuple(kind for kind in VISITED if templates_for(viewer=viewer, subject=kind))
    if not kinds:
        return None
    kind = Subject(subject) if subject in kinds else kinds[0]
    if subject and kind != subject:
        raise NotFound
    access = policy.access(viewer=viewer, subject=kind)
    due = _due(viewer, access, kind)
    listed = due
    if building_id:
        listed = due.filter(subject_id__in=_in_building(viewer, access, kind, building_id))
    rows = (
        listed.values("subject_id")
        .annotate(count=Count("pk"), since=Min(_DUE_AT))
        .order_by("since", "subject_id")
    )
    page = paginate(rows, number)
    return Revisits(
        subject=kind,
        subjects=kinds,
        buildings=_buildings(viewer, access, kind, due),
        building=building_id,
        form=templates_for(viewer=viewer, subject=kind)[0].key,
        page=page.map(lambda found: _views(access, kind, found, due)),
    )


class _Months(Func):
    """A number of months as a length of time."""

    function = "make_interval"
    template = "%(function)s(months => %(expressions)s)"
    output_field = DurationField()


_DUE_AT = ExpressionWrapper(
    Coalesce("confirmed_at", "recorded_at") + _Months(F("element__valid_months")),
    output_field=DateTimeField(),
)


def _due(viewer: Viewer, access: Access, kind: Subject) -> QuerySet[ElementRecord, ElementRecord]:
    """Current values that are stale, of elements seen in full where they are recorded."""
    groups: dict[tuple[tuple[str, ...], int], list[str]] = defaultdict(list)
    for key, months in asked_and_ageing(viewer=viewer, subject=kind).items():
        if paths := access.reach([key], Level.FULL):
            groups[paths, months].append(key)
    choices = (
        Q(
            element__in=keys,
            subject_id__in=_subjects(viewer, access, kind, paths),
            fresh_at__lt=_start_of(freshness.latest_stale(months) + timedelta(days=1)),
        )
        for (paths, months), keys in groups.items()
    )
    return (
        ElementRecord.objects.filter(subject=kind, superseded_at=None)
        .filter(Q(value__isnull=False) | Q(sealed__isnull=False))
        .alias(fresh_at=Coalesce("confirmed_at", "recorded_at"))
        .filter(reduce(or_, choices, Q(pk__in=[])))
        .exclude(may_name_sealed(viewer, kind))
    )


def _start_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _subjects(
    viewer: Viewer, access: Access, kind: Subject, paths: tuple[str, ...]
) -> QuerySet[Any, Any]:
    """The keys of the subjects that the viewer may know of, below the paths."""
    if kind == Subject.RESIDENT:
        rows = Resident.objects.shared_with(access).filter(below(paths, "area__path"))
        return rows.values("pk")
    if kind == Subject.DWELLING:
        homes = Dwelling.objects.visible_to(viewer).filter(below(paths, "area__path"))
        return homes.values("pk")
    households = Household.objects.visible_to(viewer)
    return households.filter(below(paths, "dwelling__area__path")).values("pk")


def _residences(access: Access) -> QuerySet[Any, Any]:
    """Who lives where now, as far as that is shared: an element like any other."""
    paths = access.reach([policies.HOME], Level.FULL)
    rows = Residence.objects.open_to(access.viewer).filter(valid_to=None)
    return rows.filter(below(paths, "resident__area__path"))


def _in_building(
    viewer: Viewer, access: Access, kind: Subject, building_id: uuid.UUID
) -> QuerySet[Any, Any]:
    """The keys of the subjects in a building."""
    if kind == Subject.RESIDENT:
        rows = _residences(access).filter(dwelling__unit__building=building_id)
        return rows.values("resident")
    if kind == Subject.DWELLING:
        return Dwelling.objects.filter(unit__building=building_id).values("pk")
    return Household.objects.filter(dwelling__unit__building=building_id).values("pk")


def _buildings(
    viewer: Viewer,
    access: Access,
    kind: Subject,
    due: QuerySet[ElementRecord, ElementRecord],
) -> tuple[BuildingDue, ...]:
    """The buildings with something due, with the number of subjects. Two queries."""
    ids = due.order_by().values("subject_id")
    if kind == Subject.RESIDENT:
        rows: Any = _residences(access).filter(resident__in=ids).order_by()
        where, what = "dwelling__unit__building", "resident"
    elif kind == Subject.DWELLING:
        rows, where, what = Dwelling.objects.filter(pk__in=ids), "unit__building", "pk"
    else:
        rows, where, what = Household.objects.filter(pk__in=ids), "dwelling__unit__building", "pk"
    counts = dict(rows.values_list(where).annotate(Count(what, distinct=True)))
    buildings = Building.objects.visible_to(viewer).filter(pk__in=counts).select_related("area")
    return tuple(
        BuildingDue(row.pk, f"{row.area.name} {row.name}", counts[row.pk])
        for row in sorted(buildings, key=lambda row: (row.area.name, len(row.number), row.number))
    )


def _views(
    access: Access,
    kind: Subject,
    rows: Sequence[Mapping[str, Any]],
    due: QuerySet[ElementRecord, ElementRecord],
) -> list[Revisit]:
    ids = [row["subject_id"] for row in rows]
    found = places(kind, ids)
    labels: dict[uuid.UUID, list[str]] = defaultdict(list)
    keys: set[str] = set()
    for record in due.filter(subject_id__in=ids).select_related("element").order_by("element"):
        labels[record.subject_id].append(record.element.label)
        keys.add(record.element_id)
    areas = {key: path for key, (path, _title, _home) in found.items()}
    seen = recorded(access=access, subject=kind, areas=areas, keys={policies.NAME})
    homes: dict[uuid.UUID, str] = {}
    if kind == Subject.RESIDENT:
        lived = _residences(access).filter(resident__in=ids).order_by("-valid_from", "id")
        homes = dict(lived.values_list("resident_id", "dwelling__address"))
    access_log.record(
        viewer=access.viewer,
        kind=AccessKind.LIST,
        subject=kind,
        subject_ids=ids,
        elements=keys
        | {key for values in seen.values() for key in values}
        | ({policies.HOME} if homes else set()),
        purpose=access.purpose,
        detail="revisits",
    )
    return [
        Revisit(
            subject_id=row["subject_id"],
            title=found[row["subject_id"]][1] or display_name(seen[row["subject_id"]], kind),
            dwelling_id=found[row["subject_id"]][2],
            address=homes.get(row["subject_id"], ""),
            due=row["count"],
            since=timezone.localdate(row["since"]),
            labels=tuple(labels[row["subject_id"]]),
        )
        for row in rows
    ]
