"""Who must do what before he may do anything."""

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts.viewer import Viewer
from smartcommunity.kernel.decisions import ALLOW, Decision, deny


def may_work(viewer: Viewer, *, is_operator: bool, is_verified: bool) -> Decision:
    """Staff, and users of Django's admin, work only with a second factor where the operator has
    switched it on (GB/T 22239-2019 8.1.4.1: two ways of authentication, one of them technical)."""
    needs_it = settings.REQUIRE_SECOND_FACTOR and (viewer.is_staff_member or is_operator)
    if needs_it and not is_verified:
        return deny(_("Set up your second factor first, or sign in with its code."))
    return ALLOW
