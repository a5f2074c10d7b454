"""Row filters of devices."""

from __future__ import annotations

from typing import Any

from django.db import models

from accounts.choices import Role
from accounts.models import Area
from accounts.viewer import Viewer
from smartcommunity.kernel.rows import Row


class DeviceQuerySet(models.QuerySet[Row]):
    def visible_to(self, viewer: Viewer) -> DeviceQuerySet[Row]:
        """Included if and only if the viewer is staff who works in the device's area.

        A device is no personal data: the system administrator sees it, the other two
        administrators do not.
        """
        if not viewer.is_staff_member or viewer.role in {Role.SECURITY_ADMIN, Role.AUDITOR}:
            return self.none()
        areas: Any = Area.objects.visible_to(viewer)
        return self.filter(area__in=areas.values("pk"))
