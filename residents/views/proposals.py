"""Pages of corrections: propose, decide, follow; and the history of a value."""

import uuid
from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import reader
from accounts.middleware import StaffRequest
from residents import actions, selectors
from residents.forms import CorrectionForm, RevealForm, usual_purpose
from residents.views.subjects import page_of
from smartcommunity.kernel.errors import Conflict, Invalid
from smartcommunity.kernel.pagination import page_number
from smartcommunity.kernel.web import page_links, refusals_beside


@reader
@require_safe
def proposals(request: StaffRequest) -> HttpResponse:
    """What the viewer's department has to decide, or (`?side=made`) what it proposed."""
    made = request.GET.get("side") == "made"
    page = selectors.proposals(
        viewer=request.viewer, made=made, number=page_number(request.GET.get("page"))
    )
    context = {
        "page": page,
        "made": made,
        "reveal_form": RevealForm(initial=usual_purpose(request.viewer)),
        **page_links(request, page),
    }
    name = "residents/proposals.html"
    return render(request, f"{name}#rows" if request.headers.get("HX-Request") else name, context)


@reader
@require_POST
def accept(request: StaffRequest, proposal_id: uuid.UUID) -> HttpResponse:
    return _decide(
        request,
        lambda: actions.accept_proposal(
            viewer=request.viewer,
            proposal_id=proposal_id,
            reason=request.POST.get("reason", ""),
        ),
        _("Accepted: the value is recorded now."),
    )


@reader
@require_POST
def reject(request: StaffRequest, proposal_id: uuid.UUID) -> HttpResponse:
    return _decide(
        request,
        lambda: actions.reject_proposal(
            viewer=request.viewer,
            proposal_id=proposal_id,
            reason=request.POST.get("reason", ""),
        ),
        _("Rejected. The other department sees your reason."),
    )


@reader
@require_POST
def withdraw(request: StaffRequest, proposal_id: uuid.UUID) -> HttpResponse:
    _decide(
        request,
        lambda: actions.withdraw_proposal(viewer=request.viewer, proposal_id=proposal_id),
        _("The proposal is withdrawn."),
    )
    return redirect(f"{reverse('residents:proposals')}?side=made")


def _decide(request: StaffRequest, decide: Callable[[], None], done: str) -> HttpResponse:
    try:
        decide()
    except (Invalid, Conflict) as error:
        messages.error(request, str(error.message))
    else:
        messages.success(request, done)
    return redirect("residents:proposals")


@reader
def correct(
    request: StaffRequest, subject: str, subject_id: uuid.UUID, element: str
) -> HttpResponse:
    """Propose another value for one that the viewer's department reads and does not own."""
    asked = selectors.correction(
        viewer=request.viewer, subject=subject, subject_id=subject_id, element=element
    )
    form = CorrectionForm(request.POST or None, asked=asked)
    back = page_of(subject, subject_id, asked.dwelling_id)
    if form.is_valid():
        with refusals_beside(form):
            actions.propose(
                viewer=request.viewer,
                subject=subject,
                subject_id=subject_id,
                element=element,
                value=form.cleaned_data[element],
                reason=form.cleaned_data["reason"],
            )
        if form.is_valid():
            messages.success(request, _("Proposed. The responsible department decides."))
            return redirect(back)
    context = {"form": form, "asked": asked, "back_url": back}
    return render(request, "residents/correct.html", context, status=422 if form.is_bound else 200)


@reader
@require_http_methods(["GET", "HEAD", "POST"])
def history(
    request: StaffRequest, subject: str, subject_id: uuid.UUID, element: str
) -> HttpResponse:
    """By POST, with a purpose: the values of a masked history in full."""
    found = selectors.history(
        viewer=request.viewer,
        subject=subject,
        subject_id=subject_id,
        element=element,
        asked=RevealForm(request.POST).asked() if request.method == "POST" else None,
    )
    context = {
        "history": found,
        "reveal_form": RevealForm(initial=usual_purpose(request.viewer)),
        "back_url": page_of(subject, subject_id, found.dwelling_id),
    }
    return render(request, "residents/history.html", context)


@reader
@require_safe
def as_recorded(request: StaffRequest, record_id: uuid.UUID) -> HttpResponse:
    """The form of then, with the values of then."""
    found = selectors.as_recorded(viewer=request.viewer, record_id=record_id)
    back = page_of(found.subject, found.subject_id, found.dwelling_id)
    return render(request, "residents/as_recorded.html", {"form": found, "back_url": back})
