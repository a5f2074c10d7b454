"""The one write of recorded values."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import prefetch_related_objects
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Area
from accounts.viewer import Viewer
from datasharing import access_log, policy
from datasharing.choices import AccessKind, Subject
from datasharing.entry import check_entries, entries_for
from datasharing.models import DataElement, FormTemplate
from datasharing.policy import Access
from datasharing.values import Recorded, facts
from residents import policies, selectors
from residents.actions.columns import DOCUMENT, DOCUMENT_TYPE, project
from residents.actions.homes import follow, register_household, settle
from residents.choices import ResidenceKind
from residents.errors import Stale
from residents.models import Dwelling, ElementRecord, Household, Resident
from smartcommunity.kernel import clock
from smartcommunity.kernel.errors import Invalid, NotAllowed, NotFound

Values = dict[str, str | None]


@dataclass(frozen=True, slots=True)
class Residency:
    """How somebody lives in a dwelling, where the form does not ask it."""

    kind: ResidenceKind
    on: date | None = None


@transaction.atomic
def record(
    *,
    viewer: Viewer,
    template: FormTemplate,
    subject_id: uuid.UUID | None,
    area: Area | None = None,
    dwelling: Dwelling | None = None,
    household: Household | None = None,
    values: Mapping[str, str | None],
    version: int | None = None,
    residence: Residency | None = None,
) -> uuid.UUID:
    """Save one form; returns the subject's id.

    `subject_id` None registers a new resident in `dwelling`, where he then lives, or in `area`. An
    element not in `values` keeps its value; None clears it. Each changed element is written once,
    with who wrote it, when and under which form; birth date and sex follow from the document.

    Raises NotFound, NotAllowed (may not register, or not write one of the elements), Invalid with
    a message per element, DuplicateDocument, Stale.
    """
    prefetch_related_objects([template], "fields__element__code_list__codes")
    access = policy.access(viewer=viewer, subject=template.subject)
    if subject_id is None:
        target = _newcomer(access, dwelling.area if dwelling else area, dwelling, household)
    else:
        target = _existing(viewer, access, template, subject_id, version)
    form = entries_for(template, access.rights(target.path), target.seen)
    _refuse_unwritable(set(values) - {entry.key for entry in form if entry.editable})
    changes = _changes(viewer, template, target.id, check_entries(form, values))
    if not changes:
        return target.id
    if target.resident:
        project(target.resident, changes, access=access, is_new=target.is_new)
        if not target.is_new:
            follow(target.resident, changes)
        elif dwelling:
            settle(target.resident, dwelling, *_how(changes, residence))
    _write(viewer, template, target.id, changes)
    access_log.record(
        viewer=viewer,
        kind=AccessKind.WRITE,
        subject=template.subject,
        subject_ids=[target.id],
        elements=[element.key for element in changes],
        purpose=access.purpose,
        detail=template.key,
    )
    return target.id


@dataclass(frozen=True, slots=True)
class _Target:
    """What the form is about: its key, its area's path, what the viewer sees recorded there, and
    the row, not yet saved for a newcomer, if it is a resident."""

    id: uuid.UUID
    path: str
    seen: Mapping[str, Recorded]
    resident: Resident | None
    is_new: bool


def _newcomer(
    access: Access, area: Area | None, dwelling: Dwelling | None, household: Household | None
) -> _Target:
    if area is None or (household and dwelling and household.dwelling_id != dwelling.pk):
        raise NotFound
    policies.may_register(access, area.path).require()
    resident = Resident(area=area, household=household)
    return _Target(resident.pk, area.path, {}, resident, is_new=True)


def _existing(
    viewer: Viewer,
    access: Access,
    template: FormTemplate,
    subject_id: uuid.UUID,
    version: int | None,
) -> _Target:
    resident = _lock(template.subject, subject_id)
    place = selectors.locate(
        viewer=viewer, access=access, kind=template.subject, subject_id=subject_id
    )
    if version is not None and version != place.version:
        raise Stale
    seen = selectors.recorded(
        access=access,
        subject=template.subject,
        areas={subject_id: place.area_path},
        keys={field.element_id for field in template.fields.all()},
    )[subject_id]
    return _Target(subject_id, place.area_path, seen, resident, is_new=False)


def _lock(subject: str, subject_id: uuid.UUID) -> Resident | None:
    """Hold the row until commit, so that two people do not write the same subject at once."""
    if subject == Subject.RESIDENT:
        return (
            Resident.objects.select_for_update(of=("self",))
            .select_related("area")
            .filter(pk=subject_id)
            .first()
        )
    held = Household.objects if subject == Subject.HOUSEHOLD else Dwelling.objects
    held.select_for_update().filter(pk=subject_id).first()
    return None


def _refuse_unwritable(keys: set[str]) -> None:
    if keys:
        text = _("Your department may not change this here.")
        raise NotAllowed(text, fields=dict.fromkeys(keys, text))


def _changes(
    viewer: Viewer, template: FormTemplate, row_id: uuid.UUID, checked: Values
) -> dict[DataElement, str | None]:
    """What differs from the current records, facts of a new document included. Raises Invalid for
    a value that its owner has recorded otherwise."""
    current = {
        row.element_id: row
        for row in ElementRecord.objects.filter(
            subject=template.subject, subject_id=row_id, superseded_at=None
        ).select_related("element", "department")
    }
    held = {key: _text(row) for key, row in current.items()}
    changed = {key: value for key, value in checked.items() if value != held.get(key)}
    refused = {
        key: _recorded_by(current[key])
        for key in changed
        if key in current and not _may_replace(viewer, current[key])
    }
    if refused:
        raise Invalid(fields=refused)
    if number := changed.get(DOCUMENT):
        kind = checked.get(DOCUMENT_TYPE) or held.get(DOCUMENT_TYPE) or ""
        changed |= {
            key: fact
            for key, fact in facts(kind, number).items()
            if fact != held.get(key) and (key not in current or _may_replace(viewer, current[key]))
        }
    elements = DataElement.objects.in_bulk(list(changed))
    return {elements[key]: value for key, value in changed.items()}


def _text(row: ElementRecord) -> str | None:
    return row.sealed if row.value is None else row.value


def _may_replace(viewer: Viewer, row: ElementRecord) -> bool:
    """What the responsible department (责任部门) has recorded, only that department changes."""
    owner = row.element.owner_kind
    by_owner = row.department is not None and row.department.kind == owner
    return not by_owner or viewer.department_kind == owner or _text(row) is None


def _recorded_by(row: ElementRecord) -> str:
    return _("Recorded by %(department)s on %(date)s. Ask them to correct it.") % {
        "department": row.department.name if row.department else "",
        "date": timezone.localdate(row.recorded_at).isoformat(),
    }


def _how(
    changes: Mapping[DataElement, str | None], residence: Residency | None
) -> tuple[ResidenceKind, date | None]:
    """The kind and the beginning of a newcomer's residence: from the form, else as given."""
    asked = {element.key: value for element, value in changes.items()}
    if kind := asked.get("residence_kind"):
        how = ResidenceKind(kind)
    elif residence:
        how = residence.kind
    else:
        raise Invalid(fields={"residence_kind": _("Choose how the person lives here.")})
    if since := asked.get("live_since"):
        return how, date.fromisoformat(since)
    return how, residence.on if residence else None


