"""Exports: ask for a file of residents, have it made, fetch it once or more within a day.

A file is as much as a list of the same people shows the officer for the purpose: hidden elements
are never fetched, masked ones stay masked, row by row. It names who made it, in sight and out of
sight (`sheets.fingerprint`), and lies sealed until it is erased.
"""

from __future__ import annotations

import hashlib
import secrets
import uuid
from base64 import b32encode
from collections.abc import Collection, Mapping, Sequence

from django.conf import settings
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership, User
from accounts.scope import scope_of
from accounts.selectors import viewer_for
from accounts.viewer import Viewer
from datasharing import access_log, policy
from datasharing.choices import AccessKind, Exit, Level, Purpose, Subject
from datasharing.models import DataElement
from datasharing.policy import Access
from residents import policies, selectors
from residents.actions.importing import alone
from residents.models import Export, Residence, Resident
from residents.sheets import fingerprint
from residents.sheets.choices import ExportState, SheetFormat
from residents.sheets.columns import RESIDENT
from residents.sheets.writing import HEADING, NOTE, Text, Workbook, Writer
from smartcommunity.kernel import clock, vault, wake
from smartcommunity.kernel.errors import Conflict, Invalid, NotAllowed, NotFound, TooMany
from smartcommunity.kernel.scope import entered

ROOM = "exports"  # of the vault
BATCH = 500  # rows; even, so that neighbours stay together
SHORTEST_REASON = 4
ADDRESS = policies.HOME


@transaction.atomic
def request_export(
    *,
    viewer: Viewer,
    resident_ids: Collection[uuid.UUID],
    elements: Collection[str],
    purpose: Purpose,
    reason: str,
    kind: SheetFormat,
) -> Export:
    """Ask for a file of these residents, as far as the viewer may see them. Raises Invalid (no
    purpose, reason or element), NotAllowed, TooMany when the day's rows are used up."""
    membership, user, department = viewer.membership_id, viewer.user_id, viewer.department_id
    if membership is None or user is None or department is None or viewer.is_administrator:
        raise NotAllowed
    access = policy.access(viewer=viewer, subject=Subject.RESIDENT, purpose=purpose)
    wanted = [key for key in dict.fromkeys(elements) if access.anywhere(key) > Level.HIDDEN]
    faults = {}
    if not wanted:
        faults["elements"] = _("Choose at least one element that is shared with you.")
    if len(reason.strip()) < SHORTEST_REASON:
        faults["reason"] = _("Say what the file is for; the auditor reads it.")
    if faults:
        raise Invalid(fields=faults)
    ids = sorted(
        Resident.objects.shared_with(access)
        .filter(pk__in=resident_ids)
        .values_list("pk", flat=True)
    )
    if not ids:
        raise Invalid(_("There is nobody to export here."))
    User.objects.select_for_update().get(pk=user)  # one after the other: the quota is counted
    left = rows_left(user)
    if len(ids) > left:
        raise TooMany(
            _("You may export %(limit)d rows a day; %(left)d are left and this file has %(rows)d. "
              "Choose fewer people, or go on tomorrow.")
            % {"limit": settings.EXPORT_ROWS_A_DAY, "left": left, "rows": len(ids)}
        )  # fmt: skip
    now = clock.now()
    export = Export.objects.create(
        user_id=user,
        membership_id=membership,
        department_id=department,
        area_id=Membership.objects.values_list("area_id", flat=True).get(pk=membership),
        format=kind,
        code="EX" + b32encode(secrets.token_bytes(5)).decode(),
        resident_ids=ids,
        elements=wanted,
        purpose=purpose,
        reason=reason.strip()[:300],
        rows=len(ids),
        created_at=now,
        touched_at=now,
        expires_at=now + settings.EXPORT_KEEP,
    )
    from residents.tasks import run_export

    wake.after_commit(run_export, str(export.pk))
    return export


