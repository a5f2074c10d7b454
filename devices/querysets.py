"""Row filters of devices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models

from accounts.choices import Role
from accounts.models import Area
from accounts.viewer import Viewer

if TYPE_CHECKING:
    pass


class DeviceQuerySet(models.QuerySet["Device"]):
    def visible_to(self, viewer: Viewer) -> DeviceQuerySet:
        """Included if and only if the viewer is staff who works in the device's area.

        A device is no personal data: the system administrator sees it, the other two
        administrators do not.
        """
        if not viewer.is_staff_member or viewer.role in {Role.SECURITY_ADMIN, Role.AUDITOR}:
            return self.none()
        areas: Any = Area.objects.visible_to(viewer)
        return self.filter(area__in=areas.values("pk"))
