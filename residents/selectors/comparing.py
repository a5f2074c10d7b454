"""View objects of duplicates and merges: they hold only what the viewer may see."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from datasharing.choices import Level
from datasharing.values import Recorded
from residents.choices import Match
from residents.selectors.shapes import Person


@dataclass(frozen=True, slots=True)
class Suspect:
    """A registered person who may be the one being entered, and why."""

    person: Person
    match: Match

    @property
    def tags(self) -> tuple[str]:
        return (str(self.match.label),)

    @property
    def lives_here(self) -> bool:
        return self.match == Match.HOME


@dataclass(frozen=True, slots=True)
class Pair:
    """Two entries that look like one person."""

    first: Person
    second: Person


@dataclass(frozen=True, slots=True)
class Entry:
    """One of two entries to be merged."""

    id: uuid.UUID
    name: str
    estate: str
    homes: tuple[str, ...]
    version: int


@dataclass(frozen=True, slots=True)
class Compared:
    """One element of two entries, `left` of the one that stays. `takes_right`: the other's value is
    kept by rule. None: nothing is recorded there."""

    key: str
    label: str
    left: Recorded | None
    right: Recorded | None
    takes_right: bool
    may_choose: bool

    @property
    def is_same(self) -> bool:
        if self.left is None or self.right is None or self.left.value is None:
            return False
        return self.left.value == self.right.value

    @property
    def group(self) -> int:
        """0: to choose; 1: kept by rule; 2: the same in both."""
        return 0 if self.may_choose else 2 if self.is_same else 1

    @property
    def is_masked(self) -> bool:
        return any(side is not None and side.level < Level.FULL for side in (self.left, self.right))


@dataclass(frozen=True, slots=True)
class ConsentNote:
    """What becomes of the consents for a purpose: `ended` of them end, and `is_over` says that
    none stays."""

    label: str
    is_over: bool
    ended: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two entries side by side. `hidden`: elements of the catalogue that are not shared with the
    viewer on both; `told_apart`: who found them to be two people."""

    survivor: Entry
    absorbed: Entry
    rows: tuple[Compared, ...]
    hidden: int
    consents: tuple[ConsentNote, ...]
    told_apart: str

    @property
    def to_choose(self) -> list[Compared]:
        return [row for row in self.rows if row.group == 0]

    @property
    def by_rule(self) -> list[Compared]:
        return [row for row in self.rows if row.group == 1]

    @property
    def same(self) -> list[Compared]:
        return [row for row in self.rows if row.group == 2]


@dataclass(frozen=True, slots=True)
class MergeView:
    """A merge that may still be undone, or could be."""

    id: uuid.UUID
    survivor_id: uuid.UUID
    name: str
    estate: str
    at: datetime
    department: str
    user: str
    may_undo: bool
    left: str
