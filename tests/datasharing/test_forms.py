"""Forms made of templates: what each viewer finds on them, and the check of what is typed."""

from dataclasses import replace
from datetime import date

import pytest
from django.utils.translation import override

from accounts.choices import DepartmentKind
from datasharing import policy, values
from datasharing.choices import Level
from datasharing.entry import check_entries, entries_for
from datasharing.forms import EntryForm, build_form
from datasharing.models import DataElement, FormTemplate
from datasharing.policy import Right
from datasharing.selectors import template
from datasharing.values import Recorded
from smartcommunity.kernel.errors import Invalid, NotFound
from tests.conftest import World

pytestmark = pytest.mark.django_db
WRITE = Right(Level.FULL, may_write=True)
READ = Right(Level.FULL)
MASK = Right(Level.MASKED)


def seen(text: str, level: Level = Level.FULL, shown: str | None = None) -> Recorded:
    value = text if level == Level.FULL else None
    return Recorded(value, shown or text, level, "派出所", "police", date(2024, 5, 1))


@pytest.fixture
def civil(world: World) -> FormTemplate:
    return template(viewer=world.viewer("civil_affairs"), key="civil_affairs.resident")


@pytest.fixture
def police(world: World) -> FormTemplate:
    return template(viewer=world.viewer("police"), key="police.resident")


def form_of(template: FormTemplate, rights: dict[str, Right], recorded: dict[str, Recorded],
            data: dict[str, str] | None = None) -> EntryForm:  # fmt: skip
    return build_form(template, rights, recorded, data=data, version=3)


def test_only_ones_own_departments_templates(world: World) -> None:
    with pytest.raises(NotFound):
        template(viewer=world.viewer("property"), key="police.resident")
    with pytest.raises(NotFound):
        template(viewer=world.viewer("auditor"), key="police.resident")


def test_a_field_without_any_right_is_not_on_the_form(civil: FormTemplate) -> None:
    form = form_of(civil, {"dibao": WRITE}, {"name_cn": seen("张三")})
    assert [entry.key for entry in form.entries] == ["dibao"]


def test_what_may_not_be_written_is_shown_and_never_required(civil: FormTemplate) -> None:
    recorded = {"name_cn": seen("张三"), "doc_no": seen("", Level.MASKED, "4****X")}
    form = form_of(civil, {"name_cn": READ, "doc_no": MASK}, recorded)
    assert [(e.key, e.editable, e.required) for e in form.entries] == [
        ("doc_no", False, False),
        ("name_cn", False, False),
    ]
    assert set(form.fields) == {"version"}
    ((title, rows),) = form.sections()
    assert title == "身份"
    assert [row.entry.recorded.shown for row in rows if row.entry.recorded] == ["4****X", "张三"]


def test_what_is_seen_masked_is_not_written_over(civil: FormTemplate) -> None:
    masked = Right(Level.MASKED, may_write=True)
    recorded = {"doc_no": seen("", Level.MASKED, "4****X")}
    assert not entries_for(civil, {"doc_no": masked}, recorded)[0].editable
    assert entries_for(civil, {"doc_no": masked}, {})[0].editable


def test_the_form_comes_filled_in_with_where_it_is_from(civil: FormTemplate) -> None:
    form = form_of(civil, {"name_cn": WRITE}, {"name_cn": seen("张三")})
    assert form["name_cn"].value() == "张三"
    assert form["version"].value() == 3
    assert form.entries[0].recorded == seen("张三")


def test_a_condition_on_a_field_that_can_be_filled_in_is_left_to_the_page(
    civil: FormTemplate,
) -> None:
    form = form_of(civil, {"dibao": WRITE, "dibao_no": WRITE}, {})
    rows = [row for _title, rows in form.sections() for row in rows]
    assert [row.show_if for row in rows] == ["", "dibao=true"]


@pytest.mark.parametrize(
    ("dibao", "shown", "required"),
    [("true", True, True), ("false", False, False), (None, True, False)],
    ids=["holds", "does not hold", "not known to the viewer"],
)
def test_a_condition_on_a_fixed_field_is_decided_by_the_server(
    civil: FormTemplate, dibao: str | None, shown: bool, required: bool
) -> None:
    recorded = {"dibao": seen(dibao)} if dibao else {"dibao": seen("", Level.YES_NO, "有记录")}
    found = entries_for(civil, {"dibao": READ, "dibao_no": WRITE}, recorded)
    numbers = [entry for entry in found if entry.key == "dibao_no"]
    assert bool(numbers) == shown
    assert [entry.required for entry in numbers] == [required] * shown


