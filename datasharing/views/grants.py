"""Pages of grants: the lists, one grant, its answer and its end."""

import uuid
from collections.abc import Callable

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import reader
from accounts.middleware import StaffRequest
from datasharing import actions, policies, selectors
from datasharing.grant_forms import ApproveForm, GrantFilterForm, ReasonForm
from datasharing.selectors.grants import RECEIVED
from smartcommunity.kernel.errors import Conflict
from smartcommunity.kernel.pagination import page_number
from smartcommunity.kernel.web import page_links, refusals_beside, wants_fragment


@reader
@require_safe
def grants(request: StaffRequest) -> HttpResponse:
    """What the department received (the first page), gave, or has to decide."""
    viewer = request.viewer
    form = GrantFilterForm(request.GET)
    chosen = form.cleaned_data if form.is_valid() else {}
    side, state = chosen.get("side") or RECEIVED, chosen.get("state") or ""
    page = selectors.grants(
        viewer=viewer, side=side, state=state, number=page_number(request.GET.get("page"))
    )
    waits_elsewhere, owed = selectors.overdue(viewer=viewer)
    context = {
        "page": page,
        "side": side,
        "state": state,
        "form": GrantFilterForm(initial={"side": side, "state": state}),
        "to_decide": selectors.grants_to_decide(viewer=viewer),
        "waits_elsewhere": waits_elsewhere,
        "owed": owed,
        "may_request": bool(policies.may_request_grant(viewer)),
        **page_links(request, page),
    }
    name = "datasharing/grants.html"
    return render(request, f"{name}#rows" if wants_fragment(request) else name, context)


@reader
@require_safe
def grant(request: StaffRequest, grant_id: uuid.UUID) -> HttpResponse:
    return _page(request, grant_id, part=wants_fragment(request))


@reader
@require_POST
def approve(request: StaffRequest, grant_id: uuid.UUID) -> HttpResponse:
    asked = selectors.grant(viewer=request.viewer, grant_id=grant_id)
    areas = selectors.areas_within(viewer=request.viewer, grant_id=grant_id)
    form = ApproveForm(request.POST, asked=asked, areas=areas)

    def step() -> None:
        values = form.cleaned_data
        actions.approve_grant(
            viewer=request.viewer,
            grant_id=grant_id,
            elements=values["elements"],
            level=values["level"],
            may_write=values.get("may_write", False),
            area=values["area"],
            valid_to=values["valid_to"],
            reason=values["reason"],
        )

    return _decide(request, grant_id, form, step, _("Approved: it is in force."), "approve_form")


@reader
@require_POST
def refuse(request: StaffRequest, grant_id: uuid.UUID) -> HttpResponse:
    form = ReasonForm(request.POST, prefix="refuse")

    def step() -> None:
        actions.refuse_grant(
            viewer=request.viewer, grant_id=grant_id, reason=form.cleaned_data["reason"]
        )

    done = _("Refused. The other department sees your reason.")
    return _decide(request, grant_id, form, step, done, "refuse_form")


@reader
@require_POST
def revoke(request: StaffRequest, grant_id: uuid.UUID) -> HttpResponse:
    form = ReasonForm(request.POST, prefix="revoke")

    def step() -> None:
        actions.revoke_grant(
            viewer=request.viewer, grant_id=grant_id, reason=form.cleaned_data["reason"]
        )

    done = _("Revoked. From now on the other department sees nothing by it.")
    return _decide(request, grant_id, form, step, done, "revoke_form")


@reader
@require_POST
def withdraw(request: StaffRequest, grant_id: uuid.UUID) -> HttpResponse:
    def step() -> None:
        actions.withdraw_grant_request(viewer=request.viewer, grant_id=grant_id)

    done = _("The request is withdrawn.")
    return _decide(request, grant_id, Form(request.POST), step, done, "withdraw_form")


def _decide(
    request: StaffRequest,
    grant_id: uuid.UUID,
    form: Form,
    step: Callable[[], None],
    done: str,
    name: str,
) -> HttpResponse:
    """Take the step and show the grant; what is refused stands beside the form's fields."""
    try:
        if form.is_valid():
            with refusals_beside(form):
                step()
    except Conflict as error:
        messages.error(request, str(error.message))
        return redirect("datasharing:grant", grant_id)
    if form.is_valid():
        messages.success(request, done)
        return redirect("datasharing:grant", grant_id)
    return _page(request, grant_id, forms={name: form})


def _page(
    request: StaffRequest,
    grant_id: uuid.UUID,
    *,
    forms: dict[str, Form] | None = None,
    part: bool = False,
) -> HttpResponse:
    found = selectors.grant(viewer=request.viewer, grant_id=grant_id)
    context: dict[str, object] = {"grant": found}
    if found.may_decide:
        areas = selectors.areas_within(viewer=request.viewer, grant_id=grant_id)
        context["approve_form"] = ApproveForm(asked=found, areas=areas)
        context["refuse_form"] = ReasonForm(prefix="refuse")
    if found.may_revoke:
        context["revoke_form"] = ReasonForm(prefix="revoke")
    name = "datasharing/grant.html"
    return render(
        request,
        f"{name}#facts" if part else name,
        context | (forms or {}),
        status=422 if forms else 200,
    )
