"""Puts `request.viewer` on each request, made when first looked at, and lets the database know in
whose scope the request runs; asks for the user's own password and the second factor."""

import uuid
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.utils.functional import SimpleLazyObject

from accounts.policies import has_own_password, may_work
from accounts.scope import scope_of
from accounts.selectors import viewer_for
from accounts.viewer import NOBODY, Viewer
from smartcommunity.kernel import scope
from smartcommunity.kernel.decisions import ALLOW, Decision
from smartcommunity.kernel.error_pages import error_response
from smartcommunity.kernel.errors import NotAllowed
from smartcommunity.kernel.web import is_read_by_a_program

SESSION_KEY = "membership_id"


class StaffRequest(HttpRequest):
    """A request with its viewer: the type that views of this project take."""

    viewer: Viewer
    request_id: str


class ViewerMiddleware:
    """A request runs in nobody's scope until its viewer is known, and in the viewer's from then on,
    to the last piece of a streamed answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with scope.entered(scope.NOBODY) as place:
            request.viewer = SimpleLazyObject(lambda: _settled(request, place))  # type: ignore[attr-defined]
            response = self.get_response(request)
        if isinstance(response, StreamingHttpResponse):
            _keep(response, place.scope)
        # Answers differ by viewer: after sign-out, "back" on a shared computer shows none of them.
        response.setdefault("Cache-Control", "private, no-store")
        return response


class _Gate:
    """Stops every view, of whatever library, for who still owes something first; only what is
    public, the language and the page that settles it stay open."""

    settled_by = ""
    code = ""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: StaffRequest, view: Callable[..., Any], *_: object
    ) -> HttpResponse | None:
        match = request.resolver_match
        always_open = {self.settled_by, "set_language"}
        if getattr(view, "access", "") == "public" or (match and match.view_name in always_open):
            return None
        decision = self.decide(request)
        if decision:
            return None
        if is_read_by_a_program(request):
            return error_response(request, NotAllowed(decision.reason, code=self.code))
        return redirect(self.settled_by)

    def decide(self, request: StaffRequest) -> Decision:
        raise NotImplementedError


class InitialPasswordMiddleware(_Gate):
    """A password that somebody else gave opens nothing but the page that changes it."""

    settled_by = "accounts:change_password"
    code = "initial_password"

    def decide(self, request: StaffRequest) -> Decision:
        user: Any = request.user
        return has_own_password(user if user.is_authenticated else None)


class SecondFactorMiddleware(_Gate):
    """Who still owes his second factor only sets it up."""

    settled_by = "accounts:second_factor"
    code = "second_factor"

    def decide(self, request: StaffRequest) -> Decision:
        match = request.resolver_match
        if match and match.view_name == InitialPasswordMiddleware.settled_by:
            return ALLOW
        user: Any = request.user
        return may_work(request.viewer, is_operator=user.is_staff, is_verified=user.is_verified())


def _settled(request: HttpRequest, place: scope.Place) -> Viewer:
    viewer = viewer_of(request)
    place.scope = scope_of(viewer)
    return viewer


def _keep(response: StreamingHttpResponse, mine: scope.Scope) -> None:
    """Have the rest of the answer made in the request's scope, too."""
    pieces: Any = response.streaming_content
    if response.is_async:
        response.streaming_content = scope.kept_async(mine, pieces)
    else:
        response.streaming_content = scope.kept(mine, pieces)


def viewer_of(request: HttpRequest) -> Viewer:
    user = request.user
    if not user.is_authenticated:
        return NOBODY
    raw = request.session.get(SESSION_KEY)
    return viewer_for(
        user=user,
        membership_id=uuid.UUID(raw) if raw else None,
        ip=request.META.get("REMOTE_ADDR"),
        request_id=getattr(request, "request_id", ""),
    )
