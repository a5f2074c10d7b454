"""Emergency access (紧急查阅): opened with a reason, ends by itself, reviewed by another person."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.choices import Role
from accounts.models import Membership
from accounts.viewer import Viewer
from datasharing import access_log, policy
from datasharing.choices import AccessKind, Purpose, Subject
from datasharing.models import EmergencyAccess
from residents import policies
from residents.models import Resident
from residents.selectors.emergency import known_emergencies, owners_of
from residents.selectors.opened import closed_elements
from residents.selectors.seals import sealed_for
from smartcommunity.kernel import clock, live
from smartcommunity.kernel.errors import Conflict, Invalid, NotFound, TooMany, type_text

SHORTEST_REASON, LONGEST_REASON = 10, 300  # characters
DAY = timedelta(days=1)


@transaction.atomic
def open_emergency(
    *,
    viewer: Viewer,
    resident_id: uuid.UUID,
    elements: Collection[str],
    purpose: Purpose,
    reason: str,
    minutes: int,
) -> uuid.UUID:
    """Open elements of a resident whom the viewer sees but does not see in full; all that may be
    opened at all, where `elements` is empty. Raises NotAllowed, NotFound, Conflict while one runs,
    TooMany beyond the day's number; Invalid naming the wrong fields."""
    policies.may_open_emergency(viewer).require()
    access = policy.access(viewer=viewer, subject=Subject.RESIDENT)
    rows = Resident.objects.shared_with(access).select_related("area")
    resident = rows.filter(pk=resident_id).first()
    if resident is None or viewer.user_id is None or viewer.department_id is None:
        raise NotFound
    offered = {one.pk: one for one in closed_elements(access, resident.area.path)}
    reason = reason.strip()
    wrong: dict[str, type_text] = {}
    if not offered or not set(elements) <= set(offered):
        wrong["elements"] = _("Choose from what is not shown to you and may be opened.")
    if not SHORTEST_REASON <= len(reason) <= LONGEST_REASON:
        wrong["reason"] = _("Say what happened, in 10 to 300 characters.")
    if purpose == Purpose.OWN_DATA:
        wrong["purpose"] = _("Departments do not read for this purpose.")
    if not 1 <= minutes <= settings.EMERGENCY_LONGEST_MINUTES:
        wrong["minutes"] = _("At most %(count)d minutes.") % {
            "count": settings.EMERGENCY_LONGEST_MINUTES
        }
    if wrong:
        raise Invalid(fields=wrong)
    now = clock.now()
    mine = EmergencyAccess.objects.filter(user=viewer.user_id)
    if mine.in_force().filter(subject_id=resident_id).exists():
        raise Conflict(_("Your emergency access to this person is running already."))
    chosen = [one for key, one in offered.items() if not elements or key in elements]
    access_log.record(
        viewer=viewer,
        kind=AccessKind.EMERGENCY,
        subject=Subject.RESIDENT,
        subject_ids=[resident_id],
        elements=[one.pk for one in chosen],
        purpose=purpose,
        detail="emergency opened",
    )
    # Counted with the log's lock held: two at once do not both slip through.
    if mine.filter(opened_at__gt=now - DAY).count() >= settings.EMERGENCIES_A_DAY:
        raise TooMany(
            _("You have opened %(count)d emergency accesses within 24 hours. Ask your supervisor.")
            % {"count": settings.EMERGENCIES_A_DAY}
        )
    row = EmergencyAccess.objects.create(
        user_id=viewer.user_id,
        department_id=viewer.department_id,
        area=resident.area,
        subject=Subject.RESIDENT,
        subject_id=resident_id,
        purpose=purpose,
        reason=reason,
        opened_at=now,
        expires_at=now + timedelta(minutes=minutes),
        review_due=clock.today() + timedelta(days=settings.EMERGENCY_REVIEW_DAYS),
    )
    row.elements.set(chosen)
    _tell(row, viewer)
    return row.pk


@transaction.atomic
def end_emergency(*, viewer: Viewer, emergency_id: uuid.UUID) -> None:
    """End it before its time: by who opened it, or by one of its reviewers. Raises NotFound,
    NotAllowed, Conflict when it is over."""
    row = _locked(viewer, emergency_id)
    if row.user_id != viewer.user_id:
        policies.may_review_emergency(viewer, row, owners_of(row)).require()
    if not EmergencyAccess.objects.in_force().filter(pk=row.pk).exists():
        raise Conflict(_("This emergency access is over."))
    row.ended_at = clock.now()
    row.save(update_fields=["ended_at"])
    _log(viewer, row, "emergency ended")
    _tell(row, viewer)


@transaction.atomic
def review_emergency(
    *, viewer: Viewer, emergency_id: uuid.UUID, justified: bool, comment: str
) -> None:
    """Say whether it was justified, with a comment. Raises NotFound, NotAllowed, Conflict while it
    runs or when it is reviewed; Invalid without a comment."""
    row = _locked(viewer, emergency_id)
    policies.may_review_emergency(viewer, row, owners_of(row)).require()
    if not EmergencyAccess.objects.to_review().filter(pk=row.pk).exists():
        raise Conflict(_("It is still running, or reviewed already."))
    comment = comment.strip()
    if not comment or len(comment) > LONGEST_REASON:
        raise Invalid(fields={"comment": _("Say why, in at most 300 characters.")})
    row.justified, row.comment = justified, comment
    row.reviewed_by_id, row.reviewed_at = viewer.user_id, clock.now()
    row.save(update_fields=["justified", "comment", "reviewed_by", "reviewed_at"])
    _log(viewer, row, "emergency justified" if justified else "emergency unjustified")
    _tell(row, viewer)


def _locked(viewer: Viewer, emergency_id: uuid.UUID) -> EmergencyAccess:
    rows = EmergencyAccess.objects.select_for_update(of=("self",)).select_related("area")
    row = rows.filter(pk__in=known_emergencies(viewer), pk=emergency_id).first()
    if row is None:
        raise NotFound
    return row


def _log(viewer: Viewer, row: EmergencyAccess, step: str) -> None:
    access_log.record(
        viewer=viewer,
        kind=AccessKind.DECIDE,
        subject=Subject.RESIDENT,
        subject_ids=[row.subject_id],
        elements=row.elements.values_list("key", flat=True),
        purpose=Purpose(row.purpose),
        detail=step,
    )


def _tell(row: EmergencyAccess, viewer: Viewer) -> None:
    """To the screens of who opened it and of those who may review it; of a protected person, as far
    as they are named."""
    terms = Membership.objects.in_force().filter(role=Role.SUPERVISOR)
    terms = terms.select_related("department", "area")
    owners = owners_of(row)
    reviewers = {
        term.user_id
        for term in terms
        if (term.department_id == row.department_id or term.department.kind in owners)
        and row.area.path.startswith(term.area.path)
    }
    named = sealed_for(resident_id=row.subject_id)
    heard = {f"user:{key}" for key in {*reviewers, row.user_id, viewer.user_id}}
    live.publish(
        name="emergency",
        key=str(row.pk),
        area_path=row.area.path,
        audience=heard if named is None else heard & set(named),
    )
