"""How a resident is found: blind indexes of document and phone, pinyin of the name. Pure."""

from collections.abc import Iterator

from pypinyin import Style, lazy_pinyin

from datasharing import identifiers
from smartcommunity.kernel import crypto

# One number space: a child's citizen number in the household register is later on the ID card.
CITIZEN_KINDS = frozenset(
    {identifiers.CITIZEN_ID, identifiers.TEMPORARY_CITIZEN_ID, identifiers.HOUSEHOLD_REGISTER}
)
NOT_DOCUMENTS = frozenset({identifiers.USCC, identifiers.MOBILE, identifiers.PLATE})

# Characters read differently as a surname.
SURNAMES = {
    "单": "shan", "曾": "zeng", "仇": "qiu", "解": "xie", "区": "ou", "任": "ren", "查": "zha",
    "朴": "piao", "盖": "ge", "翟": "zhai", "乐": "yue", "缪": "miao", "覃": "qin", "冼": "xian",
    "召": "shao", "折": "she", "黑": "he", "盛": "sheng", "石": "shi", "尹": "yin", "秘": "bi",
}  # fmt: skip


def document_hash(doc_type: str, number: str) -> bytes:
    """The look-up key of a document in its canonical spelling."""
    family = "citizen" if doc_type in CITIZEN_KINDS else doc_type
    return crypto.blind_index(f"document:{family}", number)


def document_hashes(typed: str) -> Iterator[bytes]:
    """The keys that the number can have, over all kinds of document."""
    for kind in sorted(identifiers.KINDS - NOT_DOCUMENTS):
        yield document_hash(kind, identifiers.normalise(kind, typed))


def mobile_hash(number: str) -> bytes:
    return crypto.blind_index("mobile", identifiers.normalise(identifiers.MOBILE, number))


def pinyin(name: str) -> tuple[str, str]:
    """("zhangsan", "zs") of 张三; other letters are kept in lower case, signs are dropped."""
    kept = "".join(character for character in name if character.isalnum())
    syllables = lazy_pinyin(kept, style=Style.NORMAL)
    if kept[:1] in SURNAMES and syllables:
        syllables[0] = SURNAMES[kept[0]]
    full = "".join(syllables).lower()
    return full[:200], "".join(syllable[0] for syllable in syllables if syllable).lower()[:50]
