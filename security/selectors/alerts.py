"""Alerts as their parties see them."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from django.db.models import Count, Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.choices import DepartmentKind
from accounts.viewer import Viewer
from datasharing import access_log
from datasharing.choices import AccessKind, Exit, Purpose
from security import policies, portrait
from security.choices import AlertKind, AlertState, Finding, Severity, findings_of
from security.models import Alert, Passage
from security.reasons import passage_reason
from security.selectors.pictures import hand_out
from smartcommunity.kernel import clock
from smartcommunity.kernel.errors import NotFound
from smartcommunity.kernel.pagination import Page, paginate

OPEN = (AlertState.NEW, AlertState.ACKNOWLEDGED)
SEVERITY_CODES = {
    Severity.NOTICE: "info",
    Severity.WARNING: "warning",
    Severity.CRITICAL: "critical",
}
ICONS = {
    AlertKind.WATCH_HIT: "person",
    AlertKind.WATER_LEAK: "water",
    AlertKind.SMOKE: "fire",
    AlertKind.GAS: "gas",
    AlertKind.SOS: "sos",
    AlertKind.FALL: "person",
    AlertKind.DOOR_FORCED: "lock",
    AlertKind.TAMPER: "device",
}
TONES = {"info": "info", "warning": "warning", "critical": "danger"}
THRESHOLD_SCORE = 0.5
REJECTION_DAYS = 30


@dataclass(frozen=True, slots=True)
class AlertRow:
    """One line of the board: no personal data. `place_key` is the place's key on the plan."""

    id: uuid.UUID
    kind: str
    kind_label: str
    icon: str
    severity: str
    severity_label: str
    state: str
    state_label: str
    place: str
    place_key: str
    area_id: int
    area_name: str
    occurrences: int
    raised_at: datetime
    last_at: datetime

    @property
    def tone(self) -> str:
        """Colour family: by urgency while it is open."""
        return TONES[self.severity] if self.state in OPEN else "neutral"


@dataclass(frozen=True, slots=True)
class WatchPart:
    """The police's part of a watch-list hit. `score`: 1 the same picture, 0.5 at the limit.

    `strangers_in_ten_thousand` look as much like somebody on the list; 0 is fewer than one.
    """

    label: str
    case_number: str
    legal_basis: str
    has_photo: bool
    has_frame: bool
    score: float
    threshold: float
    strangers_in_ten_thousand: int


@dataclass(frozen=True, slots=True)
class TimelineStep:
    """One step for the timeline component."""

    title: str
    at: datetime
    who: str = ""
    note: str = ""
    state: str = "done"


@dataclass(frozen=True, slots=True)
class AlertView:
    """Everything on the alert's page that the viewer may see."""

    row: AlertRow
    device_name: str
    watch: WatchPart | None
    gate_decision: str
    parties: tuple[str, ...]
    finding_label: str
    note: str
    findings: tuple[tuple[str, str], ...]
    may_acknowledge: bool
    may_close: bool
    timeline: tuple[TimelineStep, ...]


@dataclass(frozen=True, slots=True)
class AlertCounts:
    """`rejected_share`: of the watch-list hits closed in 30 days, those of another person; None
    without any, or for whom the watch-list is not."""

    new: int
    acknowledged: int
    closed_today: int
    rejected_share: float | None

    @property
    def rejected_percent(self) -> int | None:
        return None if self.rejected_share is None else round(100 * self.rejected_share)


def alerts(*, viewer: Viewer, number: int = 1, closed: bool = False) -> Page[AlertRow]:
    """The open alerts, the most urgent first; or the closed ones, the last closed first."""
    rows = Alert.objects.visible_to(viewer).select_related("area", "device", "gate")
    if closed:
        rows = rows.filter(state=AlertState.CLOSED).order_by("-closed_at", "id")
    else:
        rows = rows.filter(state__in=OPEN).order_by("-state", "-severity", "-last_at", "id")
    return paginate(rows, number).map(lambda page: [_row(alert) for alert in page])


def counts(*, viewer: Viewer) -> AlertCounts:
    """The figures above the board, in one query."""
    hit = Q(kind=AlertKind.WATCH_HIT, closed_at__gte=clock.now() - timedelta(days=REJECTION_DAYS))
    figures = Alert.objects.visible_to(viewer).aggregate(
        new=Count("pk", filter=Q(state=AlertState.NEW)),
        acknowledged=Count("pk", filter=Q(state=AlertState.ACKNOWLEDGED)),
        closed_today=Count("pk", filter=Q(closed_at__date=clock.today())),
        hits=Count("pk", filter=hit),
        rejected=Count("pk", filter=hit & Q(finding=Finding.FALSE_MATCH)),
    )
    hits, rejected = figures.pop("hits"), figures.pop("rejected")
    return AlertCounts(**figures, rejected_share=rejected / hits if hits else None)


