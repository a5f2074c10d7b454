"""What a gate decides on a face, and how a passage comes to be recorded."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

import structlog
from django.db import transaction

from accounts.choices import DepartmentKind
from accounts.viewer import SYSTEM
from datasharing import access_log
from datasharing.choices import AccessKind, Exit, Purpose, Subject
from devices.actions import mark_handled, request_command, take_up
from devices.choices import CommandKind, EventKind
from devices.models import DeviceEvent
from residents.selectors import sealed_for
from security.actions.alerts import WatchHit, raise_alert
from security.choices import AlertKind, Outcome, PassMethod, Severity
from security.gallery import galleries_for
from security.models import FaceEnrolment, Gate, Pass, Passage, WatchEntry
from security.recognition.gallery import Outcome as Compared
from security.selectors.audience import hears_passages
from security.sighting import Sighting, look
from smartcommunity.kernel import clock, live
from smartcommunity.kernel.errors import DomainError

log = structlog.get_logger(__name__)

OPENS_WITHIN: Final = timedelta(seconds=10)
"""A frame or code older than this opens nothing: somebody else may stand there by now."""

MOST_TRIES: Final = 3
"""A picture may end its worker in the engine's native code, where nothing can be caught."""

WATCH_REPEAT_SECONDS: Final = 300
"""The same person looked for, at the same gate again within this time, is the same alert."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the gate does and why; `resident_id` only of somebody it recognised."""

    outcome: Outcome
    reason: str = ""
    resident_id: uuid.UUID | None = None
    visitor_pass: Pass | None = None


def match_frame(*, event_id: uuid.UUID) -> Passage | None:
    """Compare one camera frame and decide; None when there is nothing to do.

    The event's row stays locked meanwhile: a second delivery skips it, and a worker that dies
    leaves it for the sweep. One that ended MOST_TRIES workers is not looked at again.
    """
    tries = take_up(event_id=event_id)
    return _match(event_id, tries) if tries else None


@transaction.atomic
def _match(event_id: uuid.UUID, tries: int) -> Passage | None:
    event = (
        DeviceEvent.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("device__area")
        .filter(pk=event_id, kind=EventKind.FRAME, handled_at=None)
        .first()
    )
    if event is None:
        return None
    gate = (
        Gate.objects.select_related("area", "controller__area", "controller__profile")
        .filter(camera=event.device_id)
        .first()
    )
    if gate is None:
        mark_handled(event_ids=[event.pk])
        return None
    if tries > MOST_TRIES:
        log.error("frame_given_up", event_id=str(event.pk))
        sighting = Sighting(reason="engine_crashed")
    else:
        sighting = look(frame=event.frame, galleries=galleries_for(area=gate.area))
    return decide_passage(event=event, gate=gate, sighting=sighting)


@transaction.atomic
def decide_passage(*, event: DeviceEvent, gate: Gate, sighting: Sighting) -> Passage:
    """Record the approach; open the gate for a resident who may pass, and for nobody else.

    A watch-list hit raises an alert for the police and decides nothing about the gate.
    """
    hit = _watch_hit(gate, event, sighting)
    if hit:
        raise_alert(
            event=event,
            kind=AlertKind.WATCH_HIT,
            severity=Severity.CRITICAL,
            parties=[DepartmentKind.POLICE],
            repeat_seconds=WATCH_REPEAT_SECONDS,
            hit=hit,
        )
    verdict = _judge(event, gate, sighting)
    best = sighting.decision.best if sighting.decision else None
    passage = record_passage(
        gate=gate,
        event=event,
        method=PassMethod.FACE,
        verdict=verdict,
        distance=best.distance if best else None,
        threshold=best.limit if best else None,
    )
    if verdict.resident_id:
        _record_match(gate, Subject.RESIDENT, verdict.resident_id, Purpose.PROPERTY_SERVICE)
    if hit:
        _record_match(gate, "watch_entry", hit.entry.pk, Purpose.PUBLIC_SECURITY)
    return passage


def record_passage(
    *,
    gate: Gate,
    event: DeviceEvent | None,
    method: PassMethod,
    verdict: Verdict,
    distance: float | None = None,
    threshold: float | None = None,
) -> Passage:
    """Write the passage with its open command, if any, and tell who may hear of it."""
    command = None
    if verdict.outcome == Outcome.OPENED:
        try:
            command = request_command(device=gate.controller, kind=CommandKind.OPEN, reason=method)
        except DomainError as error:
            log.warning("gate_takes_no_command", gate=str(gate.pk), code=error.code)
            verdict = replace(verdict, outcome=Outcome.REFUSED, reason="controller_off")
    passage = Passage.objects.create(
        gate=gate,
        area_id=gate.area_id,
        event=event,
        method=method,
        outcome=verdict.outcome,
        reason=verdict.reason,
        resident_id=verdict.resident_id,
        visitor_pass=verdict.visitor_pass,
        distance=distance,
        threshold=threshold,
        frame=event.frame if event else "",
        command=command,
        at=event.received_at if event else clock.now(),
    )
    if event:
        mark_handled(event_ids=[event.pk])
    live.publish(
        name="passage",
        key=str(passage.pk),
        area_path=gate.area.path,
        audience=_sealed_for(passage) or hears_passages(area=gate.area),
    )
    return passage


def _sealed_for(passage: Passage) -> list[str] | None:
    """Of a protected person, or his visitor, only his named officers hear."""
    host = passage.visitor_pass.resident_id if passage.visitor_pass else None
    return sealed_for(resident_id=passage.resident_id) or sealed_for(resident_id=host)


def _judge(event: DeviceEvent, gate: Gate, sighting: Sighting) -> Verdict:
    if sighting.decision is None:
        return Verdict(Outcome.UNUSABLE, sighting.reason)
    if sighting.decision.outcome is Compared.AMBIGUOUS:
        return Verdict(Outcome.AMBIGUOUS)
    if sighting.decision.person is None:
        return Verdict(Outcome.NO_MATCH)
    resident_id = uuid.UUID(sighting.decision.person)
    entitled = FaceEnrolment.objects.entitled(gate.area.path).filter(resident_id=resident_id)
    if not entitled.exists():
        return Verdict(Outcome.NO_MATCH, "not_entitled")
    if PassMethod.FACE not in gate.methods:
        return Verdict(Outcome.REFUSED, "method_off", resident_id)
    if clock.now() - event.received_at > OPENS_WITHIN:
        return Verdict(Outcome.REFUSED, "too_late", resident_id)
    return Verdict(Outcome.OPENED, resident_id=resident_id)


def _watch_hit(gate: Gate, event: DeviceEvent, sighting: Sighting) -> WatchHit | None:
    if sighting.watched is None or sighting.stranger_rate is None:
        return None
    entry = WatchEntry.objects.in_force().filter(pk=sighting.watched.person).first()
    if entry is None:
        return None
    return WatchHit(
        entry, gate, sighting.watched, sighting.stranger_rate, event.frame, sighting.face
    )


def _record_match(gate: Gate, subject: str, subject_id: uuid.UUID, purpose: Purpose) -> None:
    access_log.record(
        viewer=SYSTEM,
        kind=AccessKind.MATCH,
        exit=Exit.GATE,
        subject=subject,
        subject_ids=[subject_id],
        elements=["face_template", "access_event"],
        purpose=purpose,
        detail=f"gate {gate.area.name} {gate.name}",
    )
