"""Labels that mean the same are found alike, and others are not."""

import pytest

from datasharing import catalogue
from datasharing.likeness import Label, alike, is_found

ELEMENTS = catalogue.load().elements
KNOWN = [Label(spec.key, spec.subject, spec.label_zh, spec.label_en) for spec in ELEMENTS.values()]

SAME = [
    ("resident", "手机号", "", "mobile"),
    ("resident", "手机号码", "", "mobile"),
    ("resident", "移动电话", "", "mobile"),
    ("resident", "居民联系方式", "", "mobile"),
    ("resident", "身份证号", "", "doc_no"),
    ("resident", "身份证号码", "", "doc_no"),
    ("resident", "公民身份号码", "", "doc_no"),
    ("resident", "出生年月", "", "birth_date"),
    ("resident", "生日", "", "birth_date"),
    ("resident", "真实姓名", "", "name_cn"),
    ("household", "户主姓名", "", "head_name"),
    ("household", "户主名字", "", "head_name"),
    ("household", "户主手机号", "", "head_mobile"),
    ("household", "户主身份证号", "", "head_doc_no"),
    ("resident", "户主姓名", "", "head_name"),
    ("resident", "文化程度", "", "education"),
    ("resident", "工作单位", "", "employer"),
    ("resident", "户口所在地", "", "hukou_address"),
    ("resident", "户藉详址", "", "hukou_address"),
    ("resident", "现住址", "", "live_address_id"),
    ("resident", "婚姻情况", "", "marital"),
    ("resident", "是否享受低保", "", "dibao"),
    ("resident", "残疾证号码", "", "disability_cert"),
    ("resident", "应急联系人手机", "", "emergency_mobile"),
    ("resident", "监护人联系电话", "", "guardian_mobile"),
    ("dwelling", "房东姓名", "", "landlord_name"),
    ("dwelling", "租客姓名", "", "tenant_name"),
    ("dwelling", "业主电话", "", "owner_mobile"),
    ("dwelling", "房屋面积", "", "area_m2"),
    ("vehicle", "车牌号码", "", "plate_no"),
    ("vehicle", "车辆颜色", "", "vehicle_colour"),
    ("organisation", "企业名称", "", "unit_name"),
    ("organisation", "法人", "", "legal_rep_name"),
    ("organisation", "营业执照号", "", "uscc"),
    ("resident", "", "Phone number", "mobile"),
    ("resident", "", "Birthday", "birth_date"),
    ("resident", "", "Gender", "sex"),
    ("resident", "", "ID card number", "doc_no"),
    ("resident", "", "chusheng riqi", "birth_date"),
]
OTHER = [
    ("resident", "养犬登记证号", "Dog licence number"),
    ("resident", "宠物名称", "Name of the pet"),
    ("resident", "志愿服务时长", "Hours of voluntary work"),
    ("resident", "血型", "Blood group"),
    ("resident", "普通话水平", "Command of Mandarin"),
    ("resident", "入伍日期", "Joined the army on"),
    ("resident", "献血次数", "Blood donations"),
    ("resident", "特长", "Special skill"),
    ("household", "用水户数", "Water connections"),
    ("household", "燃气表号", "Gas meter number"),
    ("household", "垃圾分类情况", "Waste sorting"),
    ("dwelling", "空调数量", "Number of air conditioners"),
    ("dwelling", "电表读数", "Electricity meter reading"),
    ("dwelling", "宽带运营商", "Internet provider"),
    ("dwelling", "装修开始日期", "Renovation started on"),
    ("dwelling", "停车费状态", "Parking fee status"),
    ("vehicle", "车牌颜色", "Colour of the plate"),
    ("vehicle", "充电桩编号", "Charging point"),
    ("organisation", "消防检查日期", "Fire inspection date"),
    ("organisation", "油烟净化器型号", "Model of the fume cleaner"),
]


def keys(subject: str, zh: str, en: str) -> list[str]:
    return [label.key for label in alike(Label("", subject, zh, en), KNOWN)]


@pytest.mark.parametrize(("subject", "zh", "en", "key"), SAME)
def test_what_is_collected_already_is_recognised(subject: str, zh: str, en: str, key: str) -> None:
    assert key in keys(subject, zh, en)[:3]


@pytest.mark.parametrize(("subject", "zh", "en"), OTHER)
def test_what_is_new_raises_no_warning(subject: str, zh: str, en: str) -> None:
    assert keys(subject, zh, en) == []


def test_each_element_recognises_itself_and_few_others() -> None:
    crowded = {}
    for label in KNOWN:
        found = alike(label, KNOWN)
        assert label in found[:1] or label.zh == found[0].zh, label
        if len([other for other in found if other.subject == label.subject]) > 3:
            crowded[label.zh] = [other.zh for other in found]
    assert crowded == {}


@pytest.mark.parametrize(
    ("text", "key", "found"),
    [
        ("电话", "mobile", True),
        ("手机号", "mobile", True),
        ("mobile", "mobile", True),
        ("csrq", "birth_date", True),
        ("chusheng", "birth_date", True),
        ("head_mo", "head_mobile", True),
        ("birth", "birth_date", True),
        ("  ", "birth_date", True),
        ("电话", "birth_date", False),
        ("x", "birth_date", False),
        ("zzz", "birth_date", False),
        ("%", "birth_date", True),
    ],
)
def test_search_by_name_synonym_key_and_pinyin(text: str, key: str, found: bool) -> None:
    assert is_found(text, next(label for label in KNOWN if label.key == key)) is found
