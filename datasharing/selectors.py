"""Reads of datasharing."""

from datetime import date

from accounts.viewer import Viewer
from datasharing import access_log, policies
from datasharing.choices import AccessKind, TemplateStatus
from datasharing.models import AccessRecord, FormTemplate
from smartcommunity.kernel.errors import NotFound
from smartcommunity.kernel.pagination import Page, paginate


def templates_for(*, viewer: Viewer, subject: str) -> list[FormTemplate]:
    """The published templates of the viewer's department for a subject."""
    if not viewer.is_staff_member or viewer.is_administrator:
        return []
    return list(
        FormTemplate.objects.filter(
            status=TemplateStatus.PUBLISHED,
            department_kind=viewer.department_kind,
            subject=subject,
        ).order_by("key")
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


def access_records(
    *, viewer: Viewer, number: int, username: str = "", kind: str = "", on: date | None = None
) -> Page[AccessRecord]:
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
    return paginate(rows, number)
