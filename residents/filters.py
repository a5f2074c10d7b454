"""What a list of residents can be asked: which elements, how, and the rows that answer.

A filter shows which rows have a value, so it counts only where the viewer might read that value
himself: a row is left out unless its area gives him the element in full, or, for the question
whether anything is recorded, at any level. What is restricted is never asked; what is sealed is
only compared by its keyed hash.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from django.apps import apps
from django.db.models import Q, QuerySet

from accounts.querysets import below
from datasharing.choices import Level, Subject
from datasharing.models import DataElement
from datasharing.policy import Access
from residents import lookup
from smartcommunity.kernel import clock

LAST = "\U0010ffff"  # after every other character, in the columns' own order (collation C)
TERM = 64  # characters of a value that its index keeps
MOST_FILTERS = 6
AGED_FLAG, AGED = "aged_flag", 80


class How(StrEnum):
    """What is asked of an element."""

    IS = "is"
    BEGINS = "begins"
    BETWEEN = "between"
    RECORDED = "recorded"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Filter:
    """One question: `value` is a code, an ISO date or a text; `until` the end of a period."""

    element: str
    how: How
    value: str = ""
    until: str = ""

    @property
    def level(self) -> Level:
        """How much of the element one must see to ask this."""
        return Level.YES_NO if self.how in {How.RECORDED, How.MISSING} else Level.FULL


@dataclass(frozen=True, slots=True)
class Listing:
    """A list as it was asked for: where, which columns, which filters, in which order."""

    area: int | None = None
    columns: tuple[str, ...] = ()
    filters: tuple[Filter, ...] = field(default=())
    sort: str = ""

    def dump(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def load(cls, text: str) -> Listing:
        held = json.loads(text)
        filters = tuple(
            Filter(row["element"], How(row["how"]), row["value"], row["until"])
            for row in held["filters"]
        )
        return cls(held["area"], tuple(held["columns"]), filters, held["sort"])


HASHES = {"doc_no": "doc_hash", "mobile": "mobile_hash"}


def ways(element: DataElement, level: Level) -> frozenset[How]:
    """How the element may be asked for by who sees it at most at `level` anywhere."""
    if element.restricted or element.storage == "elsewhere" or level == Level.HIDDEN:
        return frozenset()
    if element.key == AGED_FLAG:
        return frozenset({How.IS}) if level == Level.FULL else frozenset()
    presence = {How.RECORDED, How.MISSING}
    if level < Level.FULL:
        return frozenset(presence)
    if element.is_encrypted:
        exact = {How.IS} if element.key in HASHES else set()
        return frozenset(presence | exact)
    return frozenset(presence | {_BY_TYPE.get(element.type, How.BEGINS)})


_BY_TYPE = {
    "code": How.IS,
    "boolean": How.IS,
    "integer": How.IS,
    "decimal": How.IS,
    "date": How.BETWEEN,
}


def answering(
    rows: QuerySet[Any, Any], access: Access, filters: tuple[Filter, ...]
) -> QuerySet[Any, Any]:
    """The rows that answer all the filters, none of them where the viewer may not ask it."""
    for asked in filters:
        reach = access.reach([asked.element], asked.level)
        rows = rows.filter(below(reach, "area__path"), _match(asked))
    return rows


def _match(asked: Filter) -> Q:
    if asked.element == AGED_FLAG:
        today = clock.today()
        day = 28 if (today.month, today.day) == (2, 29) else today.day
        limit = date(today.year - AGED, today.month, day)
        old = Q(birth_date__lte=limit)
        return old if asked.value == "true" else Q(birth_date__gt=limit)
    if asked.element == "doc_no" and asked.how == How.IS:
        return Q(doc_hash__in=list(lookup.document_hashes(asked.value)))
    if asked.element == "mobile" and asked.how == How.IS:
        return Q(mobile_hash=lookup.mobile_hash(asked.value))
    current = apps.get_model("residents.ElementRecord").objects.filter(
        subject=Subject.RESIDENT, element=asked.element, superseded_at=None
    )
    if asked.how in {How.RECORDED, How.MISSING}:
        held = current.filter(Q(value__isnull=False) | Q(sealed__isnull=False))
        there = Q(pk__in=held.values("subject_id"))
        return there if asked.how == How.RECORDED else ~there
    if asked.how == How.BETWEEN:
        if asked.value:
            current = current.filter(term__gte=asked.value)
        if asked.until:
            current = current.filter(term__lte=asked.until)
        return Q(pk__in=current.filter(term__isnull=False).values("subject_id"))
    text = asked.value[:TERM]
    if asked.how == How.BEGINS:
        current = current.filter(term__gte=text, term__lt=f"{text}{LAST}")
    else:
        current = current.filter(term=text)
    return Q(pk__in=current.values("subject_id"))
