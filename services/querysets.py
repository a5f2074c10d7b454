"""Row filters of requests and notices."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django.db import models

from accounts.models import Area
from accounts.viewer import Viewer

if TYPE_CHECKING:
    from services.models import Notice, ServiceRequest  # noqa: F401  names in the bases below


class RequestQuerySet(models.QuerySet["ServiceRequest"]):
    def visible_to(self, viewer: Viewer) -> RequestQuerySet:
        """Included if and only if the viewer is staff of the department kind that handles the
        service and works in the request's area."""
        if not viewer.is_staff_member or viewer.is_administrator:
            return self.none()
        areas: Any = Area.objects.visible_to(viewer)
        return self.filter(item__handler_kind=viewer.department_kind, area__in=areas.values("pk"))

    def of_resident(self, resident_id: uuid.UUID | None) -> RequestQuerySet:
        """Included if and only if asked by this resident; nobody gives none."""
        return self.filter(resident=resident_id) if resident_id else self.none()


class NoticeQuerySet(models.QuerySet["Notice"]):
    def for_area(self, area_path: str) -> NoticeQuerySet:
        """Included if and only if published to this area or to one above it; "" gives none."""
        step: int = Area.steplen
        above = [area_path[:end] for end in range(step, len(area_path) + 1, step)]
        return self.filter(area__path__in=above)

    def visible_to(self, viewer: Viewer) -> NoticeQuerySet:
        """Included if and only if published to an area where the staff viewer works."""
        areas: Any = Area.objects.visible_to(viewer)
        return self.filter(area__in=areas.values("pk"))
