"""Exports: as much as a list shows, for a purpose, within a quota, named, logged, erased."""

import io
import random
import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from datasharing.choices import AccessKind, Purpose
from datasharing.models import AccessRecord, Grant
from residents import actions, selectors
from residents.models import ElementRecord, Export, Resident
from residents.sheets import fingerprint
from residents.sheets.choices import SheetFormat
from residents.sheets.writing import neutral
from smartcommunity.kernel import clock
from smartcommunity.kernel.errors import Conflict, Invalid, NotFound, TooMany
from tests.residents.conftest import POLICE, Registry, citizen, make_building
from tests.residents.sheets import as_csv, as_workbook, cells, confirm, person, upload, view

pytestmark = pytest.mark.django_db
NUMBER = citizen(date(1985, 6, 1))
USUAL_PURPOSE = {"collector": Purpose.PUBLIC_SECURITY, "civil_affairs": Purpose.CIVIL_SERVICE,
                 "property": Purpose.PROPERTY_SERVICE}  # fmt: skip


def export(
    registry: Registry,
    elements: tuple[str, ...] = ("name_cn", "doc_no", "mobile"),
    *,
    by: str = "collector",
    kind: SheetFormat = SheetFormat.XLSX,
    reason: str = "社区走访名单",
    purpose: Purpose | None = None,
) -> Export:
    made = actions.request_export(
        viewer=registry.world.viewer(by),
        resident_ids=Resident.objects.values_list("pk", flat=True),
        elements=elements,
        purpose=purpose or USUAL_PURPOSE[by],
        reason=reason,
        kind=kind,
    )
    actions.make_export(export_id=made.pk)
    made.refresh_from_db()
    return made


def fetched(registry: Registry, made: Export, by: str = "collector") -> bytes:
    return actions.fetch_export(viewer=registry.world.viewer(by), export_id=made.pk)[1]


def many(registry: Registry, count: int) -> None:
    confirm(registry, upload(registry, as_workbook([person(number) for number in range(count)])))
    assert Resident.objects.count() == count


def test_the_file_says_what_a_page_says_and_no_more(registry: Registry) -> None:
    resident_id = registry.register()
    rows = cells(fetched(registry, export(registry)))
    assert rows[1] == ["居民编号", "姓名", "证件号码", "联系电话"]
    assert rows[3] == [str(resident_id), "张三丰", NUMBER, "13800001234"]

    made = export(registry, ("name_cn", "doc_no", "employer", "birth_date"), by="civil_affairs")
    rows = cells(fetched(registry, made, "civil_affairs"))
    assert rows[1] == ["居民编号", "姓名", "证件号码", "出生日期"]  # the employer is hidden
    assert NUMBER not in str(rows)
    assert "***" in rows[3][2]


def test_each_row_by_its_own_area(registry: Registry) -> None:
    """A grant for one estate shows the value there and leaves the cell empty elsewhere."""
    registry.register(employer="一中")
    other = make_building(registry.world, "other_estate")
    registry.register(
        home=other[0], doc_no=citizen(date(1990, 1, 1)), mobile="13811112222", employer="二厂"
    )
    grant = Grant.objects.filter(
        elements="name_cn", grantee=registry.world.departments["civil_affairs"], level=3
    ).first()
    assert grant is not None
    extra = Grant.objects.create(
        owner=grant.owner, grantee=grant.grantee, area=registry.world.estate, level=3,
        purpose=grant.purpose, legal_basis="试", valid_from=grant.valid_from,
        valid_to=grant.valid_to, status="active",
    )  # fmt: skip
    extra.elements.set(["employer"])
    made = export(registry, ("name_cn", "employer"), by="civil_affairs")
    text = str(cells(fetched(registry, made, "civil_affairs")))
    assert ("一中" in text, "二厂" in text) == (True, False)


def test_another_purpose_opens_only_what_is_granted_for_it(registry: Registry) -> None:
    registry.register()
    with pytest.raises(Invalid):
        export(registry, ("name_cn",), by="civil_affairs", purpose=Purpose.GRID_VISIT)


@pytest.mark.parametrize("reason", ["", "  ", "abc"])
def test_no_reason_no_file(registry: Registry, reason: str) -> None:
    registry.register()
    with pytest.raises(Invalid) as caught:
        export(registry, reason=reason)
    assert list(caught.value.fields) == ["reason"]


