"""The rows of a table as they were typed: one row at a time, in flat memory, nothing evaluated.

.xlsx is read with openpyxl's streaming reader: measured on 100,000 rows of 18 columns it takes
54 MB where python-calamine takes 195 MB (growing with the file), and it tells formulas from values,
which calamine does not.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any, Final

from django.conf import settings
from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.worksheet._read_only import ReadOnlyWorksheet

from residents.errors import BadFile
from residents.sheets.archive import is_workbook

FILLED_IN: Final = "填写"  # the title of the template's sheet
CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
RISKY: Final = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
UTF16: Final = (b"\xff\xfe", b"\xfe\xff")
EXACT_DIGITS: Final = 15  # a number in Excel keeps so many


@dataclass(frozen=True, slots=True)
class Line:
    """One row: its number as the spreadsheet shows it, the texts, and what is wrong with cells
    that are not plain text (by position)."""

    number: int
    cells: Sequence[str]
    problems: dict[int, str] = field(default_factory=dict)


def lines(content: bytes) -> Iterator[Line]:
    """The rows that are not empty. Raises BadFile at the first thing that no table may have."""
    found = _workbook_rows(content) if is_workbook(content) else _text_rows(content)
    blank = count = 0
    for number, row in found:
        _check_width(row)
        line = _line(number, row)
        if not line.problems and not any(line.cells):
            blank += 1
            if blank > settings.IMPORT_MAX_BLANK_ROWS:
                raise BadFile(
                    _("The sheet has thousands of empty rows. Copy the filled rows into a new "
                      "template.")
                )  # fmt: skip
            continue
        count += 1
        if count > settings.IMPORT_MAX_ROWS + 2:  # two rows of headings
            raise BadFile(
                _("The sheet has more than %(rows)d rows. Split it into several files.")
                % {"rows": settings.IMPORT_MAX_ROWS}
            )
        yield line


def _check_width(row: Sequence[object]) -> None:
    if len(row) > settings.IMPORT_MAX_COLUMNS:
        raise BadFile(
            _("The sheet has more than %(columns)d columns. Use the template as it is.")
            % {"columns": settings.IMPORT_MAX_COLUMNS}
        )


def _line(number: int, row: Sequence[object]) -> Line:
    cells: list[str] = []
    problems: dict[int, str] = {}
    for place, value in enumerate(row):
        try:
            cells.append(_text(value))
        except ValueError as error:
            cells.append("")
            problems[place] = str(error)
    return Line(number, cells, problems)


@dataclass(frozen=True, slots=True)
class _Formula:
    """A cell that would be computed."""


@dataclass(frozen=True, slots=True)
class _Fault:
    """A cell that shows an error such as #N/A."""


def _text(value: object) -> str:
    """A cell as text. Raises ValueError with what is wrong."""
    if value is None:
        return ""
    if isinstance(value, _Formula):
        raise ValueError(
            _("A formula is never computed here. Copy the cell and paste it as a value.")
        )
    if isinstance(value, _Fault):
        raise ValueError(_("The cell shows an error of the spreadsheet. Type the value."))
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, int | float):
        return _number(value)
    text = str(value).strip()
    if text.startswith("'") and text[1:].startswith(RISKY):
        text = text[1:]  # how files of this platform mark plain text
    if len(text) > settings.IMPORT_MAX_CELL:
        raise ValueError(
            _("At most %(count)d characters. Shorten it.") % {"count": settings.IMPORT_MAX_CELL}
        )
    if CONTROL.search(text):
        raise ValueError(_("The cell holds invisible control characters. Type the value again."))
    return text


def _number(value: float) -> str:
    if isinstance(value, float) and not value.is_integer():
        return repr(value)
    digits = str(int(value))
    if len(digits.lstrip("-")) > EXACT_DIGITS:
        raise ValueError(
            _("The spreadsheet has rounded this number: its last digits are lost. "
              "Format the column as text and type the number again.")
        )  # fmt: skip
    return digits


def _workbook_rows(content: bytes) -> Iterator[tuple[int, Sequence[object]]]:
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
        sheet = _sheet_of(book)
        sheet.reset_dimensions()  # what the file says of its size is not believed
        rows: Iterator[Any] = sheet.iter_rows()  # type: ignore[misc]  # the stubs differ
        for number in range(1, 2**31):
            row = next(rows, None)
            if row is None:
                return
            yield number, _trimmed([_plain(cell) for cell in row])
    except (BadFile, GeneratorExit):
        raise
    except Exception:  # noqa: BLE001  a crafted part may raise anything in the reader
        raise BadFile(
            _("The workbook cannot be read. Open it in Excel or WPS and save it again as .xlsx.")
        ) from None


def _sheet_of(book: Any) -> ReadOnlyWorksheet:
    """The template's own sheet, else the only one that is shown."""
    sheets = [sheet for sheet in book.worksheets if isinstance(sheet, ReadOnlyWorksheet)]
    if len(book.sheetnames) > settings.IMPORT_MAX_SHEETS:
        raise BadFile(_("The workbook has too many sheets. Use the template as it is."))
    named = [sheet for sheet in sheets if sheet.title == FILLED_IN]
    shown = named or [sheet for sheet in sheets if sheet.sheet_state == "visible"]
    if len(shown) != 1:
        raise BadFile(
            _("It is not clear which sheet is meant. Fill in “%(title)s” of the template.")
            % {"title": FILLED_IN}
        )
    return shown[0]


def _plain(cell: Any) -> object:
    if cell.data_type == "f":
        return _Formula()
    return _Fault() if cell.data_type == "e" else cell.value


def _trimmed(row: list[object]) -> list[object]:
    while row and row[-1] is None:
        row.pop()
    return row


def _text_rows(content: bytes) -> Iterator[tuple[int, Sequence[object]]]:
    text = _decoded(content)
    head = text.partition("\n")[0]
    delimiter = "," if "," in head else next((sign for sign in "\t;" if sign in head), ",")
    csv.field_size_limit(64 * 1024)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for row in rows:
            yield rows.line_num, [_from_text(cell) for cell in row]
    except csv.Error:
        raise BadFile(
            _("Line %(line)d is no valid CSV: check the quotation marks there.")
            % {"line": rows.line_num}
        ) from None


def _decoded(content: bytes) -> str:
    """Strictly UTF-8, else strictly GB18030 (what Excel and WPS write in China)."""
    if content.startswith(UTF16):
        raise BadFile(_("The text is in UTF-16. Save it as “CSV UTF-8” or as .xlsx."))
    if b"\0" in content:
        raise BadFile(_("This is neither a table nor text. Choose an .xlsx or a .csv file."))
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadFile(_("The characters are neither UTF-8 nor GB18030. Save it as “CSV UTF-8”."))


def _from_text(cell: str) -> object:
    """CSV has no types: what Excel would compute is a formula."""
    typed = cell.strip(" ")
    return _Formula() if typed.startswith(("=", "@", "＝", "＠")) else typed
