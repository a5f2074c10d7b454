"""The few values that also stand in columns of `Resident`, for lists and look-ups."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.db import IntegrityError, transaction

from datasharing.choices import Level
from datasharing.models import DataElement
from datasharing.policy import Access
from residents import lookup
from residents.errors import DuplicateDocument
from residents.models import Resident

DOCUMENT, DOCUMENT_TYPE = "doc_no", "doc_type"
NULLABLE = frozenset({"doc_no", "mobile", "birth_date"})
ONE_DOCUMENT = "one_resident_a_document"  # the constraint's name


def fill(resident: Resident, changes: Mapping[DataElement, str | None]) -> bool:
    """Put the changed values into their columns; True if any has one. The row is not saved."""
    columns = {element.column: value for element, value in changes.items() if element.column}
    for column, value in columns.items():
        setattr(resident, column, _as_column(column, value))
    if "name" in columns:
        resident.name_pinyin, resident.name_initials = lookup.pinyin(resident.name)
    if "mobile" in columns:
        resident.mobile_hash = lookup.mobile_hash(resident.mobile) if resident.mobile else None
    if {"doc_no", "doc_type"} & set(columns):
        number, kind = resident.doc_no, resident.doc_type
        resident.doc_hash = lookup.document_hash(kind, number) if number else None
    return bool(columns)


def project(
    resident: Resident,
    changes: Mapping[DataElement, str | None],
    *,
    access: Access,
    is_new: bool,
) -> None:
    """Fill the columns and save the row. Raises DuplicateDocument."""
    fill(resident, changes)
    if not is_new:
        resident.version += 1
    try:
        with transaction.atomic():
            resident.save(force_insert=is_new)
    except IntegrityError as error:
        if ONE_DOCUMENT not in str(error):
            raise
        raise _duplicate(resident, access) from None


def _as_column(column: str, value: str | None) -> str | date | None:
    if column == "birth_date" and value:
        return date.fromisoformat(value)
    return value or (None if column in NULLABLE else "")


def _duplicate(resident: Resident, access: Access) -> DuplicateDocument:
    """Name the other entry only to who sees it and its document number in full: else the refusal
    would tell whose number it is. Of a sealed person it says what it says of one elsewhere."""
    rows = Resident.objects.shared_with(access).filter(doc_hash=resident.doc_hash)
    other = rows.select_related("area").first()
    seen = other is not None and access.level(DOCUMENT, other.area.path) == Level.FULL
    return DuplicateDocument(other.pk if other and seen else None)
