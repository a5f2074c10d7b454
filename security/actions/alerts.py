"""Alerts: raised by rules about hazards or by a watch-list hit, handled by people."""

from __future__ import annotations

import tomllib
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from accounts.choices import DepartmentKind
from accounts.viewer import Viewer
from datasharing import access_log
from datasharing.choices import AccessKind
from datasharing.policy import PURPOSE_OF
from devices.choices import EventKind
from devices.models import DeviceEvent
from security import policies
from security.choices import AlertKind, AlertState, Finding, Severity, findings_of
from security.events import AlertClosed, AlertRaised
from security.models import Alert, Gate, Rule, WatchEntry
from security.recognition.gallery import Candidate
from security.selectors.audience import hears_alert
from smartcommunity.kernel import clock, live
from smartcommunity.kernel.bus import announce
from smartcommunity.kernel.errors import Conflict, Invalid, NotFound, type_text

RULES = Path(__file__).resolve().parent.parent / "rules.toml"

# Kinds that arrive many times a second and are no hazard: no rule is looked up for them.
NO_HAZARD: Final = frozenset(
    {EventKind.FRAME, EventKind.PASSAGE, EventKind.TELEMETRY, EventKind.ONLINE}
)


@dataclass(frozen=True, slots=True)
class WatchHit:
    """Whom of the watch-list a frame resembles, how much, and how often a stranger would."""

    entry: WatchEntry
    gate: Gate
    candidate: Candidate
    stranger_rate: float
    frame: str
    face: list[float] | None


def load_rules() -> int:
    """Create the rules of `rules.toml` that do not exist yet; those edited since stay as they are.

    Returns how many were created.
    """
    rules = [Rule(**row) for row in tomllib.loads(RULES.read_text("utf-8"))["rules"]]
    known = set(Rule.objects.values_list("event_kind", flat=True))
    fresh = [rule for rule in rules if rule.event_kind not in known]
    Rule.objects.bulk_create(fresh, ignore_conflicts=True)
    return len(fresh)


def raise_for_event(*, event: DeviceEvent) -> Alert | None:
    """Apply the rule for the event's kind, in the transaction that records the event."""
    if event.kind in NO_HAZARD:
        return None
    rule = Rule.objects.filter(event_kind=event.kind, enabled=True).first()
    if rule is None:
        return None
    return raise_alert(
        event=event,
        kind=AlertKind(rule.alert_kind),
        severity=Severity(rule.severity),
        parties=rule.parties,
        repeat_seconds=rule.repeat_seconds,
    )


@transaction.atomic
def raise_alert(
    *,
    event: DeviceEvent,
    kind: AlertKind,
    severity: Severity,
    parties: Iterable[str],
    repeat_seconds: int,
    hit: WatchHit | None = None,
) -> Alert:
    """Raise one alert, or count one more occurrence of the open one.

    An open alert of the same device and kind (and person looked for) whose last occurrence is at
    most `repeat_seconds` old takes the event in; a closed one never does: it happened again.
    """
    if kind == AlertKind.WATCH_HIT and list(parties) != [DepartmentKind.POLICE]:
        raise ValueError("a watch-list hit is for the police alone")
    _one_at_a_time(event.device_id, kind)
    since = event.received_at - timedelta(seconds=repeat_seconds)
    alert = (
        Alert.objects.filter(
            device=event.device_id,
            kind=kind,
            watch_entry=hit.entry if hit else None,
            state__in=[AlertState.NEW, AlertState.ACKNOWLEDGED],
            last_at__gte=since,
        )
        .order_by("-last_at")
        .first()
    )
    if alert is None:
        alert = Alert(
            kind=kind,
            severity=severity,
            area=event.device.area,
            device=event.device,
            event=event,
            parties=sorted(set(parties)),
            raised_at=event.received_at,
            last_at=event.received_at,
        )
        if hit:
            alert.watch_entry, alert.gate, alert.frame = hit.entry, hit.gate, hit.frame
            alert.distance, alert.threshold = hit.candidate.distance, hit.candidate.limit
            alert.stranger_rate, alert.face_region = hit.stranger_rate, hit.face
        alert.save(force_insert=True)
        announce(AlertRaised(alert))
    else:
        alert.occurrences += 1
        alert.last_at = max(alert.last_at, event.received_at)
        alert.save(update_fields=["occurrences", "last_at"])
    _tell(alert)
    return alert


@transaction.atomic
def acknowledge_alert(*, viewer: Viewer, alert_id: uuid.UUID) -> Alert:
    """Say that somebody is on it. Raises NotFound, NotAllowed, Conflict."""
    alert = _locked(viewer, alert_id)
    if alert.state != AlertState.NEW:
        raise Conflict(_("Somebody else acknowledged this alert already."))
    _record_decision(viewer, alert, "acknowledged")
    alert.state = AlertState.ACKNOWLEDGED
    alert.acknowledged_by_id, alert.acknowledged_at = viewer.user_id, clock.now()
    alert.save(update_fields=["state", "acknowledged_by", "acknowledged_at"])
    _tell(alert)
    return alert


@transaction.atomic
def close_alert(*, viewer: Viewer, alert_id: uuid.UUID, finding: str, note: str) -> Alert:
    """Close with a finding that fits the kind and a note. Raises NotFound, Invalid, Conflict."""
    alert = _locked(viewer, alert_id)
    wrong: dict[str, type_text] = {}
    if finding not in findings_of(alert.kind):
        wrong["finding"] = _("Choose what was found.")
    if not note.strip():
        wrong["note"] = _("Write down what was found and done.")
    if wrong:
        raise Invalid(fields=wrong)
    if alert.state == AlertState.CLOSED:
        raise Conflict(_("Somebody else closed this alert already."))
    _record_decision(viewer, alert, f"closed {finding}")
    now = clock.now()
    if alert.acknowledged_at is None:
        alert.acknowledged_by_id, alert.acknowledged_at = viewer.user_id, now
    alert.state, alert.closed_by_id, alert.closed_at = AlertState.CLOSED, viewer.user_id, now
    alert.finding, alert.finding_note = Finding(finding), note.strip()
    alert.save()
    announce(AlertClosed(alert))
    _tell(alert)
    return alert


def _locked(viewer: Viewer, alert_id: uuid.UUID) -> Alert:
    rows = Alert.objects.visible_to(viewer).select_for_update(of=("self",))
    alert = rows.select_related("area").filter(pk=alert_id).first()
    if alert is None:
        raise NotFound
    policies.may_handle_alert(viewer).require()
    return alert


def _record_decision(viewer: Viewer, alert: Alert, detail: str) -> None:
    access_log.record(
        viewer=viewer,
        kind=AccessKind.DECIDE,
        subject="alert",
        subject_ids=[alert.pk],
        purpose=PURPOSE_OF[viewer.department_kind] if viewer.department_kind else None,
        detail=detail,
    )


def _tell(alert: Alert) -> None:
    live.publish(
        name="alert",
        key=str(alert.pk),
        area_path=alert.area.path,
        audience=hears_alert(alert=alert),
    )


def _one_at_a_time(device_id: uuid.UUID, kind: AlertKind) -> None:
    """Two workers with two events of one device must find the same open alert."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"alert:{device_id}:{kind}"]
        )
