"""Dual control: one administrator proposes a permission change, a second decides.

Ending access in an emergency takes effect at once and is reviewed afterwards; everything else
waits for its approval, and falls after `PERMISSION_CHANGE_DAYS` without an answer.
"""

import uuid
from datetime import date, timedelta

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts import policies
from accounts.actions.effects import EFFECTS
from accounts.changing import RULES, Rule, check_again, concerned
from accounts.choices import ChangeKind, ChangeStatus, Role
from accounts.events import OfficesChanged
from accounts.models import Area, AreaShare, Department, Membership, PermissionChange, User
from accounts.viewer import SYSTEM, Viewer
from smartcommunity.kernel import bus, clock, live
from smartcommunity.kernel.errors import Conflict, Invalid, NotFound

LIVE_NAME = "permission_change"


def propose_membership(
    *,
    viewer: Viewer,
    user_id: uuid.UUID,
    department_id: uuid.UUID,
    area_id: int,
    role: str,
    valid_from: date,
    valid_to: date | None,
    reason: str,
) -> PermissionChange:
    """Raises NotAllowed; Invalid naming the wrong fields; RolesExclude."""
    change = PermissionChange(
        kind=ChangeKind.MEMBERSHIP_GIVEN,
        user=_official(user_id),
        department=_department(department_id),
        area=_area(area_id),
        role=role,
        valid_from=valid_from,
        valid_to=valid_to,
    )
    return _propose(viewer, change, reason)


def propose_membership_change(
    *,
    viewer: Viewer,
    membership_id: uuid.UUID,
    department_id: uuid.UUID,
    area_id: int,
    role: str,
    valid_to: date | None,
    reason: str,
) -> PermissionChange:
    """Another department, area, role or end for a lasting membership. Raises NotFound, NotAllowed,
    Invalid, Conflict."""
    term = _membership(membership_id)
    change = PermissionChange(
        kind=ChangeKind.MEMBERSHIP_CHANGED,
        user=term.user,
        membership=term,
        department=_department(department_id),
        area=_area(area_id),
        role=role,
        valid_from=max(term.valid_from, clock.today()),
        valid_to=valid_to,
    )
    return _propose(viewer, change, reason)


def propose_end(*, viewer: Viewer, membership_id: uuid.UUID, reason: str) -> PermissionChange:
    """End a membership early, once approved. Raises NotFound, NotAllowed, Invalid, Conflict."""
    term = _membership(membership_id)
    change = PermissionChange(
        kind=ChangeKind.MEMBERSHIP_ENDED, user=term.user, membership=term, **_as_it_is(term)
    )
    return _propose(viewer, change, reason)


@transaction.atomic
def end_now(*, viewer: Viewer, membership_id: uuid.UUID, reason: str) -> PermissionChange:
    """End a membership at once, in an emergency; another security administrator reviews it. Raises
    NotFound, NotAllowed, Invalid, Conflict."""
    User.objects.select_for_update().filter(memberships=membership_id).first()
    term = _membership(membership_id)
    change = PermissionChange(
        kind=ChangeKind.MEMBERSHIP_ENDED, user=term.user, membership=term, **_as_it_is(term)
    )
    rule = _checked(viewer, change, reason)
    change.status = ChangeStatus.TO_REVIEW
    _save_new(viewer, change, rule)
    EFFECTS[change.kind](change)
    _announce(viewer, change, "change_at_once")
    return change


def propose_share(
    *,
    viewer: Viewer,
    user_id: uuid.UUID,
    area_id: int,
    valid_from: date,
    valid_to: date,
    reason: str,
) -> PermissionChange:
    """Raises NotAllowed, Invalid."""
    change = PermissionChange(
        kind=ChangeKind.AREA_SHARED,
        user=_official(user_id),
        area=_area(area_id),
        valid_from=valid_from,
        valid_to=valid_to,
    )
    return _propose(viewer, change, reason)


def propose_withdrawal(*, viewer: Viewer, share_id: uuid.UUID, reason: str) -> PermissionChange:
    """Raises NotFound, NotAllowed, Invalid, Conflict."""
    share = AreaShare.objects.select_related("user", "area").filter(pk=share_id).first()
    if share is None:
        raise NotFound
    change = PermissionChange(
        kind=ChangeKind.SHARE_WITHDRAWN,
        user=share.user,
        share=share,
        area=share.area,
        valid_from=share.valid_from,
        valid_to=share.valid_to,
    )
    return _propose(viewer, change, reason)


