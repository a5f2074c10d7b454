"""Pages of protected persons: the seals that name the viewer; proposing, deciding, lifting."""

import uuid
from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import reader
from accounts.middleware import StaffRequest
from residents import actions, selectors
from residents.forms import SealForm
from smartcommunity.kernel.errors import Conflict, Invalid
from smartcommunity.kernel.pagination import page_number
from smartcommunity.kernel.web import page_links, refusals_beside


@reader
@require_safe
def seals(request: StaffRequest) -> HttpResponse:
    page = selectors.seals(viewer=request.viewer, number=page_number(request.GET.get("page")))
    context = {"page": page, **page_links(request, page)}
    name = "residents/seals.html"
    return render(request, f"{name}#rows" if request.headers.get("HX-Request") else name, context)


@reader
def propose_seal(request: StaffRequest, resident_id: uuid.UUID) -> HttpResponse:
    name = selectors.sealable(viewer=request.viewer, resident_id=resident_id)
    nameable = selectors.nameable(viewer=request.viewer, resident_id=resident_id)
    form = SealForm(request.POST or None, nameable=nameable)
    if form.is_valid():
        chosen = form.cleaned_data
        with refusals_beside(form):
            actions.propose_seal(
                viewer=request.viewer,
                resident_id=resident_id,
                officers=[uuid.UUID(key) for key in chosen["officers"]],
                legal_basis=chosen["legal_basis"],
                review_on=chosen["review_on"],
                ends_on=chosen["ends_on"],
            )
        if form.is_valid():
            messages.success(request, _("Proposed. It takes effect when a second one approves."))
            return redirect("residents:seals")
    context = {"form": form, "name": name, "resident_id": resident_id}
    return render(
        request, "residents/seal_propose.html", context, status=422 if form.is_bound else 200
    )


@reader
@require_POST
def approve_seal(request: StaffRequest, seal_id: uuid.UUID) -> HttpResponse:
    return _step(
        request,
        lambda: actions.approve_seal(viewer=request.viewer, seal_id=seal_id),
        _("Sealed: from now on only the named officers see this person."),
    )


@reader
@require_POST
def refuse_seal(request: StaffRequest, seal_id: uuid.UUID) -> HttpResponse:
    reason = request.POST.get("reason", "")
    return _step(
        request,
        lambda: actions.refuse_seal(viewer=request.viewer, seal_id=seal_id, reason=reason),
        _("Not approved. Nothing was sealed."),
    )


@reader
@require_POST
def ask_lift(request: StaffRequest, seal_id: uuid.UUID) -> HttpResponse:
    reason = request.POST.get("reason", "")
    return _step(
        request,
        lambda: actions.ask_lift(viewer=request.viewer, seal_id=seal_id, reason=reason),
        _("Asked. The seal stays in force until a second supervisor agrees."),
    )


@reader
@require_POST
def keep_seal(request: StaffRequest, seal_id: uuid.UUID) -> HttpResponse:
    return _step(
        request,
        lambda: actions.keep_seal(viewer=request.viewer, seal_id=seal_id),
        _("The seal stays in force."),
    )


@reader
@require_POST
def lift_seal(request: StaffRequest, seal_id: uuid.UUID) -> HttpResponse:
    return _step(
        request,
        lambda: actions.lift_seal(viewer=request.viewer, seal_id=seal_id),
        _("Lifted: this person is seen again as everybody else is."),
    )


def _step(request: StaffRequest, step: Callable[[], None], done: str) -> HttpResponse:
    try:
        step()
    except (Invalid, Conflict) as error:
        messages.error(request, " ".join(map(str, error.fields.values())) or str(error.message))
    else:
        messages.success(request, done)
    return redirect("residents:seals")
