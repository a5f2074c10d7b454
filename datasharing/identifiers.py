"""Numbers printed on documents: normalise them, check them, read the facts they carry.

Pure functions without a database. `normalise` gives the one spelling of a number that is stored
and hashed for look-up; `check` also says whether the number can exist, and what it tells about
its holder. A fact the number does not carry stays `None`: nothing is guessed.

Kinds are the codes of the list `doc_type` (GA/T 517) plus the element types `uscc`, `mobile` and
`plate`. Sources: GB 11643-1999, GB 32100-2015, GA 36; see `catalogue/code_lists/` for how
sure each document code is.

An error never repeats the number or states the right check digit: it may end in a log.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _
from stdnum.cn import uscc
from stdnum.iso7064 import mod_11_2

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

CITIZEN_ID: Final = "111"
TEMPORARY_CITIZEN_ID: Final = "112"
HOUSEHOLD_REGISTER: Final = "113"
PASSPORT: Final = "414"
TAIWAN_TRAVEL_PERMIT: Final = "511"
HK_MACAO_TRAVEL_PERMIT: Final = "516"
FOREIGN_PERMANENT_RESIDENCE: Final = "553"
HMT_RESIDENCE_PERMIT: Final = "HMT"
OTHER_DOCUMENT: Final = "990"
USCC: Final = "uscc"
MOBILE: Final = "mobile"
PLATE: Final = "plate"

MALE: Final = "1"
FEMALE: Final = "2"

_LONGEST_INPUT = 64
_OLDEST_AGE = 150
_BEIJING = ZoneInfo("Asia/Shanghai")
_HMT_REGIONS = ("810000", "820000", "830000")
_PROVINCES = "京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵云藏陕甘青宁新"

_LOOKALIKES = str.maketrans("×ХΧ", "XXX")
_SEPARATORS = re.compile(r"[\W_]+")
_EIGHTEEN = re.compile(r"[0-9]{17}[0-9X]")
_COUNTRY_CODE = re.compile(r"(?:00)?86(?=1[0-9]{10}$)")
_USCC = re.compile(r"[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}")
_PLATE = re.compile(
    rf"""
      [{_PROVINCES}][A-HJ-NP-Z](?:
          [A-HJ-NP-Z0-9]{{4}}[A-HJ-NP-Z0-9学警挂港澳试超领]   # ordinary and special last place
        | [A-HJK][A-HJ-NP-Z0-9][0-9]{{4}}                      # new energy, small
        | [0-9]{{5}}[A-HJK]                                    # new energy, large
      )
    | WJ[{_PROVINCES}]?[0-9]{{4}}[0-9A-Z]                      # armed police
    | 使[0-9]{{6}} | [0-9]{{6}}使                              # embassies
    """,
    re.VERBOSE,
)


class InvalidIdentifier(ValueError):
    """A number that cannot exist, with what is wrong and how to mend it.

    `code` is one of empty, unknown_type, too_long, format, date, check_digit, wrong_type;
    `message` is translatable and never contains the number.
    """

    def __init__(self, code: str, message: "_StrPromise") -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message

    def __str__(self) -> str:
        return str(self.message)


@dataclass(frozen=True, slots=True)
class DocumentFacts:
    """What a valid number says: its stored spelling and, where it carries them, the rest.

    `sex` is a GB/T 2261.1 code ("1" male, "2" female). `alias` is the older or longer spelling
    that was typed (15-digit ID number, travel permit with its renewal count), else `None`.
    """

    value: str
    birth_date: date | None = None
    sex: str | None = None
    alias: str | None = None


def normalise(doc_type: str, value: str) -> str:
    """Return the stored spelling of `value`: half-width capitals, no separators, newest form.

    Never fails: a value that cannot be a number of this kind comes back merely tidied, so that
    a search for it finds nothing.
    """
    tidy = _tidy(value)
    rule = _RULES.get(doc_type)
    return rule.canonical(tidy) if rule else tidy


def check(doc_type: str, value: str, *, today: date | None = None) -> DocumentFacts:
    """Check `value` as a number of kind `doc_type` and return the facts it carries.

    `today` (default: the current day in Beijing) bounds the date of birth.
    Raises `InvalidIdentifier`.
    """
    rule = _RULES.get(doc_type)
    if rule is None:
        raise InvalidIdentifier("unknown_type", _("Choose the kind of document first."))
    if len(value) > _LONGEST_INPUT:
        raise InvalidIdentifier("too_long", _("This is too long. Enter only the number."))
    typed = _tidy(value)
    if not typed:
        raise InvalidIdentifier("empty", _("Enter the number."))
    number = rule.canonical(typed)
    facts = rule.examine(number, today or datetime.now(_BEIJING).date())
    return replace(facts, alias=typed) if rule.keeps_alias and typed != number else facts


def make_citizen_id(region: str, birth_date: date, sex: str, sequence: int) -> str:
    """Compose a well-formed GB 11643 number for synthetic data.

    `region` is six digits, `sex` "1" or "2", `sequence` 0 to 499 (the n-th person of that sex
    born there on that day). Raises `ValueError` outside these ranges.
    """
    if not re.fullmatch("[0-9]{6}", region):
        raise ValueError("region must be six digits")
    if sex not in (MALE, FEMALE):
        raise ValueError("sex must be '1' or '2'")
    if not 0 <= sequence <= 499:
        raise ValueError("sequence must be between 0 and 499")
    born = birth_date.isoformat().replace("-", "")
    body = f"{region}{born}{2 * sequence + (sex == MALE):03d}"
    return body + mod_11_2.calc_check_digit(body)


def _tidy(value: str) -> str:
    text = unicodedata.normalize("NFKC", value).upper().translate(_LOOKALIKES)
    return _SEPARATORS.sub("", text)


def _unchanged(number: str) -> str:
    return number


def _eighteen_digits(number: str) -> str:
    """Upgrade a 15-digit number of the first ID cards: century 19 and a check digit."""
    if not re.fullmatch("[0-9]{15}", number):
        return number
    body = f"{number[:6]}19{number[6:]}"
    return body + mod_11_2.calc_check_digit(body)


def _without_country_code(number: str) -> str:
    return _COUNTRY_CODE.sub("", number)


def _holder_of_hk_macao_permit(number: str) -> str:
    """Drop the renewal count: the first nine characters stay with the holder for life."""
    return number[:9] if re.fullmatch("[HM][0-9]{10}", number) else number


def _holder_of_taiwan_permit(number: str) -> str:
    """Drop the renewal count and letter: the first eight digits stay with the holder."""
    return number[:8] if re.fullmatch("[0-9]{10}[A-Z]?", number) else number


def _require_eighteen(number: str) -> None:
    if not _EIGHTEEN.fullmatch(number):
        raise InvalidIdentifier(
            "format",
            _(
                "The number has 17 digits and then a digit or X. "
                "Count the characters and compare them with the document."
            ),
        )


def _require_check_digit(number: str) -> None:
    if not mod_11_2.is_valid(number):
        raise InvalidIdentifier(
            "check_digit",
            _(
                "The last character does not fit the others, so at least one is mistyped. "
                "Compare the whole number with the document."
            ),
        )


def _birth_date(digits: str, today: date) -> date:
    try:
        born = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        raise InvalidIdentifier(
            "date",
            _(
                "Digits 7 to 14 are not a real date of birth (year, month, day). "
                "Compare them with the document."
            ),
        ) from None
    if born > today:
        raise InvalidIdentifier(
            "date",
            _(
                "The date of birth in digits 7 to 14 is in the future. "
                "Compare them with the document."
            ),
        )
    if today.year - born.year > _OLDEST_AGE:
        raise InvalidIdentifier(
            "date",
            _(
                "The date of birth in digits 7 to 14 is more than 150 years ago. "
                "Compare them with the document."
            ),
        )
    return born


def _gb_11643(number: str, today: date) -> DocumentFacts:
    """Facts of the GB 11643 layout. The region is not looked up: repealed codes stay valid."""
    born = _birth_date(number[6:14], today)
    _require_check_digit(number)
    return DocumentFacts(number, born, MALE if int(number[16]) % 2 else FEMALE)


def _citizen(number: str, today: date) -> DocumentFacts:
    _require_eighteen(number)
    if number.startswith(_HMT_REGIONS):
        raise InvalidIdentifier(
            "wrong_type",
            _(
                "This is the number of a residence permit for Hong Kong, Macao or Taiwan "
                "residents. Choose that kind of document."
            ),
        )
    if number.startswith("9"):
        raise InvalidIdentifier(
            "wrong_type",
            _(
                "This is the number of a foreign permanent resident ID card. "
                "Choose that kind of document."
            ),
        )
    return _gb_11643(number, today)


def _hmt_permit(number: str, today: date) -> DocumentFacts:
    _require_eighteen(number)
    if not number.startswith(_HMT_REGIONS):
        raise InvalidIdentifier(
            "wrong_type",
            _(
                "The number of this permit starts with 810000, 820000 or 830000. "
                "Compare it with the document, or choose another kind of document."
            ),
        )
    return _gb_11643(number, today)


def _foreign_permanent_resident(number: str, today: date) -> DocumentFacts:
    """The 18-digit card of 2023, or the earlier one (three letters, twelve digits).

    Sex is left unknown: that digit 17 tells it is not confirmed for this card.
    """
    if re.fullmatch("[A-Z]{3}[0-9]{12}", number):
        return DocumentFacts(number)
    if not re.fullmatch("9[0-9]{16}[0-9X]", number):
        raise InvalidIdentifier(
            "format",
            _(
                "The number has 18 characters starting with 9, or on older cards three letters "
                "and 12 digits. Compare it with the card."
            ),
        )
    born = _birth_date(number[6:14], today)
    _require_check_digit(number)
    return DocumentFacts(number, born)


def _foreign_or_chinese_passport(number: str, today: date) -> DocumentFacts:
    if _EIGHTEEN.fullmatch(number) and mod_11_2.is_valid(number):
        raise InvalidIdentifier(
            "wrong_type",
            _("This is an ID card number. Choose the ID card as the kind of document."),
        )
    return _passport_shape(number, today)


def _credit_code(number: str, today: date) -> DocumentFacts:
    """GB 32100. Its first two places may be letters (N1 rural collectives), unlike stdnum's."""
    if not _USCC.fullmatch(number):
        raise InvalidIdentifier(
            "format",
            _(
                "A unified social credit code has 18 digits and capital letters, never I, O, S, "
                "V or Z. Compare it with the licence."
            ),
        )
    if number[-1] != uscc.calc_check_digit(number):
        raise InvalidIdentifier(
            "check_digit",
            _(
                "The last character does not fit the others, so at least one is mistyped. "
                "Compare the whole code with the licence."
            ),
        )
    return DocumentFacts(number)


