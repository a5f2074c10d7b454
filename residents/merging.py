"""What is kept of two entries of one person. Pure: the page and the action ask the same functions.

For each element
  1. a value is kept rather than none;
  2. what the officer chose is kept, where he may choose (`may_choose`);
  3. the kind of document goes with its number, and what a number says (birth date, sex) is kept as
     the kept number says it;
  4. else the owner department's value wins (一数一源), and between equals the newer one.

For each consent the law decides, never the officer (`consents_after`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from datasharing import values
from datasharing.choices import Level
from datasharing.entry import owner_wins
from datasharing.policy import Access
from residents.choices import ConsentPurpose
from residents.models import Consent, ElementRecord
from residents.policies import CONSENT_AGE, DOCUMENT, DOCUMENT_TYPE

Held = Mapping[str, ElementRecord]
"""{element key: its current record} of one entry."""


def taken(mine: Held, other: Held, picks: Mapping[str, bool]) -> frozenset[str]:
    """The elements whose value comes from the other entry. `picks` says so of those that the
    officer chose."""
    chosen = {
        key
        for key in other
        if (picks[key] if key in picks and _both(mine, other, key) else _by_rule(mine, other, key))
    }
    chosen -= {DOCUMENT_TYPE}
    if DOCUMENT_TYPE in other and (DOCUMENT in chosen or (DOCUMENT not in mine)):
        chosen |= {DOCUMENT_TYPE}
    said = _facts(other if DOCUMENT in chosen else mine)
    for key in {key for key in other if _both(mine, other, key)} & said.keys():
        agrees = (mine[key].plain == said[key], other[key].plain == said[key])
        if agrees == (False, True):
            chosen |= {key}
        elif agrees == (True, False):
            chosen -= {key}
    return frozenset(chosen)


def may_choose(access: Access, key: str, mine: Held, other: Held, paths: Iterable[str]) -> bool:
    """True when both entries hold a value of this element, not the same; the viewer reads both in
    full and may write them; and he does not put the owner department's value aside unless he is of
    it. What follows from the document is nobody's choice."""
    if not _both(mine, other, key) or mine[key].plain == other[key].plain:
        return False
    element = mine[key].element
    if key == DOCUMENT_TYPE or element.derived_from == DOCUMENT:
        return False
    rights = [access.right(key, path) for path in paths]
    if not all(right.level == Level.FULL and right.may_write for right in rights):
        return False
    writer = access.viewer.department_kind
    owners = [owner_wins(element, _by(held[key]), writer) for held in (mine, other)]
    return all(owners) or not any(owners)


def _both(mine: Held, other: Held, key: str) -> bool:
    return _has(mine, key) and _has(other, key)


def _has(held: Held, key: str) -> bool:
    return key in held and held[key].plain is not None


def _by_rule(mine: Held, other: Held, key: str) -> bool:
    if not _has(other, key):
        return False
    if not _has(mine, key):
        return True
    ranks = [
        (_by(row) == row.element.owner_kind, row.recorded_at) for row in (mine[key], other[key])
    ]
    if mine[key].plain == other[key].plain:  # nothing to choose: only whose it is counts
        return ranks[1][0] > ranks[0][0]
    return ranks[1] > ranks[0]


def _by(record: ElementRecord) -> str:
    return record.department.kind if record.department else ""


def _facts(held: Held) -> dict[str, str]:
    number, kind = (held[key].plain if key in held else None for key in (DOCUMENT, DOCUMENT_TYPE))
    return values.facts(kind, number) if number and kind else {}


@dataclass(frozen=True, slots=True)
class ConsentAfter:
    """What becomes of the consents in force for one purpose: `kept` stays, `ended` end; `is_over`
    when none stays, so that what rests on them is erased."""

    purpose: ConsentPurpose
    kept: Consent | None
    ended: tuple[Consent, ...]

    @property
    def is_over(self) -> bool:
        return self.kept is None


def consents_after(
    mine: Iterable[Consent], other: Iterable[Consent], born: date | None
) -> tuple[ConsentAfter, ...]:
    """For each purpose with a consent in force: the latest one that the person gave and did not
    withdraw afterwards, on either entry. One that a child gave alone is none."""
    sides = (list(mine), list(other))
    found = []
    for purpose in ConsentPurpose:
        live = [c for side in sides for c in side if _live(c, purpose)]
        withdrawn = [
            c.withdrawn_at
            for side in sides
            if not any(_live(c, purpose) for c in side)
            for c in side
            if c.purpose == purpose and c.withdrawn_at
        ]
        valid = [
            c
            for c in live
            if all(c.given_at > moment for moment in withdrawn) and not _childs_own(c, born)
        ]
        kept = max(valid, key=lambda c: c.given_at, default=None)
        if live:
            ended = tuple(c for c in live if c is not kept)
            found.append(ConsentAfter(purpose, kept, ended))
    return tuple(found)


def _live(consent: Consent, purpose: ConsentPurpose) -> bool:
    return consent.purpose == purpose and consent.withdrawn_at is None


def _childs_own(consent: Consent, born: date | None) -> bool:
    if born is None or consent.guardian_id:
        return False
    return values.age(born, on=timezone.localdate(consent.given_at)) < CONSENT_AGE
