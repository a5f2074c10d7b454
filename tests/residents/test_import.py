"""Imports: the dry run says what would happen and why not, the run writes what the form would."""

import uuid
from collections.abc import Callable
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from datasharing.choices import AccessKind
from datasharing.models import AccessRecord
from residents import actions, lookup, selectors
from residents.errors import DuplicateDocument
from residents.models import ElementRecord, Household, Import, Proposal, Residence, Resident
from residents.sheets.choices import SheetFormat
from smartcommunity.kernel import vault
from smartcommunity.kernel.errors import Conflict, NotFound
from tests.residents.conftest import POLICE, Registry, citizen
from tests.residents.sheets import (
    POLICE_ROW,
    as_csv,
    as_workbook,
    cells,
    confirm,
    person,
    upload,
    view,
)
from tests.residents.test_seals import Case, case  # noqa: F401  a fixture

pytestmark = pytest.mark.django_db


def counts(registry: Registry, job: Import, by: str = "collector") -> dict[str, int]:
    return {one.outcome: one.rows for one in view(registry, job, by).counts if one.rows}


def faults(registry: Registry, job: Import, by: str = "collector") -> list[tuple[int, str, str]]:
    return [(one.row, one.column, one.text) for one in view(registry, job, by).faults]


@pytest.mark.parametrize("make", [as_csv, as_workbook])
def test_a_sheet_registers_as_the_form_does(registry: Registry, make) -> None:
    job = upload(registry, make([POLICE_ROW]))
    assert (job.refusal, job.state, counts(registry, job)) == ("", "checked", {"new": 1})
    assert not Resident.objects.exists()  # the dry run writes nothing
    job = confirm(registry, job)
    assert (job.state, counts(registry, job)) == ("done", {"new": 1})

    typed = Resident.objects.get()
    number = citizen(date(1985, 6, 1))
    assert (typed.name, typed.doc_no, typed.mobile) == ("张三丰", number, "13800001234")
    assert (typed.sex, typed.birth_date) == ("1", date(1985, 6, 1))
    assert bytes(typed.doc_hash) == lookup.document_hash("111", number)
    assert typed.name_pinyin == "zhangsanfeng"
    record = ElementRecord.objects.get(element="name_cn")
    assert record.user == registry.world.users["collector"]
    assert record.department == registry.world.departments["police"]
    assert record.template == registry.form("collector", "police.resident")
    assert ElementRecord.objects.get(element="doc_no").value is None  # sealed
    residence = Residence.objects.get()
    assert (residence.dwelling, residence.kind) == (registry.home, "owner")


def test_the_same_row_by_form_and_by_sheet_leaves_the_same_records(registry: Registry) -> None:
    registry.register(doc_no=citizen(date(1985, 6, 1), sequence=2), mobile="13800009999")
    by_form = {row.element_id: row.plain for row in ElementRecord.objects.all()}
    confirm(registry, upload(registry, as_workbook([POLICE_ROW])))
    imported = Resident.objects.get(mobile_hash=lookup.mobile_hash("13800001234"))
    by_sheet = {
        row.element_id: row.plain for row in ElementRecord.objects.filter(subject_id=imported.pk)
    }
    different = {"doc_no", "mobile"}
    assert by_sheet.keys() == by_form.keys()
    assert {k: v for k, v in by_sheet.items() if k not in different} == {
        k: v for k, v in by_form.items() if k not in different
    }


def test_rows_of_one_dwelling_are_one_household_unless_told_apart(registry: Registry) -> None:
    rows = [person(number, 房号="101", 户=sign) for number, sign in enumerate(["", "", "2"])]
    confirm(registry, upload(registry, as_workbook(rows)))
    sizes = sorted(one.members.count() for one in Household.objects.all())
    assert sizes == [1, 2]


def test_each_fault_is_told_with_row_column_and_remedy_and_never_the_value(
    registry: Registry, caplog: pytest.LogCaptureFixture
) -> None:
    bad = citizen(date(1985, 6, 1))[:-1] + "A"
    rows = [
        POLICE_ROW,
        person(1, 证件号码=bad),
        person(2, 姓名=""),
        person(3, 房号="999"),
        person(4, 居住类型="城堡"),
        person(5, 出生日期="1985-02-30"),
    ]
    job = upload(registry, as_csv(rows))
    assert counts(registry, job) == {"new": 1, "faulty": 5}
    found = faults(registry, job)
    assert [(row, column) for row, column, _text in found] == [
        (3, "证件号码"),
        (4, "姓名"),
        (5, "房号"),
        (6, "居住类型"),
        (7, "出生日期"),
    ]
    assert all(text and bad not in text for _row, _column, text in found)
    assert bad not in caplog.text
    confirm(registry, job)
    assert Resident.objects.count() == 1


