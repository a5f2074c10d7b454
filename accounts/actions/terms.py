"""Terms of office and area shares: begun and ended. These are the effects; who may have them
is decided by `accounts.actions.changes` (pages) or by the operator (bootstrap, demonstration)."""

from datetime import date

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from guardian.shortcuts import assign_perm, remove_perm

from accounts.choices import ADMINISTRATORS, Role
from accounts.errors import RolesExclude
from accounts.models import Area, AreaShare, Department, Membership, User
from smartcommunity.kernel import clock, live
from smartcommunity.kernel.errors import Conflict

WORK_IN_AREA = "accounts.work_in_area"
OFFICE = "office"  # the live event that makes a user's streams ask again who he is


@transaction.atomic
def appoint(
    *,
    user: User,
    department: Department,
    area: Area,
    role: Role,
    valid_from: date,
    valid_to: date | None = None,
) -> Membership:
    """Give a user a term of office. An administrator role (三员) excludes every other role at the
    same time, also in terms that have not begun. Raises RolesExclude, Conflict."""
    User.objects.select_for_update().get(pk=user.pk)  # two terms are not given at once
    overlapping = user.memberships.filter(Q(valid_to=None) | Q(valid_to__gte=valid_from))
    if valid_to is not None:
        overlapping = overlapping.filter(valid_from__lte=valid_to)
    held = list(overlapping.filter(ended_at=None))
    roles = {Role(term.role) for term in held}
    if (role in ADMINISTRATORS and roles) or roles & ADMINISTRATORS:
        raise RolesExclude
    same = (department.pk, area.pk, role)
    if any((term.department_id, term.area_id, term.role) == same for term in held):
        raise Conflict(_("This person holds exactly this appointment already."))
    term = Membership.objects.create(
        user=user,
        department=department,
        area=area,
        role=role,
        valid_from=valid_from,
        valid_to=valid_to,
    )
    User.objects.filter(pk=user.pk).update(is_official=True)
    unsettle(user)
    return term


@transaction.atomic
def end_term(*, term: Membership) -> None:
    """End a membership now. What it opened is shut with the next request."""
    _end(term)
    unsettle(term.user)


@transaction.atomic
def share_area(
    *, user: User, area: Area, valid_from: date, valid_to: date, reason: str
) -> AreaShare:
    """Let a user work in one more area for a time."""
    User.objects.select_for_update().get(pk=user.pk)
    share = AreaShare.objects.create(
        user=user, area=area, valid_from=valid_from, valid_to=valid_to, reason=reason
    )
    assign_perm(WORK_IN_AREA, user, area)
    unsettle(user)
    return share


@transaction.atomic
def end_share(*, share: AreaShare) -> None:
    """End an area share now."""
    User.objects.select_for_update().get(pk=share.user_id)
    _end(share)
    _follow(share)
    unsettle(share.user)


def forget_ended_shares() -> int:
    """Take away guardian's permission where no share carries it any more. Access itself ended
    with the period: this only tidies. Returns how many."""
    ended = AreaShare.objects.filter(ended_at=None, valid_to__lt=clock.today())
    shares = list(ended.select_related("user", "area")[:500])
    for share in shares:
        with transaction.atomic():
            share.ended_at = clock.now()
            share.save(update_fields=["ended_at"])
            _follow(share)
    return len(shares)


def unsettle(user: User) -> None:
    """Make the user's live streams ask at once who he is now; they end when it has changed."""
    live.publish(name=OFFICE, key=str(user.pk), area_path="", audience=[f"user:{user.pk}"])


def _end(term: Membership | AreaShare) -> None:
    last = max(clock.today(), term.valid_from)
    term.ended_at = clock.now()
    term.valid_to = min(term.valid_to, last) if term.valid_to else last
    term.save(update_fields=["ended_at", "valid_to"])


def _follow(share: AreaShare) -> None:
    """Guardian's permission goes unless another share of the same area still lasts."""
    if not AreaShare.objects.unended().filter(user=share.user_id, area=share.area_id).exists():
        remove_perm(WORK_IN_AREA, share.user, share.area)
