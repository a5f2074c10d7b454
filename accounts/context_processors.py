"""What both shells show: the navigation, the viewer, the text size."""

from typing import Any

from django.http import HttpRequest

from accounts import navigation
from accounts.viewer import NOBODY

TEXT_SIZE_COOKIE = "text_size"


def shell(request: HttpRequest) -> dict[str, Any]:
    viewer = getattr(request, "viewer", NOBODY)
    which = "console" if viewer.is_staff_member else "mobile"
    return {
        "viewer": viewer,
        "nav": navigation.items(viewer=viewer, shell=which, path=request.path),
        "text_size": "large" if request.COOKIES.get(TEXT_SIZE_COOKIE) == "large" else "normal",
        "request_id": getattr(request, "request_id", ""),
    }
