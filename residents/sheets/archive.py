"""What is an acceptable file, judged by its content before anything is unpacked.

An .xlsx file is a zip of XML parts that anybody can craft. Refused, each with its reason: what is
no workbook by content whatever its name says, encrypted and macro workbooks, links to other files,
embedded objects, document types in the XML (entities that grow or read files), and everything that
would unpack to more than the limits.
"""

from __future__ import annotations

import io
import zipfile
from collections import Counter
from typing import Final
from xml.parsers import expat

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from residents.errors import BadFile

OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP: Final = b"PK\x03\x04"
OTHER_KINDS: Final = {
    b"%PDF": "PDF",
    b"\x1f\x8b": "gzip",
    b"Rar!": "RAR",
    b"7z\xbc\xaf": "7z",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"PK\x05\x06": "zip",
}
MARKUP: Final = (b"<!doctype", b"<html", b"<table", b"<?xml", b"<meta", b"<head", b"<script")
SHEETS: Final = "xl/worksheets/"
STRINGS: Final = "xl/sharedstrings.xml"
STRINGS_BYTES: Final = 96 * 1024 * 1024  # kept in memory while the sheet is read
OTHER_PART_BYTES: Final = 4 * 1024 * 1024  # styles, relations ...: read as a whole
NEVER_A_BOMB_BYTES: Final = 1024 * 1024
FORBIDDEN_PARTS: Final = (
    ("vbaproject", gettext_lazy("macros")),
    ("macrosheets/", gettext_lazy("macros")),
    ("customui/", gettext_lazy("macros")),
    ("externallinks/", gettext_lazy("links to other files")),
    ("embeddings/", gettext_lazy("embedded objects")),
    ("activex/", gettext_lazy("embedded objects")),
    ("ctrlprops/", gettext_lazy("embedded objects")),
    ("connections.xml", gettext_lazy("data connections")),
    ("querytables/", gettext_lazy("data connections")),
)


def is_workbook(content: bytes) -> bool:
    """True for an .xlsx file, False for text. Raises BadFile for everything else."""
    if not content:
        raise BadFile(_("The file is empty. Choose the file that you filled in."))
    if len(content) > settings.IMPORT_MAX_BYTES:
        raise BadFile(
            _("The file is larger than %(megabytes)d MB. Split it into several files.")
            % {"megabytes": settings.IMPORT_MAX_BYTES // 1024**2}
        )
    if content.startswith(ZIP):
        _check_archive(content)
        return True
    if content.startswith(OLE):
        if "EncryptedPackage".encode("utf-16-le") in content:
            raise BadFile(
                _("The workbook is protected with a password. Remove the password and save again.")
            )
        raise BadFile(
            _("This is an old Office file (.xls). Open it in Excel or WPS and save it as .xlsx.")
        )
    kind = next((name for magic, name in OTHER_KINDS.items() if content.startswith(magic)), None)
    if kind:
        raise BadFile(
            _("This is a %(kind)s file, whatever its name says. Choose an .xlsx or a .csv file.")
            % {"kind": kind}
        )
    if content[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(MARKUP):
        raise BadFile(
            _("This is a web page or XML with the name of a table. Open it in Excel or WPS and "
              "save it as .xlsx.")
        )  # fmt: skip
    return False


def _check_archive(content: bytes) -> None:
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        raise BadFile(_damaged()) from None
    with archive:
        _check_sizes(entries, len(content))
        _check_parts([entry.filename.replace("\\", "/").lower() for entry in entries])
        for entry in entries:
            if entry.filename.lower().endswith((".xml", ".rels", ".vml")):
                _check_markup(archive, entry)


def _damaged() -> str:
    return _("The workbook is damaged. Open it in Excel or WPS and save it again as .xlsx.")


def _check_sizes(entries: list[zipfile.ZipInfo], size: int) -> None:
    """By the sizes that the archive declares: Python unpacks no byte more of an entry."""
    if len(entries) > settings.IMPORT_MAX_ENTRIES:
        raise BadFile(
            _("The workbook has %(count)d parts; a form has a few dozen. It is refused.")
            % {"count": len(entries)}
        )
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise BadFile(
            _("The workbook is protected with a password. Remove the password and save again.")
        )
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > settings.IMPORT_MAX_UNPACKED_BYTES:
        raise BadFile(
            _("Unpacked, the workbook would be larger than %(megabytes)d MB. Split it into several "
              "files.") % {"megabytes": settings.IMPORT_MAX_UNPACKED_BYTES // 1024**2}
        )  # fmt: skip
    if sum(entry.compress_size for entry in entries) > size:
        raise BadFile(_damaged())  # parts that lie over each other
    for entry in entries:
        name = entry.filename.lower()
        most = (
            settings.IMPORT_MAX_UNPACKED_BYTES
            if name.startswith(SHEETS)
            else STRINGS_BYTES
            if name == STRINGS
            else OTHER_PART_BYTES
        )
        ratio = entry.file_size / max(entry.compress_size, 1)
        too_dense = entry.file_size > NEVER_A_BOMB_BYTES and ratio > settings.IMPORT_MAX_COMPRESSION
        if too_dense or entry.file_size > most:
            raise BadFile(
                _("A part of the workbook unpacks to far more than it holds (a “zip bomb”, or "
                  "hundreds of thousands of empty rows). Copy the filled rows into a new template.")
            )  # fmt: skip


def _check_parts(names: list[str]) -> None:
    if any(count > 1 for count in Counter(names).values()):
        raise BadFile(_damaged())
    if "word/document.xml" in names or "ppt/presentation.xml" in names:
        raise BadFile(
            _("This is a Word or PowerPoint file. Choose the workbook made from the template.")
        )
    if "xl/workbook.bin" in names:
        raise BadFile(_("This is a binary workbook (.xlsb). Save it as .xlsx."))
    if "xl/workbook.xml" not in names or "[content_types].xml" not in names:
        raise BadFile(_("This archive is no Excel workbook. Choose an .xlsx or a .csv file."))
    for part, what in FORBIDDEN_PARTS:
        if any(part in name for name in names):
            raise BadFile(
                _("The workbook contains %(what)s, which are never opened here. Copy the values "
                  "into a new template and save it as .xlsx.") % {"what": what}
            )  # fmt: skip


def _check_markup(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    """Refuse a document type (it stands before the first element, so only the head is read), and
    macro types and foreign targets in the small parts that declare them."""
    parser, seen = expat.ParserCreate(), [False]

    def refuse(*_args: object) -> None:
        raise BadFile(_("The workbook defines XML entities, as no spreadsheet program does."))

    def opened(*_args: object) -> None:
        seen[0] = True

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.StartElementHandler = opened
    declares = entry.filename.lower().endswith((".rels", "[content_types].xml"))
    try:
        with archive.open(entry) as part:
            while not seen[0] and (chunk := part.read(64 * 1024)):
                parser.Parse(chunk, False)
                if declares:
                    _check_declarations(chunk + part.read())
            if not seen[0] and entry.file_size:
                raise BadFile(_damaged())
    except BadFile:
        raise
    except Exception:  # noqa: BLE001  what a crafted part raises has no common base
        raise BadFile(_damaged()) from None


def _check_declarations(text: bytes) -> None:
    if b"macroEnabled" in text:
        raise BadFile(_("This is a workbook with macros (.xlsm). Save it as .xlsx without macros."))
    if b'TargetMode="External"' in text and b"/externalLink" in text:
        raise BadFile(_("The workbook links to other files. Paste the values only and save again."))
