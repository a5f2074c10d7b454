"""What is left of a value at the masked and the yes/no level."""

import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import DataObject

from datasharing import identifiers, values
from datasharing.catalogue import load
from datasharing.choices import Level
from datasharing.masking import RULES, is_present, mask
from datasharing.models import DataElement


@pytest.mark.parametrize(
    ("rule", "value", "masked"),
    [
        ("name", "张伟", "张*"),
        ("name", "张三丰", "张*"),
        ("name", "欧阳娜娜", "欧阳*"),
        ("name", "欧阳", "欧*"),
        ("name", "爱新觉罗溥仪", "爱新觉罗*"),
        ("name", "阿凡提·买买提", "阿*"),
        ("name", "Smith John", "S*"),
        ("name", "张", "***"),
        ("document", "11010519491231002X", "1****************X"),
        ("document", "12345678", "1******8"),
        ("document", "123", "***"),
        ("phone", "13812341234", "138****1234"),
        ("phone", "87654321", "******21"),
        ("phone", "110", "***"),
        (
            "address",
            "武汉市洪山区珞喻路1号幸福小区3栋2单元501室",
            "武汉市洪山区珞喻路1号幸福小区3栋***",
        ),
        ("address", "黄鹤楼街道民主路12号7号楼1203", "黄鹤楼街道民主路12号7号楼***"),
        ("address", "幸福小区三栋二单元五零一", "幸福小区三栋***"),
        ("address", "滨江花园A座1203", "滨江花园A座***"),
        ("address", "东湖路10号3-2-501", "东湖路10号***"),
        ("address", "幸福小区3-2-501", "幸福小区***"),
        ("address", "湖北省武汉市江岸区百步亭五零一室", "湖北省武汉市江岸区***"),
        ("address", "501室", "***"),
        ("address", "Building 3, Unit 2, Room 501", "Building 3***"),
        ("year", "1949-12-31", "1949"),
        ("year", date(1949, 12, 31), "1949"),
        ("year", "31.12.1949", "***"),
        ("plate", "粤B12345", "粤B***45"),
        ("plate", "鄂AD12345", "鄂A****45"),
        ("plate", "粤B1", "***"),
        ("address", "幸福小区５０１室7号", "***"),
        ("address", "东湖路五零一室12", "东湖路***"),
        ("address", "Room 501, Building 3", "***"),
        ("address", "三单元五零一室12号", "***"),
        ("email", "zhangsan@example.cn", "z***@example.cn"),
        ("email", "z@example.cn", "***"),
        ("email", "zhangsan", "***"),
        ("email", "@example.cn", "***"),
        ("email", "zhangsan@", "***"),
        ("email", "a@b@example.cn", "***"),
        ("none", "anything", "***"),
        ("none", None, ""),
        ("name", "", ""),
    ],
)
def test_masks(rule: str, value: object, masked: str) -> None:
    assert mask(rule, value) == masked


def test_an_unknown_rule_shows_nothing() -> None:
    with pytest.raises(KeyError):
        mask("no such rule", "secret")


@given(st.sampled_from(sorted(RULES)), st.text(min_size=1, max_size=60))
def test_no_rule_gives_back_the_whole_value(rule: str, value: str) -> None:
    if not value.strip():
        assert mask(rule, value) == ""
        return
    shown = mask(rule, value)
    assert "*" in shown or (rule == "year" and len(shown) == 4)


# --- what is hidden never stands in the mask ---------------------------------------------------

HAN = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5)
DIGITS = "0123456789"
LETTERS = DIGITS + "ABCDEFGHJKLMNPQRSTUWXYZ"
NUMERALS = "一二三四五六七八九十"


@given(st.text(HAN, min_size=2, max_size=6))
def test_of_a_name_the_surname_alone_is_left(name: str) -> None:
    kept = mask("name", name).removesuffix("*")
    assert name.startswith(kept)
    assert len(kept) == 1 or kept in {"欧阳", "司马"} or len(kept) in {2, 4}
    assert len(kept) < len(name)


