"""Who may do what in datasharing itself."""

from django.utils.translation import gettext_lazy as _

from accounts.choices import Role
from accounts.viewer import Viewer
from datasharing.models import DataElement, Grant
from smartcommunity.kernel.decisions import ALLOW, Decision, deny


def may_open_access_log(viewer: Viewer) -> Decision:
    """The auditor alone (GB/T 22239-2019 8.1.4: separate audit management)."""
    if viewer.role == Role.AUDITOR:
        return ALLOW
    return deny(_("Only the auditor opens the access log."))


def may_open_matrix(viewer: Viewer) -> Decision:
    """The security administrator: it shows rights, never what is recorded."""
    if viewer.role == Role.SECURITY_ADMIN:
        return ALLOW
    return deny(_("Only the security administrator opens the matrix."))


def may_request_grant(viewer: Viewer) -> Decision:
    """Officers and supervisors speak for their department."""
    if viewer.role in {Role.OFFICER, Role.SUPERVISOR}:
        return ALLOW
    return deny(_("An officer or a supervisor asks other departments for data."))


def may_withdraw_grant(viewer: Viewer, grant: Grant) -> Decision:
    """Officers and supervisors of the department that asked."""
    if viewer.department_id != grant.grantee_id:
        return deny(_("Only the department that asked withdraws its request."))
    return may_request_grant(viewer)


def may_decide_grant(viewer: Viewer, grant: Grant, *, has_supervisor: bool) -> Decision:
    """A supervisor of the owner; an officer of it where it has no supervisor. Nobody gives what
    he asked for himself, and he works in the area of the grant."""
    deciding = Role.SUPERVISOR if has_supervisor else Role.OFFICER
    if viewer.department_id != grant.owner_id or viewer.role != deciding:
        return deny(_("A supervisor of the department that owns the data decides."))
    if viewer.user_id == grant.requested_by_id:
        return deny(_("Somebody else has to decide what you requested."))
    if not viewer.works_in(grant.area.path):
        return deny(_("You do not work in the area of this grant."))
    return ALLOW


def may_add_element(viewer: Viewer) -> Decision:
    """A supervisor: a new element binds the whole department to keep it true."""
    if viewer.role == Role.SUPERVISOR:
        return ALLOW
    return deny(_("A supervisor of the department adds its data elements."))


def may_retire_element(viewer: Viewer, element: DataElement) -> Decision:
    """A supervisor of the department that added it; what comes from the platform's files stays."""
    if element.added_by_id is None or element.added_by_id != viewer.department_id:
        return deny(_("Only the department that added a data element retires it."))
    if element.retired_at is not None:
        return deny(_("This data element is retired already."))
    return may_add_element(viewer)


def may_design(viewer: Viewer) -> Decision:
    """Officers and supervisors make the forms that their department's collectors fill in."""
    if viewer.role in {Role.OFFICER, Role.SUPERVISOR}:
        return ALLOW
    return deny(_("An officer or a supervisor designs the department's forms."))


def may_publish(viewer: Viewer, *, has_supervisor: bool) -> Decision:
    """A supervisor puts a form into use and takes it out of use; an officer where the department
    has no supervisor."""
    if viewer.role == (Role.SUPERVISOR if has_supervisor else Role.OFFICER):
        return ALLOW
    return deny(_("A supervisor of your department publishes forms."))
