"""The history of one element of one subject, under the same right as its current value."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from itertools import groupby

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.viewer import Viewer
from datasharing import access_log, policy
from datasharing.choices import AccessKind, Level, TemplateStatus
from datasharing.choices import Subject as SubjectKind
from datasharing.models import DataElement
from datasharing.policy import Access
from datasharing.values import Recorded
from residents import policies
from residents.models import Confirmation, ElementRecord, Proposal
from residents.selectors.entry import locate
from residents.selectors.merging import absorbed_by, taken_over
from residents.selectors.reading import (
    LEVEL_NAMES,
    display_name,
    labels_of,
    level_shown,
    recorded,
    shown,
    title_keys,
)
from residents.selectors.reveal import require_reveal
from residents.selectors.shapes import (
    AsRecorded,
    Change,
    ConfirmationView,
    Correction,
    ElementView,
    History,
    Provenance,
    Section,
    Subject,
)
from residents.selectors.shapes_guard import Asked
from residents.selectors.unsaid import without_unsaid
from smartcommunity.kernel.errors import NotFound

CONFIRMATIONS = 50  # the latest ones, on a history page


def history(
    *, viewer: Viewer, subject: str, subject_id: uuid.UUID, element: str, asked: Asked | None = None
) -> History:
    """Who recorded what, when, under which form: each value at the viewer's present level, and of
    an entry merged into this one at no more than his level where that entry stood; a veiled one
    masked unless `asked`. Raises NotFound, also where the element is hidden, or only told to be
    there: its changes are more than that. Logged."""
    access, place, seen = _opened(viewer, subject, subject_id, element, "history")
    level = access.level(element, place.area_path, subject_id)
    known = DataElement.objects.get(pk=element)
    if asked:
        require_reveal(viewer, known, place, asked)
    levels = {subject_id: level}
    if subject == SubjectKind.RESIDENT:
        for key, path in absorbed_by(resident_id=subject_id).items():
            levels[key] = min(level, access.level(element, path))
    rows = list(
        ElementRecord.objects.filter(
            subject=subject,
            subject_id__in=[key for key, seen_at in levels.items() if seen_at > Level.YES_NO],
            element=element,
        )
        .select_related("element", "department", "user", "template")
        .order_by("superseded_at", "recorded_at")
    )
    rows = without_unsaid(viewer, subject, rows)
    origins = {
        proposal.became_id: proposal
        for proposal in Proposal.objects.filter(became__in=rows)
        .select_related("department", "user")
        .order_by("-created_at")
    }
    labels = labels_of(rows)
    moved = taken_over(rows)
    changes: list[tuple[bool, Change]] = []
    for key, seen_at in levels.items():
        held = [row for row in rows if row.subject_id == key]
        texts = ["", *(shown(row, seen_at, labels, clear=asked is not None) for row in held)]
        changes += [
            (key == subject_id, _change(row, old, new, origins.get(row.id), merged=elsewhere))
            for row, old, new in zip(held, texts[:-1], texts[1:], strict=True)
            for elsewhere in [key != subject_id or row.id in moved]
        ]
    changes.sort(key=lambda change: change[0])  # the merged entries' before this one's
    return History(
        title=place.title or display_name(seen, subject),
        dwelling_id=place.dwelling_id,
        element=element,
        label=known.label,
        level=LEVEL_NAMES[level],
        changes=tuple(change for _own, change in reversed(changes)),
        may_reveal=level == Level.FULL and known.is_veiled and asked is None,
        confirmations=tuple(
            ConfirmationView(row.confirmed_at, f"{row.department.name} · {row.user.display_name}")
            for row in Confirmation.objects.filter(record__in=rows).select_related(
                "department", "user"
            )[:CONFIRMATIONS]
        ),
    )


def as_recorded(*, viewer: Viewer, record_id: uuid.UUID) -> AsRecorded:
    """The form under which this record was written, in its version of then, with the values of
    that moment at the viewer's present level, veiled ones masked. Raises NotFound, also where the
    record's element is hidden, only told to be there, or was written without a form or of an entry
    that was merged into this one. Logged."""
    found = (
        ElementRecord.objects.filter(pk=record_id, template__isnull=False)
        .select_related("department", "user", "template")
        .first()
    )
    if found is None or found.template is None:
        raise NotFound
    access, place, seen = _opened(
        viewer, found.subject, found.subject_id, found.element_id, "as recorded"
    )
    form, fields = found.template, list(found.template.fields.all())
    levels = {f.element_id: access.level(f.element_id, place.area_path) for f in fields}
    valid_then = ElementRecord.objects.filter(
        Q(superseded_at=None) | Q(superseded_at__gt=found.recorded_at),
        subject=found.subject,
        subject_id=found.subject_id,
        element__in=[key for key, level in levels.items() if level > Level.YES_NO],
        recorded_at__lte=found.recorded_at,
    ).select_related("element", "department")
    moved = taken_over([found, *valid_then])
    if found.pk in moved:
        raise NotFound
    known = without_unsaid(viewer, found.subject, list(valid_then))
    rows = [row for row in known if row.pk not in moved]
    access_log.record(
        viewer=viewer,
        kind=AccessKind.READ,
        subject=found.subject,
        subject_ids=[found.subject_id],
        elements={row.element_id for row in rows},
        purpose=access.purpose,
        detail=form.key,
    )
    labels = labels_of(rows)
    views = {
        row.element_id: _then(row, levels[row.element_id], labels)
        for row in rows
        if row.plain is not None
    }
    sections = (
        Section(title, tuple(views[f.element_id] for f in group if f.element_id in views))
        for title, group in groupby(fields, key=lambda field: field.section)
    )
    return AsRecorded(
        title=place.title or display_name(seen),
        subject=found.subject,
        subject_id=found.subject_id,
        dwelling_id=place.dwelling_id,
        template=form.title,
        version=form.version,
        in_use=form.status == TemplateStatus.PUBLISHED,
        at=found.recorded_at,
        department=found.department.name if found.department else _("the platform"),
        user=found.user.display_name if found.user else "",
        sections=tuple(section for section in sections if section.rows),
    )


def _then(row: ElementRecord, level: Level, labels: Mapping[tuple[str, str], str]) -> ElementView:
    by = row.department.name if row.department else _("the platform")
    return ElementView(
        key=row.element_id,
        label=row.element.label,
        value=shown(row, level, labels),
        level=LEVEL_NAMES[level_shown(row.element, level)],
        provenance=Provenance(by, timezone.localdate(row.recorded_at)),
    )


def correction(*, viewer: Viewer, subject: str, subject_id: uuid.UUID, element: str) -> Correction:
    """A value that the viewer may propose to correct. Raises NotFound, NotAllowed. Logged."""
    access, place, seen = _opened(viewer, subject, subject_id, element, "")
    held = seen.get(element)
    if held is None or held.level < Level.FULL:
        raise NotFound
    policies.may_propose(access, element, place.area_path, held.department_kind).require()
    found = DataElement.objects.select_related("code_list").get(pk=element)
    return Correction(place.title or display_name(seen, subject), place.dwelling_id, found, held)


def _opened(
    viewer: Viewer, subject: str, subject_id: uuid.UUID, element: str, detail: str
) -> tuple[Access, Subject, dict[str, Recorded]]:
    """The viewer's rights, the subject, and its current value and name as he sees them."""
    access = policy.access(viewer=viewer, subject=subject)
    place = locate(viewer=viewer, access=access, kind=subject, subject_id=subject_id)
    if access.level(element, place.area_path, subject_id) < Level.MASKED:
        raise NotFound
    seen = recorded(
        access=access,
        subject=subject,
        areas={subject_id: place.area_path},
        keys={element} | title_keys(subject),
    )[subject_id]
    access_log.record(
        viewer=viewer,
        kind=AccessKind.READ,
        subject=subject,
        subject_ids=[subject_id],
        elements={element, *seen},
        purpose=access.purpose,
        detail=detail,
    )
    return access, place, seen


def _change(
    row: ElementRecord, old: str, new: str, origin: Proposal | None, *, merged: bool
) -> Change:
    return Change(
        id=row.id,
        merged=merged,
        at=row.recorded_at,
        department=row.department.name if row.department else _("the platform"),
        user=row.user.display_name if row.user else "",
        template=row.template.title if row.template else "",
        version=row.template.version if row.template else 0,
        old=old,
        new=new,
        proposed_by=f"{origin.department.name} · {origin.user.display_name}" if origin else "",
        reason=origin.reason if origin else "",
    )
