"""The work of an import: read the file into sealed parts, check them, and after the officer's word
write them. Each part is one transaction together with the mark that it is done, so whatever is
killed goes on where it stopped, and nothing is written twice or by halves.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from itertools import chain, islice

import structlog
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.scope import scope_of
from accounts.selectors import viewer_for
from accounts.viewer import Viewer
from datasharing.models import FormTemplate
from residents.actions.batches import log, write_batch
from residents.actions.columns import ONE_DOCUMENT
from residents.actions.imports import ROOM, drop_file, erase
from residents.actions.plans import Plan, Sheet, plan_batch
from residents.actions.rows import Row
from residents.errors import BadFile
from residents.models import Import, ImportChunk
from residents.sheets.choices import AT_WORK, ENDED, ImportState, Outcome
from residents.sheets.columns import Header, header
from residents.sheets.fingerprint import is_visible_line
from residents.sheets.reading import Line, lines
from smartcommunity.kernel import clock, vault
from smartcommunity.kernel.scope import entered

logger = structlog.get_logger(__name__)

SLICE_SECONDS = 100.0  # below the broker's visibility timeout
LOCK = 0x5C_1A7  # the first half of the jobs' advisory locks: any constant
TRIES = 3  # of one part, when somebody registers the same document in the same moment
ATTEMPTS = 5  # starts without one part done
Faults = dict[int, dict[str, str]]  # {row number: {column key, "" for the row: what is wrong}}


def work(*, import_id: uuid.UUID, seconds: float = SLICE_SECONDS) -> bool:
    """Go on with an import for about so long; True when there is more to do. Only one worker at a
    time works on it: the lock ends with the worker's connection, however that ends."""
    until = time.monotonic() + seconds
    with alone(import_id) as mine:
        if not mine:
            return False
        Import.objects.filter(pk=import_id).update(attempts=F("attempts") + 1)
        job = Import.objects.select_related("template", "user").get(pk=import_id)
        if job.attempts > ATTEMPTS:
            _refuse(job, _("It could not be finished. What was written stays; ask the operator."))
            return False
        viewer = _viewer(job)
        if viewer is None:
            _refuse(job, _("Your term of office has ended. What was not written yet is not."))
            return False
        with entered(scope_of(viewer)):
            return _go_on(job, viewer, until)


def _go_on(job: Import, viewer: Viewer, until: float) -> bool:
    steps: dict[str, Callable[[Import, Sheet], Iterator[None]]] = {
        ImportState.READING: _read,
        ImportState.CHECKING: _check,
        ImportState.WRITING: _write,
    }
    while job.state in AT_WORK:
        sheet = Sheet.open(viewer=viewer, template=_with_fields(job.template), key=job.pk)
        before = job.state
        try:
            for _part in steps[job.state](job, sheet):
                if time.monotonic() > until:
                    return True
                if not _still(job, before):
                    return False
        except BadFile as error:
            _refuse(job, str(error.message))
            return False
        job.refresh_from_db()
    return False


@contextmanager
def alone(job_id: uuid.UUID) -> Iterator[bool]:
    """True inside for the one worker that may work on the job now; the lock ends with its
    connection, however that ends."""
    key = int.from_bytes(job_id.bytes[:4], "big", signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCK, key])
        (mine,) = cursor.fetchone()
    try:
        yield mine
    finally:
        if mine:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK, key])


def _viewer(job: Import) -> Viewer | None:
    """The officer as he is now: rights that ended meanwhile end the import."""
    viewer = viewer_for(
        user=job.user, membership_id=job.membership_id, request_id=f"import-{job.pk}"
    )
    return viewer if viewer.membership_id == job.membership_id else None


def _with_fields(template: FormTemplate) -> FormTemplate:
    return FormTemplate.objects.prefetch_related("fields__element__code_list__codes").get(
        pk=template.pk
    )


def _still(job: Import, state: str) -> bool:
    return Import.objects.filter(pk=job.pk, state=state).exists()


def _refuse(job: Import, reason: str) -> None:
    with transaction.atomic():
        Import.objects.filter(pk=job.pk).update(
            state=ImportState.REFUSED, refusal=reason[:300], finished_at=clock.now()
        )
        erase(job)
    logger.info("import_refused", job=str(job.pk))


def _next(job: Import, before: ImportState, after: ImportState) -> None:
    """The state after the last part; a pause or an end in the same moment stands."""
    now = clock.now()
    with transaction.atomic():
        moved = Import.objects.filter(pk=job.pk, state=before).update(
            state=after, touched_at=now, finished_at=now if after in ENDED else None
        )
        job.refresh_from_db()
        if moved and after == ImportState.DONE:
            erase(job, keep_faults=True)
        elif moved and before == ImportState.READING:
            drop_file(job)


@contextmanager
def _part(job: Import, state: ImportState) -> Iterator[bool]:
    """A transaction in which the import is held in this state; False: it is no longer in it."""
    with transaction.atomic():
        held = Import.objects.select_for_update(of=("self",)).filter(pk=job.pk, state=state)
        yield held.update(touched_at=clock.now(), attempts=0) == 1


