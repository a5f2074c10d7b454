"""The life of a form: drafted, published, replaced, retired; and the catalogue that respects it."""

from dataclasses import replace

import pgtrigger
import pytest
from django.db import DatabaseError, transaction

from accounts.choices import Role
from accounts.models import Membership
from datasharing import actions, catalogue, selectors
from datasharing.actions import load_catalogue
from datasharing.catalogue.specs import ConditionSpec, FieldSpec, TemplateSpec
from datasharing.choices import Subject, TemplateOrigin, TemplateStatus
from datasharing.models import AccessRecord, DataElement, FormField, FormTemplate
from smartcommunity.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from tests.conftest import World

pytestmark = pytest.mark.django_db
KEY = "police.floating"


def start(world: World, user: str = "police", key: str = KEY) -> TemplateSpec:
    actions.start_draft(viewer=world.viewer(user), key=key, version=1)
    return selectors.draft_spec(viewer=world.viewer(user), key=key)


def save(world: World, changed: TemplateSpec, revision: int = 0, user: str = "police") -> int:
    return actions.save_draft(
        viewer=world.viewer(user), key=changed.key, revision=revision, changed=changed
    )


def publish(world: World, revision: int, user: str = "police_chief", key: str = KEY) -> int:
    return actions.publish_draft(
        viewer=world.viewer(user), key=key, revision=revision, reason="新增民族"
    )


def asks_more(held: TemplateSpec, *elements: str) -> TemplateSpec:
    more = tuple(FieldSpec(key, False, "", "", None) for key in elements)
    last = held.sections[-1]
    return replace(
        held, sections=(*held.sections[:-1], replace(last, fields=(*last.fields, *more)))
    )


def publish_second(world: World) -> None:
    publish(world, save(world, asks_more(start(world), "ethnicity")))


def test_a_draft_becomes_the_next_version_with_reason_and_name(world: World) -> None:
    draft = start(world)
    assert draft.fields == catalogue.load().templates[KEY].fields
    revision = save(world, asks_more(draft, "ethnicity"))
    in_use = selectors.template(viewer=world.viewer("collector"), key=KEY)
    assert in_use.version == 1, "collectors see nothing of a draft"
    assert publish(world, revision) == 2
    new = selectors.template(viewer=world.viewer("collector"), key=KEY)
    assert new.fields.filter(element="ethnicity").exists()
    assert (new.version, new.origin, new.reason, new.published_by.username) == (
        2, TemplateOrigin.DEPARTMENT, "新增民族", "police_chief",
    )  # fmt: skip
    old = FormTemplate.objects.get(key=KEY, version=1)
    assert old.status == TemplateStatus.RETIRED
    assert not old.fields.filter(element="ethnicity").exists()
    assert AccessRecord.objects.filter(detail="form published").count() == 1


def test_a_form_from_nothing(world: World) -> None:
    viewer = world.viewer("police")
    key = actions.create_form(
        viewer=viewer, subject=Subject.RESIDENT, title_zh=" 临时登记 ", title_en=""
    )
    draft = selectors.draft_spec(viewer=viewer, key=key)
    assert (draft.title_zh, draft.sections) == ("临时登记", ())
    with pytest.raises(Invalid):
        publish(world, 0, key=key)
    named = replace(draft, sections=catalogue.load().templates[KEY].sections[:1])
    assert publish(world, save(world, named), key=key) == 1
    shown = selectors.templates_for(viewer=world.viewer("collector"), subject=Subject.RESIDENT)
    assert key in {template.key for template in shown}


def test_who_may_design_and_who_may_publish(world: World) -> None:
    for user in ("collector", "property", "dispatcher", "security_admin", "auditor"):
        with pytest.raises(NotAllowed):
            actions.create_form(
                viewer=world.viewer(user), subject=Subject.RESIDENT, title_zh="表", title_en=""
            )
    revision = save(world, start(world))
    for user in ("collector", "police"):
        with pytest.raises(NotAllowed):
            publish(world, revision, user)
        with pytest.raises(NotAllowed):
            actions.retire_form(viewer=world.viewer(user), key=KEY, reason="x")
    assert publish(world, revision) == 2


def test_an_officer_publishes_where_there_is_no_supervisor(world: World) -> None:
    Membership.objects.filter(role=Role.SUPERVISOR).delete()
    assert publish(world, save(world, start(world)), "police") == 2


@pytest.mark.parametrize("user", ["civil_affairs", "property_manager"])
def test_another_departments_form_does_not_exist(world: World, user: str) -> None:
    start(world)
    viewer = world.viewer(user)
    draft = selectors.draft_spec(viewer=world.viewer("police"), key=KEY)
    for attempt in (
        lambda: actions.start_draft(viewer=viewer, key=KEY, version=1),
        lambda: selectors.draft_spec(viewer=viewer, key=KEY),
        lambda: selectors.versions(viewer=viewer, key=KEY),
        lambda: selectors.preview(viewer=viewer, key=KEY, number=1),
        lambda: selectors.differences(viewer=viewer, key=KEY, old=1, new=0),
        lambda: save(world, draft, 0, user),
        lambda: actions.discard_draft(viewer=viewer, key=KEY),
    ):
        with pytest.raises(NotFound):
            attempt()
    assert KEY not in {line.key for line in selectors.department_forms(viewer=viewer)}


def test_one_draft_a_form_and_it_can_be_discarded(world: World) -> None:
    start(world)
    with pytest.raises(Conflict):
        start(world)
    actions.discard_draft(viewer=world.viewer("police"), key=KEY)
    assert FormTemplate.objects.filter(key=KEY).count() == 1
    start(world)


