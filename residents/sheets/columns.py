"""The columns of a form's sheet, and how a header names them.

A sheet has the template's elements that the viewer may write, and before them what says whom a row
is about: the platform's own number of a registered resident, the address, the household.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from datasharing import values
from datasharing.choices import Subject
from datasharing.models import DataElement, FormField, FormTemplate
from residents.choices import ResidenceKind
from residents.errors import BadFile
from smartcommunity.kernel.errors import type_text

RESIDENT, HOUSEHOLD, ERROR, LIVES_AS = "resident", "household", "error", "lives_as"
ESTATE, BUILDING, UNIT, ROOM = "address.estate", "address.building", "address.unit", "address.room"
ADDRESS: Final = (ESTATE, BUILDING, UNIT, ROOM)
REQUIRED_MARK: Final = "*"
SUBJECTS: Final = (Subject.RESIDENT, Subject.DWELLING)
DOCUMENT: Final = ("doc_type", "doc_no")

_MARKS: Final = re.compile(r"[*＊\s]|[（(](?:必填|required)[)）]")
_DAY: Final = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")
_COMPACT_DAY: Final = re.compile(r"(\d{4})(\d{2})(\d{2})")
_MOMENT: Final = re.compile(r"(\d{4}-\d{2}-\d{2})[T ].*")
_YES: Final = frozenset({"true", "是", "有", "yes", "y", "1", "√", "对"})
_NO: Final = frozenset({"false", "否", "无", "no", "n", "0", "×", "错"})


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `choices` maps what may be typed, label or code, to the code; `labels` are
    offered in the drop-down. Only columns of data elements have an `element`."""

    key: str
    label: str
    required: bool = False
    help: str = ""
    element: DataElement | None = None
    labels: tuple[str, ...] = ()
    choices: dict[str, str] = field(default_factory=dict)

    def value(self, typed: str) -> str:
        """What was typed, in the spelling that `datasharing.values` checks: a label as its code,
        the usual spellings of a day and of yes and no. Anything else stays as it is."""
        if self.choices:
            code, _space, rest = typed.partition(" ")
            named = self.choices.get(tidy(typed)) or (rest and self.choices.get(tidy(code)))
            return named or typed
        if self.element is None:
            return typed
        if self.element.type == "date":
            return _day(typed)
        if self.element.type == "boolean":
            word = tidy(typed).lower()
            return values.TRUE if word in _YES else values.FALSE if word in _NO else typed
        return typed


