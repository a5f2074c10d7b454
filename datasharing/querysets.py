"""Row filters of datasharing."""

from __future__ import annotations

from django.db import models

from datasharing.choices import GrantStatus
from smartcommunity.kernel import clock
from smartcommunity.kernel.rows import Row


class EmergencyQuerySet(models.QuerySet[Row]):
    """紧急查阅: one officer's look at one subject."""

    def in_force(self) -> EmergencyQuerySet[Row]:
        """Included if and only if not ended and its time is not over: it ends by itself."""
        return self.filter(ended_at=None, expires_at__gt=clock.now())

    def to_review(self) -> EmergencyQuerySet[Row]:
        """Included if and only if over and not reviewed yet."""
        over = models.Q(ended_at__isnull=False) | models.Q(expires_at__lte=clock.now())
        return self.filter(over, reviewed_at=None)


class GrantQuerySet(models.QuerySet[Row]):
    def in_force(self) -> GrantQuerySet[Row]:
        """Included if and only if active and today lies in its period."""
        today = clock.today()
        return self.filter(status=GrantStatus.ACTIVE, valid_from__lte=today, valid_to__gte=today)
