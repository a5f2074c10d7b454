"""Working days in China: weekends and public holidays off, make-up days (调休) on.

The dates are data, not rules: the State Council publishes each year's in the autumn before. The
library `chinesecalendar` carries the published years; `settings.WORKDAYS_FILE` may name a TOML file
that says more, or otherwise, of a year:

    [2027]
    holidays = [2027-01-01]
    working = [2027-02-06]

A year that neither knows falls back to Monday to Friday.
"""

import tomllib
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path

import chinese_calendar
from django.conf import settings

DAY = timedelta(days=1)
SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Special:
    """What a file says of single days."""

    holidays: frozenset[date] = frozenset()
    working: frozenset[date] = frozenset()


@lru_cache(maxsize=8)
def read(path: str) -> Special:
    """The days of a file; no path, no days. Raises ValueError where the file is wrong."""
    if not path:
        return Special()
    years = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    listed = [
        (kind, day) for year in years.values() for kind in year for day in year[kind]
    ]  # fmt: skip
    for kind, day in listed:
        if kind not in {"holidays", "working"} or type(day) is not date:
            raise ValueError(f"{path}: a year has 'holidays' and 'working', lists of dates")
    return Special(
        frozenset(day for kind, day in listed if kind == "holidays"),
        frozenset(day for kind, day in listed if kind == "working"),
    )


def is_workday(day: date) -> bool:
    special = read(settings.WORKDAYS_FILE)
    if day in special.working or day in special.holidays:
        return day in special.working
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:  # the library does not know this year (yet)
        return day.weekday() < SATURDAY


def after(start: date, days: int) -> date:
    """The day so many working days after `start`."""
    while days:
        start += DAY
        days -= is_workday(start)
    return start


def between(start: date, end: date) -> int:
    """How many working days lie after `start`, up to and with `end`; 0 when it is not later."""
    return sum(is_workday(start + DAY * step) for step in range(1, (end - start).days + 1))
