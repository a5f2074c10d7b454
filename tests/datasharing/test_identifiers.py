"""Numbers on documents: published vectors, what is refused and why, round trips."""

from datetime import date

import pytest
from django.utils import translation
from hypothesis import assume, given
from hypothesis import strategies as st
from stdnum.cn import uscc

from datasharing import identifiers
from datasharing.identifiers import DocumentFacts, InvalidIdentifier, check, normalise

TODAY = date(2026, 1, 15)

regions = st.integers(110000, 799999).map(str)
births = st.dates(date(1900, 1, 1), TODAY)
sexes = st.sampled_from([identifiers.MALE, identifiers.FEMALE])
sequences = st.integers(0, 499)
citizen_ids = st.builds(identifiers.make_citizen_id, regions, births, sexes, sequences)


@pytest.mark.parametrize(
    ("kind", "typed", "facts"),
    [
        ("111", "11010519491231002X", ("11010519491231002X", date(1949, 12, 31), "2", None)),
        ("111", "11010519491231002x", ("11010519491231002X", date(1949, 12, 31), "2", None)),
        ("111", "440524188001010014", ("440524188001010014", date(1880, 1, 1), "1", None)),
        ("113", "11010519491231002X", ("11010519491231002X", date(1949, 12, 31), "2", None)),
        ("HMT", "810000199408230021", ("810000199408230021", date(1994, 8, 23), "2", None)),
        ("HMT", "830000199201300022", ("830000199201300022", date(1992, 1, 30), "2", None)),
        ("553", "CAN110078010101", ("CAN110078010101", None, None, None)),
        ("414", "e12345678", ("E12345678", None, None, None)),
        ("414", "EA1234567", ("EA1234567", None, None, None)),
        ("414", "C01X00T47", ("C01X00T47", None, None, None)),
        ("516", "H12345678", ("H12345678", None, None, None)),
        ("516", "M1234567801", ("M12345678", None, None, "M1234567801")),
        ("511", "12345678", ("12345678", None, None, None)),
        ("511", "1234567801(B)", ("12345678", None, None, "1234567801B")),
        ("990", "军字第1234567号", ("军字第1234567号", None, None, None)),
        ("uscc", "91350100M000100Y43", ("91350100M000100Y43", None, None, None)),
        ("uscc", "91440300708461136t", ("91440300708461136T", None, None, None)),
        ("mobile", "+86 138-0013-8000", ("13800138000", None, None, None)),
        ("mobile", "008613800138000", ("13800138000", None, None, None)),
        ("mobile", "１３８００１３８０００", ("13800138000", None, None, None)),
        ("plate", "粤b·12345", ("粤B12345", None, None, None)),
        ("plate", "鄂AD12345", ("鄂AD12345", None, None, None)),
        ("plate", "鄂AF1234 5", ("鄂AF12345", None, None, None)),
        ("plate", "鄂A12345D", ("鄂A12345D", None, None, None)),
        ("plate", "京A1234警", ("京A1234警", None, None, None)),
        ("plate", "粤Z1234港", ("粤Z1234港", None, None, None)),
    ],
)
def test_valid_numbers(
    kind: str, typed: str, facts: tuple[str, date | None, str | None, str | None]
) -> None:
    assert check(kind, typed, today=TODAY) == DocumentFacts(*facts)
    assert normalise(kind, typed) == facts[0]


@pytest.mark.parametrize(
    ("kind", "typed", "code"),
    [
        ("111", "", "empty"),
        ("111", " - ", "empty"),
        ("111", "1" * 65, "too_long"),
        ("no such kind", "12345678", "unknown_type"),
        ("111", "11010519491231002", "format"),
        ("111", "1101051949123100XX", "format"),
        ("111", "11010519491231O02X", "format"),
        ("111", "110105194912310021", "check_digit"),
        ("111", "110105194913310021", "date"),
        ("111", "110105190002290021", "date"),
        ("111", "110105202601160021", "date"),
        ("111", "110105098212310021", "date"),
        ("111", "810000199408230021", "wrong_type"),
        ("111", "931124198001010010", "wrong_type"),
        ("HMT", "11010519491231002X", "wrong_type"),
        ("HMT", "81000019940823002", "format"),
        ("HMT", "810000199408230022", "check_digit"),
        ("553", "11010519491231002X", "format"),
        ("553", "CAN1100780101", "format"),
        ("414", "11010519491231002X", "wrong_type"),
        ("414", "E123", "format"),
        ("516", "X12345678", "format"),
        ("516", "H1234567", "format"),
        ("511", "1234567", "format"),
        ("uscc", "91350100M000100Y44", "check_digit"),
        ("uscc", "91350100I000100Y43", "format"),
        ("uscc", "91350100M000100Y4", "format"),
        ("mobile", "12800138000", "format"),
        ("mobile", "1380013800", "format"),
        ("mobile", "02787654321", "format"),
        ("plate", "鄂B1234", "format"),
        ("plate", "粤BI2345", "format"),
        ("plate", "粤O12345", "format"),
        ("plate", "AB12345", "format"),
        ("plate", "鄂AZ12345", "format"),
    ],
)
def test_refused_numbers(kind: str, typed: str, code: str) -> None:
    with pytest.raises(InvalidIdentifier) as refusal:
        check(kind, typed, today=TODAY)
    assert refusal.value.code == code
    assert str(refusal.value) == str(refusal.value.message) != ""
    assert not typed or typed not in str(refusal.value)