def rows_left(user_id: uuid.UUID) -> int:
    """How many rows the officer may still export today."""
    start = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    today = Export.objects.filter(user=user_id, created_at__gte=start)
    taken: int = today.exclude(state=ExportState.REFUSED).aggregate(rows=Sum("rows"))["rows"] or 0
    limit: int = settings.EXPORT_ROWS_A_DAY
    return max(limit - taken, 0)


def make_export(*, export_id: uuid.UUID) -> None:
    """Make the file. A killed worker leaves nothing: it is made anew from the start."""
    with alone(export_id) as mine:
        if not mine:
            return
        export = (
            Export.objects.select_related("user", "department")
            .filter(pk=export_id, state=ExportState.WAITING)
            .first()
        )
        if export is None:
            return
        viewer = _viewer(export)
        if viewer is None:
            Export.objects.filter(pk=export.pk).update(
                state=ExportState.REFUSED, refusal=_("Your term of office has ended.")
            )
            return
        with entered(scope_of(viewer)):
            content, logged = _file(export, viewer)
        with vault.kept(ROOM, [content]) as (name,), transaction.atomic():
            for ids, elements in logged:
                access_log.record(
                    viewer=viewer,
                    kind=AccessKind.EXPORT,
                    exit=Exit.EXPORT,
                    subject=Subject.RESIDENT,
                    subject_ids=ids,
                    elements=elements,
                    purpose=Purpose(export.purpose),
                    detail=f"export_made {export.code}",
                )
            export.file, export.state = name, ExportState.READY
            export.rights = _rights(export, viewer)
            export.rows = export.done = sum(len(ids) for ids, _elements in logged)
            export.finished_at = clock.now()
            export.save()


def fetch_export(*, viewer: Viewer, export_id: uuid.UUID) -> tuple[Export, bytes]:
    """The file, for the officer who asked for it and only while he may still see all that is in
    it. Logged. Raises NotFound, Conflict."""
    export = Export.objects.filter(
        pk=export_id, user=viewer.user_id, membership=viewer.membership_id
    ).first()
    if export is None or viewer.membership_id is None:
        raise NotFound
    if export.state != ExportState.READY or export.expires_at <= clock.now():
        raise Conflict(_("This file is not there any more. Export it again."))
    if export.rights != _rights(export, viewer):
        _erase(export)
        raise Conflict(
            _("What is shared with you has changed since this file was made. Export it again.")
        )
    access_log.record(
        viewer=viewer,
        kind=AccessKind.EXPORT,
        exit=Exit.EXPORT,
        subject=Subject.RESIDENT,
        subject_ids=export.resident_ids,
        elements=export.elements,
        purpose=Purpose(export.purpose),
        detail=f"export_fetched {export.code}",
    )
    return export, vault.get(export.file)


def expire_exports() -> int:
    """Erase the files whose day is over."""
    due = Export.objects.filter(state=ExportState.READY, expires_at__lte=clock.now())
    exports = list(due[:100])
    for export in exports:
        _erase(export)
    return len(exports)


def _erase(export: Export) -> None:
    name = export.file
    Export.objects.filter(pk=export.pk).update(state=ExportState.ERASED, file="")
    vault.delete(name)


def _viewer(export: Export) -> Viewer | None:
    viewer = viewer_for(
        user=export.user, membership_id=export.membership_id, request_id=f"export-{export.pk}"
    )
    return viewer if viewer.membership_id == export.membership_id else None


def _rights(export: Export, viewer: Viewer) -> str:
    """A digest of whom and what of the export the officer may see now."""
    access = _access(export, viewer)
    areas = _areas(access, export.resident_ids)
    lines = sorted(
        f"{key} {path} {[int(access.level(element, path)) for element in export.elements]}"
        for key, path in areas.items()
    )
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _access(export: Export, viewer: Viewer) -> Access:
    return policy.access(viewer=viewer, subject=Subject.RESIDENT, purpose=Purpose(export.purpose))


