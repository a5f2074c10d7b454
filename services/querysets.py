"""Row filters of requests."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import models

from accounts.models import Area
from accounts.viewer import Viewer
from smartcommunity.kernel.rows import Row


class RequestQuerySet(models.QuerySet[Row]):
    def visible_to(self, viewer: Viewer) -> RequestQuerySet[Row]:
        """Included if and only if the viewer is staff of the department kind that handles the
        service and works in the request's area."""
        if not viewer.is_staff_member or viewer.is_administrator:
            return self.none()
        areas: Any = Area.objects.visible_to(viewer)
        return self.filter(item__handler_kind=viewer.department_kind, area__in=areas.values("pk"))

    def of_resident(self, resident_id: uuid.UUID | None) -> RequestQuerySet[Row]:
        """Included if and only if asked by this resident; nobody gives none."""
        return self.filter(resident=resident_id) if resident_id else self.none()
