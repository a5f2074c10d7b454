"""The empty sheet of a form, for people to fill in: .xlsx with drop-downs and instructions, CSV."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Final

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from datasharing.models import FormTemplate
from residents.sheets.columns import HOUSEHOLD, REQUIRED_MARK, Column
from residents.sheets.reading import FILLED_IN
from residents.sheets.writing import Text

FIRST_ROW, LAST_ROW = 3, 5000  # where the drop-downs stand
FORMATS: Final = {
    "date": "2024-05-31",
    "mobile": "13800001234",
    "integer": "3",
    "decimal": "89.5",
    "region": "420106",
    "person_name": "张三",
    "plate": "鄂A12345",
}
_REQUIRED, _OPTIONAL = PatternFill("solid", "FFFDE9D9"), PatternFill("solid", "FFEAF1F8")


def heading(column: Column) -> str:
    return f"{REQUIRED_MARK}{column.label}" if column.required else column.label


def blank_csv(columns: Sequence[Column]) -> bytes:
    """The headings alone: UTF-8 with its mark, so that Excel reads the Chinese."""
    file = Text()
    file.row([heading(column) for column in columns])
    return file.close()


def blank_workbook(template: FormTemplate, columns: Sequence[Column]) -> bytes:
    """The sheet to fill in (headings, hidden keys, drop-downs), the instructions, the codes."""
    book = Workbook()
    sheet: Worksheet = book.active  # type: ignore[assignment]
    sheet.title = FILLED_IN
    guide = book.create_sheet(_("Instructions"))
    codes = book.create_sheet(_("Codes"))
    codes.sheet_state = "hidden"
    sheet.append([heading(column) for column in columns])
    sheet.append([column.key for column in columns])
    sheet.row_dimensions[2].hidden = True
    sheet.freeze_panes = "A3"
    for place, column in enumerate(columns, start=1):
        _dress(sheet, place, column)
        if column.labels:
            _offer(sheet, codes, place, column)
    _instruct(guide, template, columns)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _dress(sheet: Worksheet, place: int, column: Column) -> None:
    letter = get_column_letter(place)
    cell = sheet.cell(1, place)
    cell.font = Font(bold=True)
    cell.fill = _REQUIRED if column.required else _OPTIONAL
    cell.alignment = Alignment(wrap_text=True, vertical="center")
    if column.help:
        cell.comment = Comment(column.help, "智慧平安小区", width=260, height=120)
    sheet.column_dimensions[letter].width = max(12, min(30, 2 * len(column.label) + 4))
    sheet.column_dimensions[letter].number_format = "@"  # so that long numbers stay as typed
    for row in range(FIRST_ROW, FIRST_ROW + 200):
        sheet.cell(row, place).number_format = "@"


def _offer(sheet: Worksheet, codes: Worksheet, place: int, column: Column) -> None:
    """A drop-down of the column's labels, which stand in the hidden sheet."""
    at = codes.max_column + 1 if codes.max_row > 1 or codes.cell(1, 1).value else 1
    codes.cell(1, at, column.key)
    for row, label in enumerate(column.labels, start=2):
        codes.cell(row, at, label)
    letter = get_column_letter(at)
    offered = DataValidation(
        type="list",
        formula1=f"'{codes.title}'!${letter}$2:${letter}${len(column.labels) + 1}",
        allow_blank=True,
        showErrorMessage=True,
        errorTitle=column.label[:30],
        error=_("Choose one of the values offered."),
    )
    where = get_column_letter(place)
    offered.add(f"{where}{FIRST_ROW}:{where}{LAST_ROW}")
    sheet.add_data_validation(offered)


def _instruct(guide: Worksheet, template: FormTemplate, columns: Sequence[Column]) -> None:
    lines = [
        _("How to fill in “%(form)s”") % {"form": template.title},
        _("1. Fill in the sheet “%(title)s”, one row a person or thing, from row 3 on.")
        % {"title": FILLED_IN},
        _("2. Columns with %(mark)s are required. An empty cell leaves what is recorded as it is.")
        % {"mark": REQUIRED_MARK},
        _("3. Do not change the headings, add columns, or enter formulas. Paste values only."),
        _("4. Dates as 2024-05-31. Document numbers and phones as text, without spaces."),
        _("5. Upload the file under “Import”. It is checked first; nothing is written before you "
          "confirm."),
        _("6. Rows with faults come back in a file of their own, each with what is wrong."),
        _("7. The file holds personal data: keep it no longer than you need it."),
    ]  # fmt: skip
    for line in lines:
        guide.append([line])
    guide.cell(1, 1).font = Font(bold=True, size=14)
    guide.append([])
    guide.append([_("Column"), _("Required"), _("Example or values"), _("Note")])
    for cell in guide[guide.max_row]:
        cell.font = Font(bold=True)
    for column in columns:
        required = _("yes") if column.required else ""
        guide.append([column.label, required, _example(column), column.help])
    for letter, width in zip("ABCD", (24, 10, 48, 60), strict=True):
        guide.column_dimensions[letter].width = width


def _example(column: Column) -> str:
    if column.labels:
        shown = "、".join(column.labels[:8])
        return f"{shown} …" if len(column.labels) > 8 else shown
    if column.element:
        return FORMATS.get(column.element.type, "")
    return "1" if column.key == HOUSEHOLD else ""
