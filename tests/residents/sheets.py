"""Sheets for tests: rows as an officer would fill them in, as .xlsx and as CSV."""

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from openpyxl import Workbook, load_workbook

from residents import actions, selectors
from residents.models import Import
from tests.residents.conftest import Registry, citizen

POLICE_ROW = {
    "小区": "测试estate",
    "楼栋": "1栋",
    "单元": "1",
    "房号": "101",
    "证件类型": "居民身份证",
    "证件号码": citizen(date(1985, 6, 1)),
    "姓名": "张三丰",
    "人口类别": "1",
    "居住类型": "owner",
    "联系电话": "13800001234",
    "与户主关系": "02",
}


def person(number: int, **changes: str) -> dict[str, str]:
    """A row about somebody of his own, in a dwelling of the first unit."""
    room = f"{number % 3 + 1}0{number % 2 + 1}"
    born = date(1950 + number // 400 % 60, 1 + number % 12, 1 + number % 28)
    sequence = number % 499
    return {
        **POLICE_ROW,
        "房号": room,
        "证件号码": citizen(born, "1", sequence),
        "姓名": "赵钱孙李周吴郑王"[number % 8] + "一二三四五六七八"[number // 8 % 8],
        "联系电话": f"138{number:08d}",
    } | changes  # fmt: skip


def as_csv(rows: Sequence[Mapping[str, Any]], encoding: str = "utf-8-sig") -> bytes:
    names = list(dict.fromkeys(name for row in rows for name in row))
    file = io.StringIO(newline="")
    writer = csv.DictWriter(file, names)
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue().encode(encoding)


def as_workbook(rows: Sequence[Mapping[str, Any]], title: str = "填写") -> bytes:
    names = list(dict.fromkeys(name for row in rows for name in row))
    book = Workbook()
    book.active.title = title
    book.active.append(names)
    for row in rows:
        book.active.append([row.get(name) for name in names])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def cells(content: bytes) -> list[list[Any]]:
    """The rows of an .xlsx file."""
    sheet = load_workbook(io.BytesIO(content)).worksheets[0]
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def upload(
    registry: Registry, content: bytes, *, by: str = "collector", key: str = "police.resident"
) -> Import:
    """Uploaded and worked on until it waits for a word or has ended."""
    job = actions.start_import(
        viewer=registry.world.viewer(by),
        template=registry.form(by, key),
        file_name="表.xlsx",
        content=content,
    )
    actions.work_on_import(import_id=job.pk)
    job.refresh_from_db()
    return job


def confirm(registry: Registry, job: Import, *, by: str = "collector") -> Import:
    actions.confirm_import(viewer=registry.world.viewer(by), import_id=job.pk)
    actions.work_on_import(import_id=job.pk)
    job.refresh_from_db()
    return job


def view(registry: Registry, job: Import, by: str = "collector") -> Any:
    return selectors.import_view(viewer=registry.world.viewer(by), import_id=job.pk)
