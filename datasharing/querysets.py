"""Row filters of datasharing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

from datasharing.choices import GrantStatus
from smartcommunity.kernel import clock

if TYPE_CHECKING:
    pass


class GrantQuerySet(models.QuerySet["Grant"]):
    def in_force(self) -> GrantQuerySet:
        """Included if and only if active and today lies in its period."""
        today = clock.today()
        return self.filter(status=GrantStatus.ACTIVE, valid_from__lte=today, valid_to__gte=today)