def alert(*, viewer: Viewer, alert_id: uuid.UUID, exit: Exit = Exit.PAGE) -> AlertView:  # noqa: A002
    """One alert with its timeline. Opening a watch-list hit is recorded. Raises NotFound."""
    found = _get(viewer, alert_id)
    watch = None
    if found.watch_entry:
        access_log.record(
            viewer=viewer,
            kind=AccessKind.READ,
            exit=exit,
            subject="watch_entry",
            subject_ids=[found.watch_entry.pk],
            elements=["access_event"],
            purpose=Purpose.PUBLIC_SECURITY,
        )
        watch = _watch_part(found)
    may_handle = bool(policies.may_handle_alert(viewer))
    return AlertView(
        row=_row(found),
        device_name=found.device.name,
        watch=watch,
        gate_decision=_gate_decision(viewer, found),
        parties=tuple(str(DepartmentKind(kind).label) for kind in found.parties),
        finding_label=str(Finding(found.finding).label) if found.finding else "",
        note=found.finding_note,
        findings=tuple((one.value, str(one.label)) for one in findings_of(found.kind)),
        may_acknowledge=may_handle and found.state == AlertState.NEW,
        may_close=may_handle and found.state in OPEN,
        timeline=_timeline(found),
    )


def alert_picture(
    *, viewer: Viewer, alert_id: uuid.UUID, which: Literal["face", "frame", "watched"]
) -> bytes:
    """The face in the frame, the whole frame, or the watch-list photograph that the face is
    compared with. Raises NotFound."""
    found = _get(viewer, alert_id)
    entry = found.watch_entry
    if entry is None:
        raise NotFound
    content = hand_out(
        viewer=viewer,
        name=entry.photo if which == "watched" else found.frame,
        subject="watch_entry",
        subject_ids=[entry.pk],
        element="face_image" if which == "watched" else "access_event",
    )
    if which == "face" and found.face_region:
        return portrait.cut_frame(content, found.face_region)
    return content


def _get(viewer: Viewer, alert_id: uuid.UUID) -> Alert:
    rows = Alert.objects.visible_to(viewer).select_related(
        "area", "device", "gate", "watch_entry", "acknowledged_by", "closed_by"
    )
    found = rows.filter(pk=alert_id).first()
    if found is None:
        raise NotFound
    return found


def _row(alert: Alert) -> AlertRow:
    gate = alert.gate
    return AlertRow(
        id=alert.pk,
        kind=alert.kind,
        kind_label=alert.get_kind_display(),
        icon=ICONS[AlertKind(alert.kind)],
        severity=SEVERITY_CODES[Severity(alert.severity)],
        severity_label=alert.get_severity_display(),
        state=alert.state,
        state_label=alert.get_state_display(),
        place=gate.name if gate else alert.device.place or alert.device.name,
        place_key=str(gate.pk if gate else alert.device_id),
        area_id=alert.area_id,
        area_name=alert.area.name,
        occurrences=alert.occurrences,
        raised_at=alert.raised_at,
        last_at=alert.last_at,
    )


def _watch_part(alert: Alert) -> WatchPart | None:
    entry = alert.watch_entry
    if entry is None or alert.distance is None or not alert.threshold:
        return None
    return WatchPart(
        label=entry.label or "",
        case_number=entry.case_number,
        legal_basis=entry.legal_basis,
        has_photo=bool(entry.photo),
        has_frame=bool(alert.frame),
        score=likeness(alert.distance, alert.threshold),
        threshold=THRESHOLD_SCORE,
        strangers_in_ten_thousand=round((alert.stranger_rate or 0) * 10_000),
    )


def likeness(distance: float, limit: float) -> float:
    """For display: 1 the same picture, 0.5 at the limit, 0 at twice the limit and beyond."""
    return min(1.0, max(0.0, 1 - distance / (2 * limit)))


def _gate_decision(viewer: Viewer, alert: Alert) -> str:
    """What the gate did on the same frame, for those who may read passages."""
    passage = Passage.objects.visible_to(viewer).filter(event=alert.event_id).first()
    if passage is None:
        return ""
    outcome, reason = passage.get_outcome_display(), passage_reason(passage.reason)
    return f"{outcome} ({reason})" if reason else outcome


def _timeline(alert: Alert) -> tuple[TimelineStep, ...]:
    """Newest first."""
    note = ""
    if alert.occurrences > 1:
        note = _("Happened %(count)d times, last at %(time)s") % {
            "count": alert.occurrences,
            "time": date_format(timezone.localtime(alert.last_at), "H:i:s"),
        }
    steps = [TimelineStep(_("Raised"), alert.raised_at, alert.device.name, note)]
    if alert.acknowledged_at and alert.acknowledged_by:
        who = alert.acknowledged_by.display_name
        steps.append(TimelineStep(_("Acknowledged"), alert.acknowledged_at, who))
    if alert.closed_at and alert.closed_by:
        title = _("Closed: %(finding)s") % {"finding": Finding(alert.finding).label}
        who = alert.closed_by.display_name
        steps.append(TimelineStep(title, alert.closed_at, who, alert.finding_note))
    return tuple(reversed(steps))