@given(st.text(LETTERS, min_size=1, max_size=30))
def test_of_a_document_the_ends_alone_are_left(number: str) -> None:
    masked = mask("document", number)
    if len(number) < 4:
        assert masked == "***"
    else:
        assert masked == f"{number[0]}{'*' * (len(number) - 2)}{number[-1]}"


@pytest.mark.parametrize(
    "kind", sorted(identifiers.KINDS - {identifiers.MOBILE, identifiers.PLATE})
)
def test_every_kind_of_document_has_a_mask(kind: str) -> None:
    for number in ("110105194912310021", "H1234567890", "E12345678", "81000019800101001X"):
        canonical = identifiers.normalise(kind, number)
        assert canonical[1:-1] not in mask("document", canonical)


@given(st.text(DIGITS, min_size=1, max_size=15))
def test_of_a_phone_seven_digits_or_two_are_left(number: str) -> None:
    masked = mask("phone", number)
    if len(number) == 11:
        assert masked == f"{number[:3]}****{number[7:]}"
    elif len(number) >= 4:
        assert masked == "*" * (len(number) - 2) + number[-2:]
    else:
        assert masked == "***"


@given(
    st.text(HAN, min_size=2, max_size=6).filter(lambda text: not set(text) & set("室单元栋座号楼")),
    st.integers(1, 99),
    st.integers(1, 9),
    st.integers(1000, 9999),
    st.sampled_from(["栋", "号楼", "幢", "座"]),
    st.booleans(),
)
def test_of_an_address_nothing_inside_the_building_is_left(
    estate: str, building: int, unit: int, room: int, word: str, wide: bool
) -> None:
    address = f"{estate}{building}{word}{unit}单元{room}室"
    if wide:
        address = address.translate(str.maketrans(DIGITS, "０１２３４５６７８９"))
    masked = mask("address", address)
    assert "单元" not in masked
    assert str(room) not in unicodedata.normalize("NFKC", masked)
    assert mask("address", f"{room}室{unit}单元{estate}{building}{word}") == "***"


@given(st.dates())
def test_of_a_date_the_year_alone_is_left(day: date) -> None:
    assert mask("year", day) == mask("year", day.isoformat()) == f"{day.year:04d}"


@given(st.sampled_from("粤鄂京"), st.text(LETTERS, min_size=6, max_size=8))
def test_of_a_plate_the_office_and_two_places_are_left(province: str, rest: str) -> None:
    plate = province + rest
    assert mask("plate", plate) == f"{plate[:2]}{'*' * (len(plate) - 4)}{plate[-2:]}"


@given(st.from_regex(r"[a-z0-9._-]{2,20}", fullmatch=True))
def test_of_a_mail_address_the_first_character_and_the_house_are_left(name: str) -> None:
    assert mask("email", f"{name}@example.cn") == f"{name[0]}***@example.cn"


@given(st.sampled_from(sorted(load().elements)), st.data())
def test_below_full_no_element_of_the_catalogue_shows_its_value(key: str, data: DataObject) -> None:
    """Whatever the type: code lists, numbers, free text and unmasked ones say that something is
    recorded, and no more; a boolean is what the yes/no level is about."""
    spec = load().elements[key]
    element = DataElement(key=key, type=spec.type, mask=spec.mask, sensitivity=spec.sensitivity)
    value = data.draw(st.text(LETTERS + "张三丰路", min_size=6, max_size=30))
    labels = {value: f"<{value}>"}
    if spec.type == "boolean":
        assert values.show(element, "true", Level.YES_NO, {}) in {"是", "Yes"}
        return
    assert values.show(element, value, Level.YES_NO, labels) in {"已登记", "有记录", "recorded"}
    masked = values.show(element, value, Level.MASKED, labels)
    assert value not in masked
    assert value[1:-1] not in masked
    if spec.mask == "none":
        assert masked in {"已登记", "有记录", "recorded"}


@pytest.mark.parametrize(
    ("value", "present"),
    [
        (None, False),
        ("", False),
        ("  ", False),
        (False, False),
        (True, True),
        (0, True),
        ("0", True),
    ],
)
def test_presence(value: object, present: bool) -> None:
    assert is_present(value) is present
