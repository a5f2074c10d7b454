"""Row filters of devices."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Q

from accounts.choices import DepartmentKind, Role
from accounts.models import Area
from accounts.viewer import Viewer
from devices.choices import RawState
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


class RawMessageQuerySet(models.QuerySet[Row]):
    def quarantine_of(self, viewer: Viewer) -> RawMessageQuerySet[Row]:
        """Included if and only if quarantined and the viewer keeps the device that sent it.

        Senders that no device is registered for are the system administrator's alone.
        """
        device = apps.get_model("devices", "Device")
        kept = Q(source__in=device.objects.visible_to(viewer).values("code"))
        if viewer.role == Role.SYSTEM_ADMIN:
            kept |= ~Q(source__in=device.objects.values("code"))
        elif viewer.department_kind != DepartmentKind.PROPERTY:
            return self.none()
        return self.filter(kept, state=RawState.QUARANTINED)


class RefusalQuerySet(models.QuerySet[Row]):
    def visible_to(self, viewer: Viewer) -> RefusalQuerySet[Row]:
        """Included if and only if the viewer is the system administrator, or the property company
        of the device whose code the refused client called itself by."""
        if viewer.role == Role.SYSTEM_ADMIN:
            return self.all()
        if viewer.department_kind != DepartmentKind.PROPERTY:
            return self.none()
        mine = apps.get_model("devices", "Device").objects.visible_to(viewer)
        return self.filter(source__in=mine.values("code"))
