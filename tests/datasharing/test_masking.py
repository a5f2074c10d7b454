"""What is left of a value at the masked and the yes/no level."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datasharing.masking import RULES, is_present, mask


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
