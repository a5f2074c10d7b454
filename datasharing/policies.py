"""Who may do what in datasharing itself."""

from django.utils.translation import gettext_lazy as _

from accounts.choices import Role
from accounts.viewer import Viewer
from smartcommunity.kernel.decisions import ALLOW, Decision, deny


def may_open_access_log(viewer: Viewer) -> Decision:
    """The auditor alone (GB/T 22239-2019 8.1.4: separate audit management)."""
    if viewer.role == Role.AUDITOR:
        return ALLOW
    return deny(_("Only the auditor opens the access log."))
