"""Time. Stored in UTC; a device's own time is kept beside the received time."""

from datetime import UTC, date, datetime

from django.utils import timezone


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """The present day where the platform stands (Asia/Shanghai)."""
    return timezone.localdate()
