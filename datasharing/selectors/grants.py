"""Reads of grants."""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from accounts.viewer import Viewer
from datasharing.choices import (
    GrantStatus,
)
from datasharing.models import Grant
from smartcommunity.kernel import clock
from smartcommunity.kernel.pagination import Page, paginate


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
