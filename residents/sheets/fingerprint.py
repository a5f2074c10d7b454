"""Whose export a file is: the line that everybody sees, and a fingerprint that nobody does.

The visible line names the export and carries a check code, so that a line written by hand is told
from one of the platform. The fingerprint is the order of neighbours: which of two rows comes first
says one bit of the export's code, and which bit it is follows from the two rows themselves. So no
value is changed, and a copied sheet, a part of it, or one without the first and last rows still
names its export; a sorted one does not. Below about fifty rows there are too few bits to be sure.
"""

from __future__ import annotations

import hmac
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Final

from django.conf import settings

WORD: Final = "导出编号"  # how the visible line begins, whatever the language
CODE: Final = re.compile(WORD + r"\s*(EX[A-Z2-7]{8})")
CHECK: Final = re.compile(r"校验码\s*([0-9a-f]{12})")
SURE: Final = 5.0  # standard deviations above chance
BITS: Final = 256


def _mac(kind: str, text: str) -> bytes:
    key = hmac.digest(settings.BLIND_INDEX_KEY, b"export fingerprint", "sha256")
    return hmac.digest(key, f"{kind}\0{text}".encode(), "sha256")


@lru_cache(maxsize=4096)
def _bits(code: str) -> int:
    return int.from_bytes(_mac("code", code), "big")


def check_code(code: str, line: str) -> str:
    """What shows that the platform wrote the visible line of this export."""
    return _mac("line", f"{code}\0{line}").hex()[:12]


def visible(code: str, line: str) -> str:
    """The visible line: who, where, when, what for, and the check code."""
    return f"{WORD} {code}　{line}　校验码 {check_code(code, line)}"


def is_visible_line(text: str) -> bool:
    return text.startswith(WORD)


def named_in(text: str) -> tuple[str, bool] | None:
    """(the export's code, whether the line is the platform's own) of a visible line."""
    found, check = CODE.search(text), CHECK.search(text)
    if not found:
        return None
    line = text[found.end() : check.start()].strip("　 ") if check else ""
    genuine = check is not None and hmac.compare_digest(check[1], check_code(found[1], line))
    return found[1], genuine


def _pair(first: str, second: str) -> tuple[int, int] | None:
    """(which bit two neighbours carry, its value); None for two rows that cannot be told apart."""
    one, two = _mac("row", first), _mac("row", second)
    if one == two:
        return None
    low, high = sorted((one, two))
    place = int.from_bytes(_mac("pair", f"{low.hex()}{high.hex()}")[:4], "big") % BITS
    return place, int(one > two)


def arrange(rows: Sequence[Sequence[str]], anchor: int, code: str) -> list[Sequence[str]]:
    """The rows with neighbours swapped where the code wants it. `anchor` is the column compared."""
    found = list(rows)
    for at in range(0, len(found) - 1, 2):
        carried = _pair(found[at][anchor], found[at + 1][anchor])
        if carried and carried[1] != _bits(code) >> carried[0] & 1:
            found[at], found[at + 1] = found[at + 1], found[at]
    return found


def best_anchor(rows: Sequence[Sequence[str]]) -> int:
    """The column with the most different values: it tells the most neighbours apart."""
    width = min((len(row) for row in rows), default=1)
    return max(range(width), key=lambda place: len({row[place] for row in rows}))


@dataclass(frozen=True, slots=True)
class Match:
    """An export that a file's order of rows speaks for, and how strongly."""

    code: str
    sigma: float


def trace(rows: Sequence[Sequence[str]], codes: Iterable[str]) -> Match | None:
    """The export whose fingerprint the rows carry, if any is beyond doubt. Every column is tried,
    and every way in which neighbours may have been paired."""
    votes = list(_votes(rows))
    best = max(
        (Match(code, max((_sigma(one, code) for one in votes), default=0.0)) for code in codes),
        key=lambda match: match.sigma,
        default=None,
    )
    return best if best and best.sigma >= SURE else None


def _votes(rows: Sequence[Sequence[str]]) -> Iterable[list[tuple[int, int]]]:
    for place in range(max((len(row) for row in rows), default=0)):
        texts = [row[place] if place < len(row) else "" for row in rows]
        pairs = [_pair(one, two) for one, two in pairwise(texts)]
        for chosen in (pairs[0::2], pairs[1::2], pairs):
            yield [pair for pair in chosen if pair]


def _sigma(votes: list[tuple[int, int]], code: str) -> float:
    if not votes:
        return 0.0
    agree = sum(bit == _bits(code) >> place & 1 for place, bit in votes)
    return (2 * agree - len(votes)) / math.sqrt(len(votes))