def test_the_quota_counts_the_day(registry: Registry, settings: Any) -> None:
    many(registry, 6)
    settings.EXPORT_ROWS_A_DAY = 10
    export(registry)
    with pytest.raises(TooMany) as caught:
        export(registry)
    assert "4" in str(caught.value.message)
    Export.objects.update(created_at=clock.now() - timedelta(days=1))
    export(registry)


def test_it_is_logged_before_it_is_ready_and_when_it_is_fetched(registry: Registry) -> None:
    resident_id = registry.register()
    made = export(registry)
    fetched(registry, made)
    written, taken = AccessRecord.objects.filter(kind=AccessKind.EXPORT).order_by("id")
    assert written.detail == f"export_made {made.code}"
    assert taken.detail == f"export_fetched {made.code}"
    for record in (written, taken):
        assert record.subject_ids == [resident_id]
        assert set(record.elements) == {"name_cn", "doc_no", "mobile"}
        assert (record.exit, record.purpose) == ("export", "public_security")


def test_only_the_exporter_fetches_it(
    registry: Registry, client_for: Callable[[str], Client]
) -> None:
    registry.register()
    made = export(registry)
    url = reverse("residents:export_fetch", args=[made.pk])
    assert client_for("collector").get(url).content.startswith(b"PK")
    for other in ("police", "police_chief", "property"):
        assert client_for(other).get(url).status_code == 404
    with pytest.raises(NotFound):
        fetched(registry, made, "police")


def test_rights_that_end_close_files_made_before(registry: Registry) -> None:
    registry.register()
    made = export(registry, ("name_cn",), by="civil_affairs")
    assert fetched(registry, made, "civil_affairs")
    Grant.objects.filter(grantee=registry.world.departments["civil_affairs"]).update(
        status="revoked"
    )
    with pytest.raises(Conflict):
        fetched(registry, made, "civil_affairs")
    made.refresh_from_db()
    assert (made.state, made.file) == ("erased", "")


def test_it_lies_sealed_and_is_erased_after_a_day(registry: Registry, settings: Any) -> None:
    registry.register()
    made = export(registry)
    stored = Path(settings.MEDIA_ROOT) / "vault" / made.file
    assert stored.exists()
    assert not stored.read_bytes().startswith(b"PK")
    assert actions.expire_exports() == 0
    Export.objects.update(expires_at=clock.now())
    assert actions.expire_exports() == 1
    assert not stored.exists()
    with pytest.raises(Conflict):
        fetched(registry, made)


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"])
def test_no_cell_can_run(sign: str) -> None:
    assert neutral(f"{sign}1+1") == f"'{sign}1+1"
    assert neutral("张三") == "张三"


@pytest.mark.parametrize("kind", list(SheetFormat))
def test_a_value_that_looks_like_a_formula_leaves_as_text_and_comes_back(
    registry: Registry, kind: SheetFormat
) -> None:
    registry.register(employer="=cmd|' /C calc'!A0")
    made = export(registry, ("name_cn", "employer"), kind=kind)
    content = fetched(registry, made)
    if kind == SheetFormat.XLSX:
        assert cells(content)[3][2] == "'=cmd|' /C calc'!A0"
    else:
        assert ",'=cmd|" in content.decode("utf-8-sig")
    job = upload(registry, content)
    assert (job.refusal, [f.text for f in view(registry, job).faults]) == ("", [])
    assert ElementRecord.objects.filter(element="employer").count() == 1


def test_an_exported_list_is_amended_and_imported(registry: Registry) -> None:
    resident_id = registry.register()
    top, names, _keys, row, _line = cells(fetched(registry, export(registry, ("name_cn",))))
    assert top[0].startswith("导出编号 EX")
    amended = dict(zip(names, row, strict=True)) | {"姓名": "张君宝"}
    confirm(registry, upload(registry, as_workbook([amended])))
    assert Resident.objects.get(pk=resident_id).name == "张君宝"


def traced(content: bytes, tmp_path: Path) -> str:
    file, out = tmp_path / "found", io.StringIO()
    file.write_bytes(content)
    call_command("trace_export", str(file), stdout=out)
    return out.getvalue()