def _areas(access: Access, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, str]:
    rows = Resident.objects.shared_with(access).filter(pk__in=ids)
    return dict(rows.values_list("pk", "area__path"))


Logged = list[tuple[list[uuid.UUID], set[str]]]


def _file(export: Export, viewer: Viewer) -> tuple[bytes, Logged]:
    """The file's content, and what of whom stands in it, batch by batch."""
    access = _access(export, viewer)
    paths = set(_areas(access, export.resident_ids).values())
    keys = [
        key
        for key in export.elements
        if any(access.level(key, path) > Level.HIDDEN for path in paths)
    ]
    named = DataElement.objects.in_bulk(keys)
    line = fingerprint.visible(export.code, _line(export))
    writer: Writer = (
        Workbook(_("Export"), [38, *(18 for _key in keys)], footer=line)
        if export.format == SheetFormat.XLSX
        else Text()
    )
    writer.row([line], NOTE)
    writer.row([_("Resident number"), *(_label(named, key) for key in keys)], HEADING)
    writer.row([RESIDENT, *keys], NOTE, hidden=True)
    logged: Logged = []
    anchor: int | None = None
    for ids in _batches(export.resident_ids):
        rows, elements = _rows(access, ids, keys)
        if anchor is None and rows:
            anchor = fingerprint.best_anchor([row[1:] for row in rows]) + 1 if keys else 0
        for row in fingerprint.arrange(rows, anchor or 0, export.code):
            writer.row(row)
        logged.append(([uuid.UUID(row[0]) for row in rows], elements))
        Export.objects.filter(pk=export.pk).update(
            done=sum(len(done) for done, _elements in logged), touched_at=clock.now()
        )
    writer.row([line], NOTE)
    return writer.close(), [(ids, elements) for ids, elements in logged if ids]


def _batches(ids: Sequence[uuid.UUID]) -> list[Sequence[uuid.UUID]]:
    return [ids[at : at + BATCH] for at in range(0, len(ids), BATCH)]


def _line(export: Export) -> str:
    """Who, for whom, when and what for: in sight on the sheet."""
    at = timezone.localtime(export.created_at)
    return "　".join(
        (
            f"导出人 {export.user.display_name or export.user.username}",
            f"部门 {export.department.name}",
            f"时间 {at:%Y-%m-%d %H:%M}",
            f"用途 {export.get_purpose_display()}",
        )
    )


def _label(named: Mapping[str, DataElement], key: str) -> str:
    return str(_("Address")) if key == ADDRESS else named[key].label


def _rows(
    access: Access, ids: Sequence[uuid.UUID], keys: Sequence[str]
) -> tuple[list[list[str]], set[str]]:
    """The residents' rows as the officer may see them, and the elements that stand in them. An
    export asks for its purpose itself, so numbers that he sees in full stand in it whole."""
    areas = _areas(access, ids)
    seen = selectors.recorded(access=access, subject=Subject.RESIDENT, areas=areas, keys=keys)
    homes = _homes(access, areas) if ADDRESS in keys else {}
    rows: list[list[str]] = []
    elements: set[str] = set()
    for key in ids:
        if key not in areas:
            continue
        shown = {element: value.whole for element, value in seen[key].items()}
        if home := homes.get(key):
            shown[ADDRESS] = home
        elements |= shown.keys()
        rows.append([str(key), *(shown.get(element, "") for element in keys)])
    return rows, elements


def _homes(access: Access, areas: Mapping[uuid.UUID, str]) -> dict[uuid.UUID, str]:
    """The present address of those whose home is shared in full."""
    ids = [key for key, path in areas.items() if policies.may_see_homes(access, path)]
    rows = Residence.objects.filter(resident__in=ids, valid_to=None).order_by("-valid_from", "-id")
    return dict(rows.values_list("resident_id", "dwelling__address"))
