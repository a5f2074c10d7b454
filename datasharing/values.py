"""One value of one data element: check what was typed, show what is recorded. Pure functions.

A value is kept as text in one canonical spelling: a code, an ISO date, `true`/`false`, a number
without grouping, a document number as `identifiers.normalise` spells it. `None` is "not recorded".
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TypeAlias
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from datasharing import identifiers, masking
from datasharing.choices import Level
from datasharing.models import DataElement
from smartcommunity.kernel import clock
from smartcommunity.kernel.errors import type_text

Day: TypeAlias = date  # for classes with a field of that name
TRUE, FALSE = "true", "false"
EARLIEST, LATEST = date(1850, 1, 1), date(2150, 1, 1)
LONGEST = 1000  # characters of a text whose element sets no limit

_SPACES = re.compile(r"\s+")
_NAME = re.compile(r"[^\W\d_]+(?:[ ·.'’-]+[^\W\d_]+)*\.?")
_DIVISION = re.compile(r"[0-9]{6}|[0-9]{9}|[0-9]{12}|[0-9]{15}")
_INTEGER = re.compile(r"-?[0-9]{1,9}")
_DECIMAL = re.compile(r"-?[0-9]{1,12}(?:\.[0-9]{1,7})?")


class InvalidValue(ValueError):
    """What is wrong with a value and how to mend it. Never repeats the value: it may be logged."""

    def __init__(self, message: type_text) -> None:
        super().__init__()
        self.message = message


@dataclass(frozen=True, slots=True)
class Recorded:
    """The current value of an element as one viewer may see it, and where it comes from.

    `value` is the canonical text at level FULL and None below; `shown` is the text for the page,
    masked where `veiled`: then the viewer may show himself the whole, for a purpose.
    `department_kind` and `department` are of who recorded it (the kind is "" for the platform
    itself; both are at the yes/no level).
    `record_id` names the record; `confirmed` is the day on which somebody last found the value
    still right, `stale_since` the day since which it should be confirmed again.
    """

    value: str | None
    shown: str
    level: Level
    department: str
    department_kind: str
    date: date
    record_id: UUID | None = None
    confirmed: Day | None = None
    stale_since: Day | None = None
    veiled: bool = False

    @property
    def whole(self) -> str:
        """The text without the veil, for an exit that asks for a purpose itself (an export)."""
        return (self.value or "") if self.veiled else self.shown


def document_type_key(document_key: str) -> str:
    """The element beside a document number that holds the kind of document."""
    return f"{document_key.removesuffix('_no')}_type"


def check(element: DataElement, text: str, *, doc_type: str = "") -> str:
    """The canonical spelling of what was typed. Raises InvalidValue.

    `doc_type` is the kind of document, for elements of type `document_no`. A code is checked
    against the element's code list (one query unless its codes are prefetched).
    """
    value = unicodedata.normalize("NFC" if element.type in TEXTS else "NFKC", text).strip()
    longest = element.max_length or LONGEST
    if len(value) > longest and element.type not in IDENTIFIERS:
        raise InvalidValue(_("At most %(count)d characters. Shorten it.") % {"count": longest})
    if element.type in IDENTIFIERS:
        return _identifier(doc_type if element.type == "document_no" else element.type, value)
    if element.type == "code":
        return _code(element, value)
    value = CHECKS[element.type](value)
    if element.key == "birth_date" and value > clock.today().isoformat():
        raise InvalidValue(_("The date of birth is in the future. Check the year."))
    return value


def _identifier(kind: str, value: str) -> str:
    try:
        return identifiers.check(kind, value).value
    except identifiers.InvalidIdentifier as error:
        raise InvalidValue(error.message) from None


def _code(element: DataElement, value: str) -> str:
    if element.code_list is None or value not in {c.code for c in element.code_list.codes.all()}:
        raise InvalidValue(_("Choose one of the values offered."))
    return value


def _text(value: str) -> str:
    return _SPACES.sub(" ", value)


def _name(value: str) -> str:
    name = _text(value).replace("•", "·").replace("・", "·")
    if not _NAME.fullmatch(name):
        raise InvalidValue(
            _("A name has letters or Chinese characters, and · - ' between them. Remove the rest.")
        )
    return name


def _division(value: str) -> str:
    if not _DIVISION.fullmatch(value):
        raise InvalidValue(
            _("A division code has 6, 9, 12 or 15 digits, such as 420106. Look it up and re-enter.")
        )
    return value


def _date(value: str) -> str:
    try:
        day = date.fromisoformat(value)
    except ValueError:
        raise InvalidValue(_("Enter a real date as year-month-day, such as 2024-05-31.")) from None
    if not EARLIEST <= day < LATEST:
        raise InvalidValue(_("The year is not plausible. Enter a date from 1850 to 2149."))
    return day.isoformat()


def _integer(value: str) -> str:
    if not _INTEGER.fullmatch(value):
        raise InvalidValue(_("Enter a whole number of at most 9 digits, without units."))
    return str(int(value))


def _decimal(value: str) -> str:
    try:
        number = Decimal(value if _DECIMAL.fullmatch(value) else "")
    except InvalidOperation:
        raise InvalidValue(_("Enter a number such as 89.5, without units or commas.")) from None
    return format(number.normalize(), "f")


def _boolean(value: str) -> str:
    if value not in {TRUE, FALSE}:
        raise InvalidValue(_("Choose yes or no."))
    return value


TEXTS = frozenset({"text", "longtext", "person_name"})
IDENTIFIERS = frozenset({"document_no", "mobile", "plate", "uscc"})
CHECKS: dict[str, Callable[[str], str]] = {
    "text": _text,
    "longtext": str,
    "person_name": _name,
    "region": _division,
    "date": _date,
    "integer": _integer,
    "decimal": _decimal,
    "boolean": _boolean,
}

YES, NO = gettext_lazy("Yes"), gettext_lazy("No")


def show(element: DataElement, value: str, level: Level, labels: Mapping[str, str]) -> str:
    """The text for a page at this level. `labels` are of the element's codes ({} for no list)."""
    if level == Level.MASKED and element.mask != "none":
        return masking.mask(element.mask, value)
    if element.type == "boolean":
        return str(YES if value == TRUE else NO)
    if level < Level.FULL:
        return pgettext("element", "recorded")
    return labels.get(value, value)


def facts(doc_type: str, number: str) -> dict[str, str]:
    """What a document number says: {"birth_date": ISO date, "sex": code}, as far as it says so."""
    try:
        known = identifiers.check(doc_type, number)
    except identifiers.InvalidIdentifier:
        return {}
    found = {"birth_date": known.birth_date and known.birth_date.isoformat(), "sex": known.sex}
    return {key: value for key, value in found.items() if value}


def age(born: date, on: date | None = None) -> int:
    """Completed years of life on a day (today)."""
    on = on or clock.today()
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))
