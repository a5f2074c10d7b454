"""Reads of datasharing."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from accounts.viewer import Viewer
from datasharing import access_log, policies
from datasharing.choices import (
    LOGGED_DETAILS,
    LOGGED_SUBJECTS,
    AccessKind,
    GrantStatus,
    TemplateStatus,
)
from datasharing.models import AccessRecord, Code, DataElement, FormField, FormTemplate, Grant
from smartcommunity.kernel import clock
from smartcommunity.kernel.errors import NotFound
from smartcommunity.kernel.pagination import Page, paginate


def templates_for(*, viewer: Viewer, subject: str) -> list[FormTemplate]:
    """The published templates of the viewer's department for a subject, the fullest first."""
    if not viewer.is_staff_member or viewer.is_administrator:
        return []
    return list(
        FormTemplate.objects.filter(
            status=TemplateStatus.PUBLISHED,
            department_kind=viewer.department_kind,
            subject=subject,
        )
        .annotate(size=Count("fields"))
        .order_by("-size", "key")
    )


def template(*, viewer: Viewer, key: str) -> FormTemplate:
    """A published template of the viewer's department, with its fields. Raises NotFound."""
    found = (
        FormTemplate.objects.filter(
            key=key, status=TemplateStatus.PUBLISHED, department_kind=viewer.department_kind
        )
        .prefetch_related("fields__element__code_list__codes")
        .first()
    )
    if found is None or not viewer.is_staff_member or viewer.is_administrator:
        raise NotFound
    return found


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


@dataclass(frozen=True, slots=True)
class GrantView:
    """One grant as the two departments see it."""

    other: str
    area: str
    elements: tuple[str, ...]
    level: str
    may_write: bool
    purpose: str
    legal_basis: str
    valid_from: date
    valid_to: date
    state: str
    state_label: str


def grants(*, viewer: Viewer, received: bool, number: int) -> Page[GrantView]:
    """The grants that the viewer's department received, or gave; the newest first."""
    side, other = ("grantee", "owner") if received else ("owner", "grantee")
    rows = (
        Grant.objects.filter(**{side: viewer.department_id})
        .select_related(other, "area")
        .prefetch_related("elements")
        .order_by("-valid_from", f"{other}__kind", "-level", "id")
    )
    return paginate(rows, number).map(lambda found: [_grant(row, other) for row in found])


def _grant(row: Grant, other: str) -> GrantView:
    expired = row.status == GrantStatus.ACTIVE and row.valid_to < clock.today()
    return GrantView(
        other=getattr(row, other).name,
        area=row.area.name,
        elements=tuple(element.label for element in row.elements.all()),
        level=row.get_level_display(),
        may_write=row.may_write,
        purpose=row.get_purpose_display(),
        legal_basis=row.legal_basis,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        state="expired" if expired else row.status,
        state_label=str(_("Expired") if expired else row.get_status_display()),
    )


def code_labels(*, pairs: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """{(code list, code): label} of the codes asked for: one query."""
    wanted = set(pairs)
    found = Code.objects.filter(
        code_list__in={pair[0] for pair in wanted}, code__in={pair[1] for pair in wanted}
    )
    return {(code.code_list_id, code.code): code.label for code in found}


def sections(*, subject: str) -> dict[str, str]:
    """{element key: section title} in the order of a full page: as a form of the element's owner
    groups them, else any other form; of several, the one that asks most."""
    fields = FormField.objects.filter(
        template__status=TemplateStatus.PUBLISHED, template__subject=subject
    ).select_related("template", "element")
    asked = Counter(field.template_id for field in fields)
    found: dict[str, str] = {}
    for field in sorted(
        fields,
        key=lambda f: (
            f.template.department_kind != f.element.owner_kind,
            -asked[f.template_id],
            f.template.key,
            f.order,
        ),
    ):
        found.setdefault(field.element_id, field.section)
    return found
