"""Row filters of passages and alerts."""

from __future__ import annotations

from typing import Any

from django.db import models

from accounts.models import Area
from accounts.viewer import Viewer
from datasharing.choices import Level, Subject
from datasharing.policy import access
from smartcommunity.kernel.rows import Row


class PassageQuerySet(models.QuerySet[Row]):
    def visible_to(self, viewer: Viewer) -> PassageQuerySet[Row]:
        """Included if and only if the viewer reads the element `access_event` (行踪, whereabouts)
        in full in the passage's area: the property company that owns it, and whom it granted."""
        rights = access(viewer=viewer, subject=Subject.RESIDENT)
        if rights.anywhere("access_event") < Level.FULL:
            return self.none()
        areas: Any = Area.objects.visible_to(viewer)
        allowed = [
            area.pk for area in areas if rights.level("access_event", area.path) == Level.FULL
        ]
        return self.filter(area__in=allowed)


class AlertQuerySet(models.QuerySet[Row]):
    def visible_to(self, viewer: Viewer) -> AlertQuerySet[Row]:
        """Included if and only if the viewer's department kind is a party of the alert and its
        area lies where he works; administrators see none."""
        if not viewer.is_staff_member or viewer.is_administrator:
            return self.none()
        areas: Any = Area.objects.visible_to(viewer)
        return self.filter(parties__contains=[viewer.department_kind], area__in=areas.values("pk"))
