"""Thin Celery tasks around imports and exports; ids in, idempotent."""

import uuid
from datetime import timedelta

from celery import shared_task

from residents import actions
from residents.models import Export, Import
from residents.sheets.choices import AT_WORK, ExportState
from smartcommunity.kernel import clock
from smartcommunity.kernel.scope import platform

SWEEP_AFTER = timedelta(seconds=10)  # without a step
SWEEP_BATCH = 20


@shared_task
@platform("finds whose import it is; the rows are read and written in his scope")
def run_import(import_id: str) -> None:
    """Go on with an import for a while; what is left goes into another task, so that the broker
    does not hand a long one out twice."""
    if actions.work_on_import(import_id=uuid.UUID(import_id)):
        run_import.delay(import_id)


@shared_task
@platform("finds whose export it is; the rows are read in his scope")
def run_export(export_id: str) -> None:
    """Make the file of an export."""
    actions.make_export(export_id=uuid.UUID(export_id))


@shared_task
@platform("imports and exports wait everywhere")
def sweep_sheets() -> int:
    """Queue the work whose wake-up was lost or whose worker died; returns how much."""
    still = clock.now() - SWEEP_AFTER
    imports = Import.objects.filter(state__in=AT_WORK, touched_at__lt=still)
    ids = [str(key) for key in imports.values_list("pk", flat=True)[:SWEEP_BATCH]]
    for key in ids:
        run_import.delay(key)
    exports = Export.objects.filter(state=ExportState.WAITING, touched_at__lt=still)
    waiting = [str(key) for key in exports.values_list("pk", flat=True)[:SWEEP_BATCH]]
    for key in waiting:
        run_export.delay(key)
    return len(ids) + len(waiting)


@shared_task
@platform("files are erased everywhere when their time is up")
def expire_sheets() -> int:
    """Erase the files of imports and exports whose time is up."""
    return actions.expire_imports() + actions.expire_exports()
