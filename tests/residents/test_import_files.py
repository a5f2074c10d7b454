"""A file that no form can be is refused as a whole, with a reason, before anything is unpacked.

Every file is made here by code; none lies in the repository.
"""

import io
import struct
import zipfile
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from openpyxl import Workbook

from residents.errors import BadFile
from residents.sheets.reading import Line, lines
from tests.residents.sheets import POLICE_ROW, as_csv, as_workbook

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
SHEET = "xl/worksheets/sheet1.xml"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def good() -> bytes:
    return as_workbook([POLICE_ROW])


def with_parts(parts: Mapping[str, bytes | str], content: bytes | None = None) -> bytes:
    """A good workbook with these parts put in or over its own."""
    file = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content or good())) as old,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            if name not in parts:
                new.writestr(name, old.read(name))
        for name, text in parts.items():
            new.writestr(name, text)
    return file.getvalue()


def sheet(rows: str, before: str = "") -> bytes:
    head = f'<?xml version="1.0"?>{before}<worksheet xmlns="{MAIN}"><sheetData>'
    return with_parts({SHEET: f"{head}{rows}</sheetData></worksheet>"})


def claiming(size: int) -> bytes:
    """A part that says in the directory that it holds `size` bytes."""
    content = bytearray(with_parts({"xl/extra.xml": "<a/>"}))
    at = content.rindex(b"xl/extra.xml") - 46  # its record in the central directory
    assert content[at : at + 4] == b"PK\x01\x02"
    content[at + 24 : at + 28] = struct.pack("<I", size)
    return bytes(content)


