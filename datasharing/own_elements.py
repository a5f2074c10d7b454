"""What a department may collect by an element of its own: the rules, pure.

The same rules that the catalogue's files obey (`catalogue.loader`), and stricter where nobody
reviews: no biometrics, no document numbers (their owners are asked), none of the classes of people
that the platform leaves out (`catalogue/left_out.toml`).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.utils.translation import gettext_lazy as _
from pypinyin import lazy_pinyin

from datasharing import masking
from datasharing.catalogue import ElementType
from datasharing.catalogue.loader import MASK_OF_TYPE, WITH_LENGTH
from datasharing.choices import Sensitivity, Sharing, Subject
from datasharing.models import in_language
from smartcommunity.kernel.errors import type_text

NAMESPACE = "own_"
KEY_LENGTH, LABEL_LENGTH, CODE_COUNT = 50, 80, 200
TYPES = (
    ElementType.TEXT,
    ElementType.LONGTEXT,
    ElementType.CODE,
    ElementType.BOOLEAN,
    ElementType.DATE,
    ElementType.INTEGER,
    ElementType.DECIMAL,
    ElementType.PERSON_NAME,
    ElementType.MOBILE,
    ElementType.PLATE,
    ElementType.USCC,
)
ABOUT_PEOPLE = frozenset({Subject.RESIDENT, Subject.HOUSEHOLD})
PERSONAL = frozenset({ElementType.PERSON_NAME, ElementType.MOBILE, ElementType.PLATE})
LENGTHS = {
    ElementType.TEXT: 200,
    ElementType.LONGTEXT: 1000,
    ElementType.PERSON_NAME: 50,
    ElementType.MOBILE: 20,
    ElementType.PLATE: 20,
    ElementType.USCC: 18,
}
LEFT_OUT = Path(__file__).parent / "catalogue" / "left_out.toml"

_LABEL = re.compile(r"[^\W_][\w ·、，,./%²³℃（）()'’:：—-]*")


@dataclass(frozen=True, slots=True)
class NewElement:
    """What a department states of its new element. `codes` are (Chinese, English) labels of a list
    of its own; `code_list` names an existing one instead."""

    subject: Subject
    label_zh: str
    label_en: str
    type: ElementType
    sensitivity: Sensitivity
    sharing: Sharing
    not_shared_because: str = ""
    mask: str = "none"
    code_list: str = ""
    codes: Sequence[tuple[str, str]] = ()
    max_length: int | None = None
    help_zh: str = ""
    help_en: str = ""

    @property
    def masked_by(self) -> str:
        """The masking rule: the type's own, else the one chosen; none for what is not personal."""
        if self.sensitivity == Sensitivity.NONE:
            return "none"
        return MASK_OF_TYPE.get(self.type, self.mask)

    @property
    def length(self) -> int | None:
        if self.type not in WITH_LENGTH:
            return None
        return min(self.max_length or LENGTHS[self.type], LENGTHS[self.type])


def faults(new: NewElement) -> Iterator[tuple[str, type_text]]:
    """(field, what is wrong with it and how to mend it)."""
    yield from _label_faults(new)
    if new.type not in TYPES:
        yield "type", _("Choose one of the types offered.")
    if new.sensitivity not in {Sensitivity.NONE, Sensitivity.GENERAL, Sensitivity.SENSITIVE}:
        yield "sensitivity", _("Biometrics cannot be collected by a department's own element.")
    elif new.sensitivity == Sensitivity.NONE and new.type in PERSONAL:
        yield "sensitivity", _("A value of this type points at a person. Choose general or more.")
    if new.mask not in masking.RULES:
        yield "mask", _("Choose one of the rules offered.")
    if new.max_length is not None and not 1 <= new.max_length <= LENGTHS[ElementType.LONGTEXT]:
        yield "max_length", _("Enter a number of characters from 1 to 1000.")
    yield from _sharing_faults(new)
    yield from _code_faults(new)


def _label_faults(new: NewElement) -> Iterator[tuple[str, type_text]]:
    if not new.label_zh:
        yield "label_zh", _("This is required. Fill it in.")
    for name in ("label_zh", "label_en"):
        text = getattr(new, name)
        if len(text) > LABEL_LENGTH:
            yield name, _("At most 80 characters. Shorten it.")
        elif text and not _LABEL.fullmatch(text):
            yield (
                name,
                _(
                    "A label starts with a letter or Chinese character and holds only those, "
                    "digits, spaces, brackets and simple punctuation. Remove the rest."
                ),
            )
        elif new.subject in ABOUT_PEOPLE and (refusal := left_out(text)):
            yield name, refusal


def _sharing_faults(new: NewElement) -> Iterator[tuple[str, type_text]]:
    withheld = new.sharing == Sharing.NONE
    if withheld and not new.not_shared_because:
        yield "not_shared_because", _("Name the statute and article that forbids sharing.")
    if len(new.not_shared_because) > 200:
        yield "not_shared_because", _("At most 200 characters. Shorten it.")
    if new.sharing == Sharing.UNCONDITIONAL and new.sensitivity != Sensitivity.NONE:
        yield "sharing", _("Personal data is never shared unconditionally.")


def _code_faults(new: NewElement) -> Iterator[tuple[str, type_text]]:
    if new.type != ElementType.CODE:
        return
    if bool(new.code_list) == bool(new.codes):
        yield "code_list", _("Choose an existing list, or write the values of your own.")
    names = [zh for zh, _en in new.codes]
    if new.codes and not 2 <= len(names) <= CODE_COUNT:
        yield "codes", _("A list has from 2 to 200 values.")
    elif len(set(names)) < len(names):
        yield "codes", _("A value stands twice in the list. Remove one.")
    elif any(len(text) > LABEL_LENGTH for pair in new.codes for text in pair):
        yield "codes", _("A value has at most 80 characters. Shorten it.")
    elif not all(_LABEL.fullmatch(text) for pair in new.codes for text in pair if text):
        yield "codes", _("A value holds only letters, digits, spaces and simple punctuation.")


def left_out(label: str) -> str:
    """Why nothing of this name is collected about people; empty for what may be."""
    plain = label.lower()
    return next(
        (
            in_language(topic["zh"], topic["en"])
            for topic in _topics()
            if any(_holds(plain, word) for word in topic["words"])
        ),
        "",
    )


def _holds(text: str, word: str) -> bool:
    """A Chinese word anywhere; a Latin one as a word of its own (`face`, not `surface`)."""
    return bool(re.search(rf"\b{word}\b", text)) if word.isascii() else word in text


@lru_cache(maxsize=1)
def _topics() -> tuple[dict[str, str], ...]:
    return tuple(tomllib.loads(LEFT_OUT.read_text(encoding="utf-8"))["topics"])


def key_for(department_kind: str, new: NewElement, number: int) -> str:
    """A key in the department kind's own namespace; the `number`th of this name (from 1)."""
    words = re.findall(r"[a-z0-9]+", (new.label_en or " ".join(lazy_pinyin(new.label_zh))).lower())
    start, end = f"{NAMESPACE}{department_kind}_", f"_{number}" if number > 1 else ""
    return start + "_".join(words)[: KEY_LENGTH - len(start) - len(end)].strip("_") + end
