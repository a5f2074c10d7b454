"""How a dwelling is named in speech: 3栋2单元502, 幸福小区 3-2-502, 3号楼502室. Pure."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_NUMBER = "[0-9A-Za-z甲乙丙丁]{1,8}"
_ESTATE = r"(?P<estate>.*?)(?<![0-9A-Za-z])\s*"
_SPELLED = re.compile(
    rf"""{_ESTATE}
      (?:(?P<building>{_NUMBER})\s*(?:号楼|栋|幢|座)\s*)?
      (?:(?P<unit>{_NUMBER})\s*(?:单元|门)\s*)?
      (?:(?P<room>{_NUMBER})\s*(?:室|号|户)?)?""",
    re.VERBOSE,
)
_DASHED = re.compile(
    rf"""{_ESTATE}
      (?P<building>{_NUMBER})\s*(?:号楼|栋|幢|座)?\s*[-/#]\s*
      (?:(?P<unit>{_NUMBER})\s*(?:单元)?\s*[-/#]\s*)?
      (?P<room>{_NUMBER})\s*(?:室|号|户)?""",
    re.VERBOSE,
)
_DASHES = str.maketrans("－–—‐−", "-----")


@dataclass(frozen=True, slots=True)
class AddressParts:
    """What was said of an address; "" for what was not."""

    estate: str = ""
    building: str = ""
    unit: str = ""
    room: str = ""

    @property
    def numbers(self) -> int:
        return sum(bool(part) for part in (self.building, self.unit, self.room))


def parse(text: str) -> AddressParts | None:
    """The parts of an address, None when the text names no number of a building or a unit."""
    tidy = unicodedata.normalize("NFKC", text).translate(_DASHES).strip().upper()
    for pattern in (_DASHED, _SPELLED):
        if found := pattern.fullmatch(tidy):
            parts = {name: (value or "").strip() for name, value in found.groupdict().items()}
            if parts["building"] or parts["unit"]:
                return AddressParts(**parts)
    return None


def standard_address(*, above: list[str], building: str, unit: str, room: str) -> str:
    """The standard address of a dwelling: the names of the tree from the province down to the
    estate, then building, unit and room as they are written on the door."""
    return f"{''.join(above)}{building}{unit}单元{room}室"