def _number_plate(number: str, today: date) -> DocumentFacts:
    if number[:1] in _PROVINCES and re.search("[IO]", number):
        raise InvalidIdentifier(
            "format",
            _("A number plate never has the letters I or O. Enter the digits 1 or 0 instead."),
        )
    if not _PLATE.fullmatch(number):
        raise InvalidIdentifier(
            "format",
            _(
                "A number plate has a province character, a letter and five places, or six for "
                "new energy vehicles, such as 粤B12345. Compare it with the plate."
            ),
        )
    return DocumentFacts(number)


_Examine = Callable[[str, date], DocumentFacts]


def _shape(pattern: str, message: "_StrPromise") -> _Examine:
    """Make a check of the shape alone, for numbers that carry no facts."""

    def examine(number: str, today: date) -> DocumentFacts:
        if not re.fullmatch(pattern, number):
            raise InvalidIdentifier("format", message)
        return DocumentFacts(number)

    return examine


_passport_shape = _shape(
    "[A-Z0-9]{5,20}",
    _("A passport number has 5 to 20 letters and digits. Compare it with the passport."),
)


@dataclass(frozen=True, slots=True)
class _Rule:
    examine: _Examine
    canonical: Callable[[str], str] = _unchanged
    keeps_alias: bool = False


_CITIZEN_RULE = _Rule(_citizen, _eighteen_digits, keeps_alias=True)
_RULES: Final[dict[str, _Rule]] = {
    CITIZEN_ID: _CITIZEN_RULE,
    TEMPORARY_CITIZEN_ID: _CITIZEN_RULE,
    HOUSEHOLD_REGISTER: _CITIZEN_RULE,
    HMT_RESIDENCE_PERMIT: _Rule(_hmt_permit),
    FOREIGN_PERMANENT_RESIDENCE: _Rule(_foreign_permanent_resident),
    PASSPORT: _Rule(_foreign_or_chinese_passport),
    HK_MACAO_TRAVEL_PERMIT: _Rule(
        _shape(
            "[HM][0-9]{8}",
            _(
                "The number has H or M and then 8 digits, with 2 more on older cards. "
                "Compare it with the permit."
            ),
        ),
        _holder_of_hk_macao_permit,
        keeps_alias=True,
    ),
    TAIWAN_TRAVEL_PERMIT: _Rule(
        _shape(
            "[0-9]{8}",
            _(
                "The number has 8 digits, or 10 digits and a letter on older booklets. "
                "Compare it with the permit."
            ),
        ),
        _holder_of_taiwan_permit,
        keeps_alias=True,
    ),
    OTHER_DOCUMENT: _Rule(
        _shape(
            r"[A-Z0-9\u4e00-\u9fff]{2,30}",
            _("Enter the number as printed: 2 to 30 letters, digits or Chinese characters."),
        )
    ),
    USCC: _Rule(_credit_code),
    MOBILE: _Rule(
        _shape(
            "1[3-9][0-9]{9}",
            _(
                "A mobile number in mainland China has 11 digits and starts with 13 to 19. "
                "Leave out spaces and read it back to the person."
            ),
        ),
        _without_country_code,
    ),
    PLATE: _Rule(_number_plate),
}

KINDS: Final = frozenset(_RULES)
