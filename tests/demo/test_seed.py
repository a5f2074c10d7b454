"""The seeded database: consistent, complete, repeatable, refused where it does not belong."""

import json
from collections import Counter
from io import StringIO
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.management import call_command
from django.db.models import F

from accounts.choices import DepartmentKind, Role
from accounts.models import Area, Department, Membership, User
from accounts.selectors import viewer_for
from datasharing.choices import Subject
from datasharing.models import AccessRecord, FormTemplate
from devices.models import Device
from residents import lookup
from residents.actions import record
from residents.models import (
    Building,
    Dwelling,
    ElementRecord,
    EstatePlan,
    Residence,
    Resident,
    ResidentAccount,
)
from residents.selectors import plan
from security.models import Gate, Rule
from services.models import Notice, ServiceRequest
from smartcommunity.demo.estates import ESTATES
from smartcommunity.demo.offices import PASSWORD, POSTS, USERNAMES
from smartcommunity.demo.people import featured
from smartcommunity.demo.seed import seed_demo
from smartcommunity.kernel.errors import Conflict
from tests.demo.conftest import SCALE

COUNTED = (Area, Department, User, Membership, Building, Dwelling, Resident, ElementRecord,
           Device, Gate, Rule, Notice, ServiceRequest, ResidentAccount, FormTemplate)  # fmt: skip


@pytest.mark.usefixtures("demo")
def test_everybody_lives_in_a_dwelling_of_his_area() -> None:
    assert Resident.objects.count() == round(Dwelling.objects.count() * 8 / 3)
    assert not Resident.objects.filter(synthetic=False).exists()
    homes = Residence.objects.filter(valid_to=None)
    assert homes.count() == Resident.objects.count()
    assert not homes.exclude(dwelling__area=F("resident__area")).exists()
    assert not homes.exclude(dwelling=F("resident__household__dwelling")).exists()
    assert not homes.exclude(dwelling__unit__building__area=F("dwelling__area")).exists()


@pytest.mark.usefixtures("demo")
def test_columns_hashes_and_records_agree() -> None:
    people = {person.pk: person for person in Resident.objects.all()}
    for person in people.values():
        assert person.doc_no
        assert bytes(person.doc_hash or b"") == lookup.document_hash(person.doc_type, person.doc_no)
        assert (person.name_pinyin, person.name_initials) == lookup.pinyin(person.name)
    rows = ElementRecord.objects.filter(subject=Subject.RESIDENT).select_related(
        "element", "department", "user"
    )
    for row in rows:
        assert row.department
        assert row.department.kind == row.element.owner_kind
        assert row.user
        assert (row.value is None) == row.element.is_encrypted
        if row.element.column:
            column = getattr(people[row.subject_id], row.element.column)
            assert str(column) == (row.sealed if row.value is None else row.value)


@pytest.mark.usefixtures("demo")
def test_a_bulk_entry_equals_a_recorded_one() -> None:
    """The same facts typed into the police form leave the same row and the same records."""
    seeded = featured()
    rows = ElementRecord.objects.filter(subject_id=seeded.pk, template__key="police.resident")
    facts = {row.element_id: row.sealed if row.value is None else row.value for row in rows}
    household, template = seeded.household, rows[0].template
    assert household
    assert template
    number = seeded.doc_no
    # A second person cannot have the number: the seeded one steps aside.
    Resident.objects.filter(pk=seeded.pk).update(doc_hash=None)
    typed = record(
        viewer=viewer_for(user=User.objects.get(username="collector")),
        template=template,
        subject_id=None,
        area=seeded.area,
        household=household,
        values=facts | {"residence_kind": "owner"},
    )
    entered = Resident.objects.get(pk=typed)
    for column in ("name", "name_pinyin", "name_initials", "doc_type", "sex", "birth_date"):
        assert getattr(entered, column) == getattr(seeded, column)
    assert entered.doc_no == number
    assert bytes(entered.doc_hash or b"") == bytes(seeded.doc_hash or b"")
    entered_facts = {
        row.element_id: row.sealed if row.value is None else row.value
        for row in ElementRecord.objects.filter(subject_id=typed)
    }
    assert entered_facts == facts | {"residence_kind": "owner"}


