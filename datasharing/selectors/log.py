"""Reads of the access log."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise

from accounts.viewer import Viewer
from datasharing import access_log, policies
from datasharing.choices import (
    LOGGED_DETAILS,
    LOGGED_SUBJECTS,
    AccessKind,
)
from datasharing.models import AccessRecord, DataElement, FormTemplate
from smartcommunity.kernel.pagination import Page, paginate


@dataclass(frozen=True, slots=True)
class AccessLine:
    """A record of the access log with its subject, detail and elements in words."""

    record: AccessRecord
    subject: str
    detail: str
    elements: tuple[str, ...]


def access_records(
    *, viewer: Viewer, number: int, username: str = "", kind: str = "", on: date | None = None
) -> Page[AccessLine]:
    """The access log for the auditor, newest first. Opening it is itself recorded."""
    policies.may_open_access_log(viewer).require()
    access_log.record(viewer=viewer, kind=AccessKind.AUDIT, subject="access_record")
    rows = AccessRecord.objects.order_by("-id")
    if username:
        rows = rows.filter(username=username)
    if kind:
        rows = rows.filter(kind=kind)
    if on:
        rows = rows.filter(at__date=on)
    return paginate(rows, number).map(_lines)


def _lines(records: Sequence[AccessRecord]) -> list[AccessLine]:
    keys = {key for record in records for key in record.elements}
    known = DataElement.objects.in_bulk(keys)
    forms = FormTemplate.objects.filter(key__in={record.detail for record in records})
    details = LOGGED_DETAILS | {form.key: form.title for form in forms.order_by("version")}
    return [
        AccessLine(
            record,
            str(LOGGED_SUBJECTS.get(record.subject, record.subject)),
            _detail_label(record.detail, details),
            tuple(known[key].label if key in known else key for key in record.elements),
        )
        for record in records
    ]


def _detail_label(detail: str, labels: Mapping[str, str | Promise]) -> str:
    """The detail in words; what follows a known word stays as it was logged."""
    if detail in labels:
        return str(labels[detail])
    word, _space, rest = detail.partition(" ")
    return f"{labels[word]} {rest}" if word in labels else detail