def tidy(text: str) -> str:
    """One spelling for comparing: half-width, without spaces."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def _day(typed: str) -> str:
    text = unicodedata.normalize("NFKC", typed).strip()
    found = _MOMENT.fullmatch(text)
    if found:
        return found[1]
    found = _DAY.fullmatch(text) or _COMPACT_DAY.fullmatch(text)
    try:
        return date(*map(int, found.groups())).isoformat() if found else text
    except ValueError:
        return text


def columns_for(
    template: FormTemplate, writable: Collection[str], *, may_register: bool, by_document: bool
) -> list[Column]:
    """The columns of the template's sheet for a viewer who may write these elements somewhere.

    `may_register`: rows may be newcomers, so the address is asked; `by_document`: he sees document
    numbers in full, so a row may be found by its own.
    """
    fields = [one for one in template.fields.all() if one.element_id in writable]
    asked = {one.element_id for one in fields}
    found: list[Column] = []
    if template.subject == Subject.RESIDENT:
        found.append(Column(RESIDENT, _("Resident number"), help=str(HELPS[RESIDENT])))
    if may_register or template.subject == Subject.DWELLING:
        found += [Column(key, str(LABELS[key]), True, str(HELPS[key])) for key in ADDRESS]
    if may_register:
        found.append(Column(HOUSEHOLD, str(LABELS[HOUSEHOLD]), help=str(HELPS[HOUSEHOLD])))
    if may_register and "residence_kind" not in asked:
        kinds = {label: code for code, label in ResidenceKind.choices}
        found.append(
            Column(LIVES_AS, _("Kind of residence"), True, labels=tuple(map(str, kinds)),
                   choices={str(label): code for label, code in kinds.items()})
        )  # fmt: skip
    if template.subject == Subject.RESIDENT and by_document:
        elements = DataElement.objects.prefetch_related("code_list__codes").in_bulk(DOCUMENT)
        found += [
            _of_element(elements[key], help=str(HELPS["document"]))
            for key in DOCUMENT
            if key not in asked and key in elements
        ]
    found += [_of_element(one.element, required=_is_required(one), help=one.help) for one in fields]
    return _with_own_labels(found)


def _is_required(one: FormField) -> bool:
    """In every row: what depends on another field, or follows from the document, may be empty."""
    return one.required and not one.show_if and not one.element.derived_from


def _of_element(element: DataElement, *, required: bool = False, help: str = "") -> Column:  # noqa: A002
    codes = list(element.code_list.codes.all()) if element.code_list else []
    choices = {tidy(code.code): code.code for code in codes}
    choices |= {tidy(code.label_en): code.code for code in codes if code.label_en}
    choices |= {tidy(code.label_zh): code.code for code in codes}
    labels = tuple(code.label for code in codes)
    if element.type == "boolean":
        labels = (str(values.YES), str(values.NO))
    return Column(element.key, element.label, required, help, element, labels, choices)


def _with_own_labels(columns: list[Column]) -> list[Column]:
    """Two columns never share a heading: the later one adds its key."""
    taken: set[str] = set()
    found = []
    for column in columns:
        label = column.label if column.label not in taken else f"{column.label} {column.key}"
        taken.add(label)
        found.append(
            Column(column.key, label, column.required, column.help, column.element,
                   column.labels, column.choices)
        )  # fmt: skip
    return found


LABELS: Final[dict[str, type_text]] = {
    ESTATE: gettext_lazy("Estate"),
    BUILDING: gettext_lazy("Building"),
    UNIT: gettext_lazy("Unit"),
    ROOM: gettext_lazy("Room"),
    HOUSEHOLD: gettext_lazy("Household"),
    ERROR: gettext_lazy("What is wrong"),
}
HELPS: Final[dict[str, type_text]] = {
    RESIDENT: gettext_lazy(
        "Leave it empty for newcomers. In a list exported from here it says who is meant."
    ),
    ESTATE: gettext_lazy("The estate's name as the platform shows it."),
    BUILDING: gettext_lazy("The building's number, such as 3 or 3栋."),
    UNIT: gettext_lazy("The unit's number, such as 1 or 1单元."),
    ROOM: gettext_lazy("The room number, such as 502."),
    HOUSEHOLD: gettext_lazy(
        "Several households in one dwelling: the same sign for each, such as 1 and 2. "
        "Empty: all rows of a dwelling are one household."
    ),
    "document": gettext_lazy("Says who is meant: the resident registered with this document."),
}


def header(columns: Sequence[Column], first: Sequence[str], second: Sequence[str]) -> Header:
    """Which column stands where. The hidden row of keys decides where it is whole, else the
    headings do. Raises BadFile for unknown, doubled and missing columns."""
    keys = {column.key: column for column in columns}
    names = {_heading(column.label): column for column in columns}
    ignored = {_heading(str(LABELS[ERROR]))}
    typed = [text.strip() for text in second]
    has_keys = any(typed) and all(not text or text in keys or text == ERROR for text in typed)
    places: dict[int, Column] = {}
    unknown: list[str] = []
    for place, text in enumerate(first):
        key = typed[place] if has_keys and place < len(typed) else ""
        column = keys.get(key) or names.get(_heading(text))
        if column:
            places[place] = column
        elif text.strip() and key != ERROR and _heading(text) not in ignored:
            unknown.append(text.strip()[:30])
    found = [column.key for column in places.values()]
    doubled = [column.label for column in columns if found.count(column.key) > 1]
    knows_them = RESIDENT in found  # an exported list: registered already, row by row
    missing = [
        column.label
        for column in columns
        if column.required and not knows_them and column.key not in found
    ]
    if not places:
        raise BadFile(_("The first row has none of the form's headings. Use the template."))
    if unknown:
        raise _about_headings(_("The form has no such columns: %(names)s. Remove them."), unknown)
    if doubled:
        raise _about_headings(_("These columns stand there twice: %(names)s. Keep one."), doubled)
    if missing:
        raise _about_headings(_("These columns are missing: %(names)s. Use the template."), missing)
    return Header(places, 2 if has_keys else 1)


@dataclass(frozen=True, slots=True)
class Header:
    """`places` maps positions to columns; the data begin after `rows` rows."""

    places: dict[int, Column]
    rows: int


def _heading(text: str) -> str:
    return _MARKS.sub("", unicodedata.normalize("NFKC", text)).casefold()


def _about_headings(text: str, names: list[str]) -> BadFile:
    return BadFile(text % {"names": "、".join(names[:10])})
