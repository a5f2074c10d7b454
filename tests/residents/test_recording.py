"""One save: checked, derived, written once with its source, in columns and records alike."""

from datetime import date

import pytest

from datasharing.models import AccessRecord
from residents import lookup
from residents.errors import DuplicateDocument, Stale
from residents.models import ElementRecord, Household, Proposal, Residence, Resident
from smartcommunity.kernel.errors import Invalid, NotAllowed, NotFound
from tests.conftest import World
from tests.residents.conftest import Registry, citizen, make_building

pytestmark = pytest.mark.django_db


def current(resident_id: object) -> dict[str, ElementRecord]:
    rows = ElementRecord.objects.filter(subject_id=resident_id, superseded_at=None)
    return {row.element_id: row for row in rows.select_related("department", "element")}


def test_birth_date_and_sex_follow_from_the_document(registry: Registry) -> None:
    resident_id = registry.register()
    records = current(resident_id)
    assert records["birth_date"].value == "1985-06-01"
    assert records["sex"].value == "1"
    row = Resident.objects.get(pk=resident_id)
    assert (row.birth_date, row.sex, row.name) == (date(1985, 6, 1), "1", "张三丰")


def test_each_value_says_who_wrote_it_when_and_under_which_form(registry: Registry) -> None:
    record = current(registry.register())["name_cn"]
    assert record.department == registry.world.departments["police"]
    assert record.user == registry.world.users["collector"]
    assert record.template is not None
    assert record.template.key == "police.resident"


def test_sensitive_values_are_sealed_and_others_are_not(registry: Registry) -> None:
    records = current(registry.register())
    number = citizen(date(1985, 6, 1))
    assert (records["doc_no"].value, records["doc_no"].sealed) == (None, number)
    assert (records["mobile"].value, records["mobile"].sealed) == (None, "13800001234")
    assert (records["name_cn"].value, records["name_cn"].sealed) == ("张三丰", None)
    raw = ElementRecord.objects.raw(
        "SELECT id, encode(sealed, 'escape') AS text FROM residents_elementrecord"
        " WHERE element_id = 'doc_no'"
    )
    assert number not in raw[0].text  # type: ignore[attr-defined]


def test_columns_for_look_up_are_projected(registry: Registry) -> None:
    row = Resident.objects.get(pk=registry.register())
    assert (row.name_pinyin, row.name_initials) == ("zhangsanfeng", "zsf")
    assert bytes(row.doc_hash) == lookup.document_hash("111", citizen(date(1985, 6, 1)))
    assert bytes(row.mobile_hash) == lookup.mobile_hash("138 0000 1234")
    assert row.doc_no == citizen(date(1985, 6, 1))


def test_a_newcomer_lives_in_the_dwelling_as_the_form_says(registry: Registry) -> None:
    resident_id = registry.register(live_since="2020-03-01")
    residence = Residence.objects.get(resident=resident_id)
    assert (residence.dwelling, residence.kind) == (registry.home, "owner")
    assert residence.valid_from == date(2020, 3, 1)
    assert Resident.objects.get(pk=resident_id).household == Household.objects.get()


def test_only_what_changed_is_written_again(registry: Registry) -> None:
    resident_id = registry.register()
    before = ElementRecord.objects.count()
    registry.save("collector", "police.resident", resident_id, version=1,
                  name_cn="张三丰", employer="武汉第一中学", former_name=None)  # fmt: skip
    assert ElementRecord.objects.count() == before + 1
    assert Resident.objects.get(pk=resident_id).version == 2
    registry.save("collector", "police.resident", resident_id, name_cn="张三丰")
    assert Resident.objects.get(pk=resident_id).version == 2


def test_the_history_keeps_what_was_written_before(registry: Registry) -> None:
    resident_id = registry.register()
    registry.save("collector", "police.resident", resident_id, name_cn="张君宝")
    values = ElementRecord.objects.filter(element="name_cn").order_by("recorded_at")
    assert [(row.value, row.superseded_at is None) for row in values] == [
        ("张三丰", False),
        ("张君宝", True),
    ]
    assert Resident.objects.get(pk=resident_id).name_pinyin == "zhangjunbao"


def test_a_cleared_value_leaves_who_cleared_it(registry: Registry) -> None:
    resident_id = registry.register(employer="厂")
    registry.save("police", "police.resident", resident_id, employer=None)
    record = current(resident_id)["employer"]
    assert (record.value, record.user) == (None, registry.world.users["police"])


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"doc_no": "42010619850601001"}, "doc_no"),
        ({"doc_no": citizen(date(1985, 6, 1))[:-1] + "A"}, "doc_no"),
        ({"name_cn": ""}, "name_cn"),
        ({"name_cn": "张3"}, "name_cn"),
        ({"sex": "2"}, "sex"),
        ({"birth_date": "1985-06-02"}, "birth_date"),
        ({"mobile": "1380000"}, "mobile"),
        ({"pop_category": "99"}, "pop_category"),
        ({"pop_category": None}, "pop_category"),
        ({"live_since": "2020-02-30"}, "live_since"),
        ({"hukou_region": "武汉"}, "hukou_region"),
        ({"employer": "长" * 101}, "employer"),
    ],
)
def test_each_fault_is_named_with_its_field(
    registry: Registry, wrong: dict[str, str | None], field: str
) -> None:
    with pytest.raises(Invalid) as caught:
        registry.register(**wrong)
    assert list(caught.value.fields) == [field]
    assert not Resident.objects.exists()
    assert not Household.objects.exists()


