"""Row filters of the registry: the only ones."""

from __future__ import annotations

from typing import Any

from django.db import models

from accounts.models import Area
from accounts.querysets import below
from accounts.viewer import Viewer
from datasharing.policy import Access
from smartcommunity.kernel.rows import Row


class VisibleQuerySet(models.QuerySet[Row]):
    """Rows with an `area`."""

    def visible_to(self, viewer: Viewer) -> VisibleQuerySet[Row]:
        """Included if and only if the row's area lies at or below a node where the viewer works.

        No staff viewer, no rows.
        """
        if not viewer.is_staff_member or viewer.is_administrator:
            return self.none()
        areas: Any = Area.objects.visible_to(viewer)
        return self.filter(area__in=areas.values("pk"))


class ResidentQuerySet(VisibleQuerySet[Row]):
    """Rows of residents; which of their elements are seen is `datasharing.policy.access`."""

    def shared_with(self, access: Access) -> ResidentQuerySet[Row]:
        """Included if and only if `access` shows something of a resident in the row's area."""
        return self.filter(below(access.reach(), "area__path"))
