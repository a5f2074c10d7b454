"""The durable inbox: a batch of messages, one transaction, every message stored exactly once.

A message with the sender's own id is recognised by it. One without is a repetition only when the
broker delivers it again, which it does under the same packet identifier: bytes that come twice may
as well be two equal readings, and the second leak of a day must not vanish.
"""

import hashlib
import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from django.conf import settings
from django.db import connection, transaction

from devices import tasks
from devices.choices import Fault, RawState
from devices.mqtt.topics import Address, locate
from smartcommunity.kernel import vault, wake
from smartcommunity.kernel.scope import platform

log = structlog.get_logger(__name__)

MAX_TEXT_BYTES = 64 * 1024
"""The largest payload that is no frame."""

INSERT = """
    INSERT INTO devices_rawmessage
        (source, event_key, topic, payload, frame, size, received_at, state, fault, fault_detail,
         attempts)
    VALUES """
ROW = "(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, 0)"
ONCE = " ON CONFLICT (source, event_key) DO NOTHING RETURNING id, source, event_key, state"


@dataclass(frozen=True, slots=True)
class Incoming:
    """A message as it came off the wire.

    Attributes:
        client_id, mid: our session and the broker's packet identifier in it; a QoS 0 message has
            the identifier 0 and is never delivered again.
        generation: which connection delivered it; only that one may acknowledge it.
    """

    topic: str
    payload: bytes
    qos: int
    mid: int
    client_id: str
    generation: int
    received_at: datetime


@dataclass(slots=True)
class Stored:
    """What became of a batch.

    Attributes:
        waiting: ids of new rows for the workers.
        receipts: receipt topic to the sender's ids that are now committed, old ones included.
    """

    waiting: list[int] = field(default_factory=list)
    duplicates: int = 0
    quarantined: int = 0
    receipts: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))


@dataclass(slots=True)
class _Row:
    message: Incoming
    source: str = ""
    event_key: str = ""
    frame: str = ""
    fault: str = ""
    detail: str = ""
    keep: bool = True

    def values(self) -> list[str | int | bytes | datetime]:
        kept = b"" if self.frame or not self.keep else self.message.payload
        return [
            self.source,
            self.event_key,
            self.message.topic.replace("\0", "\N{REPLACEMENT CHARACTER}")[:300],
            kept,
            self.frame,
            len(self.message.payload),
            self.message.received_at,
            RawState.QUARANTINED if self.fault else RawState.NEW,
            self.fault,
            self.detail,
        ]


@platform("devices' messages are stored before anybody looks")
def store(messages: Sequence[Incoming]) -> Stored:
    """Commit the batch and wake the workers; only then may it be acknowledged.

    Raises:
        OperationalError, InterfaceError, OSError: the database or the vault is away; nothing was
            stored.
    """
    result = Stored()
    rows: list[_Row] = []
    try:
        for message in messages:
            rows.append(_row(message, result))  # noqa: PERF401  what is done must be undone
        with transaction.atomic():
            written = _insert(rows)
            result.waiting = [pk for pk, _, _, state in written if state == RawState.NEW]
            if result.waiting:
                wake.after_commit(tasks.process, result.waiting)
    except BaseException:
        _discard(rows)
        raise
    new = {(source, key) for _, source, key, _ in written}
    result.duplicates = len(rows) - len(written)
    result.quarantined = len(written) - len(result.waiting)
    _discard(_repeated(rows, new))
    return result


def _row(message: Incoming, result: Stored) -> _Row:
    """Never raises for what is in the message: what cannot be understood is stored as such."""
    row = _Row(message)
    try:
        address = locate(message.topic)
        if address is None:
            row.event_key = _delivery_key(message)
            row.fault = Fault.UNKNOWN_TOPIC
            row.keep = len(message.payload) <= MAX_TEXT_BYTES
            return row
        row.source = address.source
        too_large = len(message.payload) > _limit(address)
        sender_id = "" if too_large else address.sender_id(message.payload)
        row.event_key = address.event_key(sender_id) if sender_id else _delivery_key(message)
        if sender_id and address.driver.receipt:
            result.receipts[address.driver.receipt.format(code=row.source)].append(sender_id)
        if too_large:
            row.fault, row.keep = Fault.TOO_MANY_BYTES, False
        elif address.is_frame:
            row.frame = vault.put("frames", message.payload)
    except OSError:
        raise  # the vault is away, which is not the message's fault
    except Exception as error:  # one message never stops the others
        log.exception("intake_quarantined")
        row.event_key, row.fault = _delivery_key(message), Fault.DRIVER_ERROR
        row.detail = type(error).__name__
    return row


def _limit(address: Address) -> int:
    return int(settings.FRAME_MAX_BYTES) if address.is_frame else MAX_TEXT_BYTES


def _delivery_key(message: Incoming) -> str:
    """The same for a delivery and its repetition within the hour, different for anything else."""
    if not message.mid:
        return uuid.uuid4().hex
    delivery = (
        f"{message.client_id}\n{message.mid}\n{message.received_at:%Y%m%d%H}\n{message.topic}"
    )
    return hashlib.sha256(delivery.encode() + b"\n" + message.payload).hexdigest()


def _insert(rows: Sequence[_Row]) -> list[tuple[int, str, str, str]]:
    statement = INSERT + ",".join([ROW] * len(rows)) + ONCE
    with connection.cursor() as cursor:
        cursor.execute(statement, [value for row in rows for value in row.values()])
        return list(cursor.fetchall())


def _repeated(rows: Iterable[_Row], new: set[tuple[str, str]]) -> Iterable[_Row]:
    """The rows that were not written: known before, or a second time in this batch."""
    for row in rows:
        identity = (row.source, row.event_key)
        if identity in new:
            new.remove(identity)
        else:
            yield row


def _discard(rows: Iterable[_Row]) -> None:
    """Remove the frames of messages that were not stored."""
    for row in rows:
        vault.delete(row.frame)
