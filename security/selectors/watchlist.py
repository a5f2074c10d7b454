"""The watch-list, for the officers who handle it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import Area
from accounts.viewer import Viewer
from datasharing import access_log
from datasharing.choices import AccessKind, Purpose
from security import policies
from security.models import WatchEntry
from security.selectors.pictures import hand_out
from smartcommunity.kernel import clock
from smartcommunity.kernel.errors import NotFound
from smartcommunity.kernel.pagination import Page, paginate


@dataclass(frozen=True, slots=True)
class WatchRow:
    """An entry; `state`: requested, active, expired or closed."""

    id: uuid.UUID
    label: str
    case_number: str
    legal_basis: str
    area_name: str
    requested_by: str
    approved_by: str
    created_at: datetime
    expires_at: datetime
    state: str
    state_label: str
    has_photo: bool
    may_approve: bool
    may_remove: bool


def watch_list(*, viewer: Viewer, number: int = 1) -> Page[WatchRow]:
    """The entries of the viewer's areas, newest first; recorded as one listing."""
    policies.may_use_watch_list(viewer).require()
    rows = (
        WatchEntry.objects.visible_to(viewer)
        .select_related("area", "requested_by", "approved_by")
        .order_by("-created_at", "id")
    )
    page = paginate(rows, number)
    access_log.record(
        viewer=viewer,
        kind=AccessKind.LIST,
        subject="watch_entry",
        subject_ids=[row.pk for row in page.rows],
        elements=["face_image"],
        purpose=Purpose.PUBLIC_SECURITY,
    )
    return page.map(lambda found: _rows(viewer, found))


def watch_areas(*, viewer: Viewer) -> QuerySet[Area]:
    """The areas for which the viewer may ask for somebody to be looked for, in tree order."""
    areas: QuerySet[Area] = Area.objects.visible_to(viewer)
    return areas if policies.may_use_watch_list(viewer) else areas.none()


def watch_photo(*, viewer: Viewer, entry_id: uuid.UUID) -> bytes:
    """The photograph of an entry. Raises NotFound once it was erased."""
    entry = WatchEntry.objects.visible_to(viewer).filter(pk=entry_id).first()
    if entry is None:
        raise NotFound
    return hand_out(
        viewer=viewer,
        name=entry.photo,
        subject="watch_entry",
        subject_ids=[entry.pk],
        element="face_image",
    )


def _rows(viewer: Viewer, entries: Sequence[WatchEntry]) -> list[WatchRow]:
    return [_row(viewer, entry) for entry in entries]


def _row(viewer: Viewer, entry: WatchEntry) -> WatchRow:
    state, label = _state(entry)
    pending = state == "requested"
    return WatchRow(
        id=entry.pk,
        label=entry.label or "",
        case_number=entry.case_number,
        legal_basis=entry.legal_basis,
        area_name=entry.area.name,
        requested_by=entry.requested_by.display_name,
        approved_by=entry.approved_by.display_name if entry.approved_by else "",
        created_at=entry.created_at,
        expires_at=entry.expires_at,
        state=state,
        state_label=label,
        has_photo=bool(entry.photo),
        may_approve=pending and bool(policies.may_approve_watch_entry(viewer, entry)),
        may_remove=entry.removed_at is None,
    )


def _state(entry: WatchEntry) -> tuple[str, str]:
    if entry.expires_at <= clock.now():
        return "expired", _("Expired")
    if entry.removed_at:
        return "closed", _("Removed")
    if entry.approved_by_id is None:
        return "requested", _("Waits for approval")
    return "active", _("In force")