@pytest.mark.usefixtures("demo")
def test_the_plan_refers_to_the_buildings_and_gates() -> None:
    viewer = viewer_for(user=User.objects.get(username="police"))
    assert Building.objects.count() == 12
    for drawn in EstatePlan.objects.select_related("area"):
        features = [f["properties"] for f in drawn.geojson["features"]]
        refs = {f["ref"] for f in features if f["kind"] == "building"}
        assert refs == set(Building.objects.filter(area=drawn.area).values_list("ref", flat=True))
        gates = {f["ref"] for f in features if f["kind"] == "gate"}
        assert gates == set(Gate.objects.filter(area=drawn.area).values_list("ref", flat=True))
        assert plan(viewer=viewer, area=drawn.area)


@pytest.mark.usefixtures("demo")
def test_one_user_per_role_with_the_printed_password() -> None:
    assert set(DepartmentKind) == set(Department.objects.values_list("kind", flat=True))
    assert {post.role for post in POSTS} == set(Role)
    for post in POSTS:
        viewer = viewer_for(user=User.objects.get(username=post.username))
        assert (viewer.role, viewer.department_kind) == (post.role, post.kind)
    assert User.objects.get(username="resident").check_password(PASSWORD)
    assert set(User.objects.values_list("username", flat=True)) == set(USERNAMES)
    assert ResidentAccount.objects.get().user.username == "resident"


@pytest.mark.usefixtures("demo")
def test_devices_stand_on_the_plan_and_their_passwords_in_the_file(settings: LazySettings) -> None:
    accounts = json.loads((Path(settings.STATE_DIR) / "demo_devices.json").read_text())
    assert set(accounts) == set(Device.objects.values_list("code", flat=True))
    assert (Path(settings.STATE_DIR) / "demo_devices.json").stat().st_mode & 0o777 == 0o600
    assert not Device.objects.filter(x=None).exists()
    assert all(len(code) == 20 for code in accounts)
    for code, account in accounts.items():
        assert bool(account["password"]) != bool(account["gateway"])
        assert Device.objects.get(code=code).address == account["address"]
    assert Counter(gate.area.code for gate in Gate.objects.all()) == {e.code: 2 for e in ESTATES}
    assert not Gate.objects.filter(camera=None).exists()


@pytest.mark.usefixtures("demo")
def test_seeding_again_changes_nothing() -> None:
    before = {model: model._default_manager.count() for model in COUNTED}
    writes = AccessRecord.objects.filter(kind="write").count()
    seed_demo(say=lambda _text: None, scale=SCALE)
    assert {model: model._default_manager.count() for model in COUNTED} == before
    assert AccessRecord.objects.filter(kind="write").count() == writes


@pytest.mark.usefixtures("demo")
def test_refuses_a_database_with_real_people() -> None:
    elsewhere = Area.objects.add_root({"name": "别处", "kind": "province", "code": "11"})
    Resident.objects.create(area=elsewhere, name="某人")
    with pytest.raises(Conflict):
        seed_demo(say=lambda _text: None, scale=SCALE)


@pytest.mark.django_db
def test_refuses_outside_demo_mode(settings: LazySettings) -> None:
    settings.DEMO_MODE = False
    with pytest.raises(Conflict):
        seed_demo(say=lambda _text: None, scale=SCALE)
    call_command("demo_accounts", stdout=(out := StringIO()))
    assert not out.getvalue()


@pytest.mark.usefixtures("demo")
def test_says_what_it_made(seeded: list[str]) -> None:
    assert len(seeded) == 5
    assert "168" in seeded[1]


@pytest.mark.usefixtures("demo")
def test_demo_accounts_prints_everybody() -> None:
    out = StringIO()
    call_command("demo_accounts", stdout=out)
    lines = out.getvalue().splitlines()
    assert len(lines) == 1 + len(USERNAMES)
    assert all(PASSWORD in line for line in lines[1:])
