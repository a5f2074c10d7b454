"""What both shells show: the navigation, the viewer, the text size."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from accounts import navigation
from accounts.viewer import NOBODY
from smartcommunity.kernel import live

TEXT_SIZE_COOKIE = "text_size"


def shell(request: HttpRequest) -> dict[str, Any]:
    viewer = getattr(request, "viewer", NOBODY)
    which = "console" if viewer.is_staff_member else "mobile"
    signed_in = viewer.is_signed_in and not request.headers.get("HX-Request")
    return {
        "home_url": reverse("home"),
        "sign_out_url": reverse("accounts:sign_out") if viewer.is_signed_in else "",
        "profile_url": reverse("accounts:memberships") if viewer.is_staff_member else "",
        "stream_url": reverse("live") if signed_in else "",
        "stream_cursor": live.cursor() if signed_in else "",
        "viewer": viewer,
        "nav": navigation.items(viewer=viewer, shell=which, path=request.path),
        "text_size": "large" if request.COOKIES.get(TEXT_SIZE_COOKIE) == "large" else "normal",
        "request_id": getattr(request, "request_id", ""),
    }