def test_two_people_designing_notice_each_other(world: World) -> None:
    draft = start(world)
    assert save(world, asks_more(draft, "ethnicity")) == 1
    with pytest.raises(Conflict):
        save(world, draft, 0, "police_chief")
    with pytest.raises(Conflict):
        publish(world, 0)
    assert len(selectors.draft_spec(viewer=world.viewer("police"), key=KEY).fields) == len(
        draft.fields
    ) + 1  # fmt: skip


def test_a_draft_keeps_what_is_unfinished_and_is_not_published_so(world: World) -> None:
    draft = start(world)
    first = draft.sections[0]
    wrong = replace(first.fields[0], show_if=ConditionSpec("sex", ("1",)))  # stands below it
    empty = replace(draft.sections[-1], title_zh="空", title_en="Empty", fields=())
    unfinished = replace(
        draft,
        sections=(replace(first, fields=(wrong, *first.fields[1:])), *draft.sections[1:], empty),
    )
    revision = save(world, unfinished)
    assert selectors.draft_spec(viewer=world.viewer("police"), key=KEY) == unfinished
    with pytest.raises(Invalid):
        publish(world, revision)
    assert FormTemplate.objects.get(key=KEY, status=TemplateStatus.PUBLISHED).version == 1


def test_restricted_elements_never_drive_a_condition(world: World) -> None:
    DataElement.objects.filter(key="sex").update(restricted=True)
    draft = start(world)
    place = next(
        (n, m) for n, s in enumerate(draft.sections) for m, f in enumerate(s.fields)
        if f.element == "mobile"
    )  # fmt: skip
    fields = list(draft.sections[place[0]].fields)
    fields[place[1]] = replace(fields[place[1]], show_if=ConditionSpec("sex", ("1",)))
    sections = list(draft.sections)
    sections[place[0]] = replace(sections[place[0]], fields=tuple(fields))
    revision = save(world, replace(draft, sections=tuple(sections)))
    with pytest.raises(Invalid) as refused:
        publish(world, revision)
    assert "restricted" in str(refused.value.message) or "受限" in str(refused.value.message)


def test_elements_of_another_subject_are_refused(world: World) -> None:
    with pytest.raises(Invalid):
        save(world, asks_more(start(world), "plate_no"))
    with pytest.raises(Invalid):
        save(world, asks_more(start_again(world), "aged_flag"))  # worked out, never asked


def start_again(world: World) -> TemplateSpec:
    return selectors.draft_spec(viewer=world.viewer("police"), key=KEY)


def test_the_database_itself_keeps_what_is_published(world: World) -> None:
    published = FormTemplate.objects.get(key=KEY)
    field = published.fields.first()
    assert field is not None
    attempts = [
        lambda: FormTemplate.objects.filter(pk=published.pk).update(title_zh="别的"),
        lambda: FormTemplate.objects.filter(pk=published.pk).update(status="draft"),
        lambda: FormTemplate.objects.filter(pk=published.pk).delete(),
        lambda: FormField.objects.filter(pk=field.pk).update(required=not field.required),
        lambda: FormField.objects.filter(pk=field.pk).delete(),
        lambda: FormField.objects.create(template=published, element_id="ethnicity", order=99),
    ]
    for attempt in attempts:
        with pytest.raises(DatabaseError), transaction.atomic():
            attempt()
    publish_second(world)
    with pytest.raises(DatabaseError), transaction.atomic():
        FormTemplate.objects.filter(key=KEY, version=1).update(status="published")


def test_the_catalogue_leaves_a_form_that_the_department_took_over(world: World) -> None:
    publish_second(world)
    assert load_catalogue().published == 0
    assert FormTemplate.objects.get(key=KEY, status=TemplateStatus.PUBLISHED).version == 2


def test_the_catalogue_does_not_bring_back_what_the_department_took_out_of_use(
    world: World,
) -> None:
    actions.retire_form(viewer=world.viewer("police_chief"), key=KEY, reason="不再使用")
    assert load_catalogue().published == 0
    assert not FormTemplate.objects.filter(key=KEY, status=TemplateStatus.PUBLISHED).exists()
    with pytest.raises(NotFound):
        actions.retire_form(viewer=world.viewer("police_chief"), key=KEY, reason="again")


def test_a_draft_alone_does_not_stop_the_catalogue(world: World) -> None:
    draft = start(world)
    with pgtrigger.ignore("datasharing.FormField:published_fields_stay"):
        FormField.objects.filter(template__key=KEY, element="mobile").delete()
    assert load_catalogue().published == 1, "as after an update that changed the product's form"
    assert FormTemplate.objects.get(key=KEY, status=TemplateStatus.PUBLISHED).version == 2
    shown = selectors.designed(viewer=world.viewer("police"), key=KEY, number=0)
    assert shown.overtaken
    assert publish(world, save(world, draft)) == 3


def test_what_collectors_will_see_is_said_of_each_element(world: World) -> None:
    key = actions.create_form(
        viewer=world.viewer("civil_affairs"), subject=Subject.RESIDENT, title_zh="表", title_en=""
    )
    shown = selectors.designed(viewer=world.viewer("civil_affairs"), key=key, number=0)
    prospects = {each.key: each.prospect for _owner, group in shown.offered for each in group}
    assert {key: (prospects[key].code, prospects[key].limited) for key in ("dibao", "visa_no")} == {
        "dibao": ("own", False),
        "visa_no": ("hidden", True),
    }
    assert shown.offered[0][1][0].prospect.code == "own", "the department's own come first"
    assert "aged_flag" not in prospects, "what is worked out is never asked"
