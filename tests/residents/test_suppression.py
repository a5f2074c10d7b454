"""Who knows all that a table shows can still not tell one withheld count from another value."""

from collections.abc import Iterator
from itertools import product

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from residents.suppression import few, withheld

Counts = list[list[int]]


def splits(total: int, known: list[int | None]) -> Iterator[tuple[int, ...]]:
    """All lines of counts with this total that agree with what is known of them."""
    if not known:
        if total == 0:
            yield ()
        return
    first, *rest = known
    for value in range(total + 1) if first is None else (first,):
        if value <= total:
            for others in splits(total - value, rest):
                yield (value, *others)


def possible(counts: Counts, hidden: frozenset[tuple[int, int]]) -> list[set[int]]:
    """The values that each withheld cell takes over all tables that look the same: brute force."""
    last = len(counts)
    totals = [sum(column) for column in zip(*counts, strict=True)]
    shown = [
        [None if (row, column) in hidden else value for column, value in enumerate(line)]
        for row, line in enumerate(counts)
    ]
    lines = [list(splits(sum(line), shown[row])) for row, line in enumerate(counts)]
    values: dict[tuple[int, int], set[int]] = {cell: set() for cell in hidden}
    for table in product(*lines):
        sums = [sum(column) for column in zip(*table, strict=True)]
        if any(
            (last, column) not in hidden and value != totals[column]
            for column, value in enumerate(sums)
        ):
            continue
        for row, column in hidden:
            values[row, column].add(sums[column] if row == last else table[row][column])
    return list(values.values())


@st.composite
def tables(draw: st.DrawFn) -> tuple[Counts, int]:
    rows, columns = draw(st.sampled_from([(1, 2), (1, 4), (2, 2), (2, 3), (3, 2), (3, 3)]))
    minimum = draw(st.integers(1, 4))
    most = 3 if rows * columns > 6 else 5
    line = st.lists(st.integers(0, most), min_size=columns, max_size=columns)
    counts = draw(st.lists(line, min_size=rows, max_size=rows))
    assume(not any(few(sum(row), minimum) for row in counts))
    return counts, minimum


@settings(deadline=None, max_examples=250)
@given(tables())
def test_no_withheld_count_can_be_worked_out(case: tuple[Counts, int]) -> None:
    counts, minimum = case
    hidden = withheld(counts, minimum)
    totals = [sum(column) for column in zip(*counts, strict=True)]
    for row, line in enumerate([*counts, totals]):
        for column, value in enumerate(line):
            assert value >= minimum or (row, column) in hidden
    assert all(len(values) > 1 for values in possible(counts, hidden))


@pytest.mark.parametrize(
    "counts",
    [
        [[3, 20, 30], [10, 20, 30]],  # alone in its row and its column
        [[0, 0, 30], [10, 20, 30]],  # two zeros: their sum tells both
        [[0, 0, 0, 9]],  # one row: each total is a count
        [[1, 9], [9, 1]],
    ],
)
def test_the_awkward_ones(counts: Counts) -> None:
    hidden = withheld(counts, 5)
    assert hidden
    assert all(len(values) > 1 for values in possible(counts, hidden))


def test_small_ones_alone_would_be_worked_out() -> None:
    """What the second rule is for."""
    counts = [[3, 20, 30], [10, 20, 30]]
    assert possible(counts, frozenset({(0, 0)})) == [{3}]
    assert len(withheld(counts, 5)) >= 4


def test_nothing_small_nothing_withheld() -> None:
    assert withheld([[5, 6], [7, 80]], 5) == frozenset()
    assert withheld([[0, 1]], 0) == frozenset()
    assert withheld([], 5) == frozenset()


def test_a_large_table_is_done_soon() -> None:
    counts = [[(row * column * 7) % 13 for column in range(12)] for row in range(1, 150)]
    counts = [line for line in counts if not few(sum(line), 5)]
    assert 0 < len(withheld(counts, 5)) < 150 * 12


def test_places_of_too_few_people_come_in_no_table() -> None:
    with pytest.raises(ValueError, match="too few"):
        withheld([[1, 2]], 5)