def propose_department_change(
    *, viewer: Viewer, department_id: uuid.UUID, kind: str, area_id: int, reason: str
) -> PermissionChange:
    """Raises NotAllowed, Invalid."""
    change = PermissionChange(
        kind=ChangeKind.DEPARTMENT_CHANGED,
        department=_department(department_id),
        department_kind=kind,
        area=_area(area_id),
    )
    return _propose(viewer, change, reason)


def propose_move(*, viewer: Viewer, area_id: int, parent_id: int, reason: str) -> PermissionChange:
    """Moving an area changes who works in it: a system administrator proposes, a security
    administrator decides. Raises NotAllowed, Invalid."""
    change = PermissionChange(
        kind=ChangeKind.AREA_MOVED, area=_area(area_id), parent=_area(parent_id, "parent")
    )
    return _propose(viewer, change, reason)


@transaction.atomic
def approve_change(*, viewer: Viewer, change_id: uuid.UUID) -> None:
    """Let a proposed change take effect. Raises NotFound, NotAllowed; Conflict when it was answered
    already; ChangeOvertaken, saying why, when what it rests on is no longer so."""
    change = _to_decide(viewer, change_id, ChangeStatus.PROPOSED)
    if change.user_id:
        User.objects.select_for_update().get(pk=change.user_id)
    check_again(change)
    EFFECTS[change.kind](change)
    _decide(viewer, change, ChangeStatus.APPROVED, "change_approved")


@transaction.atomic
def reject_change(*, viewer: Viewer, change_id: uuid.UUID, reason: str) -> None:
    """Raises NotFound, NotAllowed, Conflict when answered already; Invalid without a reason."""
    change = _to_decide(viewer, change_id, ChangeStatus.PROPOSED)
    change.decision = _reason(reason)
    _decide(viewer, change, ChangeStatus.REJECTED, "change_rejected")


@transaction.atomic
def withdraw_change(*, viewer: Viewer, change_id: uuid.UUID) -> None:
    """Who proposed it takes it back. Raises NotFound, Conflict when it was answered already."""
    change = _locked(change_id)
    if change.proposed_by_id != viewer.user_id:
        raise NotFound
    _open(change, ChangeStatus.PROPOSED)
    _decide(viewer, change, ChangeStatus.WITHDRAWN, "change_withdrawn")


@transaction.atomic
def review_change(
    *, viewer: Viewer, change_id: uuid.UUID, in_order: bool, reason: str = ""
) -> None:
    """Look afterwards at what was done at once. An objection restores nothing: whoever should have
    access again is appointed anew, by two. Raises NotFound, NotAllowed, Conflict, Invalid."""
    change = _to_decide(viewer, change_id, ChangeStatus.TO_REVIEW)
    change.decision = reason.strip() if in_order else _reason(reason)
    if in_order:
        _decide(viewer, change, ChangeStatus.CONFIRMED, "change_confirmed")
    else:
        _decide(viewer, change, ChangeStatus.DISPUTED, "change_disputed")


def expire_changes() -> int:
    """Let proposals fall that nobody answered in time. Returns how many."""
    late = PermissionChange.objects.filter(
        status=ChangeStatus.PROPOSED, expires_at__lt=clock.now()
    ).order_by("expires_at")
    expired = 0
    for change_id in late.values_list("pk", flat=True)[:500]:
        with transaction.atomic():
            change = _locked(change_id)
            if change.status == ChangeStatus.PROPOSED:
                change.status = ChangeStatus.EXPIRED
                change.save(update_fields=["status"])
                _announce(SYSTEM, change, "change_expired")
                expired += 1
    return expired


@transaction.atomic
def _propose(viewer: Viewer, change: PermissionChange, reason: str) -> PermissionChange:
    if change.user_id:  # of two who propose the same at once, the second is told
        User.objects.select_for_update().get(pk=change.user_id)
    rule = _checked(viewer, change, reason)
    _save_new(viewer, change, rule)
    _announce(viewer, change, "change_proposed")
    return change


