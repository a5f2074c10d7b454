"""A synthetic population: invented people with well-formed documents, written by COPY.

Values are sealed and hashed by the platform's own cryptography, in worker processes; each row is
marked `synthetic`. The same number of people is the same population, but for the sealed bytes.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from io import BytesIO
from itertools import islice
from multiprocessing import get_context
from random import Random
from typing import Final
from uuid import UUID

import psycopg2

REGIONS: Final = ("420102", "420103", "420104", "420105", "420106", "420107", "420111")
FIRST_BIRTH, DAYS = date(1940, 1, 1), 30_000
RECORDED_AT: Final = datetime(2025, 5, 10, tzinfo=UTC)
SHARE: Final = 10_000
"""People whom one worker writes in one go."""
PER_DWELLING, PER_ESTATE = 3, 6_000
PREFIX: Final = "138"

RESIDENT: Final = (
    "id, area_id, name, name_pinyin, name_initials, doc_type, doc_no, doc_hash, sex, birth_date,"
    " mobile, mobile_hash, synthetic, version, created_at"
)
RECORD: Final = (
    "id, subject, subject_id, element_id, value, sealed, department_id, user_id, template_id,"
    " recorded_at"
)
RESIDENCE: Final = "id, resident_id, dwelling_id, kind"
TABLES: Final = (
    ("residents_resident", RESIDENT),
    ("residents_residence", RESIDENCE),
    ("residents_elementrecord", RECORD),
)
OF_PROPERTY: Final = frozenset({"mobile", "residence_kind"})


@dataclass(frozen=True, slots=True)
class Plan:
    """What the workers need to know. `estates` are areas, `sources` {department kind:
    (department, user)}, `sealed` the elements that are encrypted."""

    estates: Sequence[int]
    sources: Mapping[str, tuple[UUID, UUID]]
    sealed: frozenset[str]


@dataclass(frozen=True, slots=True)
class Person:
    """The n-th invented person; the number is unique, and so is the phone."""

    id: UUID
    name: str
    document: str
    sex: str
    born: date
    mobile: str


def person(number: int) -> Person:
    """Always the same for the same number."""
    from datasharing.identifiers import make_citizen_id
    from smartcommunity.demo.names import given_name, surname

    rng = Random(number)
    day, turn = number * 7919 % DAYS, number // DAYS
    born = FIRST_BIRTH + timedelta(days=day)
    sex = "12"[number % 2]
    region = REGIONS[turn % len(REGIONS)]
    return Person(
        id=UUID(int=rng.getrandbits(128), version=4),
        name=surname(rng) + given_name(rng, sex, born.year),
        document=make_citizen_id(region, born, sex, turn // len(REGIONS)),
        sex=sex,
        born=born,
        mobile=f"{PREFIX}{number:08d}",
    )


def dwelling_key(area: int, place: int) -> UUID:
    """The key of an estate's n-th dwelling."""
    return UUID(int=(0xBE << 120) | (area << 32) | place)


def load(dsn: str, plan: Plan, first: int, last: int) -> float:
    """Write the people `first` to `last`; returns the seconds it took."""
    began = time.monotonic()
    workers = os.cpu_count() or 1
    shares = iter(range(first, last, SHARE))
    with (
        closing(psycopg2.connect(dsn)) as connection,
        ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool,
    ):
        waiting = [_ask(pool, plan, start, last) for start in islice(shares, workers + 1)]
        while waiting:
            made = waiting.pop(0).result()
            if (start := next(shares, None)) is not None:
                waiting.append(_ask(pool, plan, start, last))
            with connection, connection.cursor() as cursor:
                for (table, columns), text in zip(TABLES, made, strict=True):
                    cursor.copy_expert(f"COPY {table} ({columns}) FROM STDIN", BytesIO(text))
        connection.autocommit = True
        with connection.cursor() as cursor:
            for table, _columns in TABLES:
                cursor.execute(f"VACUUM (ANALYZE) {table}")
    return time.monotonic() - began


def _ask(pool: ProcessPoolExecutor, plan: Plan, start: int, last: int):
    return pool.submit(rows, plan, start, min(start + SHARE, last))


def rows(plan: Plan, first: int, last: int) -> tuple[bytes, bytes, bytes]:
    """The text that COPY takes, a table each."""
    import django
    from django.apps import apps

    if not apps.ready:
        django.setup()
    people, homes, records = [], [], []
    for number in range(first, last):
        one = person(number)
        people.append(_resident(plan, number, one))
        homes.append(_residence(plan, number, one))
        records += _records(plan, number, one)
    return tuple("".join(lines).encode() for lines in (people, homes, records))  # type: ignore[return-value]


def _resident(plan: Plan, number: int, one: Person) -> str:
    from residents import lookup

    pinyin, initials = _pinyin(one.name)
    area = plan.estates[number // PER_ESTATE % len(plan.estates)]
    hashes = (lookup.document_hash("111", one.document), lookup.mobile_hash(one.mobile))
    sealed = [
        _seal(f"residents.resident.{column}:{one.id}", text)
        for column, text in (("doc_no", one.document), ("mobile", one.mobile))
    ]
    return _line(
        one.id, area, one.name, pinyin, initials, "111", sealed[0], hashes[0], one.sex,
        one.born, sealed[1], hashes[1], "t", 1, RECORDED_AT,
    )  # fmt: skip


def _residence(plan: Plan, number: int, one: Person) -> str:
    area = plan.estates[number // PER_ESTATE % len(plan.estates)]
    home = dwelling_key(area, number % PER_ESTATE // PER_DWELLING)
    return _line(UUID(int=one.id.int ^ 1), one.id, home, "owner")


def _records(plan: Plan, number: int, one: Person) -> Iterator[str]:
    keys = Random(f"records {number}")
    said = {
        "name_cn": one.name,
        "doc_type": "111",
        "doc_no": one.document,
        "sex": one.sex,
        "birth_date": one.born.isoformat(),
        "head_relation": "02",
        "mobile": one.mobile,
        "residence_kind": "owner",
    }
    for element, text in said.items():
        key = UUID(int=keys.getrandbits(128), version=4)
        department, user = plan.sources["property" if element in OF_PROPERTY else "police"]
        is_sealed = element in plan.sealed
        sealed = _seal(f"residents.elementrecord.sealed:{key}", text) if is_sealed else None
        yield _line(
            key, "resident", one.id, element, None if is_sealed else text, sealed,
            department, user, None, RECORDED_AT,
        )  # fmt: skip


@cache
def _pinyin(name: str) -> tuple[str, str]:
    from residents import lookup

    return lookup.pinyin(name)


def _seal(bound_to: str, text: str) -> bytes:
    from smartcommunity.kernel import crypto

    return crypto.seal(text.encode(), bound_to)


def _line(*values: object) -> str:
    """A line of COPY's text format. Our texts hold no tab, line end or backslash."""
    return "\t".join(
        r"\N" if value is None else rf"\\x{value.hex()}" if isinstance(value, bytes) else str(value)
        for value in values
    ) + "\n"  # fmt: skip
