"""Who may do what with requests and notices: pure functions over what is already known."""

from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from accounts.choices import DepartmentKind, Role
from accounts.viewer import Viewer
from services.choices import RequestState, Step
from services.errors import WrongState
from smartcommunity.kernel.decisions import ALLOW, Decision, deny

HANDLERS = frozenset({Role.PROPERTY_STAFF, Role.DISPATCHER, Role.OFFICER, Role.SUPERVISOR})

# PIPL art. 35 lets a state organ withhold notice where it would impede its duty: reads for public
# security appear to the person after this time. The length is the platform's choice.
PUBLIC_SECURITY_DELAY = timedelta(days=30)

# From which states a step may be taken, and the state that it leads to (None: it stays).
_OPEN = frozenset({RequestState.SUBMITTED, RequestState.ACCEPTED})
STEPS: dict[Step, tuple[frozenset[RequestState], RequestState | None]] = {
    Step.ACCEPTED: (frozenset({RequestState.SUBMITTED}), RequestState.ACCEPTED),
    Step.TAKEN_OVER: (frozenset({RequestState.ACCEPTED}), None),
    Step.COMMENTED: (_OPEN, None),
    Step.DONE: (frozenset({RequestState.ACCEPTED}), RequestState.DONE),
    Step.CANCELLED: (frozenset({RequestState.SUBMITTED}), RequestState.CANCELLED),
    Step.RATED: (frozenset({RequestState.DONE}), None),
}


def state_after(state: RequestState, step: Step) -> RequestState:
    """The state that `step` leads to from `state`. Raises WrongState."""
    allowed, leads_to = STEPS[step]
    if state not in allowed:
        raise WrongState(
            _("This request is “%(state)s” now, so this step is not possible. Look at it again.")
            % {"state": state.label}
        )
    return leads_to or state


def may_handle(viewer: Viewer, *, handler_kind: str, area_path: str) -> Decision:
    """Staff who work on requests, of the department that handles the service, in its area."""
    if viewer.department_kind != handler_kind or not viewer.works_in(area_path):
        return deny(_("Another department handles this service."))
    if viewer.role not in HANDLERS:
        return deny(_("Your role does not include working on requests."))
    return ALLOW


def may_publish_notice(viewer: Viewer, *, area_path: str) -> Decision:
    """The property company and the grid office speak to the residents where they work."""
    if viewer.department_kind not in {DepartmentKind.PROPERTY, DepartmentKind.GRID}:
        return deny(_("Notices are published by the property company or the grid office."))
    if viewer.role not in HANDLERS or not viewer.works_in(area_path):
        return deny(_("You do not work in this area."))
    return ALLOW


def public_security_shown_until(now: datetime) -> datetime:
    """Reads for public security up to this moment are shown to the person."""
    return now - PUBLIC_SECURITY_DELAY
