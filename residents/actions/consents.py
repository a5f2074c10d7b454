"""Consent: given for one purpose on one notice, withdrawn at any time."""

from __future__ import annotations

import uuid
from typing import cast

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.viewer import Viewer
from datasharing import access_log, policy, values
from datasharing.choices import AccessKind, Purpose, Subject
from residents import policies
from residents.choices import ConsentChannel, ConsentPurpose
from residents.events import ConsentWithdrawn
from residents.models import Consent, Resident, ResidentAccount
from residents.notices import NOTICES
from residents.policies import ADULT_AGE, CONSENT_AGE
from smartcommunity.kernel import bus, clock
from smartcommunity.kernel.errors import Invalid, NotFound


@transaction.atomic
def give_consent(
    *,
    viewer: Viewer,
    resident_id: uuid.UUID,
    purpose: ConsentPurpose,
    channel: ConsentChannel,
    guardian_id: uuid.UUID | None = None,
) -> Consent:
    """Record that the person agreed to the present notice; the same consent again is the same row.

    A child under 14 is spoken for by an adult guardian (PIPL art. 31). Raises NotFound, NotAllowed,
    Invalid (no date of birth, no guardian, a guardian who cannot be one).
    """
    resident = _resident(viewer, resident_id, purpose)
    guardian = _guardian(viewer, resident, guardian_id)
    notice = NOTICES[purpose]
    live = Consent.objects.filter(resident=resident, purpose=purpose, withdrawn_at=None)
    if standing := live.filter(notice_version=notice.version).first():
        return standing
    live.update(withdrawn_at=clock.now())
    _log(viewer, resident, purpose, "consent given")
    return Consent.objects.create(
        resident=resident,
        purpose=purpose,
        notice_version=notice.version,
        given_at=clock.now(),
        channel=channel,
        guardian=guardian,
        recorded_by_id=cast(uuid.UUID, viewer.user_id),  # nobody else gets past `_resident`
    )


@transaction.atomic
def withdraw_consent(*, viewer: Viewer, resident_id: uuid.UUID, purpose: ConsentPurpose) -> None:
    """End the consent; what was kept on the strength of it is erased in the same transaction.
    None in force is not an error. Raises NotFound, NotAllowed."""
    resident = _resident(viewer, resident_id, purpose)
    ended = Consent.objects.filter(resident=resident, purpose=purpose, withdrawn_at=None).update(
        withdrawn_at=clock.now()
    )
    if ended:
        _log(viewer, resident, purpose, "consent withdrawn")
        bus.announce(ConsentWithdrawn(resident.pk, purpose))


def _resident(viewer: Viewer, resident_id: uuid.UUID, purpose: ConsentPurpose) -> Resident:
    """The row, locked: for the person himself, or for staff who record this consent."""
    rows = Resident.objects.select_for_update(of=("self",)).select_related("area")
    if _is_own(viewer, resident_id):
        return rows.get(pk=resident_id)
    access = policy.access(viewer=viewer, subject=Subject.RESIDENT)
    resident = rows.filter(pk__in=Resident.objects.shared_with(access), pk=resident_id).first()
    if resident is None:
        raise NotFound
    policies.may_record_consent(access, resident.area.path, purpose).require()
    return resident


def _is_own(viewer: Viewer, resident_id: uuid.UUID) -> bool:
    return (
        viewer.is_signed_in
        and ResidentAccount.objects.filter(user=viewer.user_id, resident=resident_id).exists()
    )


def _guardian(viewer: Viewer, resident: Resident, guardian_id: uuid.UUID | None) -> Resident | None:
    if resident.birth_date is None:
        raise Invalid(_("Record the date of birth first: a child's guardian must consent."))
    if values.age(resident.birth_date) >= CONSENT_AGE:
        return None
    if guardian_id is None:
        text = _("A child under 14 cannot consent alone. Choose the guardian who agreed.")
        raise Invalid(fields={"guardian": text})
    access = policy.access(viewer=viewer, subject=Subject.RESIDENT)
    known = Resident.objects.shared_with(access)
    if _is_own(viewer, guardian_id):
        known = Resident.objects.all()
    guardian = known.filter(pk=guardian_id).exclude(pk=resident.pk).first()
    if (
        guardian is None
        or guardian.birth_date is None
        or values.age(guardian.birth_date) < ADULT_AGE
    ):
        text = _("The guardian must be a registered adult. Choose another person.")
        raise Invalid(fields={"guardian": text})
    return guardian


def _log(viewer: Viewer, resident: Resident, purpose: ConsentPurpose, what: str) -> None:
    access_log.record(
        viewer=viewer,
        kind=AccessKind.WRITE,
        subject=Subject.RESIDENT,
        subject_ids=[resident.pk],
        elements=[policies.CONSENT_ELEMENT[purpose]],
        purpose=None if viewer.is_staff_member else Purpose.OWN_DATA,
        detail=what,
    )