def several_sheets(count: int) -> bytes:
    book = Workbook()
    for number in range(count):
        book.create_sheet(f"表{number}")
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def duplicated_part() -> bytes:
    file = io.BytesIO(good())
    with zipfile.ZipFile(file, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr(SHEET, "<worksheet/>")
    return file.getvalue()


LAUGHS = (
    '<!DOCTYPE l [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
    + "]>"
)
EXTERNAL = '<!DOCTYPE l [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
WORD = {"word/document.xml": "<a/>"}
REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "empty": (lambda: b"", "空"),
    "zip bomb": (lambda: with_parts({"xl/media/a.xml": b"<a>" + b"0" * 50_000_000}), "炸弹"),
    "bomb in the sheet": (lambda: sheet(" " * 60_000_000), "炸弹"),
    "two gigabytes declared": (lambda: claiming(2**31), "MB"),
    "too many parts": (lambda: with_parts({f"x/{n}.xml": "<a/>" for n in range(300)}), "部件"),
    "a million empty rows": (
        lambda: sheet("".join(f'<row r="{n}"/>' for n in range(1, 1_000_001))), "空行"),
    "a gap of a million rows": (
        lambda: sheet('<row r="1"><c r="A1"><v>1</v></c></row>'
                      '<row r="1048576"><c r="A1048576"><v>1</v></c></row>'), "空行"),
    "too many columns": (
        lambda: sheet('<row r="1"><c r="XFD1"><v>1</v></c></row>'), "列"),
    "too many sheets": (lambda: several_sheets(30), "工作表"),
    "which sheet": (lambda: several_sheets(2), "工作表"),
    "old excel": (lambda: OLE + b"\0" * 600, ".xls"),
    "encrypted": (lambda: OLE + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"), "密码"),
    "word renamed": (lambda: with_parts(WORD), "Word"),
    "some zip": (lambda: _zip({"a.txt": "x"}), "压缩包"),
    "binary workbook": (lambda: with_parts({"xl/workbook.bin": b"x"}), "xlsb"),
    "macros": (lambda: with_parts({"xl/vbaProject.bin": b"x"}), "宏"),
    "macro type": (
        lambda: with_parts({"[Content_Types].xml": "<Types><Override ContentType="
                            "'application/vnd.ms-excel.sheet.macroEnabled.main+xml'/></Types>"}),
        "宏"),
    "old macro sheet": (lambda: with_parts({"xl/macrosheets/sheet1.xml": "<a/>"}), "宏"),
    "linked file (DDE)": (
        lambda: with_parts({"xl/externalLinks/externalLink1.xml": "<ddeLink/>"}), "链接"),
    "embedded": (lambda: with_parts({"xl/embeddings/oleObject1.bin": b"x"}), "嵌入"),
    "connections": (lambda: with_parts({"xl/connections.xml": "<a/>"}), "连接"),
    "billion laughs": (lambda: sheet("", LAUGHS), "实体"),
    "external entity": (lambda: sheet("", EXTERNAL), "实体"),
    "entity in the strings": (
        lambda: with_parts({"xl/sharedStrings.xml": f"{EXTERNAL}<sst>&x;</sst>"}), "实体"),
    "entity in utf-16": (
        lambda: with_parts({SHEET: ('<?xml version="1.0" encoding="UTF-16"?>' + EXTERNAL
                                    + "<worksheet/>").encode("utf-16")}), "实体"),
    "no xml": (lambda: with_parts({SHEET: b"\x00\x01"}), "损坏"),
    "xml that breaks off": (lambda: with_parts({SHEET: good()[:50]}), "损坏"),
    "cut off": (lambda: good()[:-200], "损坏"),
    "part twice": (duplicated_part, "损坏"),
    "web page": (lambda: "<html><table><tr><td>姓名".encode(), "网页"),
    "xml table": (lambda: b'<?xml version="1.0"?><Workbook/>', "网页"),
    "pdf": (lambda: b"%PDF-1.7", "PDF"),
    "NUL bytes": (lambda: "姓名,\0".encode(), "文本"),
    "utf-16": (lambda: "姓名".encode("utf-16"), "UTF-16"),
    "neither encoding": (lambda: b"a,\xff\xff\xff\x80", "GB18030"),
    "open quotation mark": (lambda: '姓名\n"张三'.encode(), "引号"),
    "csv field without end": (lambda: b'a\n"' + b"x" * 200_000, "引号"),
}  # fmt: skip


def _zip(parts: Mapping[str, str]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return file.getvalue()


@pytest.mark.parametrize("name", list(REFUSED))
def test_it_is_refused_with_a_reason(name: str) -> None:
    make, reason = REFUSED[name]
    with pytest.raises(BadFile) as caught:
        list(lines(make()))
    assert reason in str(caught.value.message)


@pytest.mark.parametrize(
    ("setting", "value"),
    [("IMPORT_MAX_BYTES", 100), ("IMPORT_MAX_UNPACKED_BYTES", 100), ("IMPORT_MAX_ROWS", 3),
     ("IMPORT_MAX_COLUMNS", 3)],
)  # fmt: skip
def test_the_limits_are_settings(settings: Any, setting: str, value: int) -> None:
    content = as_workbook([POLICE_ROW] * 10)
    assert len(list(lines(content))) == 11
    setattr(settings, setting, value)
    with pytest.raises(BadFile):
        list(lines(content))


def read(content: bytes) -> list[Line]:
    return list(lines(content))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_csv_in_the_encodings_of_excel_and_wps(encoding: str) -> None:
    row = {"姓名": "张三㐂", "服务处所": "“一中”"}
    assert [list(line.cells) for line in read(as_csv([row], encoding))] == [
        list(row),
        list(row.values()),
    ]


def test_mixed_line_ends_and_semicolons() -> None:
    assert [line.cells for line in read("姓名;电话\r\n张三;1\n李四;2\r王五;3".encode())] == [
        ["姓名", "电话"],
        ["张三", "1"],
        ["李四", "2"],
        ["王五", "3"],
    ]


def problem(value: Any, make: Callable[..., bytes] = as_workbook) -> str:
    return read(make([{"姓名": "张三", "号": value}]))[1].problems.get(1, "")


def test_formulas_are_refused_cell_by_cell_and_never_computed() -> None:
    for value in ("=1+1", '=HYPERLINK("http://x")', "=cmd|' /C calc'!A0"):
        assert "公式" in problem(value)
        assert "公式" in problem(value, as_csv)
    assert "公式" in problem("@SUM(1)", as_csv)
    assert "公式" in problem("＝1+1", as_csv)


def test_a_number_that_excel_rounded_is_not_believed() -> None:
    assert "末几位" in problem(420106198506010014)
    assert problem(13800001234) == ""


def test_other_cells_that_are_no_plain_text() -> None:
    assert "2000" in problem("长" * 2001)
    assert "控制字符" in problem("a\x01", as_csv)
    rows = read(sheet('<row r="1"><c r="A1" t="e"><v>#N/A</v></c></row>'))
    assert "错误值" in rows[0].problems[0]


def test_what_the_file_says_of_its_size_is_not_believed() -> None:
    lying = sheet('<row r="1"><c r="A1" t="inlineStr"><is><t>姓名</t></is></c></row>').replace(
        b"<sheetData>", b'<dimension ref="A1:A1"/><sheetData>'
    )
    assert [line.cells for line in read(lying)] == [["姓名"]]


def test_memory_stays_flat() -> None:
    """Ten times the rows, the same memory: rows are read one at a time."""
    import tracemalloc

    peaks = []
    for count in (300, 3_000):
        content = as_workbook([POLICE_ROW] * count)
        tracemalloc.start()
        assert sum(1 for _line in lines(content)) == count + 1
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.5 * peaks[0] + 1_000_000
