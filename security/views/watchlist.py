"""The watch-list: list, request, approve, remove."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import staff
from accounts.choices import DepartmentKind
from accounts.middleware import StaffRequest
from security import actions, selectors
from security.forms import WatchRequestForm
from security.querysets import WATCH_ROLES
from smartcommunity.kernel.pagination import page_number
from smartcommunity.kernel.web import page_links, picture, refusals_beside

officers = staff(kinds=[DepartmentKind.POLICE], roles=WATCH_ROLES)


@officers
@require_GET
def watch_list(request: StaffRequest) -> HttpResponse:
    page = selectors.watch_list(viewer=request.viewer, number=page_number(request.GET.get("page")))
    return render(request, "security/watch_list.html", {"page": page, **page_links(request, page)})


@officers
@require_http_methods(["GET", "POST"])
def watch_request(request: StaffRequest) -> HttpResponse:
    """Ask for a person to be looked for."""
    choices = selectors.watch_areas(viewer=request.viewer)
    sent = request.method == "POST"
    form = (
        WatchRequestForm(request.POST, request.FILES, areas=choices)
        if sent
        else WatchRequestForm(areas=choices)
    )
    if sent and form.is_valid():
        with refusals_beside(form):
            values = form.cleaned_data
            actions.request_watch_entry(
                viewer=request.viewer,
                area=values["area"],
                label=values["label"],
                case_number=values["case_number"],
                legal_basis=values["legal_basis"],
                expires_at=form.expires_at,
                photo=values["photo"].read(),
            )
            messages.success(request, _("Requested. A police supervisor has to approve it."))
            return redirect("security:watch_list")
    return render(
        request, "security/watch_request.html", {"form": form}, status=422 if form.errors else 200
    )


@officers
@require_POST
def watch_approve(request: StaffRequest, entry_id: uuid.UUID) -> HttpResponse:
    actions.approve_watch_entry(viewer=request.viewer, entry_id=entry_id)
    messages.success(request, _("The entry is in force."))
    return redirect("security:watch_list")


@officers
@require_POST
def watch_remove(request: StaffRequest, entry_id: uuid.UUID) -> HttpResponse:
    actions.remove_watch_entry(viewer=request.viewer, entry_id=entry_id)
    messages.success(request, _("Removed. The photograph and the template were erased."))
    return redirect("security:watch_list")


@officers
@require_GET
def watch_photo(request: StaffRequest, entry_id: uuid.UUID) -> HttpResponse:
    return picture(selectors.watch_photo(viewer=request.viewer, entry_id=entry_id))
