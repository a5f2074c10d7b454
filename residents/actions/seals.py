"""Protected persons: a seal is proposed by one police supervisor and approved by a second one, and
lifted by two likewise. Both are named on it, for they know whom it protects.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import date, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.viewer import Viewer
from datasharing import access_log, policy
from datasharing.choices import AccessKind, Subject
from residents import policies
from residents.choices import SealStatus
from residents.models import Resident, Seal
from residents.selectors.seals import nameable
from smartcommunity.kernel import clock, live
from smartcommunity.kernel.errors import Conflict, Invalid, NotFound, type_text

LONGEST_REVIEW = timedelta(days=366)
MAX_BASIS, MAX_REASON = 200, 300  # characters, as the columns


@transaction.atomic
def propose_seal(
    *,
    viewer: Viewer,
    resident_id: uuid.UUID,
    officers: Collection[uuid.UUID],
    legal_basis: str,
    review_on: date | None,
    ends_on: date | None,
) -> uuid.UUID:
    """Ask for the resident to be sealed for all but the viewer and `officers`. Nothing changes
    until the second supervisor among them approves; then it replaces the seal in force, if any.

    Raises NotAllowed, NotFound, Conflict when one waits already; Invalid naming the wrong fields.
    """
    policies.may_seal(viewer).require()
    resident = _resident(viewer, resident_id)
    known = {one.user_id: one for one in nameable(viewer=viewer, resident_id=resident_id)}
    today = clock.today()
    wrong: dict[str, type_text] = {}
    if not set(officers) <= set(known):
        wrong["officers"] = _("Choose from the officers offered.")
    elif not any(known[key].may_approve for key in officers):
        wrong["officers"] = _("Name a second police supervisor too: he has to approve.")
    if not legal_basis.strip() or len(legal_basis.strip()) > MAX_BASIS:
        wrong["legal_basis"] = _("State the legal basis, in at most 200 characters.")
    if review_on is None or not today < review_on <= today + LONGEST_REVIEW:
        wrong["review_on"] = _("Choose a day within the next 366 days.")
    if ends_on and ends_on <= today:
        wrong["ends_on"] = _("Choose a day after today, or leave it empty.")
    if wrong or review_on is None or viewer.user_id is None:
        raise Invalid(fields=wrong)
    if Seal.objects.filter(resident=resident, status=SealStatus.PROPOSED).exists():
        raise Conflict(_("A seal for this person waits for its approval already."))
    seal = Seal.objects.create(
        resident=resident,
        legal_basis=legal_basis.strip(),
        review_on=review_on,
        ends_on=ends_on,
        proposed_by_id=viewer.user_id,
        proposed_at=clock.now(),
    )
    seal.officers.set(User.objects.filter(pk__in={*officers, viewer.user_id}))
    _announce(viewer, seal, "seal proposed")
    return seal.pk


@transaction.atomic
def approve_seal(*, viewer: Viewer, seal_id: uuid.UUID) -> None:
    """From the next request on, all but the named officers see nothing of the resident. Raises
    NotFound, NotAllowed, Conflict."""
    seal = _proposed(viewer, seal_id)
    policies.may_second(viewer, seal.proposed_by_id).require()
    Seal.objects.filter(resident=seal.resident_id, status=SealStatus.IN_FORCE).update(
        status=SealStatus.REPLACED, ended_at=clock.now()
    )
    _decide(viewer, seal, SealStatus.IN_FORCE, "seal approved")


@transaction.atomic
def refuse_seal(*, viewer: Viewer, seal_id: uuid.UUID, reason: str) -> None:
    """The second supervisor does not approve, or the first takes his proposal back. Raises
    NotFound, NotAllowed, Conflict; Invalid without a reason."""
    seal = _proposed(viewer, seal_id)
    policies.may_seal(viewer).require()
    seal.reason = _reason(reason)
    _decide(viewer, seal, SealStatus.REFUSED, "seal refused")


@transaction.atomic
def ask_lift(*, viewer: Viewer, seal_id: uuid.UUID, reason: str) -> None:
    """Ask for the seal to be lifted; it stays in force until a second supervisor agrees. Raises
    NotFound, NotAllowed, Conflict; Invalid without a reason."""
    seal = _in_force(viewer, seal_id)
    policies.may_seal(viewer).require()
    if seal.lift_asked_by_id:
        raise Conflict(_("Lifting this seal was asked for already."))
    seal.lift_asked_by_id, seal.reason = viewer.user_id, _reason(reason)
    seal.save(update_fields=["lift_asked_by", "reason"])
    _announce(viewer, seal, "seal lifting asked")


@transaction.atomic
def keep_seal(*, viewer: Viewer, seal_id: uuid.UUID) -> None:
    """The seal stays: what was asked about lifting it is answered no. Raises as `ask_lift`."""
    seal = _in_force(viewer, seal_id)
    policies.may_seal(viewer).require()
    if seal.lift_asked_by_id is None:
        raise Conflict(_("Nobody asked to lift this seal."))
    seal.lift_asked_by_id, seal.reason = None, ""
    seal.save(update_fields=["lift_asked_by", "reason"])
    _announce(viewer, seal, "seal kept")


@transaction.atomic
def lift_seal(*, viewer: Viewer, seal_id: uuid.UUID) -> None:
    """The second supervisor agrees: the resident is seen again as anybody else is. Raises NotFound,
    NotAllowed, Conflict when nobody asked for it."""
    seal = _in_force(viewer, seal_id)
    if seal.lift_asked_by_id is None:
        raise Conflict(_("Nobody asked to lift this seal."))
    policies.may_second(viewer, seal.lift_asked_by_id).require()
    seal.status, seal.lifted_by_id = SealStatus.LIFTED, viewer.user_id
    seal.ended_at = clock.now()
    seal.save(update_fields=["status", "lifted_by", "ended_at"])
    _announce(viewer, seal, "seal lifted")


def _resident(viewer: Viewer, resident_id: uuid.UUID) -> Resident:
    access = policy.access(viewer=viewer, subject=Subject.RESIDENT)
    rows = Resident.objects.select_for_update(of=("self",)).filter(pk=resident_id)
    resident = rows.filter(pk__in=Resident.objects.shared_with(access)).first()
    if resident is None:
        raise NotFound
    return resident


def _named(viewer: Viewer, seal_id: uuid.UUID) -> Seal:
    """The seal, locked, if the viewer is named on it."""
    rows = Seal.objects.select_for_update(of=("self",)).select_related("resident__area")
    seal = rows.filter(pk__in=Seal.objects.named_to(viewer), pk=seal_id).first()
    if seal is None:
        raise NotFound
    return seal


def _proposed(viewer: Viewer, seal_id: uuid.UUID) -> Seal:
    seal = _named(viewer, seal_id)
    if seal.status != SealStatus.PROPOSED:
        raise Conflict(_("This seal was decided already."))
    return seal


def _in_force(viewer: Viewer, seal_id: uuid.UUID) -> Seal:
    seal = _named(viewer, seal_id)
    if seal.status != SealStatus.IN_FORCE:
        raise Conflict(_("This seal is not in force."))
    return seal


def _decide(viewer: Viewer, seal: Seal, status: SealStatus, step: str) -> None:
    seal.status, seal.decided_by_id, seal.decided_at = status, viewer.user_id, clock.now()
    seal.save(update_fields=["status", "decided_by", "decided_at", "reason"])
    _announce(viewer, seal, step)


def _reason(text: str) -> str:
    text = text.strip()
    if not text or len(text) > MAX_REASON:
        raise Invalid(fields={"reason": _("Say why, in at most 300 characters.")})
    return text


def _announce(viewer: Viewer, seal: Seal, step: str) -> None:
    """Into the log, and to the screens of the named officers alone."""
    access_log.record(
        viewer=viewer,
        kind=AccessKind.DECIDE,
        subject=Subject.RESIDENT,
        subject_ids=[seal.resident_id],
        purpose=policy.PURPOSE_OF[viewer.department_kind] if viewer.department_kind else None,
        detail=step,
    )
    live.publish(
        name="seal",
        key=str(seal.pk),
        area_path=seal.resident.area.path,
        audience=[f"user:{key}" for key in seal.officers.values_list("pk", flat=True)],
    )