def test_all_faults_are_named_at_once(registry: Registry) -> None:
    with pytest.raises(Invalid) as caught:
        registry.register(doc_no="1", mobile="2", name_cn=None)
    assert set(caught.value.fields) == {"doc_no", "mobile", "name_cn"}


def test_a_field_that_is_not_asked_is_neither_required_nor_kept(registry: Registry) -> None:
    resident_id = registry.register(pop_category="1", visa_no="V123", inflow_reason=None)
    assert "visa_no" not in current(resident_id)
    with pytest.raises(Invalid) as caught:
        registry.register(doc_no=citizen(date(1990, 1, 1)), pop_category="3")
    assert list(caught.value.fields) == ["inflow_reason"]


def test_passports_carry_no_facts_and_the_date_is_typed(registry: Registry) -> None:
    resident_id = registry.register(
        doc_type="414", doc_no="E12345678", sex="2", birth_date="1990-02-03", nationality="USA"
    )
    assert current(resident_id)["birth_date"].value == "1990-02-03"


def test_a_document_belongs_to_one_resident(registry: Registry) -> None:
    first = registry.register()
    with pytest.raises(DuplicateDocument) as caught:
        registry.register(name_cn="李四", doc_type="113")
    assert caught.value.resident_id == first
    assert Resident.objects.count() == 1


def test_a_document_elsewhere_is_refused_without_telling_whose_it_is(
    registry: Registry, world: World
) -> None:
    registry.register()
    world.users["collector"].memberships.update(area=world.other_estate)
    elsewhere = make_building(world, "other_estate", "9")[0]
    with pytest.raises(DuplicateDocument) as caught:
        registry.register(home=elsewhere)
    assert caught.value.resident_id is None


def test_two_people_who_type_at_once_notice_each_other(registry: Registry) -> None:
    resident_id = registry.register()
    registry.save("collector", "police.resident", resident_id, version=1, employer="甲")
    with pytest.raises(Stale):
        registry.save("police", "police.resident", resident_id, version=1, employer="乙")
    assert current(resident_id)["employer"].value == "甲"


def test_what_the_owner_recorded_only_the_owner_changes(registry: Registry) -> None:
    resident_id = registry.register(mobile=None)
    registry.save("property", "property.resident", resident_id, mobile="13900001111",
                  live_since="2021-01-01")  # fmt: skip
    registry.save("collector", "police.resident", resident_id, mobile="13700002222")
    assert current(resident_id)["mobile"].sealed == "13900001111"
    assert Proposal.objects.get(element="mobile").sealed == "13700002222"
    registry.save("property", "property.resident", resident_id, mobile="13700002222")
    assert current(resident_id)["mobile"].sealed == "13700002222"


def test_the_owner_corrects_what_another_department_recorded(registry: Registry) -> None:
    resident_id = registry.register(mobile="13800001234")
    registry.save("property", "property.resident", resident_id, mobile="13900001111",
                  live_since="2021-01-01")  # fmt: skip
    assert current(resident_id)["mobile"].sealed == "13900001111"


def test_an_element_without_the_right_to_write_is_refused(registry: Registry) -> None:
    resident_id = registry.register()
    with pytest.raises(NotAllowed):
        registry.save("civil_affairs", "civil_affairs.resident", resident_id, name_cn="李四")


def test_who_may_not_register_does_not(registry: Registry, world: World) -> None:
    with pytest.raises(NotAllowed):
        registry.register(by="civil_affairs", key="civil_affairs.resident")


def test_outside_the_area_nothing_is_found(registry: Registry, world: World) -> None:
    elsewhere = make_building(world, "other_estate", "9")[0]
    resident_id = registry.register(home=elsewhere)
    with pytest.raises(NotFound):
        registry.save("property_manager", "property.resident", resident_id, mobile="13900001111")
    with pytest.raises(NotFound):
        registry.register(by="property_manager", key="property.resident", home=elsewhere)


def test_a_write_stands_in_the_access_log_without_values(registry: Registry) -> None:
    resident_id = registry.register()
    entry = AccessRecord.objects.filter(kind="write").get()
    assert entry.subject_ids == [resident_id]
    assert {"name_cn", "doc_no", "birth_date"} <= set(entry.elements)
    assert "张三丰" not in entry.detail


def test_household_and_dwelling_forms_are_recorded_too(registry: Registry) -> None:
    registry.register()
    household = Household.objects.get()
    registry.save("grid", "grid.visit", household.pk, version=0,
                  visit_date="2024-05-01", visit_result="1", family_size="3")  # fmt: skip
    assert current(household.pk)["family_size"].value == "3"
    with pytest.raises(Stale):
        registry.save("grid", "grid.visit", household.pk, version=0, family_size="4")


def test_who_moved_away_no_longer_lives_here(registry: Registry) -> None:
    resident_id = registry.register()
    registry.save("property", "property.resident", resident_id,
                  left_on="2024-01-01", live_since="2020-01-01")  # fmt: skip
    assert Residence.objects.get(resident=resident_id).valid_to == date(2024, 1, 1)