def _checked(viewer: Viewer, change: PermissionChange, reason: str) -> Rule:
    """The rule of a change that the viewer may propose and that could take effect now."""
    rule = RULES[change.kind]
    places = [area.path for area in rule.places(change)]
    policies.may_propose(viewer, change, places).require()
    change.reason = _reason(reason)
    rule.check(change)
    waiting = PermissionChange.objects.filter(status=ChangeStatus.PROPOSED, kind=change.kind)
    same = {
        name: getattr(change, name)
        for name in ("user_id", "membership_id", "share_id", "department_id", "area_id", "role")
    }
    if change.membership_id:
        same = {"membership_id": change.membership_id}
    if waiting.filter(**same).exists():
        raise Conflict(_("The same was proposed already and waits for approval."))
    return rule


def _save_new(viewer: Viewer, change: PermissionChange, rule: Rule) -> None:
    now = clock.now()
    change.seen = rule.state(change)
    change.proposed_by_id, change.proposed_at = viewer.signed_in_id, now
    change.expires_at = now + timedelta(days=settings.PERMISSION_CHANGE_DAYS)
    change.save()


def _to_decide(viewer: Viewer, change_id: uuid.UUID, status: ChangeStatus) -> PermissionChange:
    """The change, locked, if the viewer decides it and it waits for that."""
    change = _locked(change_id)
    policies.may_administer_permissions(viewer).require()
    _open(change, status)
    places = [area.path for area in RULES[change.kind].places(change)]
    policies.may_decide(viewer, change, places, concerned(change)).require()
    return change


def _open(change: PermissionChange, status: ChangeStatus) -> None:
    if change.status != status:
        raise Conflict(_("This was answered already."))
    if status == ChangeStatus.PROPOSED and change.expires_at < clock.now():
        raise Conflict(_("Nobody answered in time: the proposal has expired. Propose it anew."))


def _locked(change_id: uuid.UUID) -> PermissionChange:
    change = PermissionChange.objects.select_for_update().filter(pk=change_id).first()
    if change is None:
        raise NotFound
    return change


def _decide(viewer: Viewer, change: PermissionChange, status: ChangeStatus, step: str) -> None:
    change.status, change.decided_by_id, change.decided_at = status, viewer.user_id, clock.now()
    change.save(update_fields=["status", "decided_by", "decided_at", "decision"])
    _announce(viewer, change, step)


def _announce(viewer: Viewer, change: PermissionChange, step: str) -> None:
    bus.announce(OfficesChanged(viewer, LIVE_NAME, step, change.pk, change.kind))
    audience = [
        f"user:{user_id}"
        for user_id in Membership.objects.in_force()
        .filter(role=Role.SECURITY_ADMIN)
        .values_list("user_id", flat=True)
    ]
    live.publish(name=LIVE_NAME, key=str(change.pk), area_path="", audience=audience)


def _reason(text: str) -> str:
    if not text.strip():
        raise Invalid(fields={"reason": _("This is required. Fill it in.")})
    return text.strip()[:300]


def _as_it_is(term: Membership) -> dict[str, object]:
    return {
        "department": term.department,
        "area": term.area,
        "role": term.role,
        "valid_from": term.valid_from,
        "valid_to": term.valid_to,
    }


def _membership(membership_id: uuid.UUID) -> Membership:
    rows = Membership.objects.select_related("user", "department__area", "area")
    found = rows.filter(pk=membership_id).first()
    if found is None:
        raise NotFound
    return found


def _official(user_id: uuid.UUID) -> User:
    user = User.objects.filter(pk=user_id, is_official=True).first()
    if user is None:
        raise Invalid(fields={"user": _("Choose one of the values offered.")})
    return user


def _department(department_id: uuid.UUID) -> Department:
    found = Department.objects.select_related("area").filter(pk=department_id).first()
    if found is None:
        raise Invalid(fields={"department": _("Choose one of the values offered.")})
    return found


def _area(area_id: int, field: str = "area") -> Area:
    area: Area | None = Area.objects.filter(pk=area_id).first()
    if area is None:
        raise Invalid(fields={field: _("Choose one of the values offered.")})
    return area