def test_the_visible_line_names_who_exported_and_a_forged_one_is_told(
    registry: Registry, tmp_path: Path
) -> None:
    registry.register()
    made = export(registry)
    content = fetched(registry, made)
    line = cells(content)[0][0]
    for part in (made.code, "collector", "公安", "公共安全"):
        assert part in line, part
    said = traced(content, tmp_path)
    assert "exported by collector" in said
    assert "genuine" in said
    forged = line.replace("collector", "police")
    assert "NOT written" in traced(as_csv([{"a": forged}]), tmp_path)


def test_the_order_of_rows_names_the_export_when_nothing_else_is_left(
    registry: Registry, tmp_path: Path
) -> None:
    many(registry, 160)
    mine, others = export(registry), [export(registry, by="property") for _ in range(3)]
    assert len({one.code for one in (mine, *others)}) == 4
    rows = cells(fetched(registry, mine))[3:-1]
    assert {row[0] for row in rows} == {
        str(k) for k in Resident.objects.values_list("pk", flat=True)
    }
    copied = [{"号": row[2], "名": row[1]} for row in rows]  # other columns, other headings
    assert f"{mine.code} (order of rows" in traced(as_csv(copied), tmp_path)
    assert f"{mine.code} (order of rows" in traced(as_workbook(copied[37:]), tmp_path)
    mixed = random.Random(4).sample(copied, len(copied))
    with pytest.raises(CommandError):
        traced(as_csv(mixed), tmp_path)


def test_chance_does_not_accuse() -> None:
    rows = [[str(number)] for number in range(400)]
    codes = [f"EX{number:08d}" for number in range(300)]
    assert fingerprint.trace(rows, codes) is None
    marked = fingerprint.arrange(rows, 0, codes[7])
    match = fingerprint.trace(marked, codes)
    assert match is not None
    assert match.code == codes[7]


def test_from_the_building_to_the_file(
    registry: Registry, client_for: Callable[[str], Client]
) -> None:
    registry.register()
    client = client_for("collector")
    chart = client.get(reverse("residents:building", args=[registry.building.pk])).content.decode()
    link = re.search(r'href="(/registry/exports/new/\?building=[^"]+)"', chart)
    assert link is not None
    page = client.get(link[1]).content.decode()
    assert "共 1 人" in page
    answer = client.post(link[1], {"elements": ["name_cn"], "purpose": "public_security"})
    assert (answer.status_code, Export.objects.count()) == (422, 0)
    filled = {"elements": ["name_cn"], "purpose": "public_security", "reason": "社区走访",
              "kind": "csv"}  # fmt: skip
    assert client.post(link[1], filled)["Location"] == reverse("residents:exports")
    waiting = client.get(reverse("residents:exports")).content.decode()
    assert "every 2s" in waiting
    made = Export.objects.get()
    actions.make_export(export_id=made.pk)
    ready = client.get(reverse("residents:exports"), headers={"HX-Request": "true"})
    assert reverse("residents:export_fetch", args=[made.pk]) in ready.content.decode()


def test_a_chosen_set_holds_only_whom_the_viewer_sees(
    registry: Registry, client_for: Callable[[str], Client]
) -> None:
    mine = registry.register()
    other = make_building(registry.world, "other_estate")
    theirs = registry.register(home=other[0], doc_no=citizen(date(1990, 1, 1)), mobile=None)
    scope = selectors.export_scope(
        viewer=registry.world.viewer("property_manager"), resident_ids=[mine, theirs]
    )
    assert scope.resident_ids == (mine,)
    page = client_for("property_manager").post(
        reverse("residents:export_new"), {"choose": "1", "resident": [str(mine), str(theirs)]}
    )
    assert "共 1 人" in page.content.decode()
    assert POLICE["name_cn"] not in page.content.decode()


def test_queries_do_not_grow_with_the_rows(
    registry: Registry, django_assert_num_queries: Any
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    taken = []
    for count in (3, 40):
        confirm(registry, upload(registry, as_workbook([person(n) for n in range(count)])))
        made = actions.request_export(
            viewer=registry.world.viewer("collector"),
            resident_ids=Resident.objects.values_list("pk", flat=True),
            elements=["name_cn", "live_address_id"],
            purpose=Purpose.PUBLIC_SECURITY,
            reason="走访名单",
            kind=SheetFormat.CSV,
        )
        with CaptureQueriesContext(connection) as queries:
            actions.make_export(export_id=made.pk)
        taken.append(len(queries))
    assert taken[0] == taken[1]