def test_the_faulty_rows_come_back_marked_and_can_be_mended(registry: Registry) -> None:
    job = upload(registry, as_workbook([POLICE_ROW, person(1, 姓名="李4", 联系电话="=1+1")]))
    confirm(registry, job)
    content = selectors.faulty_rows(viewer=registry.world.viewer("collector"), import_id=job.pk)
    top, _keys, row = cells(content)
    assert top[0] == "错误说明"
    assert "姓名" in row[0]
    assert "公式" in row[0]
    mended = dict(zip(top, row, strict=True)) | {"*姓名": "李四", "联系电话": "13911112222"}
    again = upload(registry, as_workbook([mended]))
    assert counts(registry, again) == {"new": 1}
    confirm(registry, again)
    assert Resident.objects.count() == 2


def test_the_same_file_again_changes_nothing(registry: Registry) -> None:
    content = as_workbook([person(number) for number in range(8)])
    confirm(registry, upload(registry, content))
    records = ElementRecord.objects.count()
    job = upload(registry, content)
    assert counts(registry, job) == {"unchanged": 8}
    confirm(registry, job)
    assert (Resident.objects.count(), ElementRecord.objects.count()) == (8, records)


def test_a_registered_person_is_changed_and_empty_cells_keep_what_is_recorded(
    registry: Registry,
) -> None:
    resident_id = registry.register(employer="一中")
    job = upload(registry, as_workbook([POLICE_ROW | {"姓名": "张君宝", "服务处所": ""}]))
    assert counts(registry, job) == {"changed": 1}
    confirm(registry, job)
    row = Resident.objects.get(pk=resident_id)
    assert (row.name, row.name_pinyin, row.version) == ("张君宝", "zhangjunbao", 2)
    current = ElementRecord.objects.filter(subject_id=resident_id, superseded_at=None)
    assert current.get(element="employer").value == "一中"
    old, new = ElementRecord.objects.filter(element="name_cn").order_by("recorded_at")
    assert (old.superseded_at, new.value) == (new.recorded_at, "张君宝")


def test_the_owner_wins_another_departments_value_is_proposed(registry: Registry) -> None:
    resident_id = registry.register()
    row = {"居民编号": str(resident_id), "姓名": "张三", "联系电话": "13800001234",
           "居住类型": "owner", "入住日期": "2020-03-01", "小区": "测试estate", "楼栋": "1",
           "单元": "1", "房号": "101"}  # fmt: skip
    job = upload(registry, as_workbook([row]), by="property", key="property.resident")
    assert faults(registry, job, "property") == []
    confirm(registry, job, by="property")
    proposal = Proposal.objects.get()
    assert (proposal.element_id, proposal.value) == ("name_cn", "张三")
    assert Resident.objects.get().name == "张三丰"


def test_the_same_document_twice_in_the_file_is_reported(registry: Registry) -> None:
    job = upload(registry, as_csv([POLICE_ROW, POLICE_ROW | {"姓名": "张二"}]))
    assert counts(registry, job) == {"new": 1, "duplicate": 1}
    assert "2" in faults(registry, job)[0][2]
    confirm(registry, job)
    assert Resident.objects.get().name == "张三丰"


def test_a_document_registered_where_the_importer_sees_nothing_is_not_told(
    registry: Registry,
) -> None:
    """The same neutral words as the form's, whoever it is and wherever."""
    from tests.residents.conftest import make_building

    other = make_building(registry.world, "other_estate")
    registry.register(home=other[0])
    job = upload(
        registry,
        as_workbook([POLICE_ROW]),
        by="property_manager",
        key="property.resident",
    )
    assert job.state == "refused"  # her form has no documents at all


def test_of_a_sealed_person_an_import_says_what_it_says_of_anybody(
    case: Case,  # noqa: F811  the fixture
) -> None:
    case.seal()
    registry = case.registry
    row = POLICE_ROW | {"居民编号": str(case.resident_id)}
    nobody = POLICE_ROW | {"居民编号": str(uuid.uuid4()), "证件号码": person(5)["证件号码"]}
    job = upload(registry, as_csv([POLICE_ROW, row | {"证件号码": ""}, nobody]))
    by_number, by_key, unknown = faults(registry, job)
    assert by_number[1:] == ("证件号码", str(DuplicateDocument(None).fields["doc_no"]))
    assert by_key[1:] == unknown[1:]
    agent = upload(registry, as_csv([POLICE_ROW]), by="police_chief")
    assert counts(registry, agent, "police_chief") == {"unchanged": 1}


