"""From the durable inbox to device events.

Each message has a transaction of its own: it becomes its events, or it is quarantined with the
reason, and never holds up the rest. The state changes to DONE in that transaction, so a message
taken up twice (a lease that ran out, a task that came again) is handled once.
"""

import time
import uuid
from collections.abc import Collection, Iterable, Sequence
from datetime import timedelta

import structlog
from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction
from django.db.models import F, Q, QuerySet

from accounts.viewer import Viewer
from devices import policies, tasks
from devices.actions.recording import Sender, record, senders_of
from devices.choices import Fault, RawState
from devices.drivers.base import Message
from devices.errors import NotReplayable, Unreadable
from devices.models import Device, DeviceEvent, RawMessage
from devices.mqtt.topics import locate
from smartcommunity.kernel import clock, wake
from smartcommunity.kernel.errors import NotFound

log = structlog.get_logger(__name__)

LEASE = timedelta(seconds=15)
WAKE_UP_GRACE = timedelta(seconds=4)
MAX_ATTEMPTS = 5
SUSPECT_ATTEMPTS = 2
SWEEP_SECONDS = 10.0
SWEEP_BATCH = 200


def process(*, ids: Iterable[int]) -> int:
    """Handle these waiting messages; returns how many were taken. Safe to repeat."""
    return _handle(_claim(RawMessage.objects.filter(pk__in=list(ids))))


def sweep() -> int:
    """Handle what no wake-up reached and what a dead worker left behind; returns how many.

    A message that was taken up before and not finished may be what killed the worker: such ones
    are taken alone, so that they take nobody with them, and given up after MAX_ATTEMPTS.
    """
    lost = RawMessage.objects.filter(received_at__lt=clock.now() - WAKE_UP_GRACE)
    batches = (
        (lost.filter(attempts__lt=SUSPECT_ATTEMPTS), SWEEP_BATCH),
        (lost.filter(attempts__gte=SUSPECT_ATTEMPTS), 1),
    )
    until, total = time.monotonic() + SWEEP_SECONDS, 0
    for waiting, size in batches:
        while time.monotonic() < until and (rows := _claim(waiting, size)):
            total += _handle(rows)
    return total


def replay(*, viewer: Viewer, raw_id: int) -> None:
    """Give a quarantined message another try, after its device or driver was put right.

    Raises:
        NotAllowed, NotFound; NotReplayable, when its content was not kept.
    """
    policies.may_open_intake(viewer).require()
    with transaction.atomic():
        mine = RawMessage.objects.quarantine_of(viewer)
        row = mine.select_for_update().filter(pk=raw_id).first()
        if row is None:
            raise NotFound
        if not row.frame and not row.payload:
            raise NotReplayable
        row.state, row.fault, row.fault_detail = RawState.NEW, "", ""
        row.attempts, row.leased_until = 0, None
        row.save()
        wake.after_commit(tasks.process, [row.pk])


@transaction.atomic
def take_up(*, event_id: uuid.UUID) -> int:
    """Count a try at a frame before it is made, so that one which ends its worker is known by its
    tries; returns how many with this one, 0 when the frame is handled or in other hands."""
    waiting = DeviceEvent.objects.select_for_update(skip_locked=True)
    event = waiting.filter(pk=event_id, handled_at=None).first()
    if event is None:
        return 0
    event.attempts += 1
    event.save(update_fields=["attempts"])
    return event.attempts


def mark_handled(*, event_ids: Collection[uuid.UUID]) -> None:
    """Note that the floor above has dealt with these frames."""
    DeviceEvent.objects.filter(pk__in=event_ids, handled_at=None).update(handled_at=clock.now())


@transaction.atomic
def _claim(waiting: "QuerySet[RawMessage]", limit: int | None = None) -> list[RawMessage]:
    now = clock.now()
    free = waiting.filter(Q(leased_until=None) | Q(leased_until__lt=now), state=RawState.NEW)
    rows = list(free.select_for_update(skip_locked=True).order_by("id")[:limit])
    RawMessage.objects.filter(pk__in=[row.pk for row in rows]).update(
        leased_until=now + LEASE, attempts=F("attempts") + 1
    )
    return rows


def _handle(rows: Sequence[RawMessage]) -> int:
    senders = senders_of(rows)
    heard: set[uuid.UUID] = set()
    for row in rows:
        if row.attempts >= MAX_ATTEMPTS:
            _quarantine(row, Fault.DRIVER_ERROR, f"given up after {row.attempts} attempts")
            continue
        try:
            with transaction.atomic():
                heard |= _events_of(row, senders.get(row.source))
        except Unreadable as error:
            _quarantine(row, error.fault, error.detail)
        except (OperationalError, InterfaceError) as error:
            if not connection.is_usable():
                raise  # the leases run out and the sweep tries again
            log.warning("message_put_back", raw=row.pk, error=type(error).__name__)
        except Exception as error:  # whatever a driver or a handler raises
            log.exception("message_quarantined", raw=row.pk)
            _quarantine(row, Fault.DRIVER_ERROR, type(error).__name__)
    _seen(heard)
    return len(rows)


def _events_of(row: RawMessage, sender: Sender | None) -> set[uuid.UUID]:
    """Write the message's events; returns the devices heard."""
    mine = RawMessage.objects.filter(pk=row.pk, state=RawState.NEW)
    if not mine.update(state=RawState.DONE, leased_until=None):
        return set()
    address = locate(row.topic)
    if address is None:
        raise Unreadable(Fault.UNKNOWN_TOPIC)
    if sender is None:
        raise Unreadable(Fault.UNKNOWN_DEVICE, row.source)
    if not sender.device.active:
        raise Unreadable(Fault.INACTIVE_DEVICE)
    readings = address.driver.read(Message(address.parts, bytes(row.payload), row.event_key))
    return record(row=row, sender=sender, readings=readings) | {sender.device.pk}


def _quarantine(row: RawMessage, fault: Fault, detail: str) -> None:
    RawMessage.objects.filter(pk=row.pk, state=RawState.NEW).update(
        state=RawState.QUARANTINED, fault=fault, fault_detail=detail[:200], leased_until=None
    )


def _seen(device_ids: Collection[uuid.UUID]) -> None:
    """Note that the devices were heard; one that somebody else is noting is left to him."""
    try:
        with transaction.atomic():
            free = (
                Device.objects.select_for_update(skip_locked=True, no_key=True)
                .filter(pk__in=device_ids)
                .values_list("pk", flat=True)
            )
            Device.objects.filter(pk__in=list(free)).update(last_seen_at=clock.now())
    except DatabaseError as error:
        log.warning("last_seen_lost", error=type(error).__name__)
