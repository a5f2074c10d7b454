"""A department adds a data element of its own: warned, validated, logged, retired, never lost."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from accounts.actions import appoint
from accounts.choices import DepartmentKind, Role
from accounts.models import Department, User
from datasharing import access_log, actions, entry, policy
from datasharing.actions import load_catalogue
from datasharing.catalogue import ElementType
from datasharing.choices import Level, Sensitivity, Sharing, Subject
from datasharing.models import AccessRecord, Code, DataElement, FormField, FormTemplate
from datasharing.own_elements import NewElement, faults, key_for, left_out
from datasharing.selectors import designed
from smartcommunity.kernel import clock
from smartcommunity.kernel.errors import Invalid, NotAllowed, NotFound
from tests.conftest import STAFF, World
from tests.datasharing.asking import ask

pytestmark = pytest.mark.django_db
ClientFor = Callable[[str], Client]
ADD = "/sharing/catalogue/add/"


def new(**more: Any) -> NewElement:
    return NewElement(
        **{
            "subject": Subject.HOUSEHOLD,
            "label_zh": "养犬数量",
            "label_en": "Number of dogs",
            "type": ElementType.INTEGER,
            "sensitivity": Sensitivity.GENERAL,
            "sharing": Sharing.CONDITIONAL,
            **more,
        }
    )


def form(**more: Any) -> dict[str, Any]:
    return {
        "subject": "household",
        "label_zh": "养犬数量",
        "label_en": "Number of dogs",
        "type": "integer",
        "sensitivity": "G",
        "mask": "none",
        "sharing": "conditional",
        **more,
    }


def add(world: World, user: str = "police_chief", *, despite: bool = False, **more: Any) -> str:
    return actions.add_element(viewer=world.viewer(user), new=new(**more), despite=despite)


def offered_on_forms(world: World) -> set[str]:
    """What the form designer offers the police about households."""
    viewer = world.viewer("police_chief")
    key = actions.create_form(
        viewer=viewer, subject=Subject.HOUSEHOLD, title_zh="养犬登记", title_en=""
    )
    design = designed(viewer=viewer, key=key, number=FormTemplate.DRAFT_VERSION)
    return {line.key for _owner, lines in design.offered for line in lines}


def test_added_in_the_browser_and_usable_at_once(world: World, client_for: ClientFor) -> None:
    client = client_for("police_chief")
    answer = client.post(ADD, form(), follow=True)
    assert answer.status_code == 200
    element = DataElement.objects.get(key="own_police_number_of_dogs")
    assert (element.owner_kind, element.added_by) == ("police", world.departments["police"])
    assert element.storage == "record"
    viewer = world.viewer("police_chief")
    assert element.key in offered_on_forms(world)
    right = policy.access(viewer=viewer, subject="household").right(element.key, world.estate.path)
    assert right == policy.Right(Level.FULL, may_write=True)
    other = policy.access(viewer=world.viewer("housing"), subject="household")
    assert other.level(element.key, world.estate.path) == Level.HIDDEN
    logged = AccessRecord.objects.get(detail="element added")
    assert (logged.subject, logged.elements) == ("data_element", [element.key])
    assert access_log.verify()
    assert "养犬数量" in client_for("housing").get("/sharing/catalogue/?q=养犬").content.decode()


def test_it_is_asked_for_and_granted_like_any_other(world: World) -> None:
    grant_id = ask(world, add(world))
    actions.approve_grant(
        viewer=world.viewer("police_chief"),
        grant_id=grant_id,
        elements=["own_police_number_of_dogs"],
        level=Level.YES_NO,
        may_write=False,
        area=world.areas["community"],
        valid_to=clock.today(),
    )
    access = policy.access(viewer=world.viewer("housing"), subject="household")
    assert access.level("own_police_number_of_dogs", world.estate.path) == Level.YES_NO


def test_what_is_collected_already_is_warned_of_with_the_way_to_ask(
    world: World, client_for: ClientFor
) -> None:
    client = client_for("property_manager")
    part = client.get(f"{ADD}similar/", {"label_zh": "身份证号", "subject": "resident"})
    page = part.content.decode()
    assert "已由公安采集" in page
    assert "/sharing/request/police/?element=doc_no" in page
    data = form(subject="resident", label_zh="身份证号", label_en="", type="text", sensitivity="S")
    answer = client.post(ADD, data)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "已由公安采集" in page
    assert 'name="despite"' in page
    assert 'value="身份证号"' in page
    assert not DataElement.objects.filter(added_by__isnull=False).exists()
    assert client.post(ADD, {**data, "despite": "on"}).status_code == 302
    logged = AccessRecord.objects.get(detail="element added despite")
    assert "doc_no" in logged.elements
    assert "own_property_shen_fen_zheng_hao" in logged.elements


def test_no_warning_where_nothing_is_alike(world: World, client_for: ClientFor) -> None:
    client = client_for("property_manager")
    part = client.get(f"{ADD}similar/", {"label_zh": "空调数量", "subject": "dwelling"})
    assert "despite" not in part.content.decode()
    assert "despite" not in client.get(ADD).content.decode()


def test_the_same_name_about_the_same_subject_is_refused_even_despite(world: World) -> None:
    with pytest.raises(Invalid) as refusal:
        add(world, "property_manager", despite=True, subject=Subject.RESIDENT, label_zh="联系电话")
    assert "label_zh" in refusal.value.fields
    add(world)
    with pytest.raises(Invalid):
        add(world, "property_manager", despite=True)


@pytest.mark.parametrize("user", sorted(set(STAFF) - {"police_chief", "property_manager"}))
def test_a_supervisor_adds_and_nobody_else(user: str, world: World, client_for: ClientFor) -> None:
    client = client_for(user)
    assert client.get(ADD).status_code == 403
    assert client.get(f"{ADD}similar/", {"label_zh": "电话"}).status_code == 403
    assert client.post(ADD, form()).status_code == 403
    with pytest.raises(NotAllowed):
        add(world, user)
    key = add(world)
    assert client.post(f"/sharing/catalogue/{key}/retire/").status_code == 403
    assert DataElement.objects.get(key=key).retired_at is None


@pytest.mark.parametrize(
    ("field", "more"),
    [
        ("label_zh", {"label_zh": ""}),
        ("label_zh", {"label_zh": "<script>alert(1)</script>"}),
        ("label_zh", {"label_zh": "=HYPERLINK(1)"}),
        ("label_en", {"label_en": '"><img src=x>'}),
        ("label_zh", {"label_zh": "长" * 81}),
        ("label_zh", {"label_zh": "居民信用积分"}),
        ("label_zh", {"label_zh": "宗教信仰", "subject": "resident"}),
        ("label_zh", {"label_zh": "指纹编号"}),
        ("type", {"type": "document_no"}),
        ("type", {"type": "reference"}),
        ("type", {"type": "nonsense"}),
        ("sensitivity", {"sensitivity": "B"}),
        ("sensitivity", {"sensitivity": "N", "type": "mobile"}),
        ("sharing", {"sharing": "unconditional"}),
        ("not_shared_because", {"sharing": "none"}),
        ("code_list", {"type": "code"}),
        ("code_list", {"type": "code", "code_list": "nonsense"}),
        ("codes", {"type": "code", "code_list": "own", "codes": "只有一个"}),
        ("codes", {"type": "code", "code_list": "own", "codes": "有\n有"}),
        ("codes", {"type": "code", "code_list": "own", "codes": "有\n<b>无</b>"}),
        ("max_length", {"type": "text", "max_length": "0"}),
        ("max_length", {"type": "text", "max_length": "1e9"}),
        ("mask", {"type": "text", "mask": "nonsense"}),
        ("subject", {"subject": "alert"}),
    ],
)
def test_each_wrong_statement_is_named_and_nothing_is_written(
    field: str, more: dict[str, Any], world: World, client_for: ClientFor
) -> None:
    answer = client_for("police_chief").post(ADD, form(**more))
    assert answer.status_code == 422
    page = answer.content.decode()
    assert f'id="id_{field}_error"' in page
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert not DataElement.objects.filter(added_by__isnull=False).exists()


@pytest.mark.parametrize(
    ("label", "subject", "refused"),
    [
        ("居民风险等级", Subject.RESIDENT, True),
        ("房屋风险等级", Subject.DWELLING, False),
        ("消防评分", Subject.ORGANISATION, False),
        ("Religion", Subject.RESIDENT, True),
        ("Surface area", Subject.RESIDENT, False),
        ("门面朝向", Subject.HOUSEHOLD, False),
    ],
)
def test_no_profiles_of_people_but_hazards_of_things(
    label: str, subject: Subject, refused: bool
) -> None:
    found = [name for name, _text in faults(new(label_zh=label, label_en="", subject=subject))]
    assert (found == ["label_zh"]) is refused
    assert bool(left_out(label)) or not refused


def test_masked_and_sealed_as_its_type_demands(world: World) -> None:
    phone = add(world, label_zh="宠物医院电话", label_en="Vet", type=ElementType.MOBILE)
    element = DataElement.objects.get(key=phone)
    assert (element.mask, element.is_encrypted, element.max_length) == ("phone", True, 20)
    note = add(world, label_zh="犬只行为记录", label_en="Dog notes", type=ElementType.LONGTEXT,
               sensitivity=Sensitivity.SENSITIVE, mask="none")  # fmt: skip
    assert DataElement.objects.get(key=note).is_encrypted
    assert DataElement.objects.get(key=note).max_length == 1000


def test_own_values_become_a_list_of_its_own(world: World, client_for: ClientFor) -> None:
    codes = "大型 | Large\n小型｜Small\n\n未知"
    data = form(label_zh="犬只体型", label_en="Dog size", type="code", code_list="own", codes=codes)
    client_for("police_chief").post(ADD, data)
    element = DataElement.objects.get(key="own_police_dog_size")
    found = Code.objects.filter(code_list=element.code_list_id)
    assert [(row.code, row.label_zh, row.label_en) for row in found] == [
        ("1", "大型", "Large"), ("2", "小型", "Small"), ("3", "未知", ""),
    ]  # fmt: skip
    shared = form(label_zh="犬主性别", label_en="Sex of dog owner", type="code", code_list="sex")
    client_for("police_chief").post(ADD, {**shared, "despite": "on"})
    assert DataElement.objects.get(key="own_police_sex_of_dog_owner").code_list_id == "sex"


def test_keys_stay_in_their_namespace_and_never_collide(world: World) -> None:
    long = new(label_en="A very long name that goes on and on and on and never ends at all")
    for kind in DepartmentKind:
        key = key_for(kind, long, 12)
        assert key.startswith(f"own_{kind}_")
        assert key.endswith("_12")
        assert len(key) <= 50
    first = add(world)
    second = add(world, label_zh="猫的数量", despite=True)
    assert (first, second) == ("own_police_number_of_dogs", "own_police_number_of_dogs_2")
    assert add(world, label_zh="鹦鹉数量", label_en="") == "own_police_ying_wu_shu_liang"


def test_loading_the_catalogue_leaves_own_elements_alone(world: World) -> None:
    key = add(world)
    actions.retire_element(viewer=world.viewer("police_chief"), key=key)
    before = DataElement.objects.filter(key=key).values().get()
    load_catalogue()
    assert DataElement.objects.filter(key=key).values().get() == before


@pytest.mark.parametrize(
    "change",
    [
        {"key": "own_police_x", "added_by": None, "added_at": None},
        {"added_by": None},
        {"key": "plain"},
    ],
)
def test_the_database_keeps_the_namespaces_apart(change: dict[str, Any], world: World) -> None:
    row = DataElement.objects.get(key=add(world))
    for name, value in change.items():
        setattr(row, name, value)
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=change.get("key") is not None)


def test_retired_it_is_asked_no_more_and_what_was_recorded_is_read(
    world: World, client_for: ClientFor
) -> None:
    key = add(world)
    client = client_for("police_chief")
    assert "/retire/" in client.get(f"/sharing/catalogue/{key}/").content.decode()
    template = FormTemplate.objects.get(key="police.resident", status="published")
    field = FormField(template=template, element=DataElement.objects.get(key=key), order=99)
    rights = {key: policy.Right(Level.FULL, may_write=True)}
    assert entry_fields(field, rights, recorded=False) == [True]
    client.post(f"/sharing/catalogue/{key}/retire/")
    field.element = DataElement.objects.get(key=key)
    assert field.element.retired_at is not None
    assert entry_fields(field, rights, recorded=False) == []
    assert entry_fields(field, rights, recorded=True) == [False]
    assert key not in offered_on_forms(world)
    with pytest.raises(Invalid):
        ask(world, key)
    assert client_for("housing").get(f"/sharing/catalogue/{key}/").status_code == 404
    assert "停用" in client.get(f"/sharing/catalogue/{key}/").content.decode()
    again = client.post(f"/sharing/catalogue/{key}/retire/")
    assert again.status_code == 403
    assert AccessRecord.objects.filter(detail="element retired").count() == 1


def entry_fields(field: FormField, rights: Any, *, recorded: bool) -> list[bool]:
    """Whether each field that a form would show can be filled in."""

    class OneField:
        department_kind = "police"

        class fields:  # noqa: N801  as the relation is called
            @staticmethod
            def all() -> list[FormField]:
                return [field]

    held = entry.Recorded("3", "3", Level.FULL, "", "police", clock.today())
    current = {field.element_id: held} if recorded else {}
    found = entry.entries_for(OneField, rights, current)  # type: ignore[arg-type]
    return [row.editable for row in found]


def test_what_is_not_ones_own_is_not_retired(world: World, client_for: ClientFor) -> None:
    key = add(world)
    for user, target in (("property_manager", key), ("police_chief", "doc_no")):
        answer = client_for(user).post(f"/sharing/catalogue/{target}/retire/")
        assert answer.status_code == 403
    with pytest.raises(NotFound):
        actions.retire_element(viewer=world.viewer("police_chief"), key="nothing")
    stranger = User.objects.create_user("stranger", display_name="stranger")
    other = Department.objects.create(name="别的派出所", kind="police", area=world.areas["street"])
    appoint(user=stranger, department=other, area=world.areas["street"], role=Role.SUPERVISOR,
            valid_from=clock.today())  # fmt: skip
    assert client_for("stranger").post(f"/sharing/catalogue/{key}/retire/").status_code == 403
