"""The access log: append, hash-chain, verify.

`digest` = SHA-256 over the record's canonical JSON followed by the previous digest; the first
record follows 32 zero bytes. Appending takes a transaction-scoped advisory lock, so the order of
identifiers is the order of the chain and there are no gaps.
"""

import hashlib
import json
import uuid
from collections.abc import Iterable
from datetime import UTC
from ipaddress import ip_address

from django.db import connection, transaction

from accounts.events import OfficesChanged
from accounts.viewer import Viewer
from datasharing.choices import AccessKind, Exit, Purpose
from datasharing.errors import ChainBroken
from datasharing.models import AccessRecord
from smartcommunity.kernel.errors import NotAllowed

LOCK = 0x5C_A0D1  # any constant: the chain's own advisory lock
GENESIS = bytes(32)
HASHED = (
    "id",
    "kind",
    "user_id",
    "username",
    "department_id",
    "department_name",
    "role",
    "purpose",
    "exit",
    "subject",
    "detail",
    "ip",
    "request_id",
)


def digest(record: AccessRecord) -> bytes:
    """The digest that the record must carry."""
    values = {name: _text(getattr(record, name)) for name in HASHED}
    values["at"] = record.at.astimezone(UTC).isoformat(timespec="microseconds")
    body = json.dumps(
        {
            **values,
            "subject_ids": [str(key) for key in record.subject_ids],
            "elements": list(record.elements),
        },
        sort_keys=True,
        ensure_ascii=False,
        separators=(",", ":"),
    )
    return hashlib.sha256(body.encode() + bytes(record.previous)).digest()


def _text(value: object) -> str:
    return "" if value is None else str(value)


@transaction.atomic
def record(
    *,
    viewer: Viewer,
    kind: AccessKind,
    exit: Exit = Exit.PAGE,  # noqa: A002  the field's own name
    subject: str,
    subject_ids: Iterable[uuid.UUID] = (),
    elements: Iterable[str] = (),
    purpose: Purpose | None = None,
    detail: str = "",
) -> AccessRecord:
    """Append one record. Call it before the data is handed out: no record, no data, and none ever
    for a viewer that nobody is. Raises NotAllowed for such a one.

    The chain's lock is held until the transaction ends, so in an action take row locks first and
    record last: the other way round, two actions on one row would wait for each other.
    """
    if viewer.is_hypothetical:
        raise NotAllowed
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        cursor.execute("SELECT clock_timestamp()")
        (at,) = cursor.fetchone()
    last = AccessRecord.objects.order_by("-id").values_list("id", "digest").first()
    last_id, previous = last or (0, GENESIS)
    entry = AccessRecord(
        id=last_id + 1,
        at=at,
        kind=kind,
        user_id=viewer.user_id,
        username=viewer.username,
        department_id=viewer.department_id,
        department_name=viewer.department_name,
        role=viewer.role or "",
        purpose=purpose or "",
        exit=exit,
        subject=subject,
        subject_ids=sorted(set(subject_ids)),
        elements=sorted(set(elements)),
        detail=detail[:120],
        ip=_address(viewer.ip),
        request_id=viewer.request_id,
        previous=bytes(previous),
    )
    entry.digest = digest(entry)
    entry.save(force_insert=True)
    return entry


def record_office_step(step: OfficesChanged) -> None:
    """Whatever is done to offices and permissions stands in the same chain."""
    record(
        viewer=step.viewer,
        kind=AccessKind.ADMINISTER,
        exit=Exit.TASK if step.viewer.is_system else Exit.PAGE,
        subject=step.subject,
        subject_ids=[step.subject_id] if step.subject_id else (),
        detail=f"{step.step} {step.name}".strip(),
    )


def _address(text: str | None) -> str | None:
    """The address as the database spells it, so that its digest stays true; None for what a proxy
    passed on that is none."""
    try:
        address = ip_address((text or "").partition("%")[0])
    except ValueError:
        return None
    return str(getattr(address, "ipv4_mapped", None) or address)


def verify() -> int:
    """Walk the whole chain; returns how many records. Raises ChainBroken at the first fault."""
    expected, count = GENESIS, 0
    for entry in AccessRecord.objects.order_by("id").iterator(chunk_size=2000):
        count += 1
        if entry.id != count or bytes(entry.previous) != expected:
            raise ChainBroken(f"record {count} does not follow the one before it")
        expected = digest(entry)
        if bytes(entry.digest) != expected:
            raise ChainBroken(f"record {entry.id} was changed")
    return count
