"""The life of a grant: requested, approved in full or in part or refused, revoked.

政务数据共享条例 (Decree 809): an application states basis, scope, manner and period; the owner
answers in ten working days, for what is shared unconditionally in one.
"""

import uuid
from collections.abc import Collection, Iterable
from datetime import date, timedelta

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.choices import Role
from accounts.models import Area, Department, Membership
from accounts.viewer import Viewer
from datasharing import access_log, policies
from datasharing.choices import AccessKind, GrantStatus, Level, Purpose, Sharing
from datasharing.models import DataElement, Grant
from smartcommunity.kernel import clock, live
from smartcommunity.kernel.errors import Conflict, Invalid, NotFound, type_text

UNCONDITIONAL_REPLY_WORKING_DAYS = 1
SATURDAY = 5


@transaction.atomic
def request_grant(
    *,
    viewer: Viewer,
    owner: Department,
    elements: Collection[str],
    level: Level,
    may_write: bool,
    area: Area,
    purpose: Purpose,
    legal_basis: str,
    valid_from: date,
    valid_to: date,
    reason: str,
) -> uuid.UUID:
    """Ask `owner` for its elements on behalf of the viewer's department. To read what is shared
    unconditionally is granted at once. Raises NotAllowed; Invalid naming the wrong fields."""
    policies.may_request_grant(viewer).require()
    found = list(DataElement.objects.filter(key__in=elements))
    errors: dict[str, type_text] = {}
    withheld = [element for element in found if element.sharing == Sharing.NONE]
    if not found or len(found) < len(set(elements)):
        errors["elements"] = _("Choose at least one element of the catalogue.")
    elif any(element.owner_kind != owner.kind for element in found):
        errors["elements"] = _("This department does not own all of these elements. Ask the owner.")
    elif withheld:
        errors["elements"] = withheld[0].not_shared_because
    if owner.pk == viewer.department_id:
        errors["owner"] = _("Your own department needs no grant from itself.")
    if level == Level.HIDDEN:
        errors["level"] = _("Choose how much has to be seen.")
    if not (viewer.works_in(area.path) and area.path.startswith(owner.area.path)):
        errors["area"] = _("Choose an area where both departments are responsible.")
    if purpose == Purpose.OWN_DATA:
        errors["purpose"] = _("Departments do not read for this purpose.")
    if valid_from < clock.today() or valid_to < valid_from:
        errors["valid_to"] = _("The period starts today or later and ends after it starts.")
    for name, text in {"legal_basis": legal_basis, "reason": reason}.items():
        if not text.strip():
            errors[name] = _("This is required. Fill it in.")
    if errors:
        raise Invalid(fields=errors)
    unconditional = all(element.sharing == Sharing.UNCONDITIONAL for element in found)
    now, at_once = clock.now(), unconditional and not may_write
    days = UNCONDITIONAL_REPLY_WORKING_DAYS if unconditional else settings.GRANT_REPLY_WORKING_DAYS
    grant = Grant.objects.create(
        owner=owner,
        grantee=Department.objects.get(membership=viewer.membership_id),
        area=area,
        level=level,
        may_write=may_write,
        purpose=purpose,
        legal_basis=legal_basis.strip(),
        valid_from=valid_from,
        valid_to=valid_to,
        status=GrantStatus.ACTIVE if at_once else GrantStatus.REQUESTED,
        request_reason=reason.strip(),
        requested_by_id=viewer.user_id,
        requested_at=now,
        reply_due=after_working_days(clock.today(), days),
        decided_at=now if at_once else None,
    )
    grant.elements.set(found)
    _announce(viewer, grant, "grant requested", told=owner)
    return grant.pk


