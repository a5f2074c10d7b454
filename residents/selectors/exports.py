"""Reads around exports: whom a file would hold, what may stand in it, and the officer's files."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import QuerySet

from accounts.models import Area
from accounts.viewer import Viewer
from datasharing import policy
from datasharing.choices import Level, Subject
from datasharing.models import DataElement
from datasharing.selectors import sections
from residents import policies
from residents.models import Building, Export, Residence, Resident
from residents.sheets.choices import ExportState
from smartcommunity.kernel import clock
from smartcommunity.kernel.errors import NotFound
from smartcommunity.kernel.pagination import Page, paginate

USUAL = ("name_cn", "sex", "birth_date", "residence_kind", policies.HOME)


@dataclass(frozen=True, slots=True)
class ExportScope:
    """Whom a file would hold: a title, and the keys of at most one more than may be exported."""

    title: str
    resident_ids: tuple[uuid.UUID, ...]


@dataclass(frozen=True, slots=True)
class ExportChoice:
    """An element that may stand in the file; `level` is the best that the officer has anywhere."""

    key: str
    label: str
    level: str
    usual: bool


@dataclass(frozen=True, slots=True)
class ExportView:
    id: uuid.UUID
    code: str
    state: str
    state_label: str
    look: str
    purpose: str
    reason: str
    rows: int
    percent: int
    format: str
    created_at: datetime
    expires_at: datetime
    refusal: str

    @property
    def is_at_work(self) -> bool:
        return self.state == ExportState.WAITING

    @property
    def is_ready(self) -> bool:
        return self.state == ExportState.READY and self.expires_at > clock.now()


LOOKS: dict[str, str] = {
    ExportState.WAITING: "in_progress",
    ExportState.READY: "done",
    ExportState.REFUSED: "refused",
    ExportState.ERASED: "expired",
}


def export_scope(
    *,
    viewer: Viewer,
    estate: int | None = None,
    building: uuid.UUID | None = None,
    resident_ids: Collection[uuid.UUID] | None = None,
) -> ExportScope:
    """The residents of an estate, of a building (where who lives where is shared), or those named.
    Nobody whom the viewer may not see is among them. Raises NotFound."""
    access = policy.access(viewer=viewer, subject=Subject.RESIDENT)
    rows = Resident.objects.shared_with(access)
    title = ""
    if resident_ids is not None:
        rows = rows.filter(pk__in=resident_ids)
    elif building is not None:
        found = Building.objects.visible_to(viewer).select_related("area").filter(pk=building)
        house = found.first()
        if house is None:
            raise NotFound
        policies.may_see_homes(access, house.area.path).require()
        title = f"{house.area.name} {house.name}"
        homes = Residence.objects.filter(dwelling__unit__building=house, valid_to=None)
        rows = rows.filter(pk__in=homes.values("resident"))
    else:
        area = Area.objects.visible_to(viewer).filter(pk=estate or 0).first()
        if area is None:
            raise NotFound
        title = area.name
        rows = rows.filter(area__path__startswith=area.path)
    limit = settings.EXPORT_ROWS_A_DAY + 1
    return ExportScope(title, tuple(rows.order_by("pk").values_list("pk", flat=True)[:limit]))


def export_choices(*, viewer: Viewer) -> list[ExportChoice]:
    """The elements of residents that are shared with the viewer, as the forms order them."""
    access = policy.access(viewer=viewer, subject=Subject.RESIDENT)
    order = {key: place for place, key in enumerate(sections(subject=Subject.RESIDENT))}
    held = DataElement.objects.filter(subject=Subject.RESIDENT).exclude(storage="elsewhere")
    home = DataElement.objects.filter(pk=policies.HOME)
    found = [
        ExportChoice(element.key, element.label, str(Level(level).label), element.key in USUAL)
        for element in (held | home)
        if (level := access.anywhere(element.key)) > Level.HIDDEN
    ]
    return sorted(found, key=lambda one: (order.get(one.key, len(order)), one.key))


def exports(*, viewer: Viewer, number: int) -> Page[ExportView]:
    """The viewer's exports, the newest first."""
    return paginate(_own(viewer).order_by("-created_at"), number).map(
        lambda rows: [_view(export) for export in rows]
    )


def _own(viewer: Viewer) -> QuerySet[Export, Export]:
    if viewer.membership_id is None or viewer.is_administrator:
        return Export.objects.none()
    return Export.objects.filter(user=viewer.user_id, membership=viewer.membership_id)


def _view(export: Export) -> ExportView:
    return ExportView(
        id=export.pk,
        code=export.code,
        state=export.state,
        state_label=export.get_state_display(),
        look=LOOKS[export.state],
        purpose=export.get_purpose_display(),
        reason=export.reason,
        rows=export.rows,
        percent=100 * export.done // max(export.rows, 1),
        format=export.get_format_display(),
        created_at=export.created_at,
        expires_at=export.expires_at,
        refusal=export.refusal,
    )
