"""Permission changes: what waits, what it would change, and the decision of the second."""

import uuid
from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import actions
from accounts.access import staff
from accounts.choices import Role
from accounts.middleware import StaffRequest
from accounts.selectors import changes as found
from datasharing.sight import differences
from datasharing.views.permissions import security_administrator
from smartcommunity.kernel.errors import Conflict, Invalid
from smartcommunity.kernel.pagination import page_number
from smartcommunity.kernel.web import page_links

# A system administrator follows what he proposed (areas moved, leavers).
proposer = staff(roles=[Role.SECURITY_ADMIN, Role.SYSTEM_ADMIN])


@proposer
@require_safe
def changes(request: StaffRequest) -> HttpResponse:
    is_open = request.GET.get("side") != "decided"
    page = found.changes(
        viewer=request.viewer, number=page_number(request.GET.get("page")), is_open=is_open
    )
    context = {"page": page, "is_open": is_open, **page_links(request, page)}
    return render(request, "datasharing/changes.html", context)


@proposer
@require_safe
def change(request: StaffRequest, change_id: uuid.UUID) -> HttpResponse:
    """One change with what the person would see and write afterwards, and what not any more."""
    viewer = request.viewer
    shown = found.change(viewer=viewer, change_id=change_id)
    prospect = found.prospect(viewer=viewer, change_id=change_id)
    gains, loses = found.moved_crowds(viewer=viewer, change_id=change_id)
    context = {
        "change": shown,
        "may_decide": found.may_decide_now(viewer=viewer, change_id=change_id),
        "obstacle": found.obstacle(viewer=viewer, change_id=change_id),
        "steps": differences(prospect.before, prospect.after) if shown.is_open else [],
        "after": prospect.after,
        "gains": gains,
        "loses": loses,
    }
    return render(request, "datasharing/change.html", context)


@security_administrator
@require_POST
def approve(request: StaffRequest, change_id: uuid.UUID) -> HttpResponse:
    return _decide(
        request,
        change_id,
        lambda: actions.approve_change(viewer=request.viewer, change_id=change_id),
        _("Approved: it is in effect."),
    )


@security_administrator
@require_POST
def reject(request: StaffRequest, change_id: uuid.UUID) -> HttpResponse:
    return _decide(
        request,
        change_id,
        lambda: actions.reject_change(
            viewer=request.viewer, change_id=change_id, reason=request.POST.get("reason", "")
        ),
        _("Rejected. Who proposed it sees your reason."),
    )


@proposer
@require_POST
def withdraw(request: StaffRequest, change_id: uuid.UUID) -> HttpResponse:
    return _decide(
        request,
        change_id,
        lambda: actions.withdraw_change(viewer=request.viewer, change_id=change_id),
        _("The proposal is withdrawn."),
    )


@security_administrator
@require_POST
def review(request: StaffRequest, change_id: uuid.UUID) -> HttpResponse:
    return _decide(
        request,
        change_id,
        lambda: actions.review_change(
            viewer=request.viewer,
            change_id=change_id,
            in_order=request.POST.get("finding") == "in_order",
            reason=request.POST.get("reason", ""),
        ),
        _("Reviewed."),
    )


def _decide(
    request: StaffRequest, change_id: uuid.UUID, decide: Callable[[], None], done: str
) -> HttpResponse:
    try:
        decide()
    except (Invalid, Conflict) as error:
        text = next(iter(error.fields.values()), error.message)
        messages.error(request, str(text))
    else:
        messages.success(request, done)
    return redirect("datasharing:permission_change", change_id)
