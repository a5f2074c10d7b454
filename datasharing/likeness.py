"""How alike two labels are: for searching the catalogue and against collecting the same twice.

Labels are compared in one spelling: synonyms (`catalogue/synonyms.toml`) by their first word,
without fillers, brackets and punctuation. Chinese is compared by syllable, so that a homophone
typed by mistake (户藉地址) is still found. Pure but for reading the file once.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from pypinyin import Style, lazy_pinyin
from rapidfuzz.distance import Indel
from rapidfuzz.fuzz import token_sort_ratio

FILE = Path(__file__).parent / "catalogue" / "synonyms.toml"
SAME_SUBJECT, OTHER_SUBJECT = 0.8, 0.95

_BRACKETS = re.compile(r"[（(\[【].*?[)）\]】]")
_NOT_TEXT = re.compile(r"[\W_]+")
_HAN = re.compile(r"[\u3400-\u9fff]")
_NAME_OF = re.compile(r"(?<=[人主者])姓名$")


@dataclass(frozen=True, slots=True)
class Label:
    """What an element is called."""

    key: str
    subject: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class _Words:
    pattern: re.Pattern[str]
    first: dict[str, str]
    fillers: tuple[str, ...]


def alike(wanted: Label, known: Iterable[Label]) -> list[Label]:
    """Those of `known` that mean the same as far as their labels tell, the likest first. About
    another subject, only what is called just so."""
    scored = [
        (score, label)
        for label in known
        if (score := likeness(wanted, label))
        >= (SAME_SUBJECT if label.subject == wanted.subject else OTHER_SUBJECT)
    ]
    scored.sort(key=lambda pair: (-pair[0], pair[1].subject != wanted.subject, pair[1].key))
    return [label for _score, label in scored]


def likeness(one: Label, other: Label) -> float:
    """From 0 to 1, by the likest of the Chinese labels, the English ones, and the Chinese label
    spelled in Latin letters."""
    spelled = max(_spelled(one, other), _spelled(other, one))
    return max(_chinese(one.zh, other.zh), _english(one.en, other.en), spelled)


def is_found(text: str, label: Label) -> bool:
    """Whether a search for `text` finds the element: by a part of its name in either language or
    of its key, by a synonym, by pinyin or its initials."""
    plain = _NOT_TEXT.sub("", unicodedata.normalize("NFKC", text).lower())
    if not plain:
        return True
    names = [_NOT_TEXT.sub("", name.lower()) for name in (label.zh, label.en, label.key)]
    if any(plain in name for name in names):
        return True
    if _HAN.search(plain):
        return len(canonical(text)) > 1 and canonical(text) in canonical(label.zh)
    return len(plain) > 1 and any(
        "".join(lazy_pinyin(label.zh, style=style)).startswith(plain)
        for style in (Style.NORMAL, Style.FIRST_LETTER)
    )


def canonical(text: str) -> str:
    """The one spelling that labels are compared in."""
    plain = _BRACKETS.sub("", unicodedata.normalize("NFKC", text).lower()).strip()
    words = _words("chinese" if _HAN.search(plain) else "english")
    if not _HAN.search(plain):
        plain = " ".join(re.sub(r"'s\b|’s\b", "", plain).replace("_", " ").split())
        return words.pattern.sub(lambda found: words.first[found[0]], plain)
    plain = _NOT_TEXT.sub("", plain)
    for filler in words.fillers:
        shorter = plain.replace(filler, "")
        plain = shorter if len(shorter) > 1 else plain
    plain = words.pattern.sub(lambda found: words.first[found[0]], plain)
    return _NAME_OF.sub("", plain) or plain


def _chinese(one: str, other: str) -> float:
    if not (_HAN.search(one) and _HAN.search(other)):
        return 0.0
    one, other = canonical(one), canonical(other)
    if one == other:
        return 1.0
    if min(len(one), len(other)) <= 2:  # two characters say too little to be merely alike
        return 0.0
    return Indel.normalized_similarity(lazy_pinyin(one), lazy_pinyin(other))


def _english(one: str, other: str) -> float:
    one, other = canonical(one), canonical(other)
    if not one or not other or _HAN.search(one + other):
        return 0.0
    if one == other:
        return 1.0
    score = token_sort_ratio(one, other) / 100
    return score if score >= 0.9 else 0.0  # English words share many letters


def _spelled(chinese: Label, latin: Label) -> float:
    """The Chinese label against what the other one says in Latin letters: pinyin as a name."""
    plain = re.sub(r"[^a-z]", "", latin.en.lower())
    if len(plain) < 6 or not _HAN.search(chinese.zh):
        return 0.0
    spellings = {"".join(lazy_pinyin(text)) for text in (chinese.zh, canonical(chinese.zh))}
    return 1.0 if plain in spellings else 0.0


@lru_cache(maxsize=2)
def _words(language: str) -> _Words:
    data = tomllib.loads(FILE.read_text(encoding="utf-8"))
    first = {word: group[0] for group in data[language] for word in group}
    longest_first = sorted(first, key=len, reverse=True)
    edge = r"\b" if language == "english" else ""
    pattern = re.compile(edge + "(?:" + "|".join(map(re.escape, longest_first)) + ")" + edge)
    return _Words(pattern, first, tuple(data["fillers"]))
