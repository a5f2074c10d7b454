"""Door of the API: the same viewer as the pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rest_framework.permissions import BasePermission

if TYPE_CHECKING:  # the framework imports this module while it is itself being imported
    from rest_framework.request import Request
    from rest_framework.views import APIView


class StaffOnly(BasePermission):
    """Default of every API view: a signed-in member of staff. Selectors decide the rest."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return bool(request._request.viewer.is_staff_member)  # type: ignore[attr-defined]
