"""Row filters of datasharing."""

from __future__ import annotations

from django.db import models

from datasharing.choices import GrantStatus
from smartcommunity.kernel import clock
from smartcommunity.kernel.rows import Row


class GrantQuerySet(models.QuerySet[Row]):
    def in_force(self) -> GrantQuerySet[Row]:
        """Included if and only if active and today lies in its period."""
        today = clock.today()
        return self.filter(status=GrantStatus.ACTIVE, valid_from__lte=today, valid_to__gte=today)