def test_a_condition_is_enforced_on_what_is_sent(civil: FormTemplate) -> None:
    rights = {"dibao": WRITE, "dibao_no": WRITE, "dibao_from": WRITE}
    form = entries_for(civil, rights, {})
    assert check_entries(form, {"dibao": "false", "dibao_no": "X1"}) == {"dibao": "false"}
    with pytest.raises(Invalid) as caught:
        check_entries(form, {"dibao": "true"})
    assert set(caught.value.fields) == {"dibao_no", "dibao_from"}


def test_a_field_not_sent_keeps_its_value(civil: FormTemplate) -> None:
    form = entries_for(civil, {"marital": WRITE}, {"marital": seen("20")})
    assert check_entries(form, {}) == {"marital": "20"}
    assert check_entries(form, {"marital": ""}) == {"marital": None}


def test_errors_stand_at_their_fields_and_in_the_form(police: FormTemplate) -> None:
    form = form_of(police, {"mobile": WRITE, "name_cn": WRITE}, {},
                   {"mobile": "12", "name_cn": "张三", "version": "3"})  # fmt: skip
    assert not form.is_valid()
    assert set(form.errors) == {"mobile"}
    assert 'value="12"' in str(form["mobile"])


def test_every_template_can_be_built_by_its_department(world: World) -> None:
    for row in FormTemplate.objects.all():
        department = world.departments[row.department_kind]
        viewer = replace(
            world.viewer("police"),
            department_id=department.pk,
            department_kind=DepartmentKind(row.department_kind),
        )
        rights = policy.access(viewer=viewer, subject=row.subject).rights(world.estate.path)
        form = build_form(template(viewer=viewer, key=row.key), rights, {})
        assert len(form.fields) > 3
        assert "<option" in form.as_p() or "<input" in form.as_p()


@pytest.mark.parametrize(
    ("key", "typed", "kept"),
    [
        ("name_cn", " 阿卜杜拉・买买提 ", "阿卜杜拉·买买提"),
        ("name_latin", "O'Neil Jean-Luc", "O'Neil Jean-Luc"),
        ("mobile", "+86 138-0000-1234", "13800001234"),
        ("live_since", "2024-02-29", "2024-02-29"),
        ("family_size", "007", "7"),
        ("family_size", "１２", "12"),
        ("area_m2", "89.50", "89.5"),
        ("income_year", "100000", "100000"),
        ("hukou_region", "420106", "420106"),
        ("dibao", "true", "true"),
        ("visit_note", "一行\n二行", "一行\n二行"),
    ],
)
def test_one_canonical_spelling(world: World, key: str, typed: str, kept: str) -> None:
    assert values.check(DataElement.objects.get(key=key), typed) == kept


@pytest.mark.parametrize(
    ("key", "typed"),
    [
        ("name_cn", "张三<script>"), ("name_cn", "··"), ("live_since", "2024-02-30"),
        ("live_since", "0001-01-01"), ("birth_date", "2149-01-01"), ("family_size", "3.5"),
        ("family_size", "１２人"), ("area_m2", "1e9"), ("area_m2", "NaN"), ("dibao", "maybe"),
        ("hukou_region", "4299"), ("pop_category", "42"), ("employer", "长" * 101),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_without_repeating_it(world: World, key: str, typed: str) -> None:
    with pytest.raises(values.InvalidValue) as caught:
        values.check(DataElement.objects.get(key=key), typed)
    assert str(caught.value.message)
    assert typed not in str(caught.value.message)


@override("en")
def test_each_level_shows_its_part(world: World) -> None:
    name = DataElement.objects.get(key="name_cn")
    flag = DataElement.objects.get(key="dibao")
    sex = DataElement.objects.get(key="sex")
    assert values.show(name, "张三丰", Level.FULL, {}) == "张三丰"
    assert values.show(name, "张三丰", Level.MASKED, {}) == "张*"
    assert values.show(name, "张三丰", Level.YES_NO, {}) == "recorded"
    assert values.show(flag, "true", Level.YES_NO, {}) == "Yes"
    assert values.show(sex, "2", Level.FULL, {"2": "女"}) == "女"
    assert values.show(sex, "2", Level.MASKED, {"2": "女"}) == "recorded"


def test_age_counts_completed_years() -> None:
    assert values.age(date(2010, 6, 1), date(2024, 5, 31)) == 13
    assert values.age(date(2010, 6, 1), date(2024, 6, 1)) == 14
    assert values.age(date(2012, 2, 29), date(2026, 2, 28)) == 13
