"""Who must do what before he may do anything; who administers offices and permissions.

System administrator: areas, departments, users. Security administrator: permissions, and each
change by one takes effect only when another approves. Neither works on himself.
"""

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts.choices import ADMINISTRATORS, ChangeKind, Role
from accounts.models import Area, PermissionChange, User
from accounts.viewer import Viewer
from smartcommunity.kernel.decisions import ALLOW, Decision, deny


def may_work(viewer: Viewer, *, is_operator: bool, is_verified: bool) -> Decision:
    """Staff, and users of Django's admin, work only with a second factor where the operator has
    switched it on (GB/T 22239-2019 8.1.4.1: two ways of authentication, one of them technical)."""
    needs_it = settings.REQUIRE_SECOND_FACTOR and (viewer.is_staff_member or is_operator)
    if needs_it and not is_verified:
        return deny(_("Set up your second factor first, or sign in with its code."))
    return ALLOW


def has_own_password(user: User | None) -> Decision:
    """False while the password is one that an administrator gave: its user changes it first."""
    if user is not None and user.initial_password_until is not None:
        return deny(_("Choose a password of your own first."))
    return ALLOW


def may_administer_system(viewer: Viewer, area: Area | None = None) -> Decision:
    """The system administrator, at or below the area where he works."""
    if viewer.role != Role.SYSTEM_ADMIN:
        return deny(_("Only the system administrator does this."))
    if area is not None and not viewer.works_in(area.path):
        return deny(_("This area is not yours to administer."))
    return ALLOW


def may_administer_user(viewer: Viewer, user: User, roles: set[str]) -> Decision:
    """A system administrator, another person's account for an office. The other administrators'
    sign-ins are the operator's (`manage.py reset_sign_in`): who resets them could act for both."""
    if not may_administer_system(viewer):
        return may_administer_system(viewer)
    if user.pk == viewer.user_id:
        return deny(_("Somebody else has to do this to your own account."))
    if roles & ADMINISTRATORS:
        return deny(
            _("An administrator's sign-in is reset by the operator: manage.py reset_sign_in.")
        )
    return ALLOW


def may_end_account(viewer: Viewer, user: User) -> Decision:
    """A system administrator, anybody's but his own."""
    if user.pk == viewer.user_id:
        return deny(_("Somebody else has to do this to your own account."))
    return may_administer_system(viewer)


def may_administer_permissions(viewer: Viewer) -> Decision:
    if viewer.role == Role.SECURITY_ADMIN:
        return ALLOW
    return deny(_("Only the security administrator does this."))


def may_propose(viewer: Viewer, change: PermissionChange, places: list[str]) -> Decision:
    """A security administrator (for moving an area, the system administrator), where he works;
    nothing that concerns himself. `places` are the paths of the areas that the change touches."""
    right_role = (
        may_administer_system(viewer)
        if change.kind == ChangeKind.AREA_MOVED
        else may_administer_permissions(viewer)
    )
    if not right_role:
        return right_role
    return _on_others(viewer, change, places)


def may_decide(
    viewer: Viewer, change: PermissionChange, places: list[str], members: set[object]
) -> Decision:
    """Another security administrator than the one who proposed, where he works, and nothing that
    concerns himself. `members` are the keys of the users whom it concerns through a department."""
    if not may_administer_permissions(viewer):
        return may_administer_permissions(viewer)
    if viewer.user_id == change.proposed_by_id:
        return deny(_("Another security administrator has to decide what you proposed."))
    if viewer.user_id in members:
        return deny(_("Somebody else has to decide what concerns yourself."))
    return _on_others(viewer, change, places)


def _on_others(viewer: Viewer, change: PermissionChange, places: list[str]) -> Decision:
    if viewer.user_id == change.user_id:
        return deny(_("Somebody else has to decide what concerns yourself."))
    if not all(viewer.works_in(path) for path in places):
        return deny(_("This area is not yours to administer."))
    return ALLOW