def test_a_namesake_in_the_same_dwelling_is_reported_where_documents_are_not_asked(
    registry: Registry,
) -> None:
    registry.register()
    row = {"小区": "测试estate", "楼栋": "1", "单元": "1", "房号": "101", "姓名": "张三丰",
           "联系电话": "13900001111", "居住类型": "owner", "入住日期": "2020-03-01"}  # fmt: skip
    job = upload(registry, as_workbook([row]), by="property", key="property.resident")
    assert counts(registry, job, "property") == {"duplicate": 1}


def test_what_the_importer_may_not_write_is_refused(registry: Registry) -> None:
    resident_id = registry.register()
    columns = selectors.import_forms(viewer=registry.world.viewer("auditor"))
    assert columns == []
    row = {"居民编号": str(resident_id), "联系电话": "13800001234"}
    job = upload(registry, as_csv([row]), by="civil_affairs", key="civil_affairs.resident")
    assert job.state == "refused"
    assert "联系电话" in job.refusal


def test_a_batch_is_one_record_in_the_access_log(registry: Registry) -> None:
    job = upload(registry, as_workbook([person(number) for number in range(5)]))
    confirm(registry, job)
    record = AccessRecord.objects.get(kind=AccessKind.IMPORT)
    assert set(record.subject_ids) == set(Resident.objects.values_list("pk", flat=True))
    assert (record.detail, record.exit) == ("police.resident", "task")
    assert "name_cn" in record.elements


def test_the_files_lie_sealed_and_go_when_done(registry: Registry, settings) -> None:
    settings.IMPORT_BATCH_ROWS = 2
    job = upload(registry, as_workbook([person(0), person(1), person(2, 姓名="")]))
    assert job.file == ""  # read: the parts hold it
    names = [chunk.file for chunk in job.chunks.all()]
    stored = (settings.MEDIA_ROOT / "vault" / names[0]).read_bytes()
    assert "赵一".encode() not in stored
    assert "赵一".encode() in vault.get(names[0])


def test_only_who_uploaded_it_sees_or_moves_it(registry: Registry) -> None:
    job = upload(registry, as_workbook([POLICE_ROW]))
    for other in ("police", "property", "auditor"):
        viewer = registry.world.viewer(other)
        with pytest.raises(NotFound):
            selectors.import_view(viewer=viewer, import_id=job.pk)
        with pytest.raises(NotFound):
            actions.confirm_import(viewer=viewer, import_id=job.pk)
    assert not Resident.objects.exists()


def test_cancelled_and_ended_imports_do_not_go_on(registry: Registry) -> None:
    viewer = registry.world.viewer("collector")
    job = upload(registry, as_workbook([POLICE_ROW]))
    actions.cancel_import(viewer=viewer, import_id=job.pk)
    with pytest.raises(Conflict):
        actions.confirm_import(viewer=viewer, import_id=job.pk)
    actions.work_on_import(import_id=job.pk)
    assert not Resident.objects.exists()


def test_an_officer_whose_term_ended_writes_nothing_more(registry: Registry) -> None:
    job = upload(registry, as_workbook([POLICE_ROW]))
    actions.confirm_import(viewer=registry.world.viewer("collector"), import_id=job.pk)
    registry.world.users["collector"].memberships.update(valid_to=date(2024, 2, 1))
    actions.work_on_import(import_id=job.pk)
    job.refresh_from_db()
    assert job.state == "refused"
    assert not Resident.objects.exists()


