"""What an approved permission change does, by its kind."""

from collections.abc import Callable

from accounts.actions.structure import lock_tree
from accounts.actions.terms import appoint, end_share, end_term, share_area, unsettle
from accounts.changing import wanted
from accounts.choices import ChangeKind, Role
from accounts.models import Area, Membership, PermissionChange, User
from smartcommunity.kernel import clock


def _appoint(change: PermissionChange) -> None:
    appoint(
        user=wanted(change.user),
        department=wanted(change.department),
        area=wanted(change.area),
        role=Role(change.role),
        valid_from=max(change.valid_from or clock.today(), clock.today()),
        valid_to=change.valid_to,
    )


def _replace(change: PermissionChange) -> None:
    """The old term ends and a new one begins: what was in force on which day stays readable."""
    end_term(term=wanted(change.membership))
    _appoint(change)


def _share(change: PermissionChange) -> None:
    share_area(
        user=wanted(change.user),
        area=wanted(change.area),
        valid_from=max(change.valid_from or clock.today(), clock.today()),
        valid_to=wanted(change.valid_to),
        reason=change.reason,
    )


def _change_department(change: PermissionChange) -> None:
    department = wanted(change.department)
    department.kind, department.area = change.department_kind, wanted(change.area)
    department.save(update_fields=["kind", "area"])
    members = Membership.objects.in_force().filter(department=department)
    for user in User.objects.filter(memberships__in=members).distinct():
        unsettle(user)


def _move(change: PermissionChange) -> None:
    lock_tree()
    area, parent = Area.objects.get(pk=change.area_id), Area.objects.get(pk=change.parent_id)
    Area.objects.move(area, parent, "last-child")


EFFECTS: dict[str, Callable[[PermissionChange], None]] = {
    ChangeKind.MEMBERSHIP_GIVEN: _appoint,
    ChangeKind.MEMBERSHIP_CHANGED: _replace,
    ChangeKind.MEMBERSHIP_ENDED: lambda change: end_term(term=wanted(change.membership)),
    ChangeKind.AREA_SHARED: _share,
    ChangeKind.SHARE_WITHDRAWN: lambda change: end_share(share=wanted(change.share)),
    ChangeKind.DEPARTMENT_CHANGED: _change_department,
    ChangeKind.AREA_MOVED: _move,
}