@transaction.atomic
def approve_grant(
    *,
    viewer: Viewer,
    grant_id: uuid.UUID,
    elements: Collection[str],
    level: Level,
    may_write: bool,
    area: Area,
    valid_to: date,
) -> None:
    """Give what was asked for, or less of it, never more. Raises NotFound, NotAllowed, Conflict
    when it was answered already; Invalid naming what exceeds the request."""
    grant = _asked(viewer, grant_id)
    wanted = set(grant.elements.filter(owner_kind=grant.owner.kind).values_list("key", flat=True))
    errors: dict[str, type_text] = {}
    if not elements or not wanted.issuperset(elements):
        errors["elements"] = _("Choose from the elements that were asked for.")
    if not Level.HIDDEN < level <= grant.level:
        errors["level"] = _("Choose the level that was asked for, or a lower one.")
    if may_write and not grant.may_write:
        errors["may_write"] = _("Writing was not asked for.")
    if not area.path.startswith(grant.area.path):
        errors["area"] = _("Choose the area that was asked for, or a part of it.")
    if not max(clock.today(), grant.valid_from) <= valid_to <= grant.valid_to:
        errors["valid_to"] = _("Choose an end that is not past and not later than asked for.")
    if errors:
        raise Invalid(fields=errors)
    grant.level, grant.may_write, grant.area, grant.valid_to = level, may_write, area, valid_to
    grant.elements.set(DataElement.objects.filter(key__in=elements))
    _decide(viewer, grant, GrantStatus.ACTIVE, "grant approved")


@transaction.atomic
def refuse_grant(*, viewer: Viewer, grant_id: uuid.UUID, reason: str) -> None:
    """Raises NotFound, NotAllowed, Conflict when answered already; Invalid without a reason."""
    grant = _asked(viewer, grant_id)
    grant.reason = _reason(reason)
    _decide(viewer, grant, GrantStatus.REFUSED, "grant refused")


@transaction.atomic
def revoke_grant(*, viewer: Viewer, grant_id: uuid.UUID, reason: str) -> None:
    """End a grant: the next request reads without it, since the decision is compiled per request.
    Raises NotFound, NotAllowed, Conflict when it is not in force; Invalid without a reason."""
    grant = _to_decide(viewer, grant_id)
    if grant.status != GrantStatus.ACTIVE:
        raise Conflict(_("Only a grant in force can be revoked."))
    grant.reason = _reason(reason)
    _decide(viewer, grant, GrantStatus.REVOKED, "grant revoked")


def after_working_days(start: date, days: int) -> date:
    """The day so many working days (Monday to Friday) after `start`."""
    while days:
        start += timedelta(days=1)
        days -= start.weekday() < SATURDAY
    return start


def _asked(viewer: Viewer, grant_id: uuid.UUID) -> Grant:
    grant = _to_decide(viewer, grant_id)
    if grant.status != GrantStatus.REQUESTED:
        raise Conflict(_("This request was answered already."))
    return grant


def _to_decide(viewer: Viewer, grant_id: uuid.UUID) -> Grant:
    """The grant, locked, if it is the viewer's department's to give."""
    rows = Grant.objects.select_for_update(of=("self",)).select_related("owner", "grantee", "area")
    grant = rows.filter(pk=grant_id, owner=viewer.department_id).first()
    if grant is None:
        raise NotFound
    supervised = Membership.objects.in_force().filter(
        department=grant.owner_id, role=Role.SUPERVISOR
    )
    policies.may_decide_grant(viewer, grant, has_supervisor=supervised.exists()).require()
    return grant


def _reason(text: str) -> str:
    if not text.strip():
        raise Invalid(fields={"reason": _("This is required. Fill it in.")})
    return text.strip()


def _decide(viewer: Viewer, grant: Grant, status: GrantStatus, step: str) -> None:
    grant.status, grant.decided_by_id, grant.decided_at = status, viewer.user_id, clock.now()
    grant.save()
    _announce(viewer, grant, step, told=grant.grantee)


def _announce(viewer: Viewer, grant: Grant, step: str, *, told: Department) -> None:
    keys: Iterable[str] = grant.elements.values_list("key", flat=True)
    access_log.record(
        viewer=viewer,
        kind=AccessKind.DECIDE,
        subject="grant",
        subject_ids=[grant.pk],
        elements=keys,
        purpose=Purpose(grant.purpose),
        detail=step,
    )
    live.publish(name="grant", key=str(grant.pk), area_path=grant.area.path, audience=[told.kind])
