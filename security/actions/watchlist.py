"""The watch-list: requested by one officer, approved by another, and never without an end."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Area
from accounts.viewer import SYSTEM, Viewer
from datasharing import access_log
from datasharing.choices import AccessKind, Exit, Purpose
from security import policies
from security.actions.photographs import accept
from security.gallery import bump_version, pack
from security.models import WatchEntry
from smartcommunity.kernel import clock, vault
from smartcommunity.kernel.errors import Conflict, Invalid, NotFound, type_text

LONGEST = timedelta(days=180)
"""An entry ends after half a year at the latest; going on needs a new request."""


def request_watch_entry(
    *,
    viewer: Viewer,
    area: Area,
    label: str,
    case_number: str,
    legal_basis: str,
    expires_at: datetime,
    photo: bytes,
) -> WatchEntry:
    """Ask for a person to be looked for at the gates of an area. In force once approved.

    Raises NotAllowed, or Invalid with the field that is wrong.
    """
    policies.may_use_watch_list(viewer).require()
    now = clock.now()
    wrong: dict[str, type_text] = {
        name: _("This is required.")
        for name, value in {
            "label": label,
            "case_number": case_number,
            "legal_basis": legal_basis,
        }.items()
        if not value.strip()
    }
    if not viewer.works_in(area.path):
        wrong["area"] = _("You do not work in this area.")
    if not now < expires_at <= now + LONGEST:
        wrong["expires_on"] = _("Choose a day within the next 180 days.")
    if wrong or viewer.user_id is None:
        raise Invalid(fields=wrong)
    accepted = accept(photo)
    with vault.kept("watch", [accepted.jpeg]) as files, transaction.atomic():
        entry = WatchEntry(
            area=area,
            label=label.strip(),
            case_number=case_number.strip(),
            legal_basis=legal_basis.strip(),
            engine=accepted.template.engine,
            engine_version=accepted.template.version,
            template=pack(accepted.template),
            photo=files[0],
            requested_by_id=viewer.user_id,
            created_at=now,
            expires_at=expires_at,
        )
        _record(viewer, AccessKind.WRITE, entry)
        entry.save()
    return entry


@transaction.atomic
def approve_watch_entry(*, viewer: Viewer, entry_id: uuid.UUID) -> WatchEntry:
    """Put a requested entry in force. Raises NotFound, NotAllowed, Conflict."""
    entry = _locked(viewer, entry_id)
    policies.may_approve_watch_entry(viewer, entry).require()
    if entry.approved_by_id or entry.removed_at or entry.expires_at <= clock.now():
        raise Conflict
    _record(viewer, AccessKind.DECIDE, entry)
    entry.approved_by_id = viewer.user_id
    entry.save(update_fields=["approved_by"])
    bump_version()
    return entry


@transaction.atomic
def remove_watch_entry(*, viewer: Viewer, entry_id: uuid.UUID) -> None:
    """End an entry before its time and erase its template and photograph."""
    policies.may_use_watch_list(viewer).require()
    entry = _locked(viewer, entry_id)
    if entry.removed_at:
        raise Conflict
    _erase(viewer, entry, Exit.PAGE)


def expire_watch_entries() -> int:
    """Erase the template and photograph of every entry past its end; returns how many."""
    due = WatchEntry.objects.filter(removed_at=None, expires_at__lte=clock.now())
    count = 0
    for key in list(due.values_list("pk", flat=True)):
        with transaction.atomic():
            entry = due.select_for_update(skip_locked=True).filter(pk=key).first()
            if entry is not None:
                _erase(SYSTEM, entry, Exit.TASK)
                count += 1
    return count


def _erase(viewer: Viewer, entry: WatchEntry, exit: Exit) -> None:  # noqa: A002
    photo = entry.photo
    _record(viewer, AccessKind.ERASE, entry, exit)
    entry.template, entry.photo, entry.removed_at = None, "", clock.now()
    entry.save(update_fields=["template", "photo", "removed_at"])
    bump_version()
    vault.delete(photo)


def _locked(viewer: Viewer, entry_id: uuid.UUID) -> WatchEntry:
    rows = WatchEntry.objects.visible_to(viewer).select_for_update(of=("self",))
    entry = rows.filter(pk=entry_id).first()
    if entry is None:
        raise NotFound
    return entry


def _record(
    viewer: Viewer,
    kind: AccessKind,
    entry: WatchEntry,
    exit: Exit = Exit.PAGE,  # noqa: A002
) -> None:
    access_log.record(
        viewer=viewer,
        kind=kind,
        exit=exit,
        subject="watch_entry",
        subject_ids=[entry.pk],
        elements=["face_image", "face_template"],
        purpose=Purpose.PUBLIC_SECURITY,
    )
