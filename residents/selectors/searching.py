"""One search box: what was typed tells what it may be; only what the viewer may search is tried."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from accounts.viewer import Viewer
from datasharing import identifiers, policy
from datasharing.choices import Level, Subject
from residents.addresses import parse
from residents.selectors.addresses import Address, find_addresses
from residents.selectors.briefs import Brief
from residents.selectors.finding import find_by_credit_code, find_organisations, find_vehicles
from residents.selectors.residents import search, searches_for
from residents.selectors.shapes import Person
from smartcommunity.kernel.errors import NotFound

_NUMBER = re.compile(r"[0-9A-Z]{6,30}")
_DIGITS_OF_A_DOCUMENT = 5
# {kind: (subject, element that must be seen in full)} beside those of `searches_for`.
_MORE = {
    "plate": (Subject.VEHICLE, "plate_no"),
    "uscc": (Subject.ORGANISATION, "uscc"),
    "organisation": (Subject.ORGANISATION, "unit_name"),
}


@dataclass(frozen=True, slots=True)
class Results:
    """What was found, by kind; `tried` are the kinds of search made."""

    tried: tuple[str, ...] = ()
    people: tuple[Person, ...] = ()
    addresses: tuple[Address, ...] = ()
    organisations: tuple[Brief, ...] = ()
    vehicles: tuple[Brief, ...] = ()
    more: bool = False

    @property
    def anything(self) -> bool:
        return bool(self.people or self.addresses or self.organisations or self.vehicles)


def recognise(text: str) -> tuple[str, ...]:
    """What the text may be, the likeliest first. Pure."""
    tidy = re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text).upper())
    if _is(identifiers.MOBILE, text):
        return ("mobile",)
    if _is(identifiers.PLATE, text):
        return ("plate",)
    if _NUMBER.fullmatch(tidy) and sum(map(str.isdigit, tidy)) >= _DIGITS_OF_A_DOCUMENT:
        code = ("uscc",) if _is(identifiers.USCC, text) else ()
        place = ("address",) if parse(text) else ()
        return (*code, "document", *place)
    if parse(text):
        return ("address",)
    return ("name", "organisation")


def _is(kind: str, text: str) -> bool:
    try:
        identifiers.check(kind, text)
    except identifiers.InvalidIdentifier:
        return False
    return True


def kinds_for(*, viewer: Viewer) -> list[str]:
    """The kinds of search open to the viewer: an element not seen in full is not searched, since
    whether there is a match would tell it. Addresses tell nothing of people."""
    open_kinds = searches_for(viewer=viewer)
    for kind, (subject, element) in _MORE.items():
        if policy.access(viewer=viewer, subject=subject).reach([element], Level.FULL):
            open_kinds.append(kind)
    return [*open_kinds, "address"] if open_kinds else []


def find(*, viewer: Viewer, by: str, text: str) -> Results:
    """Search by one kind, or (`by` "") by whatever the text may be. Logged by kind, never with the
    text. Raises NotFound for a kind that is not open to him."""
    is_open = kinds_for(viewer=viewer)
    if by and by not in is_open:
        raise NotFound
    text = text.strip()
    tried = (by,) if by else tuple(kind for kind in recognise(text) if kind in is_open)
    found: dict[str, Any] = {}
    for kind in tried:
        if kind in _FINDERS:
            place, finder = _FINDERS[kind]
            found[place] = (*found.get(place, ()), *finder(viewer=viewer, text=text))
        else:
            people = search(viewer=viewer, by=kind, text=text)
            found |= {"people": people.people, "more": people.more}
    return Results(tried=tried, **found)


_FINDERS: dict[str, tuple[str, Callable[..., list[Any]]]] = {
    "address": ("addresses", find_addresses),
    "organisation": ("organisations", find_organisations),
    "uscc": ("organisations", find_by_credit_code),
    "plate": ("vehicles", find_vehicles),
}
