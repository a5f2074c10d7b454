"""Who may do what in security: one pure function a verb.

Which rows a viewer sees at all is decided in `querysets`; these say what he may do with them.
"""

from django.utils.translation import gettext_lazy as _

from accounts.choices import Role
from accounts.viewer import Viewer
from datasharing.choices import Level
from datasharing.policy import Access
from security.models import WatchEntry
from security.querysets import handles_watch_list
from smartcommunity.kernel.decisions import ALLOW, Decision, deny


def may_enrol_face(rights: Access, area_path: str) -> Decision:
    """Who may write `face_image` in the resident's area: its owner, or whom it granted."""
    if rights.right("face_image", area_path).may_write:
        return ALLOW
    return deny(_("Your department may not enrol faces here."))


def may_see_face(rights: Access, area_path: str) -> Decision:
    """Who may read `face_image` in full in the resident's area."""
    if rights.level("face_image", area_path) == Level.FULL:
        return ALLOW
    return deny(_("Enrolled photographs are not shared with your department."))


def may_read_passages(rights: Access) -> Decision:
    """Passages are whereabouts (行踪, PIPL art. 28): `access_event` in full somewhere."""
    if rights.anywhere("access_event") == Level.FULL:
        return ALLOW
    return deny(_("Passages are not shared with your department."))


def may_handle_alert(viewer: Viewer) -> Decision:
    """Whoever sees an alert may acknowledge and close it, collectors excepted."""
    if viewer.role == Role.COLLECTOR:
        return deny(_("Collectors see alerts, officers and dispatchers handle them."))
    return ALLOW


def may_use_watch_list(viewer: Viewer) -> Decision:
    """Police officers, supervisors and dispatchers."""
    if handles_watch_list(viewer):
        return ALLOW
    return deny(_("The watch-list is for police officers only."))


def may_approve_watch_entry(viewer: Viewer, entry: WatchEntry) -> Decision:
    """A police supervisor who did not request it himself."""
    if not handles_watch_list(viewer) or viewer.role != Role.SUPERVISOR:
        return deny(_("A police supervisor approves entries of the watch-list."))
    if entry.requested_by_id == viewer.user_id:
        return deny(_("Another officer has to approve what you requested."))
    return ALLOW
