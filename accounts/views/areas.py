"""The tree of areas, for the system administrator."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import actions, selectors
from accounts.access import staff
from accounts.choices import Role
from accounts.forms import AreaForm, MoveForm, NameForm
from accounts.middleware import StaffRequest
from smartcommunity.kernel.pagination import page_number
from smartcommunity.kernel.web import page_links, refusals_beside

system_administrator = staff(roles=[Role.SYSTEM_ADMIN])


@system_administrator
@require_safe
def areas(request: StaffRequest) -> HttpResponse:
    page = selectors.areas(viewer=request.viewer, number=page_number(request.GET.get("page")))
    return render(request, "accounts/areas.html", {"page": page, **page_links(request, page)})


@system_administrator
def area(request: StaffRequest, area_id: int) -> HttpResponse:
    """One area: its name (POST renames it), and what can be done with it."""
    found = selectors.area(viewer=request.viewer, area_id=area_id)
    form = NameForm(request.POST or None, initial={"name": found.name})
    if form.is_valid():
        with refusals_beside(form):
            actions.rename_area(viewer=request.viewer, area_id=area_id, **form.cleaned_data)
        if form.is_valid():
            messages.success(request, _("The area is renamed."))
            return redirect("accounts:area", area_id)
    return render(
        request,
        "accounts/area.html",
        {"area": found, "form": form},
        status=422 if form.is_bound else 200,
    )


@system_administrator
def add_area(request: StaffRequest, area_id: int) -> HttpResponse:
    parent = selectors.area(viewer=request.viewer, area_id=area_id)
    form = AreaForm(request.POST or None)
    if form.is_valid():
        with refusals_beside(form):
            actions.add_area(viewer=request.viewer, parent_id=area_id, **form.cleaned_data)
        if form.is_valid():
            messages.success(request, _("The area is added."))
            return redirect("accounts:areas")
    context = {"form": form, "parent": parent}
    return render(request, "accounts/area_add.html", context, status=422 if form.is_bound else 200)


@system_administrator
def move_area(request: StaffRequest, area_id: int) -> HttpResponse:
    """Propose another place for an area; a security administrator decides."""
    found = selectors.area(viewer=request.viewer, area_id=area_id)
    form = MoveForm(request.POST or None, areas=selectors.open_areas(viewer=request.viewer))
    if form.is_valid():
        with refusals_beside(form):
            actions.propose_move(
                viewer=request.viewer,
                area_id=area_id,
                parent_id=form.cleaned_data["parent"],
                reason=form.cleaned_data["reason"],
            )
        if form.is_valid():
            messages.success(request, _("Proposed. A security administrator decides."))
            return redirect("accounts:areas")
    context = {"form": form, "area": found}
    return render(request, "accounts/area_move.html", context, status=422 if form.is_bound else 200)


@system_administrator
@require_POST
def close_area(request: StaffRequest, area_id: int) -> HttpResponse:
    actions.close_area(viewer=request.viewer, area_id=area_id)
    messages.success(request, _("The area is closed. Nothing new begins there."))
    return redirect("accounts:areas")
