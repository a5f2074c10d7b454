"""Who may open a view at all: every route states it, and a test enumerates the routes.

    @public          anybody (sign-in, health, public check pages)
    @signed_in       any user: staff or resident
    @reader          staff whose role reads personal data: all but the three administrators
    @staff(...)      staff whose department kind or role is named; no argument means any staff
    @resident        a user without a membership

What a view shows is decided further down, by selectors and policies; this is only the door.
"""

from collections.abc import Callable, Iterable
from functools import wraps
from inspect import iscoroutinefunction
from typing import Any, TypeVar, cast
from urllib.parse import quote

from asgiref.sync import sync_to_async
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.utils.translation import gettext_lazy as _

from accounts.choices import ADMINISTRATORS, Role
from accounts.viewer import Viewer
from smartcommunity.kernel.decisions import ALLOW, Decision, deny
from smartcommunity.kernel.error_pages import error_response
from smartcommunity.kernel.errors import DomainError, NotAllowed
from smartcommunity.kernel.web import is_read_by_a_program

View = TypeVar("View", bound=Callable[..., Any])
Door = Callable[[Viewer], Decision]


def _guard(view: View, door: Door, description: str) -> View:
    def refuse(request: HttpRequest) -> HttpResponse | None:
        viewer: Viewer = request.viewer  # type: ignore[attr-defined]
        if not viewer.is_signed_in:
            if is_read_by_a_program(request):
                error = NotAllowed(_("Your session has ended. Sign in again."), code="signed_out")
                error.status = 401 if request.path.startswith("/api/") else 403
                return error_response(request, error)
            here = quote(request.get_full_path())
            return HttpResponseRedirect(f"{resolve_url(settings.LOGIN_URL)}?next={here}")
        try:
            door(viewer).require()
        except DomainError as error:
            return error_response(request, error)
        return None

    if iscoroutinefunction(view):

        @wraps(view)
        async def async_guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            refusal = await sync_to_async(refuse)(request)
            return refusal or await view(request, *args, **kwargs)

        guarded: Any = async_guarded
    else:

        @wraps(view)
        def sync_guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            return refuse(request) or view(request, *args, **kwargs)

        guarded = sync_guarded
    guarded.access = description
    return cast(View, guarded)


def public(view: View) -> View:
    view.access = "public"  # type: ignore[attr-defined]
    return view


def signed_in(view: View) -> View:
    return _guard(view, lambda viewer: ALLOW, "signed_in")


def resident(view: View) -> View:
    def door(viewer: Viewer) -> Decision:
        if viewer.is_staff_member:
            return deny(_("This page is for residents. Your staff pages are in the console."))
        return ALLOW

    return _guard(view, door, "resident")


def staff(*, kinds: Iterable[str] = (), roles: Iterable[str] = ()) -> Callable[[View], View]:
    """Staff of the named department kinds AND in the named roles (an empty list allows all)."""
    kinds, roles = frozenset(kinds), frozenset(roles)

    def door(viewer: Viewer) -> Decision:
        if not viewer.is_staff_member:
            return deny(_("This page is for staff."))
        if kinds and viewer.department_kind not in kinds:
            return deny(_("This page is not for your department."))
        if roles and viewer.role not in roles:
            return deny(_("This page is not for your role."))
        return ALLOW

    description = (
        f"staff kinds={','.join(sorted(kinds)) or '*'} roles={','.join(sorted(roles)) or '*'}"
    )
    return lambda view: _guard(view, door, description)


reader = staff(roles=set(Role) - ADMINISTRATORS)
