"""Reads of imports: an officer sees his own, in the term of office in which he began them."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from django.db.models import Count, Q, QuerySet, Sum
from django.utils.translation import gettext as _

from accounts.viewer import Viewer
from datasharing import access_log, policy
from datasharing.choices import AccessKind, Exit, TemplateStatus
from datasharing.models import FormTemplate
from residents import policies
from residents.models import Import, ImportChunk
from residents.sheets import columns as sheet_columns
from residents.sheets.blank import blank_csv, blank_workbook, heading
from residents.sheets.choices import AT_WORK, ENDED, ImportState, Outcome, SheetFormat
from residents.sheets.columns import Column
from residents.sheets.writing import HEADING, NOTE, PLAIN, Workbook
from smartcommunity.kernel import vault
from smartcommunity.kernel.errors import NotFound
from smartcommunity.kernel.pagination import Page, paginate

SHOWN_FAULTS = 50
ORDER = (
    Outcome.NEW,
    Outcome.CHANGED,
    Outcome.PROPOSED,
    Outcome.UNCHANGED,
    Outcome.DUPLICATE,
    Outcome.FAULTY,
)
ICONS = {
    Outcome.NEW: "plus",
    Outcome.CHANGED: "edit",
    Outcome.PROPOSED: "pending",
    Outcome.UNCHANGED: "check",
    Outcome.DUPLICATE: "family",
    Outcome.FAULTY: "alert",
}

LOOKS: dict[str, str] = {
    ImportState.READING: "in_progress",
    ImportState.CHECKING: "in_progress",
    ImportState.CHECKED: "waiting",
    ImportState.WRITING: "in_progress",
    ImportState.PAUSED: "inactive",
    ImportState.DONE: "done",
    ImportState.CANCELLED: "cancelled",
    ImportState.REFUSED: "refused",
}


@dataclass(frozen=True, slots=True)
class OutcomeCount:
    """How many rows have an outcome."""

    outcome: str
    label: str
    icon: str
    rows: int


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one cell (`column` "" for the whole row). Never the value."""

    row: int
    column: str
    text: str


@dataclass(frozen=True, slots=True)
class ImportView:
    """One import. `percent` is of the step at work."""

    id: uuid.UUID
    key: str
    form: str
    file_name: str
    state: str
    state_label: str
    refusal: str
    created_at: datetime
    finished_at: datetime | None
    rows: int
    percent: int
    counts: tuple[OutcomeCount, ...]
    faults: tuple[Fault, ...] = ()
    more_faults: bool = False
    has_faults_file: bool = False

    @property
    def is_at_work(self) -> bool:
        return self.state in AT_WORK

    @property
    def has_ended(self) -> bool:
        return self.state in ENDED

    @property
    def look(self) -> str:
        """The status chip's code."""
        return LOOKS[self.state]

    @property
    def checked(self) -> bool:
        """Whether there is anything to count yet."""
        return any(count.rows for count in self.counts)

    @property
    def to_write(self) -> int:
        """The rows that confirming would write."""
        wanted = {Outcome.NEW, Outcome.CHANGED, Outcome.PROPOSED}
        return sum(count.rows for count in self.counts if count.outcome in wanted)

    @property
    def left_out(self) -> int:
        kept = {Outcome.DUPLICATE, Outcome.FAULTY}
        return sum(count.rows for count in self.counts if count.outcome in kept)


@dataclass(frozen=True, slots=True)
class ImportForm:
    """A form that can be filled in by a sheet."""

    key: str
    title: str
    columns: int


def import_forms(*, viewer: Viewer) -> list[ImportForm]:
    """The forms of the viewer's department that he may fill in by a sheet."""
    if not viewer.is_staff_member or viewer.is_administrator:
        return []
    found = []
    published = FormTemplate.objects.filter(
        status=TemplateStatus.PUBLISHED,
        department_kind=viewer.department_kind,
        subject__in=sheet_columns.SUBJECTS,
    ).prefetch_related("fields__element__code_list__codes")
    for template in published.order_by("subject", "key"):
        columns = import_columns(viewer=viewer, template=template)
        if policies.may_import(template, columns):
            found.append(ImportForm(template.key, template.title, len(columns)))
    return found


def import_columns(*, viewer: Viewer, template: FormTemplate) -> list[Column]:
    """The columns of the form's sheet for this viewer."""
    from residents.actions.plans import columns_of

    return columns_of(policy.access(viewer=viewer, subject=template.subject), template)


def blank_sheet(*, viewer: Viewer, template: FormTemplate, kind: SheetFormat) -> bytes:
    """The empty sheet of a form, to download. Raises NotAllowed."""
    columns = import_columns(viewer=viewer, template=template)
    policies.may_import(template, columns).require()
    if kind == SheetFormat.CSV:
        return blank_csv(columns)
    return blank_workbook(template, columns)


def imports(*, viewer: Viewer, number: int) -> Page[ImportView]:
    """The viewer's imports, the newest first."""
    rows = (
        _own(viewer)
        .select_related("template")
        .annotate(
            row_count=Sum("chunks__rows"),
            chunk_count=Count("chunks"),
            checked=Count("chunks", filter=Q(chunks__checked_at__isnull=False)),
            applied_count=Count("chunks", filter=Q(chunks__applied_at__isnull=False)),
        )
    )
    return paginate(rows.order_by("-created_at"), number).map(
        lambda jobs: [_view(job, [], job.row_count or 0, _share(job)) for job in jobs]
    )


