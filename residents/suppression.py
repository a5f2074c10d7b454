"""Which counts of a table are withheld, so that no small one can be worked out. Pure.

A table has a row a place, a column a group, and a total of each column. The totals of the rows and
of everything are always shown: a place of fewer than `minimum` people is not in the table at all,
nor in any of its totals (`few`). What is shown of a place is the same in every table, therefore.

1. A count or a column's total below `minimum` is withheld; zero as well, which tells of everybody.
2. Further ones are withheld, the smallest first, until none of them is exposed. One is exposed when
   it has the same value in every table of counts that agrees with all that is shown.

All withheld counts look alike: to say which ones are small would say that the others are not.

Whether one is exposed is a question of circles. Read the counts as flows: the grand total flows
into the columns, by their totals, and from the columns into the rows, by their counts. Every table
that agrees with what is shown differs from the true one by circles over withheld counts, along
which each count grows or, unless it is zero, shrinks by one. So a count is exposed if and only if
no such circle passes through it (other than growing and shrinking again).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Literal

Cell = tuple[int, int]  # (row, column); the row after the last one holds the columns' totals
Node = tuple[Literal["row", "column"], int]


def few(people: int, minimum: int) -> bool:
    """Whether a place has too few people to be in a table."""
    return people < minimum


def withheld(counts: Sequence[Sequence[int]], minimum: int) -> frozenset[Cell]:
    """The cells to withhold; those of row `len(counts)` are the totals of the columns.
    Raises ValueError for a place of too few people."""
    if any(few(sum(line), minimum) for line in counts):
        raise ValueError("leave out the places of too few people first")
    table = _Table(counts)
    for cell, value in table.values.items():
        if value < minimum:
            table.withhold(cell)
    waiting = sorted(table.hidden)
    while waiting:
        cell = waiting.pop()
        while table.exposes(cell):
            waiting.append(table.withhold(table.smallest_beside(cell)))
    return frozenset(table.hidden)


class _Table:
    """The counts with their columns' totals, and which of them are hidden so far."""

    def __init__(self, counts: Sequence[Sequence[int]]) -> None:
        self.last = len(counts)
        totals = [sum(column) for column in zip(*counts, strict=True)]
        self.values: dict[Cell, int] = {
            (row, column): value
            for row, line in enumerate([*counts, totals])
            for column, value in enumerate(line)
        }
        self.hidden: set[Cell] = set()
        self._in: dict[Node, list[Cell]] = defaultdict(list)

    def withhold(self, cell: Cell) -> Cell:
        self.hidden.add(cell)
        self._in["row", cell[0]].append(cell)
        self._in["column", cell[1]].append(cell)
        return cell

    def exposes(self, cell: Cell) -> bool:
        start, end = self._flow(cell)
        grows = self._leads(end, start, without=cell)
        return not grows and not (self.values[cell] and self._leads(start, end, without=cell))

    def smallest_beside(self, cell: Cell) -> Cell:
        """The next to hide: in the same row or column if any is left there; no total before the
        counts, for it tells most."""
        shown = [other for other in self.values if other not in self.hidden]
        beside = [other for other in shown if other[0] == cell[0] or other[1] == cell[1]]
        return min(beside or shown, key=lambda one: (one[0] == self.last, self.values[one], one))

    def _flow(self, cell: Cell) -> tuple[Node, Node]:
        """From where to where the count flows."""
        row: Node = ("row", cell[0])
        column: Node = ("column", cell[1])
        return (row, column) if cell[0] == self.last else (column, row)

    def _steps(self, node: Node, without: Cell) -> Iterator[Node]:
        for cell in self._in[node]:
            start, end = self._flow(cell)
            if cell != without and (node == start or self.values[cell]):
                yield end if node == start else start

    def _leads(self, start: Node, goal: Node, without: Cell) -> bool:
        seen, waiting = {start}, [start]
        while waiting:
            for node in self._steps(waiting.pop(), without):
                if node == goal:
                    return True
                if node not in seen:
                    seen.add(node)
                    waiting.append(node)
        return False
