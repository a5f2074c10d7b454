"""What a viewer at the masked or the yes/no level sees instead of a value.

Pure functions. Every rule fails closed: a value it does not understand comes back fully starred.
Masking happens on the server, before a value reaches a view object.
"""

import re
import unicodedata
from collections.abc import Callable
from typing import Final

HIDDEN: Final = "***"

_COMPOUND_SURNAMES: Final = frozenset(
    """
    欧阳 太史 端木 上官 司马 东方 独孤 南宫 万俟 闻人 夏侯 诸葛 尉迟 公羊 赫连 澹台 皇甫 宗政
    濮阳 公冶 太叔 申屠 公孙 慕容 仲孙 钟离 长孙 宇文 司徒 鲜于 司空 闾丘 子车 亓官 司寇 巫马
    公西 颛孙 壤驷 公良 漆雕 乐正 宰父 谷梁 拓跋 夹谷 轩辕 令狐 段干 百里 呼延 东郭 南门 羊舌
    微生 梁丘 左丘 西门 第五 南荣 东里 仲长 即墨 达奚 褚师 纳兰 完颜 耶律 爱新觉罗 叶赫那拉
    """.split()  # noqa: SIM905 - a list would take a line for each
)
_ADDRESS_CUTS: Final = (
    re.compile(r"^.*?[0-9A-Za-z一二三四五六七八九十百甲乙丙丁东南西北]\s*(?:号楼|栋|幢|座)"),
    re.compile(r"^.*?\bBuilding\s+\w+", re.IGNORECASE),
    re.compile(r"^.*?[0-9]+\s*号"),
    re.compile(r"^[^0-9〇零一二三四五六七八九十百]{2,}(?=[0-9〇零一二三四五六七八九十百])"),
    re.compile(r"^.*(?:省|市|区|县|旗|镇|乡|街道)"),
)
# What lies inside a building: an address written the other way round shows none of it.
_INSIDE: Final = re.compile(r"室|单元|\b(?:Unit|Room|Apt|Flat)\b", re.IGNORECASE)


def mask(rule: str, value: object) -> str:
    """Return the masked form of `value` under `rule`, one of `RULES`.

    An absent value (`None` or "") stays "". `none` means that the element has no partial form:
    all of it is hidden. Dates are given as `date` or ISO text. Raises `KeyError` for a rule that
    does not exist, rather than showing anything.
    """
    apply = RULES[rule]
    text = "" if value is None else str(value).strip()
    return apply(text) if text else ""


def is_present(value: object) -> bool:
    """Answer the yes/no level: a boolean as it is, anything else whether it is recorded."""
    if isinstance(value, bool):
        return value
    return value is not None and str(value).strip() != ""


def _name(text: str) -> str:
    """Keep the surname: 张*, 欧阳*. A name that is only a surname keeps one character."""
    if len(text) == 1:
        return HIDDEN
    longest = next(
        (size for size in (4, 2) if len(text) > size and text[:size] in _COMPOUND_SURNAMES), 1
    )
    return f"{text[:longest]}*"


def _keep_ends(text: str, *, head: int, tail: int) -> str:
    """Star the middle; when the ends would be half of the text or more, star it all."""
    if (head + tail) * 2 > len(text):
        return HIDDEN
    return text[:head] + "*" * (len(text) - head - tail) + text[len(text) - tail :]


def _document(text: str) -> str:
    return _keep_ends(text, head=1, tail=1)


def _phone(text: str) -> str:
    """138****1234; a number of another length keeps only its last two digits."""
    if len(text) == 11:
        return f"{text[:3]}****{text[-4:]}"
    return _keep_ends(text, head=0, tail=2)


def _address(text: str) -> str:
    """Keep an address down to the building, or less of it when no building can be told."""
    plain = unicodedata.normalize("NFKC", text)
    kept = next((found[0] for cut in _ADDRESS_CUTS if (found := cut.match(plain))), "")
    return HIDDEN if _INSIDE.search(kept) else f"{kept}{HIDDEN}"


def _email(text: str) -> str:
    """a***@example.cn: the first character of the name, and whose mail it is."""
    name, at, domain = text.rpartition("@")
    if not at or not domain or "@" in name or len(name) < 2:
        return HIDDEN
    return f"{name[0]}{HIDDEN}@{domain}"


def _year(text: str) -> str:
    return text[:4] if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}.*", text) else HIDDEN


def _plate(text: str) -> str:
    """粤B***45: province and issuing office, and the last two places."""
    return f"{text[:2]}{'*' * (len(text) - 4)}{text[-2:]}" if len(text) >= 7 else HIDDEN


def _nothing(text: str) -> str:
    return HIDDEN


RULES: Final[dict[str, Callable[[str], str]]] = {
    "name": _name,
    "document": _document,
    "phone": _phone,
    "address": _address,
    "year": _year,
    "plate": _plate,
    "email": _email,
    "none": _nothing,
}
