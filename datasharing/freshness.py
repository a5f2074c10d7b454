"""When a recorded value should be confirmed again. Pure.

An element has a validity in months (`DataElement.valid_months`, from catalogue/freshness.toml);
None: it never grows stale. A value is as fresh as the day it was recorded or last confirmed.
Staleness is of values, never of people: it says what to ask again, and nothing about anybody.
"""

from calendar import monthrange
from datetime import date

from smartcommunity.kernel import clock


def due_on(since: date, valid_months: int | None) -> date | None:
    """The day from which a value of that day should be confirmed again; None for never."""
    return None if valid_months is None else _months_later(since, valid_months)


def stale_since(since: date, valid_months: int | None) -> date | None:
    """The day since which a value waits for confirmation; None while it is fresh."""
    due = due_on(since, valid_months)
    return due if due and since <= latest_stale(valid_months or 0) else None


def latest_stale(valid_months: int) -> date:
    """The latest day whose values are stale today."""
    return _months_later(clock.today(), -valid_months)


def _months_later(day: date, months: int) -> date:
    """The same day of a later month, or that month's last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    month += 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))
