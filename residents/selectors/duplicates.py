"""Who may be registered twice: asked of one person being entered, and of everybody at once.

A match is told only to who could find it by searching: by elements that he reads in full where the
other entry stands. Else the warning itself would tell him what the other entry holds.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Q

from accounts.models import Area
from accounts.querysets import below
from accounts.viewer import Viewer
from datasharing import policy
from datasharing.choices import AccessKind, Level, Subject
from datasharing.policy import Access
from residents import lookup, policies
from residents.choices import Match
from residents.merge_models import DistinctPair
from residents.models import Residence, Resident, Seal
from residents.selectors.comparing import Pair, Suspect
from residents.selectors.residents import people
from smartcommunity.kernel.errors import NotFound
from smartcommunity.kernel.pagination import PAGE_SIZE, Page

MOBILE, BORN = "mobile", "birth_date"
NEEDS: dict[Match, tuple[str, ...]] = {
    Match.HOME: (policies.NAME, BORN, policies.HOME),
    Match.NAME_BIRTH: (policies.NAME, BORN),
    Match.MOBILE: (MOBILE,),
}
"""The elements that a match of this kind tells. Two entries never have the same document: a
constraint refuses the second (`errors.DuplicateDocument`)."""


@dataclass(frozen=True, slots=True)
class Newcomer:
    """What is known of somebody who is being entered, as far as duplicates go."""

    name: str
    born: date | None
    mobile: str
    dwelling_id: uuid.UUID | None

    @classmethod
    def entered(
        cls, values: Mapping[str, str | None], dwelling_id: uuid.UUID | None = None
    ) -> Newcomer:
        """From {element key: canonical value}, as a form or a row of a sheet gives them."""
        born = values.get(BORN)
        return cls(
            name=values.get(policies.NAME) or "",
            born=date.fromisoformat(born) if born else None,
            mobile=values.get(MOBILE) or "",
            dwelling_id=dwelling_id,
        )


def matches(*, viewer: Viewer, newcomers: Sequence[Newcomer]) -> list[dict[uuid.UUID, Match]]:
    """For each newcomer, in order, {id of a registered person who may be the same: why}. A constant
    number of queries. Logs nothing and shows nobody: show them through `people`, which logs."""
    access = policy.access(viewer=viewer, subject=Subject.RESIDENT)
    hashes = {entry: lookup.mobile_hash(entry.mobile) for entry in newcomers if entry.mobile}
    wanted = Q(pk__in=[])
    if named := below(access.reach(NEEDS[Match.NAME_BIRTH], Level.FULL), "area__path"):
        names = {entry.name for entry in newcomers if entry.name and entry.born}
        births = {entry.born for entry in newcomers if entry.name and entry.born}
        wanted |= Q(birth_date__in=births, name__in=names) & named
    if phoned := below(access.reach(NEEDS[Match.MOBILE], Level.FULL), "area__path"):
        wanted |= Q(mobile_hash__in=list(hashes.values())) & phoned
    rows = list(
        Resident.objects.shared_with(access)
        .filter(wanted)
        .select_related("area")
        .only("pk", "name", "birth_date", "mobile_hash", "area__path")
    )
    homes = _homes_among([row.pk for row in rows])
    like: dict[object, list[Resident]] = defaultdict(list)
    for row in rows:
        like[row.name, row.birth_date].append(row)
        like[row.mobile_hash and bytes(row.mobile_hash)].append(row)
    return [
        {
            row.pk: why
            for row in like[entry.name, entry.born] + like[hashes.get(entry, b"")]
            if (why := _why(access, entry, hashes.get(entry), row, homes[row.pk]))
        }
        for entry in newcomers
    ]


def _homes_among(ids: Collection[uuid.UUID]) -> Mapping[uuid.UUID, set[uuid.UUID]]:
    found: dict[uuid.UUID, set[uuid.UUID]] = defaultdict(set)
    rows = Residence.objects.present().filter(resident__in=ids)
    for resident_id, dwelling_id in rows.values_list("resident_id", "dwelling_id"):
        found[resident_id].add(dwelling_id)
    return found


def _why(
    access: Access,
    entry: Newcomer,
    mobile: bytes | None,
    row: Resident,
    homes: set[uuid.UUID],
) -> Match | None:
    def tells(match: Match) -> bool:
        rights = access.rights(row.area.path)
        return all(key in rights and rights[key].level == Level.FULL for key in NEEDS[match])

    reads_both = tells(Match.NAME_BIRTH)
    same_name, same_birth = entry.name == row.name, entry.born == row.birth_date
    if reads_both and same_name and same_birth and entry.born:
        if entry.dwelling_id in homes and tells(Match.HOME):
            return Match.HOME
        return Match.NAME_BIRTH
    if mobile and row.mobile_hash and mobile == bytes(row.mobile_hash) and tells(Match.MOBILE):
        # A child's entry often has a parent's phone: another name and another birth date.
        both_born = entry.born and row.birth_date
        return None if reads_both and both_born and not (same_name or same_birth) else Match.MOBILE
    return None


def suspects(*, viewer: Viewer, found: Mapping[uuid.UUID, Match]) -> tuple[Suspect, ...]:
    """The people that `matches` found for one newcomer, the surest match first. Logged, as the
    search that it is."""
    persons = people(
        viewer=viewer, resident_ids=list(found), kind=AccessKind.SEARCH, detail="duplicates"
    )
    order = list(Match)
    return tuple(
        Suspect(persons[key], why)
        for key, why in sorted(found.items(), key=lambda item: (order.index(item[1]), item[0]))
        if key in persons
    )


def duplicates_for(*, viewer: Viewer) -> list[Match]:
    """The kinds of match that the viewer may look for somewhere, to merge what he finds."""
    access = policy.access(viewer=viewer, subject=Subject.RESIDENT)
    return [match for match in NEEDS if _paths(access, match)]


def suspected_pairs(*, viewer: Viewer, match: str, number: int) -> Page[Pair]:
    """Pairs of entries that look like one person, where the viewer registers people and reads in
    full what is compared. Pairs told apart are left out. Logged. Raises NotFound for a kind of
    match that is not open to him.

    One statement over the index of what is compared, whatever the number of residents.
    """
    if match not in NEEDS:
        raise NotFound
    access = policy.access(viewer=viewer, subject=Subject.RESIDENT)
    paths = _paths(access, Match(match))
    if not paths:
        raise NotFound
    full, homes = _paths(access, Match.NAME_BIRTH), _paths(access, Match.HOME)
    values: dict[str, Any] = {
        "areas": _areas(paths),
        "named": _areas(full),
        "homed": _areas(homes),
        "closed": list(Seal.objects.closed_to(viewer).values_list("resident", flat=True)),
        "limit": PAGE_SIZE + 1,
        "offset": (number - 1) * PAGE_SIZE,
    }
    with connection.cursor() as cursor:
        cursor.execute(_SQL[Match(match)], values)
        found = cursor.fetchall()
    shown = found[:PAGE_SIZE]
    persons = people(
        viewer=viewer,
        resident_ids={key for pair in shown for key in pair},
        kind=AccessKind.SEARCH,
        detail="duplicates",
    )
    pairs = [
        Pair(persons[first], persons[second])
        for first, second in shown
        if first in persons and second in persons
    ]
    return Page(pairs, number, len(found) > PAGE_SIZE)


def _paths(access: Access, match: Match) -> tuple[str, ...]:
    """Where the viewer reads in full what the match compares, and may merge."""
    reach = access.reach(NEEDS[match], Level.FULL)
    return tuple(path for path in reach if policies.may_merge(access, path))


def _areas(paths: tuple[str, ...]) -> list[int]:
    return list(Area.objects.filter(below(paths)).values_list("pk", flat=True))


_SAME_HOME = """EXISTS (
    SELECT 1 FROM residents_residence AS here
    JOIN residents_residence AS there ON there.dwelling_id = here.dwelling_id
    WHERE here.resident_id = one.id AND there.resident_id = other.id
    AND here.valid_to IS NULL AND there.valid_to IS NULL)"""


def _pairs(same: str, order: str) -> str:
    """The statement that lists pairs for which `same` holds, in the order of its index."""
    return f"""
    SELECT one.id, other.id
    FROM residents_resident AS one
    JOIN residents_resident AS other ON {same} AND one.id < other.id
    WHERE one.merged_into_id IS NULL AND other.merged_into_id IS NULL
    AND one.area_id = ANY(%(areas)s) AND other.area_id = ANY(%(areas)s)
    AND one.id <> ALL(%(closed)s) AND other.id <> ALL(%(closed)s)
    AND NOT EXISTS (SELECT 1 FROM {DistinctPair._meta.db_table} AS apart
                    WHERE apart.first_id = one.id AND apart.second_id = other.id)
    ORDER BY {order}, one.id, other.id LIMIT %(limit)s OFFSET %(offset)s"""  # noqa: S608  no input


_NAME_BIRTH = "other.birth_date = one.birth_date AND other.name = one.name"
_BY_NAME = "one.birth_date, one.name"
_IN = "one.area_id = ANY(%({0})s) AND other.area_id = ANY(%({0})s)"
_SQL = {
    Match.HOME: _pairs(f"{_NAME_BIRTH} AND {_SAME_HOME}", _BY_NAME),
    # Those of one dwelling stand under the match above, where the viewer may see it.
    Match.NAME_BIRTH: _pairs(
        f"{_NAME_BIRTH} AND NOT ({_IN.format('homed')} AND {_SAME_HOME})", _BY_NAME
    ),
    # As for a newcomer: another name and another birth date is a child with a parent's phone.
    Match.MOBILE: _pairs(
        "other.mobile_hash = one.mobile_hash AND NOT COALESCE("
        f"{_IN.format('named')} AND other.name <> one.name"
        " AND other.birth_date <> one.birth_date, FALSE)",
        "one.mobile_hash",
    ),
}
