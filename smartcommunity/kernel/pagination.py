"""Pages of a list: a fixed number of rows and no count over the whole table."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db.models import QuerySet
from rest_framework.pagination import CursorPagination

PAGE_SIZE = 50
MAX_PAGE = 1000

Row = TypeVar("Row")
View = TypeVar("View")


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """`rows` of page `number` (from 1); `has_next` is known by fetching one row more."""

    rows: Sequence[Row]
    number: int
    has_next: bool

    @property
    def has_previous(self) -> bool:
        return self.number > 1

    @property
    def next_number(self) -> int:
        return self.number + 1

    @property
    def previous_number(self) -> int:
        return self.number - 1

    def map(self, make: Callable[[Sequence[Row]], Sequence[View]]) -> "Page[View]":
        """The same page with all its rows turned into view objects at once."""
        return Page(make(self.rows), self.number, self.has_next)


def page_number(raw: str | None) -> int:
    """The page asked for in a query string; nonsense is page 1."""
    return min(max(int(raw), 1), MAX_PAGE) if raw and raw.isdecimal() and len(raw) < 8 else 1


def paginate(queryset: "QuerySet[Any, Row]", number: int, size: int = PAGE_SIZE) -> Page[Row]:
    start = (number - 1) * size
    rows = list(queryset[start : start + size + 1])
    return Page(rows[:size], number, len(rows) > size)


class ApiPagination(CursorPagination):
    """Cursor pages for the API: stable while rows are added, constant cost at any depth."""

    page_size = PAGE_SIZE
    ordering = "-id"
