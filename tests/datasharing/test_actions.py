"""Loading the catalogue, giving the default grants."""

from io import StringIO

import pgtrigger
import pytest
from django.core.management import call_command

from accounts.choices import DepartmentKind
from datasharing import catalogue, defaults
from datasharing.actions import load_catalogue
from datasharing.choices import GrantStatus, TemplateStatus
from datasharing.models import Code, CodeList, DataElement, FormField, FormTemplate, Grant
from tests.conftest import World

# Shared by law or for the enrolment on the doorstep, beyond the source > users column.
BEYOND_NEED_TO_KNOW = {"face_consent", "face_image", "access_event", "visitor"}


@pytest.mark.django_db
def test_the_files_are_loaded_and_loading_again_changes_nothing() -> None:
    files = catalogue.load()
    first = load_catalogue()
    assert (first.elements, first.templates) == (len(files.elements), len(files.templates))
    assert first.published == first.templates
    assert CodeList.objects.count() == first.code_lists
    assert Code.objects.count() == first.codes
    assert DataElement.objects.count() == first.elements
    fields = FormField.objects.count()
    assert load_catalogue().published == 0
    assert (Code.objects.count(), FormField.objects.count()) == (first.codes, fields)


@pytest.mark.django_db
def test_texts_are_brought_up_to_date_and_what_was_removed_is_kept() -> None:
    load_catalogue()
    DataElement.objects.filter(key="name_cn").update(label_zh="旧")
    Code.objects.create(code_list_id="sex", code="7", label_zh="旧代码")
    load_catalogue()
    assert DataElement.objects.get(key="name_cn").label_zh == "姓名"
    assert Code.objects.filter(code_list="sex", code="7").exists()


@pytest.mark.django_db
def test_a_changed_template_is_published_as_the_next_version() -> None:
    load_catalogue()
    with pgtrigger.ignore("datasharing.FormField:published_fields_stay"):
        FormField.objects.filter(template__key="grid.visit", element="visit_note").delete()
    assert load_catalogue().published == 1
    versions = FormTemplate.objects.filter(key="grid.visit").order_by("version")
    assert [(row.version, row.status) for row in versions] == [
        (1, TemplateStatus.RETIRED),
        (2, TemplateStatus.PUBLISHED),
    ]
    assert versions[1].fields.filter(element="visit_note").exists()


@pytest.mark.django_db
def test_the_command_says_what_it_loaded() -> None:
    out = StringIO()
    call_command("load_catalogue", stdout=out)
    assert f"{len(catalogue.load().elements)} data elements" in out.getvalue()


def test_default_grants_share_what_the_owner_owns_with_who_needs_it() -> None:
    elements = catalogue.load().elements
    for grant in defaults.read():
        for key in grant.elements:
            assert elements[key].owner_kind == grant.owner, key
            needed = grant.grantee in elements[key].need_to_know
            assert needed or key in BEYOND_NEED_TO_KNOW, (key, grant.grantee)


def test_no_default_grant_shares_what_is_restricted() -> None:
    elements = catalogue.load().elements
    shared = {key for grant in defaults.read() for key in grant.elements}
    assert not {key for key in shared if elements[key].restricted}


@pytest.mark.django_db
def test_default_grants_are_given_once(bare_world: World) -> None:
    load_catalogue()
    departments = list(bare_world.departments.values())
    given = defaults.grant_defaults(departments=departments, decided_by=None)
    assert given == len(defaults.read()) == Grant.objects.count()
    assert defaults.grant_defaults(departments=departments, decided_by=None) == 0


@pytest.mark.django_db
def test_a_revoked_default_is_given_anew(world: World) -> None:
    Grant.objects.all().update(status=GrantStatus.REVOKED)
    departments = list(world.departments.values())
    given = defaults.grant_defaults(departments=departments, decided_by=world.users["police_chief"])
    assert given == len(defaults.read())


@pytest.mark.django_db
def test_departments_of_separate_areas_share_nothing_by_default(bare_world: World) -> None:
    load_catalogue()
    police, property_company = (bare_world.departments[k] for k in ("police", "property"))
    police.area, property_company.area = bare_world.estate, bare_world.other_estate
    assert defaults.grant_defaults(departments=[police, property_company], decided_by=None) == 0


@pytest.mark.django_db
def test_a_grant_holds_in_the_area_both_have_in_common(bare_world: World) -> None:
    load_catalogue()
    police, property_company = (bare_world.departments[k] for k in ("police", "property"))
    property_company.area = bare_world.estate
    defaults.grant_defaults(departments=[police, property_company], decided_by=None)
    assert set(Grant.objects.values_list("area", flat=True)) == {bare_world.estate.pk}
    assert set(Grant.objects.values_list("owner__kind", flat=True)) == {
        DepartmentKind.POLICE,
        DepartmentKind.PROPERTY,
    }
