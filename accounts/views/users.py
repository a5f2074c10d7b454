"""Accounts for offices, for the system administrator."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import actions, selectors
from accounts.forms import ReasonForm, UserFilter, UserForm
from accounts.middleware import StaffRequest
from accounts.views.areas import system_administrator
from smartcommunity.kernel.pagination import page_number
from smartcommunity.kernel.web import page_links, refusals_beside


@system_administrator
@require_safe
def users(request: StaffRequest) -> HttpResponse:
    form = UserFilter(request.GET or None)
    chosen = form.cleaned_data if form.is_valid() else {}
    page = selectors.users(
        viewer=request.viewer, number=page_number(request.GET.get("page")), **chosen
    )
    context = {"form": form, "page": page, **page_links(request, page)}
    return render(request, "accounts/users.html", context)


@system_administrator
def add_user(request: StaffRequest) -> HttpResponse:
    form = UserForm(request.POST or None)
    if form.is_valid():
        with refusals_beside(form):
            user, password = actions.create_user(viewer=request.viewer, **form.cleaned_data)
        if form.is_valid():
            return _shown_once(request, user.pk, password)
    return render(
        request, "accounts/user_add.html", {"form": form}, status=422 if form.is_bound else 200
    )


@system_administrator
@require_safe
def user(request: StaffRequest, user_id: uuid.UUID) -> HttpResponse:
    return _user(request, user_id, ReasonForm())


@system_administrator
@require_POST
def reset_password(request: StaffRequest, user_id: uuid.UUID) -> HttpResponse:
    password = actions.reset_password(viewer=request.viewer, user_id=user_id)
    return _shown_once(request, user_id, password)


@system_administrator
@require_POST
def remove_second_factor(request: StaffRequest, user_id: uuid.UUID) -> HttpResponse:
    actions.remove_second_factor(viewer=request.viewer, user_id=user_id)
    messages.success(request, _("The second factor is removed. The person sets up a new one."))
    return redirect("accounts:user", user_id)


@system_administrator
@require_POST
def end_account(request: StaffRequest, user_id: uuid.UUID) -> HttpResponse:
    form = ReasonForm(request.POST)
    if form.is_valid():
        actions.end_account(viewer=request.viewer, user_id=user_id, **form.cleaned_data)
        messages.success(
            request,
            _("The account is ended: sessions, live pages and appointments with it."),
        )
        return redirect("accounts:user", user_id)
    return _user(request, user_id, form)


@system_administrator
@require_POST
def reopen_account(request: StaffRequest, user_id: uuid.UUID) -> HttpResponse:
    password = actions.reopen_account(viewer=request.viewer, user_id=user_id)
    return _shown_once(request, user_id, password)


def _user(request: StaffRequest, user_id: uuid.UUID, form: ReasonForm) -> HttpResponse:
    found = selectors.user(viewer=request.viewer, user_id=user_id)
    context = {"user_line": found, "form": form, "is_self": found.id == request.viewer.user_id}
    return render(request, "accounts/user.html", context, status=422 if form.is_bound else 200)


def _shown_once(request: StaffRequest, user_id: uuid.UUID, password: str) -> HttpResponse:
    """The initial password, on this answer and never again."""
    found = selectors.user(viewer=request.viewer, user_id=user_id)
    context = {"user_line": found, "password": password}
    return render(request, "accounts/initial_password.html", context)
