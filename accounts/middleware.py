"""Puts `request.viewer` on each request, made when first looked at."""

import uuid
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from accounts.selectors import viewer_for
from accounts.viewer import NOBODY, Viewer

SESSION_KEY = "membership_id"


class StaffRequest(HttpRequest):
    """A request with its viewer: the type that views of this project take."""

    viewer: Viewer
    request_id: str


class ViewerMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.viewer = SimpleLazyObject(lambda: viewer_of(request))  # type: ignore[attr-defined]
        response = self.get_response(request)
        # Answers differ by viewer: after sign-out, "back" on a shared computer shows none of them.
        response.setdefault("Cache-Control", "private, no-store")
        return response


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
