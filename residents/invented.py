"""A person who does not exist, for looking at pages as somebody else would see them.

Made on the fly from the catalogue alone: the same element always gets the same value, and no table
of residents is asked. Nothing of it can be mistaken for, or be, a real person's: the names say so,
the document number lies in no division of China, and no network gives out the phone number.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.utils.translation import gettext as _

from accounts.choices import DepartmentKind
from datasharing import values
from datasharing.choices import Level
from datasharing.identifiers import make_citizen_id
from datasharing.models import DataElement
from datasharing.policy import HIDDEN, Right
from datasharing.values import Recorded

NAMES = ("样例甲", "样例乙", "样例丙")
NO_DIVISION = "990099"
BORN = date(1986, 5, 20)
RECORDED_ON = date(2024, 1, 1)
BY_TYPE = {
    "date": "2024-01-01",
    "boolean": values.TRUE,
    "integer": "2",
    "decimal": "89.5",
    "mobile": "10000000000",
    "plate": "粤B00000",
    "uscc": "000000000000000000",
    "region": "990099",
    "document_no": make_citizen_id(NO_DIVISION, BORN, "1", 1),
}
BY_KEY = {"birth_date": BORN.isoformat(), "sex": "1", "doc_type": "111", "head_relation": "02"}


def value_of(element: DataElement, person: int = 0) -> str:
    """The invented value of an element; `element.code_list.codes` is best prefetched."""
    if element.key in BY_KEY:
        return BY_KEY[element.key]
    if element.type == "person_name":
        return NAMES[person]
    if element.type == "code" and element.code_list:
        codes = list(element.code_list.codes.all())
        return codes[person % len(codes)].code if codes else ""
    return BY_TYPE.get(element.type) or _("invented")


def seen(
    elements: Iterable[DataElement], rights: dict[str, Right], person: int = 0
) -> dict[str, Recorded]:
    """The invented person as the holder of the rights sees him: only what is not hidden."""
    found: dict[str, Recorded] = {}
    for element in elements:
        level = rights.get(element.key, HIDDEN).level
        if level == Level.HIDDEN:
            continue
        text = value_of(element, person)
        codes = element.code_list.codes.all() if element.code_list else ()
        found[element.key] = Recorded(
            value=text if level == Level.FULL else None,
            shown=values.show(element, text, level, {code.code: code.label for code in codes}),
            level=level,
            department=str(DepartmentKind(element.owner_kind).label),
            department_kind=element.owner_kind,
            date=RECORDED_ON,
        )
    return found
