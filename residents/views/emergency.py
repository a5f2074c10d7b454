"""Pages of emergency access: open, end, review, and the lists."""

import uuid
from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import reader, staff
from accounts.choices import Role
from accounts.middleware import StaffRequest
from datasharing.choices import Purpose
from residents import actions, selectors
from residents.forms import EmergencyForm, usual_purpose
from smartcommunity.kernel.errors import Conflict, Invalid, TooMany
from smartcommunity.kernel.pagination import page_number
from smartcommunity.kernel.web import page_links, refusals_beside


@staff(roles=set(Role) - {Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN})
@require_safe
def emergencies(request: StaffRequest) -> HttpResponse:
    sides = selectors.sides_for(viewer=request.viewer)
    side = request.GET.get("side") or next(iter(sides), "mine")
    page = selectors.emergencies(
        viewer=request.viewer, side=side, number=page_number(request.GET.get("page"))
    )
    context = {"page": page, "side": side, "sides": sides, **page_links(request, page)}
    name = "residents/emergencies.html"
    return render(request, f"{name}#rows" if request.headers.get("HX-Request") else name, context)


@reader
def open_emergency(request: StaffRequest, resident_id: uuid.UUID) -> HttpResponse:
    viewer = request.viewer
    person, elements = selectors.emergency_offer(viewer=viewer, resident_id=resident_id)
    form = EmergencyForm(request.POST or None, elements=elements, initial=usual_purpose(viewer))
    if form.is_valid():
        try:
            with refusals_beside(form):
                actions.open_emergency(
                    viewer=viewer,
                    resident_id=resident_id,
                    elements=form.to_open,
                    purpose=Purpose(form.cleaned_data["purpose"]),
                    reason=form.cleaned_data["reason"],
                    minutes=form.cleaned_data["minutes"],
                )
        except (Conflict, TooMany) as error:
            form.add_error(None, str(error.message))
        if form.is_valid():
            return redirect("residents:resident", resident_id)
    context = {"form": form, "person": person}
    return render(
        request, "residents/emergency_open.html", context, status=422 if form.is_bound else 200
    )


@reader
@require_POST
def end_emergency(request: StaffRequest, emergency_id: uuid.UUID) -> HttpResponse:
    return _step(
        request,
        lambda: actions.end_emergency(viewer=request.viewer, emergency_id=emergency_id),
        _("The emergency access is over."),
    )


@reader
@require_POST
def review_emergency(request: StaffRequest, emergency_id: uuid.UUID) -> HttpResponse:
    return _step(
        request,
        lambda: actions.review_emergency(
            viewer=request.viewer,
            emergency_id=emergency_id,
            justified=request.POST.get("answer") == "justified",
            comment=request.POST.get("comment", ""),
        ),
        _("Reviewed."),
    )


def _step(request: StaffRequest, step: Callable[[], None], done: str) -> HttpResponse:
    try:
        step()
    except (Invalid, Conflict) as error:
        messages.error(request, " ".join(map(str, error.fields.values())) or str(error.message))
    else:
        messages.success(request, done)
    return redirect(reverse("residents:emergencies"))
