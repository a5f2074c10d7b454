"""The oracle: what must be seen, from a table that people read. It knows no policy code."""

import csv
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

TABLE = Path(__file__).with_name("oracle.csv")
FULL, MASK, YES, NOTHING = "full", "mask", "yes", "-"
DEPARTMENTS = (
    *("police", "civil_affairs", "housing", "grid", "property", "health", "justice"),
    *("disabled_persons", "market_regulation", "operator"),
)

# user of the test world: his department, or None for who reads nobody's data
ROLES: dict[str, str | None] = {
    "collector": "police",
    "police": "police",
    "police_chief": "police",
    "civil_affairs": "civil_affairs",
    "housing": "housing",
    "grid": "grid",
    "dispatcher": "grid",
    "property": "property",
    "property_manager": "property",
    "health": "health",
    "justice": "justice",
    "disabled_persons": "disabled_persons",
    "market_regulation": "market_regulation",
    "system_admin": None,
    "security_admin": None,
    "security_admin_2": None,
    "auditor": None,
    "resident": None,
    "nobody": None,
}

# What a masked value looks like, by the rule of the element: told by its shape.
MASKS = {
    "name": r".\*",
    "document": r".\*+.",
    "phone": r"1\d\d\*{4}\d{4}",
    "address": r".*\*{3}",
    "year": r"\d{4}",
    "plate": r"粤B\*+..",
    "none": r"\*{3}|有记录|recorded",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table."""

    element: str
    subject: str
    type: str
    mask: str
    cells: dict[str, str]

    def sees(self, user: str) -> str:
        """full, mask, yes or -, in the user's own area."""
        kind = ROLES[user]
        return self.cells[kind].removesuffix("+w") if kind else NOTHING

    def writes(self, user: str) -> bool:
        kind = ROLES[user]
        return kind is not None and self.cells[kind].endswith("+w")

    @property
    def is_veiled(self) -> bool:
        """Shown masked even to who sees it in full, until he shows it to himself: the numbers of
        documents and phones, and the dates of a minimum living allowance."""
        return self.mask in {"document", "phone"} or self.element in {"dibao_from", "dibao_to"}

    def is_masked_form(self, text: str) -> bool:
        return re.fullmatch(MASKS[self.mask], text) is not None


@cache
def table() -> dict[str, Row]:
    lines = [line for line in TABLE.read_text("utf-8").splitlines() if not line.startswith("#")]
    return {
        line["element"]: Row(
            line["element"],
            line["subject"],
            line["type"],
            line["mask"],
            {kind: line[kind] for kind in DEPARTMENTS},
        )
        for line in csv.DictReader(lines)
    }


def of(subject: str) -> list[Row]:
    return [row for row in table().values() if row.subject == subject]
