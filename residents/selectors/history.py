"""The history of one element of one subject, under the same right as its current value."""

from __future__ import annotations

import uuid

from django.utils.translation import gettext as _

from accounts.viewer import Viewer
from datasharing import access_log, policy
from datasharing.choices import AccessKind, Level
from datasharing.models import DataElement
from datasharing.policy import Access
from datasharing.values import Recorded
from residents import policies
from residents.models import ElementRecord, Proposal
from residents.selectors.entry import locate
from residents.selectors.reading import (
    LEVEL_NAMES,
    display_name,
    labels_of,
    recorded,
    shown,
    title_keys,
)
from residents.selectors.shapes import Change, Correction, History, Subject
from smartcommunity.kernel.errors import NotFound


def history(*, viewer: Viewer, subject: str, subject_id: uuid.UUID, element: str) -> History:
    """Who recorded what, when, under which form: each value at the viewer's present level. Raises
    NotFound, also where the element is hidden. Logged."""
    access, place, seen = _opened(viewer, subject, subject_id, element, "history")
    level = access.level(element, place.area_path)
    rows = list(
        ElementRecord.objects.filter(subject=subject, subject_id=subject_id, element=element)
        .select_related("element", "department", "user", "template")
        .order_by("recorded_at", "superseded_at")
    )
    origins = {
        proposal.became_id: proposal
        for proposal in Proposal.objects.filter(became__in=rows)
        .select_related("department", "user")
        .order_by("-created_at")
    }
    labels = labels_of(rows)
    texts = ["", *(shown(row, level, labels) for row in rows)]
    changes = [
        _change(row, old, new, origins.get(row.id))
        for row, old, new in zip(rows, texts[:-1], texts[1:], strict=True)
    ]
    return History(
        title=place.title or display_name(seen, subject),
        dwelling_id=place.dwelling_id,
        element=element,
        label=DataElement.objects.get(pk=element).label,
        level=LEVEL_NAMES[level],
        changes=tuple(reversed(changes)),
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
    if access.level(element, place.area_path) == Level.HIDDEN:
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


def _change(row: ElementRecord, old: str, new: str, origin: Proposal | None) -> Change:
    return Change(
        at=row.recorded_at,
        department=row.department.name if row.department else _("the platform"),
        user=row.user.display_name if row.user else "",
        template=row.template.title if row.template else "",
        old=old,
        new=new,
        proposed_by=f"{origin.department.name} · {origin.user.display_name}" if origin else "",
        reason=origin.reason if origin else "",
    )
