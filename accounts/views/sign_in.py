"""Sign-in, sign-out, own password, second factor, choice of membership, text size."""

import uuid
from base64 import b32encode
from typing import Any

import segno
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django_otp import login as otp_login

from accounts import actions, selectors
from accounts.access import public, signed_in
from accounts.context_processors import TEXT_SIZE_COOKIE
from accounts.forms import ChangePasswordForm, SecondFactorForm, SignInForm
from accounts.middleware import SESSION_KEY, StaffRequest
from smartcommunity.kernel.error_pages import error_response
from smartcommunity.kernel.errors import NotFound, TooMany
from smartcommunity.kernel.web import refusals_beside

YEAR_SECONDS = 365 * 24 * 3600


class SignInView(LoginView):
    template_name = "accounts/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True
    extra_context = {"demo": settings.DEMO_MODE}

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        if context["form"].errors:
            kwargs.setdefault("status", 422)
        return super().render_to_response(context, **kwargs)


sign_in = public(SignInView.as_view())
sign_out = public(LogoutView.as_view())


def locked_out(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    """Shown by axes after repeated failures."""
    error = TooMany(
        _("Too many failed sign-ins. This account is locked here for 30 minutes."), code="locked"
    )
    return error_response(request, error)


def _back(request: HttpRequest) -> HttpResponse:
    target = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return redirect(target if safe else "home")


@signed_in
def memberships(request: StaffRequest) -> HttpResponse:
    """Choose in which membership to work."""
    rows = selectors.memberships_of(user=request.user)  # type: ignore[arg-type]
    if request.method != "POST":
        return render(request, "accounts/memberships.html", {"memberships": rows})
    chosen = request.POST.get("membership", "")
    if chosen not in {str(row.pk) for row in rows}:
        raise NotFound
    request.session[SESSION_KEY] = str(uuid.UUID(chosen))
    return redirect("home")


@signed_in
def change_password(request: StaffRequest) -> HttpResponse:
    """Choose a password of one's own: at the first sign-in, or whenever one likes."""
    form = ChangePasswordForm(request.POST or None)
    user: Any = request.user
    if form.is_valid():
        with refusals_beside(form):
            actions.choose_password(
                viewer=request.viewer, user=user, password=form.cleaned_data["new_password1"]
            )
        if form.is_valid():
            user.refresh_from_db()
            update_session_auth_hash(request, user)
            messages.success(request, _("Your new password is in use."))
            return redirect("home")
    context = {"form": form, "is_first": user.initial_password_until is not None}
    status = 422 if form.is_bound else 200
    return render(request, "accounts/change_password.html", context, status=status)


@signed_in
def second_factor(request: StaffRequest) -> HttpResponse:
    """Set up an app that shows one-time codes. One in use is neither shown nor replaced."""
    user: Any = request.user
    if request.method != "POST" and selectors.second_factor_of(user=user):
        context = {"is_verified": user.is_verified()}
        return render(request, "accounts/second_factor_in_use.html", context)
    form = SecondFactorForm(request.POST or None)
    if form.is_valid():
        device = actions.confirm_second_factor(user=user, token=form.cleaned_data["token"])
        if device.confirmed:
            otp_login(request, device)
            return redirect("home")
        form.add_error("token", _("The code is wrong or has expired. Enter a new one."))
    device = actions.begin_second_factor(user=user)
    context = {
        "form": form,
        "qr": segno.make(device.config_url, error="l").svg_data_uri(scale=4, border=2),
        "key": b32encode(device.bin_key).decode(),
    }
    status = 422 if form.errors else 200
    return render(request, "accounts/second_factor.html", context, status=status)


@public
@require_POST
def text_size(request: HttpRequest) -> HttpResponse:
    """Switch the 长辈版 on or off (kept in a cookie, works without JavaScript)."""
    size = "large" if request.POST.get("size") == "large" else "normal"
    response = _back(request)
    response.set_cookie(TEXT_SIZE_COOKIE, size, max_age=YEAR_SECONDS, samesite="Lax")
    return response