@pytest.mark.parametrize(
    ("language", "said"), [("en", "letters I or O"), ("zh-hans", "字母 I 和 O")]
)
def test_the_message_follows_the_language_of_the_reader(language: str, said: str) -> None:
    with pytest.raises(InvalidIdentifier) as refusal:
        check("plate", "粤BO2345")
    with translation.override(language):
        assert said in str(refusal.value)


def test_a_fifteen_digit_number_is_upgraded_and_kept_as_alias() -> None:
    facts = check("111", "110105491231002")
    assert facts.value == "11010519491231002X"
    assert facts.alias == "110105491231002"
    assert facts.birth_date == date(1949, 12, 31)


def test_a_repealed_region_code_is_accepted() -> None:
    assert check("111", identifiers.make_citizen_id("512301", TODAY, "1", 0))


def test_foreign_permanent_resident_card_tells_the_birth_date_but_not_the_sex() -> None:
    number = identifiers.make_citizen_id("911124", date(1980, 5, 6), "1", 1)
    facts = check("553", number)
    assert facts == DocumentFacts(number, date(1980, 5, 6))


def test_credit_codes_of_rural_collectives_start_with_a_letter() -> None:
    body = "N2420100MF1234567"
    code = body + uscc.calc_check_digit(body)
    assert check("uscc", code).value == code


@pytest.mark.parametrize("cross", ["×", "х", "ｘ"])  # a sign, a Cyrillic and a wide x
def test_lookalikes_of_the_last_x_are_read_as_x(cross: str) -> None:
    assert normalise("111", f"11010519491231002{cross}") == "11010519491231002X"


@pytest.mark.parametrize(
    ("region", "sex", "sequence"), [("1101", "1", 0), ("110105", "0", 0), ("110105", "1", 500)]
)
def test_make_citizen_id_refuses_what_it_cannot_compose(
    region: str, sex: str, sequence: int
) -> None:
    with pytest.raises(ValueError, match="must be"):
        identifiers.make_citizen_id(region, TODAY, sex, sequence)


@given(regions, births, sexes, sequences)
def test_a_composed_number_tells_what_it_was_composed_of(
    region: str, born: date, sex: str, sequence: int
) -> None:
    number = identifiers.make_citizen_id(region, born, sex, sequence)
    assert check("111", number, today=TODAY) == DocumentFacts(number, born, sex)


@given(citizen_ids, st.integers(0, 16), st.integers(1, 9))
def test_any_single_wrong_digit_is_noticed(number: str, place: int, shift: int) -> None:
    wrong = str((int(number[place]) + shift) % 10)
    with pytest.raises(InvalidIdentifier):
        check("111", number[:place] + wrong + number[place + 1 :], today=TODAY)


@given(citizen_ids, st.integers(0, 16))
def test_any_two_swapped_digits_are_noticed(number: str, place: int) -> None:
    left, right = number[place], number[place + 1]
    assume(left != right)
    with pytest.raises(InvalidIdentifier):
        check("111", number[:place] + right + left + number[place + 2 :], today=TODAY)


@given(citizen_ids)
def test_old_and_new_spelling_normalise_to_the_same_number(number: str) -> None:
    assume(number[6:8] == "19")
    assert normalise("111", number[:6] + number[8:17]) == number


@given(st.sampled_from(sorted(identifiers.KINDS)), st.text(max_size=80))
def test_any_text_is_refused_or_normalised_and_nothing_else(kind: str, text: str) -> None:
    try:
        facts = check(kind, text, today=TODAY)
    except InvalidIdentifier:
        return
    assert facts.value == normalise(kind, text)
    assert check(kind, facts.value, today=TODAY).value == facts.value