def test_it_goes_on_where_it_stopped(
    registry: Registry, settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever ends the worker: parts that are written are not written again."""
    settings.IMPORT_BATCH_ROWS = 3
    job = upload(registry, as_workbook([person(number) for number in range(8)]))
    actions.confirm_import(viewer=registry.world.viewer("collector"), import_id=job.pk)
    assert actions.work_on_import(import_id=job.pk, seconds=0)  # one part only
    assert Resident.objects.count() == 3
    from residents.actions import importing

    def killed(*_args: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(importing, "write_batch", killed)
        with pytest.raises(KeyboardInterrupt):
            actions.work_on_import(import_id=job.pk)
    assert Resident.objects.count() == 3
    assert not actions.work_on_import(import_id=job.pk)
    job.refresh_from_db()
    assert (job.state, Resident.objects.count()) == ("done", 8)
    assert Household.objects.count() == 6


def test_pause_and_go_on(registry: Registry, settings) -> None:
    settings.IMPORT_BATCH_ROWS = 3
    viewer = registry.world.viewer("collector")
    job = upload(registry, as_workbook([person(number) for number in range(8)]))
    actions.confirm_import(viewer=viewer, import_id=job.pk)
    actions.work_on_import(import_id=job.pk, seconds=0)
    actions.pause_import(viewer=viewer, import_id=job.pk)
    actions.work_on_import(import_id=job.pk)
    assert Resident.objects.count() == 3
    actions.resume_import(viewer=viewer, import_id=job.pk)
    actions.work_on_import(import_id=job.pk)
    assert Resident.objects.count() == 8


@pytest.mark.parametrize("kind", list(SheetFormat))
def test_the_template_can_be_filled_in_and_imported(registry: Registry, kind: SheetFormat) -> None:
    viewer = registry.world.viewer("collector")
    form = registry.form("collector", "police.resident")
    content = selectors.blank_sheet(viewer=viewer, template=form, kind=kind)
    if kind == SheetFormat.CSV:
        assert content.startswith(b"\xef\xbb\xbf")
        names = content.decode("utf-8-sig").strip().split(",")
    else:
        names, keys = cells(content)[:2]
        assert "address.room" in keys
    assert "*姓名" in names
    assert "户" in names
    marked = {next(n for n in names if n.strip("*") == key): v for key, v in POLICE_ROW.items()}
    job = upload(registry, as_workbook([{**dict.fromkeys(names, None), **marked}]))
    assert counts(registry, job) == {"new": 1}


def test_a_dwellings_form_is_imported_by_address(registry: Registry) -> None:
    address = {"小区": "测试estate", "楼栋": "1号楼", "单元": "1单元", "房号": "101室"}
    viewer = registry.world.viewer("housing")
    form = registry.form("housing", "housing.dwelling")
    blank = cells(selectors.blank_sheet(viewer=viewer, template=form, kind=SheetFormat.XLSX))[0]
    known = address | {"房屋地址": "测试路1号", "房屋性质": "1", "规划用途": "1"}
    known |= {"建筑面积（平方米）": "89.50", "使用状态": "1"}
    row = {name: known.get(name.strip("*")) for name in blank}
    job = upload(registry, as_workbook([row]), by="housing", key="housing.dwelling")
    assert (job.refusal, faults(registry, job, "housing")) == ("", [])
    job = confirm(registry, job, by="housing")
    assert (job.refusal, counts(registry, job, "housing")) == ("", {"changed": 1})
    assert ElementRecord.objects.get(subject_id=registry.home.pk, element="area_m2").value == "89.5"


def test_queries_do_not_grow_with_the_rows(registry: Registry) -> None:
    few = upload(registry, as_workbook([person(number) for number in range(4)]))
    many = upload(registry, as_workbook([person(number) for number in range(4, 60)]))
    actions.confirm_import(viewer=registry.world.viewer("collector"), import_id=few.pk)
    actions.confirm_import(viewer=registry.world.viewer("collector"), import_id=many.pk)
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    taken = []
    for job in (few, many):
        with CaptureQueriesContext(connection) as queries:
            actions.work_on_import(import_id=job.pk)
        taken.append(len(queries))
    assert taken[0] == taken[1]
    assert POLICE  # the form's own values stay as they are


def test_the_pages_from_the_upload_to_the_confirmation(
    registry: Registry, client_for: Callable[[str], Client]
) -> None:
    client = client_for("collector")
    start = client.get(reverse("residents:imports")).content.decode()
    assert reverse("residents:import_upload", args=["police.resident"]) in start
    url = reverse("residents:import_upload", args=["police.resident"])
    wrong = SimpleUploadedFile("名单.xlsx", b"<html><table>")
    answer = client.post(url, {"file": wrong})
    assert (answer.status_code, "网页" in answer.content.decode()) == (422, True)
    rows = [POLICE_ROW, person(1, 姓名="李4")]
    answer = client.post(url, {"file": SimpleUploadedFile("名单.xlsx", as_workbook(rows))})
    job = Import.objects.get()
    page = reverse("residents:import", args=[job.pk])
    assert answer["Location"] == page
    assert "every 2s" in client.get(page).content.decode()
    actions.work_on_import(import_id=job.pk)
    checked = client.get(page, headers={"HX-Request": "true"}).content.decode()
    assert "every 2s" not in checked
    assert "将写入 1 行" in checked
    assert "<html" not in checked
    client.post(reverse("residents:import_step", args=[job.pk, "confirm"]))
    actions.work_on_import(import_id=job.pk)
    assert "导入完成" in client.get(page).content.decode()
    file = client.get(reverse("residents:import_faults", args=[job.pk]))
    assert cells(file.content)[2][0].startswith("第 3 行")
    assert client_for("police").get(page).status_code == 404
    blank = client.get(reverse("residents:import_blank", args=["police.resident", "xlsx"]))
    assert blank.content.startswith(b"PK")