def _write(
    viewer: Viewer,
    template: FormTemplate,
    row_id: uuid.UUID,
    changes: Mapping[DataElement, str | None],
) -> None:
    """Close the current records of these elements and open the new ones, in the same instant. A
    cleared value leaves an empty record: who cleared it, and when."""
    now = clock.now()
    ElementRecord.objects.filter(
        subject=template.subject, subject_id=row_id, element__in=changes, superseded_at=None
    ).update(superseded_at=now)
    ElementRecord.objects.bulk_create(
        ElementRecord(
            id=uuid.uuid4(),
            subject=template.subject,
            subject_id=row_id,
            element=element,
            value=None if element.is_encrypted else value,
            sealed=value if element.is_encrypted else None,
            department_id=viewer.department_id,
            user_id=viewer.user_id,
            template=template,
            recorded_at=now,
        )
        for element, value in changes.items()
    )


@transaction.atomic
def register_member(
    *,
    viewer: Viewer,
    template: FormTemplate,
    dwelling: Dwelling,
    household_id: uuid.UUID | None,
    values: Mapping[str, str | None],
    residence: Residency | None = None,
) -> tuple[uuid.UUID, uuid.UUID]:
    """Register somebody into a household of the dwelling, a new one when `household_id` is None.
    Returns the keys of resident and household. Raises what `record` raises."""
    household = (
        dwelling.households.filter(pk=household_id).first()
        if household_id
        else register_household(viewer=viewer, dwelling=dwelling)
    )
    if household is None:
        raise NotFound
    resident_id = record(
        viewer=viewer,
        template=template,
        subject_id=None,
        dwelling=dwelling,
        household=household,
        values=values,
        residence=residence,
    )
    return resident_id, household.pk