def import_view(*, viewer: Viewer, import_id: uuid.UUID) -> ImportView:
    """One import of the viewer's, with its counts and the first faults. Raises NotFound."""
    job = _own(viewer).select_related("template").filter(pk=import_id).first()
    if job is None:
        raise NotFound
    chunks = list(job.chunks.all())
    steps = {
        ImportState.CHECKING: [chunk.checked_at for chunk in chunks],
        ImportState.WRITING: [chunk.applied_at for chunk in chunks],
    }.get(ImportState(job.state), [])
    percent = 100 * sum(step is not None for step in steps) // max(len(steps), 1)
    faults = list(islice(_faults(viewer, job, chunks), SHOWN_FAULTS + 1))
    return _view(
        job, chunks, sum(chunk.rows for chunk in chunks), percent, tuple(faults[:SHOWN_FAULTS]),
        more=len(faults) > SHOWN_FAULTS,
    )  # fmt: skip


def faulty_rows(*, viewer: Viewer, import_id: uuid.UUID) -> bytes:
    """The rows with faults as an .xlsx file: as they were uploaded, what is wrong in a column
    before them, the cells marked. Mended, it can be uploaded again. Logged. Raises NotFound."""
    job = _own(viewer).select_related("template").filter(pk=import_id).first()
    chunks = list(job.chunks.exclude(faults="").exclude(file="")) if job else []
    if job is None or not chunks:
        raise NotFound
    columns = import_columns(viewer=viewer, template=_with_fields(job.template))
    labels = {column.key: column.label for column in columns}
    access_log.record(
        viewer=viewer,
        kind=AccessKind.IMPORT,
        exit=Exit.EXPORT,
        subject=job.template.subject,
        elements=[column.key for column in columns if column.element],
        detail="import_faults",
    )
    error = str(sheet_columns.LABELS[sheet_columns.ERROR])
    file = Workbook("填写", [48, *(16 for _column in columns)])
    file.row([error, *(heading(column) for column in columns)], HEADING)
    file.row([sheet_columns.ERROR, *(column.key for column in columns)], NOTE, hidden=True)
    for chunk in chunks:
        wrong = _kept(chunk.faults)
        for row in json.loads(vault.get(chunk.file)):
            if errors := wrong.get(str(row["n"])):
                texts = [
                    f"{labels[key]}：{text}" if key in labels else text
                    for key, text in errors.items()
                ]
                number = _("Row %(row)d: %(texts)s") % {"row": row["n"], "texts": "；".join(texts)}
                marked = [at for at, column in enumerate(columns, 1) if column.key in errors]
                typed = [row["cells"].get(column.key, "") for column in columns]
                file.row([number, *typed], PLAIN, marked=marked)
    return file.close()


def _own(viewer: Viewer) -> QuerySet[Import, Import]:
    if viewer.membership_id is None or viewer.is_administrator:
        return Import.objects.none()
    return Import.objects.filter(user=viewer.user_id, membership=viewer.membership_id)


def _with_fields(template: FormTemplate) -> FormTemplate:
    return FormTemplate.objects.prefetch_related("fields__element__code_list__codes").get(
        pk=template.pk
    )


def _share(job: Import) -> int:
    done = {ImportState.CHECKING: "checked", ImportState.WRITING: "applied_count"}
    name = done.get(ImportState(job.state))
    count: int = getattr(job, "chunk_count", 0)
    return 100 * getattr(job, name) // max(count, 1) if name else 0


def _view(
    job: Import,
    chunks: Sequence[ImportChunk],
    rows: int,
    percent: int,
    faults: tuple[Fault, ...] = (),
    *,
    more: bool = False,
) -> ImportView:
    counts = dict.fromkeys(ORDER, 0)
    for chunk in chunks:
        for outcome, count in (chunk.applied or chunk.planned).items():
            counts[Outcome(outcome)] += count
    return ImportView(
        id=job.pk,
        key=job.template.key,
        form=job.template.title,
        file_name=job.file_name,
        state=job.state,
        state_label=job.get_state_display(),
        refusal=job.refusal,
        created_at=job.created_at,
        finished_at=job.finished_at,
        rows=rows,
        percent=percent,
        counts=tuple(
            OutcomeCount(outcome, str(outcome.label), ICONS[outcome], counts[outcome])
            for outcome in ORDER
        ),
        faults=faults,
        more_faults=more,
        has_faults_file=any(chunk.faults and chunk.file for chunk in chunks),
    )


def _faults(viewer: Viewer, job: Import, chunks: Sequence[ImportChunk]) -> Iterator[Fault]:
    wrong = [chunk for chunk in chunks if chunk.faults]
    if not wrong:
        return
    columns = import_columns(viewer=viewer, template=_with_fields(job.template))
    labels = {column.key: column.label for column in columns}
    for chunk in wrong:
        for number, errors in sorted(_kept(chunk.faults).items(), key=lambda item: int(item[0])):
            for key, text in errors.items():
                yield Fault(int(number), labels.get(key, ""), text)


def _kept(name: str) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = json.loads(vault.get(name))
    return found
