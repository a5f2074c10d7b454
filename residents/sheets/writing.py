"""Tables that go out, row by row: .xlsx and CSV. No value can run in the reader's program.

The .xlsx writer is our own hundred lines because the libraries' streaming writers put the rows in
clear into files of the temporary folder, where a killed worker leaves them.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import Final, Protocol
from xml.sax.saxutils import escape

from residents.sheets.reading import RISKY

UNWRITABLE: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
BOM: Final = "\ufeff"
PLAIN, HEADING, MARKED, NOTE = 0, 1, 2, 3

_PARTS: Final = {
    "[Content_Types].xml": "content_types.xml",
    "_rels/.rels": "package.rels",
    "xl/_rels/workbook.xml.rels": "workbook.rels",
    "xl/styles.xml": "styles.xml",  # each look is text and quoted: what is typed over it stays so
}
_HERE: Final = Path(__file__).parent / "parts"
_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_LINKS: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def neutral(text: str) -> str:
    """A text that no spreadsheet program takes for a formula: one that begins with = + - @, a tab
    or a carriage return (also in their full width) gets an apostrophe before it, in .xlsx too: its
    cells are text, but somebody may save them as CSV. `reading` takes the apostrophe off again."""
    return f"'{text}" if text.startswith(RISKY) else text


class Writer(Protocol):
    """Rows in, one file out."""

    def row(self, cells: Sequence[str], look: int = PLAIN, *, hidden: bool = False,
            marked: Collection[int] = ()) -> None: ...  # fmt: skip

    def close(self) -> bytes: ...


class Workbook:
    """An .xlsx file with one sheet, packed in memory as it is written."""

    def __init__(self, title: str, widths: Iterable[int] = (), footer: str = "") -> None:
        self._file = io.BytesIO()
        self._zip = zipfile.ZipFile(self._file, "w", zipfile.ZIP_DEFLATED, compresslevel=4)
        for name, part in _PARTS.items():
            self._zip.write(_HERE / part, name)
        self._zip.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{_MAIN}" xmlns:r="{_LINKS}"><sheets>'
            f'<sheet name="{_attribute(title[:31])}" sheetId="1" r:id="rId1"/>'
            "</sheets></workbook>",
        )
        self._footer = footer
        self._number = 0
        self._sheet = self._zip.open("xl/worksheets/sheet1.xml", "w", force_zip64=True)
        columns = "".join(
            f'<col min="{place}" max="{place}" width="{width}" customWidth="1"/>'
            for place, width in enumerate(widths, start=1)
        )
        self._put(
            f'<worksheet xmlns="{_MAIN}">{f"<cols>{columns}</cols>" if columns else ""}<sheetData>'
        )

    def row(self, cells: Sequence[str], look: int = PLAIN, *, hidden: bool = False,
            marked: Collection[int] = ()) -> None:  # fmt: skip
        self._number += 1
        parts = [f'<row r="{self._number}" hidden="1">' if hidden else f'<row r="{self._number}">']
        for place, text in enumerate(cells):
            style = MARKED if place in marked else look
            inner = escape(neutral(UNWRITABLE.sub("", text)))
            parts.append(
                f'<c r="{_letters(place)}{self._number}" s="{style}" t="inlineStr">'
                f'<is><t xml:space="preserve">{inner}</t></is></c>'
                if text
                else f'<c r="{_letters(place)}{self._number}" s="{style}"/>'
            )
        self._put("".join(parts) + "</row>")

    def close(self) -> bytes:
        footer = (
            f"<headerFooter><oddFooter>{escape('&L' + self._footer.replace('&', '&&'))}</oddFooter>"
            "</headerFooter>"
            if self._footer
            else ""
        )
        self._put(f"</sheetData>{footer}</worksheet>")
        self._sheet.close()
        self._zip.close()
        return self._file.getvalue()

    def _put(self, text: str) -> None:
        self._sheet.write(text.encode())


class Text:
    """A CSV file in UTF-8 with the mark that Excel needs to see it."""

    def __init__(self) -> None:
        self._file = io.StringIO(newline="")
        self._file.write(BOM)
        self._rows = csv.writer(self._file)

    def row(self, cells: Sequence[str], look: int = PLAIN, *, hidden: bool = False,
            marked: Collection[int] = ()) -> None:  # fmt: skip
        if not hidden:
            self._rows.writerow([neutral(UNWRITABLE.sub("", text)) for text in cells])

    def close(self) -> bytes:
        return self._file.getvalue().encode()


def _letters(place: int) -> str:
    """0 is A, 26 is AA."""
    name = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        name = chr(65 + rest) + name
    return name


def _attribute(text: str) -> str:
    return escape(re.sub(r"[\\/?*\[\]:]", " ", text), {'"': "&quot;"})
