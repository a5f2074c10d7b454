"""What an officer does with an import: upload, confirm, pause, go on, cancel, erase. The work in
between is `importing`."""

from __future__ import annotations

import uuid
from collections.abc import Container
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.viewer import Viewer
from datasharing import policy
from datasharing.models import FormTemplate
from residents import policies
from residents.actions.plans import columns_of
from residents.models import Import
from residents.sheets.archive import is_workbook
from residents.sheets.choices import AT_WORK, ENDED, ImportState, SheetFormat
from smartcommunity.kernel import clock, vault, wake
from smartcommunity.kernel.errors import Conflict, NotAllowed, NotFound, TooMany

ROOM = "imports"  # of the vault
UNFINISHED = 5  # imports that one officer may have open


def start_import(
    *, viewer: Viewer, template: FormTemplate, file_name: str, content: bytes
) -> Import:
    """Take an uploaded file: judge it as a whole, seal it, and have it read in the background.
    Raises BadFile, NotAllowed, TooMany."""
    access = policy.access(viewer=viewer, subject=template.subject)
    policies.may_import(template, columns_of(access, template)).require()
    membership, user, department = viewer.membership_id, viewer.user_id, viewer.department_id
    if membership is None or user is None or department is None:
        raise NotAllowed
    kind = SheetFormat.XLSX if is_workbook(content) else SheetFormat.CSV
    mine = Import.objects.filter(user=user).exclude(state__in=ENDED)
    if mine.count() >= UNFINISHED:
        raise TooMany(_("You have several unfinished imports. Confirm or cancel one first."))
    now = clock.now()
    with vault.kept(ROOM, [content]) as (name,), transaction.atomic():
        job = Import.objects.create(
            user_id=user,
            membership_id=membership,
            department_id=department,
            area_id=Membership.objects.values_list("area_id", flat=True).get(pk=membership),
            template=template,
            format=kind,
            file_name=file_name[-100:],
            file=name,
            created_at=now,
            touched_at=now,
        )
        _wake(job)
    return job


def _wake(job: Import) -> None:
    from residents.tasks import run_import

    wake.after_commit(run_import, str(job.pk))


def confirm_import(*, viewer: Viewer, import_id: uuid.UUID) -> None:
    """Write what was checked. Raises NotFound, Conflict."""
    _move(viewer, import_id, {ImportState.CHECKED}, ImportState.WRITING)


def pause_import(*, viewer: Viewer, import_id: uuid.UUID) -> None:
    """Stop after the part at work. Raises NotFound, Conflict."""
    _move(viewer, import_id, AT_WORK, ImportState.PAUSED)


def resume_import(*, viewer: Viewer, import_id: uuid.UUID) -> None:
    """Go on where it stopped. Raises NotFound, Conflict."""
    _move(viewer, import_id, {ImportState.PAUSED}, None)


def cancel_import(*, viewer: Viewer, import_id: uuid.UUID) -> None:
    """End it: what is written stays, the rest is not, and the file is erased. Raises NotFound,
    Conflict."""
    open_states = {*AT_WORK, ImportState.CHECKED, ImportState.PAUSED}
    _move(viewer, import_id, open_states, ImportState.CANCELLED)


def erase_import(*, viewer: Viewer, import_id: uuid.UUID) -> None:
    """Erase the faulty rows kept of an import that has ended. Raises NotFound, Conflict."""
    with transaction.atomic():
        job = _own(viewer, import_id)
        if job.state not in ENDED:
            raise Conflict(_("This import has not ended yet."))
        erase(job)


@transaction.atomic
def _move(
    viewer: Viewer, import_id: uuid.UUID, states: Container[str], to: ImportState | None
) -> None:
    job = _own(viewer, import_id)
    if job.state not in states:
        raise Conflict(_("This import has moved on meanwhile. Look at its present state."))
    before = job.state
    job.state = to or job.resumes_as or ImportState.READING
    job.resumes_as = before if to == ImportState.PAUSED else ""
    job.touched_at = clock.now()
    job.finished_at = clock.now() if to in ENDED else None
    job.save()
    if to in ENDED:
        erase(job)
    elif job.state in AT_WORK:
        _wake(job)


def _own(viewer: Viewer, import_id: uuid.UUID) -> Import:
    job = (
        Import.objects.select_for_update(of=("self",))
        .filter(pk=import_id, user=viewer.user_id, membership=viewer.membership_id)
        .first()
    )
    if job is None or viewer.membership_id is None:
        raise NotFound
    return job


def erase(job: Import, *, keep_faults: bool = False) -> None:
    """Erase the file and the sealed rows after the commit; with `keep_faults` those stay that the
    officer has still to mend."""
    drop_file(job)
    kept = job.chunks.exclude(faults="") if keep_faults else job.chunks.none()
    names: list[str] = []
    for chunk in job.chunks.exclude(file="").exclude(pk__in=kept.values("pk")):
        names += [chunk.file, chunk.faults]
        chunk.file = chunk.faults = ""
        chunk.save(update_fields=["file", "faults"])
    if not kept.exists():
        job.erased_at = clock.now()
        job.save(update_fields=["erased_at"])
    transaction.on_commit(lambda: _delete(names))


def drop_file(job: Import) -> None:
    """Erase the uploaded file after the commit: its rows stand in the parts."""
    name, job.file = job.file, ""
    job.save(update_fields=["file"])
    transaction.on_commit(lambda: _delete([name]))


def _delete(names: list[str]) -> None:
    for name in names:
        vault.delete(name)


def expire_imports(*, now: datetime | None = None) -> int:
    """Erase what is kept of imports older than `IMPORT_KEEP`; unfinished ones end."""
    before = (now or clock.now()) - settings.IMPORT_KEEP
    old = Import.objects.filter(created_at__lt=before, erased_at=None)
    ids = list(old.values_list("pk", flat=True)[:100])
    for key in ids:
        with transaction.atomic():
            job = Import.objects.select_for_update(of=("self",)).get(pk=key)
            if job.state not in ENDED:
                job.state, job.finished_at = ImportState.CANCELLED, clock.now()
                job.save()
            erase(job)
    return len(ids)
