"""Row filters of datasharing."""

from __future__ import annotations

from django.db import models

from accounts.viewer import Viewer
from datasharing.choices import GrantStatus, TemplateStatus
from smartcommunity.kernel import clock
from smartcommunity.kernel.rows import Row


class GrantQuerySet(models.QuerySet[Row]):
    def in_force(self) -> GrantQuerySet[Row]:
        """Included if and only if active and today lies in its period."""
        today = clock.today()
        return self.filter(status=GrantStatus.ACTIVE, valid_from__lte=today, valid_to__gte=today)


class TemplateQuerySet(models.QuerySet[Row]):
    """Versions of form templates; a draft is one that was never published."""

    def of_department(self, viewer: Viewer) -> TemplateQuerySet[Row]:
        """Included if and only if the form belongs to the viewer's kind of department."""
        if not viewer.is_staff_member or viewer.is_administrator:
            return self.none()
        return self.filter(department_kind=viewer.department_kind)

    def drafts(self) -> TemplateQuerySet[Row]:
        return self.filter(status=TemplateStatus.DRAFT)

    def published_once(self) -> TemplateQuerySet[Row]:
        """The versions that were ever in use, the newest first."""
        return self.exclude(status=TemplateStatus.DRAFT).order_by("-version")
