"""Pages of the security administrator: who holds what, and proposals to change it."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import actions
from accounts import selectors as offices
from accounts.access import staff
from accounts.choices import Role
from accounts.middleware import StaffRequest
from accounts.models import PermissionChange
from datasharing.permission_forms import (
    DepartmentChangeForm,
    MembershipForm,
    ReasonForm,
    ShareForm,
    TextFilter,
)
from smartcommunity.kernel import clock
from smartcommunity.kernel.errors import NotFound
from smartcommunity.kernel.pagination import page_number
from smartcommunity.kernel.web import page_links, refusals_beside

security_administrator = staff(roles=[Role.SECURITY_ADMIN])


@security_administrator
@require_safe
def memberships(request: StaffRequest) -> HttpResponse:
    form = TextFilter(request.GET or None)
    chosen = form.cleaned_data if form.is_valid() else {}
    page = offices.lasting_terms(
        viewer=request.viewer, number=page_number(request.GET.get("page")), **chosen
    )
    context = {"form": form, "page": page, "today": clock.today(), **page_links(request, page)}
    return render(request, "datasharing/memberships.html", context)


@security_administrator
def propose_membership(request: StaffRequest) -> HttpResponse:
    form = MembershipForm(
        request.POST or None, viewer=request.viewer, initial={"valid_from": clock.today()}
    )
    if form.is_valid():
        chosen = form.cleaned_data
        with refusals_beside(form):
            change = actions.propose_membership(
                viewer=request.viewer,
                user_id=chosen["user"],
                department_id=chosen["department"],
                area_id=chosen["area"],
                role=chosen["role"],
                valid_from=chosen["valid_from"],
                valid_to=chosen["valid_to"],
                reason=chosen["reason"],
            )
        if form.is_valid():
            return _proposed(request, change)
    return _form(request, form, _("Appoint somebody"), "datasharing:memberships")


@security_administrator
def change_membership(request: StaffRequest, membership_id: uuid.UUID) -> HttpResponse:
    """Another department, role, area or end for an appointment."""
    term = offices.term(viewer=request.viewer, membership_id=membership_id)
    form = MembershipForm(request.POST or None, viewer=request.viewer, term=term)
    if form.is_valid():
        chosen = form.cleaned_data
        with refusals_beside(form):
            change = actions.propose_membership_change(
                viewer=request.viewer,
                membership_id=membership_id,
                department_id=chosen["department"],
                area_id=chosen["area"],
                role=chosen["role"],
                valid_to=chosen["valid_to"],
                reason=chosen["reason"],
            )
        if form.is_valid():
            return _proposed(request, change)
    title = _("Change the appointment of %(name)s") % {"name": term.user.display_name}
    return _form(request, form, title, "datasharing:memberships")


@security_administrator
def end_membership(request: StaffRequest, membership_id: uuid.UUID) -> HttpResponse:
    """End an appointment early: once approved, or (`now`) at once and reviewed afterwards."""
    term = offices.term(viewer=request.viewer, membership_id=membership_id)
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        end = actions.end_now if "now" in request.POST else actions.propose_end
        with refusals_beside(form):
            change = end(viewer=request.viewer, membership_id=membership_id, **form.cleaned_data)
        if form.is_valid():
            return _proposed(request, change)
    context = {"form": form, "term": term}
    return render(
        request,
        "datasharing/membership_end.html",
        context,
        status=422 if form.is_bound else 200,
    )


@security_administrator
@require_safe
def shares(request: StaffRequest) -> HttpResponse:
    page = offices.lasting_shares(
        viewer=request.viewer, number=page_number(request.GET.get("page"))
    )
    context = {"page": page, "today": clock.today(), **page_links(request, page)}
    return render(request, "datasharing/shares.html", context)


@security_administrator
def propose_share(request: StaffRequest) -> HttpResponse:
    form = ShareForm(
        request.POST or None, viewer=request.viewer, initial={"valid_from": clock.today()}
    )
    if form.is_valid():
        chosen = form.cleaned_data
        with refusals_beside(form):
            change = actions.propose_share(
                viewer=request.viewer,
                user_id=chosen["user"],
                area_id=chosen["area"],
                valid_from=chosen["valid_from"],
                valid_to=chosen["valid_to"],
                reason=chosen["reason"],
            )
        if form.is_valid():
            return _proposed(request, change)
    return _form(request, form, _("Give temporary access to an area"), "datasharing:shares")


@security_administrator
@require_POST
def withdraw_share(request: StaffRequest, share_id: uuid.UUID) -> HttpResponse:
    change = actions.propose_withdrawal(
        viewer=request.viewer, share_id=share_id, reason=request.POST.get("reason", "")
    )
    return _proposed(request, change)


@security_administrator
@require_safe
def departments(request: StaffRequest) -> HttpResponse:
    page = offices.departments_page(
        viewer=request.viewer, number=page_number(request.GET.get("page"))
    )
    context = {"page": page, **page_links(request, page)}
    return render(request, "datasharing/departments.html", context)


@security_administrator
def change_department(request: StaffRequest, department_id: uuid.UUID) -> HttpResponse:
    """Another kind or area for a department: it changes what its members see."""
    department = offices.departments(viewer=request.viewer).filter(pk=department_id).first()
    if department is None:
        raise NotFound
    form = DepartmentChangeForm(
        request.POST or None,
        viewer=request.viewer,
        initial={"kind": department.kind, "area": department.area_id},
    )
    if form.is_valid():
        chosen = form.cleaned_data
        with refusals_beside(form):
            change = actions.propose_department_change(
                viewer=request.viewer,
                department_id=department_id,
                kind=chosen["kind"],
                area_id=chosen["area"],
                reason=chosen["reason"],
            )
        if form.is_valid():
            return _proposed(request, change)
    title = _("Change %(name)s") % {"name": department.name}
    return _form(request, form, title, "datasharing:permission_departments")


def _form(request: StaffRequest, form: ReasonForm, title: str, back: str) -> HttpResponse:
    context = {"form": form, "title": title, "back": back}
    status = 422 if form.is_bound else 200
    return render(request, "datasharing/propose.html", context, status=status)


def _proposed(request: StaffRequest, change: PermissionChange) -> HttpResponse:
    if change.status == "proposed":
        messages.success(
            request, _("Proposed. It takes effect when another security administrator approves.")
        )
    else:
        messages.success(request, _("Ended. Another security administrator reviews it afterwards."))
    return redirect("datasharing:permission_change", change.pk)
