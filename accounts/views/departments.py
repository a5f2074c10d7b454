"""Departments, for the system administrator."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts import actions, selectors
from accounts.forms import DepartmentForm, NameForm
from accounts.middleware import StaffRequest
from accounts.views.areas import system_administrator
from smartcommunity.kernel.errors import NotFound
from smartcommunity.kernel.pagination import page_number
from smartcommunity.kernel.web import page_links, refusals_beside


@system_administrator
@require_safe
def departments(request: StaffRequest) -> HttpResponse:
    page = selectors.departments_page(
        viewer=request.viewer, number=page_number(request.GET.get("page"))
    )
    context = {"page": page, **page_links(request, page)}
    return render(request, "accounts/departments.html", context)


@system_administrator
def add_department(request: StaffRequest) -> HttpResponse:
    form = DepartmentForm(request.POST or None, areas=selectors.open_areas(viewer=request.viewer))
    if form.is_valid():
        chosen = form.cleaned_data
        with refusals_beside(form):
            actions.add_department(
                viewer=request.viewer,
                name=chosen["name"],
                kind=chosen["kind"],
                area_id=chosen["area"],
            )
        if form.is_valid():
            messages.success(request, _("The department is added. Nobody works there yet."))
            return redirect("accounts:departments")
    return render(
        request, "accounts/department.html", {"form": form}, status=422 if form.is_bound else 200
    )


@system_administrator
def department(request: StaffRequest, department_id: uuid.UUID) -> HttpResponse:
    """Rename one; its kind and area are permissions, which the security administrators change."""
    found = selectors.departments(viewer=request.viewer).filter(pk=department_id).first()
    if found is None:
        raise NotFound
    form = NameForm(request.POST or None, initial={"name": found.name})
    if form.is_valid():
        with refusals_beside(form):
            actions.rename_department(
                viewer=request.viewer, department_id=department_id, **form.cleaned_data
            )
        if form.is_valid():
            messages.success(request, _("The department is renamed."))
            return redirect("accounts:departments")
    context = {"form": form, "department": found}
    return render(
        request, "accounts/department.html", context, status=422 if form.is_bound else 200
    )