def _read(job: Import, sheet: Sheet) -> Iterator[None]:
    """Parse the file once into sealed parts. After a stop the parts that stand are passed over."""
    found = (
        line for line in lines(vault.get(job.file)) if not is_visible_line(line.cells[0])
    )  # the line of an exported sheet says whose it was
    top = list(islice(found, 2))
    if not top:
        raise BadFile(_("The sheet is empty. Fill in the template."))
    second = top[1].cells if len(top) > 1 else []
    head = header(list(sheet.columns.values()), top[0].cells, second)
    stand = set(job.chunks.values_list("number", flat=True))
    rest = chain(top[head.rows :], found)
    number = 0
    while batch := list(islice(rest, settings.IMPORT_BATCH_ROWS)):
        number += 1
        if number in stand:
            continue
        content = json.dumps([_kept(line, head) for line in batch], ensure_ascii=False).encode()
        with vault.kept(ROOM, [content]) as (name,), _part(job, ImportState.READING) as held:
            if not held:
                vault.delete(name)
                return
            ImportChunk.objects.create(job=job, number=number, rows=len(batch), file=name)
        yield
    if number == 0:
        raise BadFile(_("There is no row below the headings. Fill in the template."))
    _next(job, ImportState.READING, ImportState.CHECKING)


def _kept(line: Line, head: Header) -> dict[str, object]:
    """A row as it is kept: its number, the cells by column key, and what is wrong with some."""
    cells = {
        column.key: line.cells[place]
        for place, column in head.places.items()
        if place < len(line.cells) and line.cells[place]
    }
    faults = {
        head.places[place].key: text
        for place, text in line.problems.items()
        if place in head.places
    }
    beyond = [place for place, text in enumerate(line.cells) if text and place not in head.places]
    if head.places and any(place > max(head.places) for place in beyond):
        faults[""] = _("There are values to the right of the last column. Remove them.")
    return {"n": line.number, "cells": cells, "faults": faults}


def _rows(chunk: ImportChunk, sheet: Sheet, leave: Collection[int] = ()) -> list[Row]:
    kept = json.loads(vault.get(chunk.file))
    return [
        Row.read(one["n"], one["cells"], one["faults"], sheet.columns)
        for one in kept
        if one["n"] not in leave
    ]


def _check(job: Import, sheet: Sheet) -> Iterator[None]:
    """The dry run: count what each part would do and keep what is wrong; nothing is written."""
    taken: dict[int, int] = {}
    for chunk in job.chunks.all():
        if chunk.checked_at:
            taken |= _taken(chunk)
            continue
        rows = _rows(chunk, sheet)
        before = set(taken)
        plans = plan_batch(sheet, rows, taken, hold=False)
        chunk.documents = _packed({key: taken[key] for key in set(taken) - before})
        chunk.planned = _counted(plans)
        with _kept_faults(chunk, plans), _part(job, ImportState.CHECKING) as held:
            if not held:
                return
            chunk.checked_at = clock.now()
            chunk.save()
            log(sheet, [plan for plan in plans if not plan.is_new], "import_check")
        yield
    _next(job, ImportState.CHECKING, ImportState.CHECKED)


def _write(job: Import, sheet: Sheet) -> Iterator[None]:
    """Write the parts that are not written yet. What became wrong since the check is kept too."""
    for chunk in job.chunks.filter(applied_at=None):
        faults = _faults(chunk)
        rows = _rows(chunk, sheet, leave=faults)
        for attempt in range(1, TRIES + 1):
            try:
                if not _written(job, sheet, chunk, rows, faults):
                    return
                break
            except IntegrityError as error:  # somebody registered the same document just now
                if ONE_DOCUMENT not in str(error) or attempt == TRIES:
                    raise
        yield
    _next(job, ImportState.WRITING, ImportState.DONE)


def _written(
    job: Import,
    sheet: Sheet,
    chunk: ImportChunk,
    rows: list[Row],
    faults: Faults,
) -> bool:
    earlier = {
        key: count
        for key, count in chunk.planned.items()
        if key in {Outcome.FAULTY, Outcome.DUPLICATE}
    }
    with transaction.atomic(), _part(job, ImportState.WRITING) as held:
        if not held:
            return False
        plans = plan_batch(sheet, rows, {}, hold=True)
        write_batch(sheet, plans)
        chunk.applied = _counted(plans)
        for key, count in earlier.items():
            chunk.applied[key] = chunk.applied.get(key, 0) + count
        late = {plan.number: plan.errors for plan in plans if plan.errors}
        if late:
            chunk.faults = vault.put(ROOM, _as_json({**faults, **late}))
        chunk.applied_at = clock.now()
        chunk.save()
    return True


def _counted(plans: list[Plan]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for plan in plans:
        counts[plan.outcome] = counts.get(plan.outcome, 0) + 1
    return counts


@contextmanager
def _kept_faults(chunk: ImportChunk, plans: list[Plan]) -> Iterator[None]:
    faults = {plan.number: plan.errors for plan in plans if plan.errors}
    contents = [_as_json(faults)] if faults else []
    with vault.kept(ROOM, contents) as names:
        chunk.faults = names[0] if names else ""
        yield


def _as_json(faults: Faults) -> bytes:
    return json.dumps(faults, ensure_ascii=False).encode()


def _faults(chunk: ImportChunk) -> Faults:
    if not chunk.faults:
        return {}
    return {int(number): errors for number, errors in json.loads(vault.get(chunk.faults)).items()}


def _packed(documents: dict[int, int]) -> bytes:
    return b"".join(
        key.to_bytes(8, "big", signed=True) + number.to_bytes(4, "big")
        for key, number in documents.items()
    )


def _taken(chunk: ImportChunk) -> dict[int, int]:
    data = bytes(chunk.documents)
    return {
        int.from_bytes(data[at : at + 8], "big", signed=True): int.from_bytes(
            data[at + 8 : at + 12], "big"
        )
        for at in range(0, len(data), 12)
    }
