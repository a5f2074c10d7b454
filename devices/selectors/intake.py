"""The intake page: what came in, what was quarantined and why, what the broker refused."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Max, Sum
from django.db.models.functions import Length

from accounts.viewer import Viewer
from devices import policies
from devices.choices import Fault, RawState
from devices.models import IntakeHour, RawMessage, Refusal
from smartcommunity.kernel import clock
from smartcommunity.kernel.pagination import Page, paginate

DAY: Final = timedelta(hours=24)
ALIVE: Final = timedelta(seconds=30)
MANY: Final = 1000


@dataclass(frozen=True, slots=True)
class IntakeView:
    """Figures of the last 24 hours. `waiting` and `quarantine` stop counting at MANY.

    `silent` are copies of ingest that ran and are not heard any more: the broker sets their share
    of the messages aside until they come back or are retired.
    """

    alive: bool
    silent: tuple[str, ...]
    stored: int
    duplicates: int
    refused: int
    waiting: int
    quarantine: int


@dataclass(frozen=True, slots=True)
class QuarantineView:
    """A quarantined message; its content is not shown, it may be anything."""

    id: int
    source: str
    topic: str
    size: int
    received_at: datetime
    fault: str
    fault_text: str
    detail: str
    replayable: bool


@dataclass(frozen=True, slots=True)
class RefusalView:
    hour: datetime
    kind: str
    kind_text: str
    source: str
    topic: str
    count: int
    last_at: datetime


def intake_view(*, viewer: Viewer) -> IntakeView:
    """How intake fares. Raises NotAllowed."""
    policies.may_open_intake(viewer).require()
    since = clock.now() - DAY
    recent = IntakeHour.objects.filter(hour__gt=since)
    hours = recent.aggregate(stored=Sum("stored"), duplicates=Sum("duplicates"))
    copies = dict(
        recent.filter(retired=False)
        .values_list("name")
        .annotate(last=Max("last_at"))
        .order_by("name")
    )
    silent = tuple(name for name, last in copies.items() if clock.now() - last > ALIVE)
    refusals = Refusal.objects.visible_to(viewer).filter(hour__gt=since)
    waiting = RawMessage.objects.filter(state=RawState.NEW)
    return IntakeView(
        alive=len(silent) < len(copies),
        silent=silent,
        stored=hours["stored"] or 0,
        duplicates=hours["duplicates"] or 0,
        refused=refusals.aggregate(count=Sum("count"))["count"] or 0,
        waiting=waiting[:MANY].count(),
        quarantine=RawMessage.objects.quarantine_of(viewer)[:MANY].count(),
    )


def list_quarantine(*, viewer: Viewer, number: int = 1, fault: str = "") -> Page[QuarantineView]:
    """A page of the quarantine, newest first. Raises NotAllowed."""
    policies.may_open_intake(viewer).require()
    rows = (
        RawMessage.objects.quarantine_of(viewer)
        .defer("payload")
        .annotate(kept=Length("payload"))
        .order_by("-id")
    )
    if fault:
        rows = rows.filter(fault=fault)
    return paginate(rows, number).map(lambda found: [_quarantined(row) for row in found])


def list_refusals(*, viewer: Viewer, number: int = 1) -> Page[RefusalView]:
    """A page of what the broker refused, newest first. Raises NotAllowed."""
    policies.may_open_intake(viewer).require()
    rows = Refusal.objects.visible_to(viewer).order_by("-last_at", "-id")
    return paginate(rows, number).map(lambda found: [_refusal(row) for row in found])


def _quarantined(row: Any) -> QuarantineView:
    return QuarantineView(
        id=row.pk,
        source=row.source,
        topic=row.topic,
        size=row.size,
        received_at=row.received_at,
        fault=row.fault,
        fault_text=str(Fault(row.fault).label),
        detail=row.fault_detail,
        replayable=bool(row.frame or row.kept),
    )


def _refusal(row: Refusal) -> RefusalView:
    return RefusalView(
        hour=row.hour,
        kind=row.kind,
        kind_text=str(Fault(row.kind).label),
        source=row.source,
        topic=row.topic,
        count=row.count,
        last_at=row.last_at,
    )
