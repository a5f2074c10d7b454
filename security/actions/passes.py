"""Passes: a resident's own QR code, or a visitor's. Only a keyed hash is looked up."""

from __future__ import annotations

import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import Area
from accounts.viewer import Viewer
from datasharing import access_log
from datasharing.choices import AccessKind, Purpose, Subject
from datasharing.policy import access
from devices.models import DeviceEvent
from residents.models import Residence, Resident, ResidentAccount
from security.actions.passages import OPENS_WITHIN, Verdict, record_passage
from security.choices import Outcome, PassKind, PassMethod
from security.models import Gate, Pass, Passage
from smartcommunity.kernel import clock, crypto
from smartcommunity.kernel.errors import Conflict, Invalid, NotFound, TooMany, type_text

LONGEST = timedelta(days=7)
MOST_USES = 20
MOST_OPEN = 30
TOKEN_BYTES = 16


@dataclass(frozen=True, slots=True)
class IssuedPass:
    """`token` is what the QR code says."""

    pass_id: uuid.UUID
    token: str


def hash_of(token: str) -> bytes:
    """The keyed hash under which a token is looked up."""
    return crypto.blind_index("security.pass", token)


@transaction.atomic
def issue_pass(
    *,
    viewer: Viewer,
    resident_id: uuid.UUID,
    area: Area,
    kind: PassKind,
    bearer: str,
    valid_from: datetime,
    valid_to: datetime,
    uses: int,
) -> IssuedPass:
    """Issue a pass for the gates of an estate in which the resident lives.

    Asked for by the resident, or by staff who may write `visitor`. Raises NotFound, Invalid with
    the wrong fields, or TooMany when the resident has 30 open passes.
    """
    resident = _own_or_staff(viewer, resident_id)
    now = clock.now()
    wrong: dict[str, type_text] = {}
    if kind == PassKind.VISITOR and not bearer.strip():
        wrong["bearer"] = _("Who is the pass for?")
    if not (now < valid_to and valid_from < valid_to <= valid_from + LONGEST):
        wrong["valid_to"] = _("Choose an end after the beginning, at most seven days later.")
    if not 1 <= uses <= MOST_USES:
        wrong["uses"] = _("A pass opens between 1 and 20 times.")
    if not lives_in(resident_id=resident_id, area_path=area.path):
        wrong["area"] = _("The resident does not live in this estate.")
    if wrong:
        raise Invalid(fields=wrong)
    if open_passes(resident_id=resident_id).count() >= MOST_OPEN:
        raise TooMany(_("There are 30 open passes. Cancel some before making new ones."))
    token = secrets.token_urlsafe(TOKEN_BYTES)
    access_log.record(
        viewer=viewer,
        kind=AccessKind.WRITE,
        subject=Subject.RESIDENT,
        subject_ids=[resident.pk],
        elements=["visitor"],
        purpose=_purpose(viewer),
    )
    issued = Pass.objects.create(
        area=area,
        kind=kind,
        resident=resident,
        bearer=bearer.strip(),
        token_hash=hash_of(token),
        sealed_token=token,
        valid_from=valid_from,
        valid_to=valid_to,
        uses_left=uses,
        created_at=now,
    )
    return IssuedPass(issued.pk, token)


@transaction.atomic
def revoke_pass(*, viewer: Viewer, pass_id: uuid.UUID, resident_id: uuid.UUID) -> None:
    """End a pass at once. Raises NotFound, Conflict."""
    _own_or_staff(viewer, resident_id)
    rows = Pass.objects.select_for_update().filter(pk=pass_id, resident_id=resident_id)
    revoked = rows.first()
    if revoked is None:
        raise NotFound
    if revoked.revoked_at:
        raise Conflict
    access_log.record(
        viewer=viewer,
        kind=AccessKind.WRITE,
        subject=Subject.RESIDENT,
        subject_ids=[resident_id],
        elements=["visitor"],
        purpose=_purpose(viewer),
    )
    rows.update(revoked_at=clock.now())


@transaction.atomic
def present_token(*, gate: Gate, token: str, event: DeviceEvent | None = None) -> Passage:
    """A code was held before a gate's reader: open and count the use, or say why not."""
    if event and (known := Passage.objects.filter(event=event).first()):
        return known
    found = Pass.objects.select_for_update().filter(token_hash=hash_of(token)).first()
    late = event is not None and clock.now() - event.received_at > OPENS_WITHIN
    reason = "too_late" if late else _fault(found, gate)
    if found is None or reason:
        verdict = Verdict(Outcome.REFUSED, reason, visitor_pass=found)
        return record_passage(gate=gate, event=event, method=PassMethod.QR, verdict=verdict)
    found.uses_left -= 1
    found.save(update_fields=["uses_left"])
    owner = found.resident_id if found.kind == PassKind.QR else None
    verdict = Verdict(Outcome.OPENED, resident_id=owner, visitor_pass=found)
    return record_passage(gate=gate, event=event, method=PassMethod.QR, verdict=verdict)


def _fault(found: Pass | None, gate: Gate) -> str:
    now = clock.now()
    if found is None:
        return "unknown_pass"
    faults = {
        "method_off": PassMethod.QR not in gate.methods,
        "pass_revoked": found.revoked_at is not None,
        "pass_elsewhere": not gate.area.path.startswith(found.area.path),
        "pass_not_yet": now < found.valid_from,
        "pass_expired": now > found.valid_to,
        "pass_used_up": found.uses_left < 1,
        "not_entitled": not lives_in(resident_id=found.resident_id, area_path=found.area.path),
    }
    return next((reason for reason, applies in faults.items() if applies), "")


def lives_in(*, resident_id: uuid.UUID, area_path: str) -> bool:
    """True while a residence in the area is open today: moving out ends passes by itself."""
    today = clock.today()
    return (
        Residence.objects.filter(
            resident_id=resident_id, dwelling__area__path__startswith=area_path
        )
        .filter(Q(valid_to=None) | Q(valid_to__gte=today))
        .exists()
    )


def open_passes(*, resident_id: uuid.UUID) -> QuerySet[Pass]:
    """Passes that still open, or will."""
    return Pass.objects.filter(
        resident_id=resident_id, revoked_at=None, valid_to__gt=clock.now(), uses_left__gt=0
    )


def _own_or_staff(viewer: Viewer, resident_id: uuid.UUID) -> Resident:
    """The resident, if it is the viewer himself or staff who may write his visitors; locked, so
    that his passes are counted and issued one by one."""
    rows = Resident.objects.select_for_update(of=("self",), no_key=True).select_related("area")
    resident = rows.filter(pk=resident_id).first()
    if resident is None:
        raise NotFound
    if viewer.is_staff_member:
        rights = access(viewer=viewer, subject=Subject.RESIDENT)
        known = Resident.objects.shared_with(rights).filter(pk=resident_id).exists()
        if known and rights.right("visitor", resident.area.path).may_write:
            return resident
    elif ResidentAccount.objects.filter(user=viewer.user_id, resident=resident).exists():
        return resident
    raise NotFound


def _purpose(viewer: Viewer) -> Purpose:
    return Purpose.PROPERTY_SERVICE if viewer.is_staff_member else Purpose.OWN_DATA
