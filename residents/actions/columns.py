"""The few values that also stand in columns of their subject, for lists and look-ups."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.db import IntegrityError, transaction

from datasharing.choices import Level
from datasharing.models import DataElement
from datasharing.policy import Access
from residents import lookup
from residents.errors import DuplicateDocument, DuplicateNumber
from residents.models import Organisation, Resident, Vehicle
from smartcommunity.kernel.errors import Invalid

Projected = Resident | Organisation | Vehicle

DOCUMENT, DOCUMENT_TYPE = "doc_no", "doc_type"
CREDIT_CODE, PLATE = "uscc", "plate_no"
NULLABLE = frozenset({"doc_no", "mobile", "birth_date"})


def project(
    row: Projected,
    changes: Mapping[DataElement, str | None],
    *,
    access: Access,
    is_new: bool,
) -> None:
    """Put the changed values into their columns and save the row. Raises DuplicateDocument,
    DuplicateNumber."""
    columns = {element.column: value for element, value in changes.items() if element.column}
    for column, value in columns.items():
        setattr(row, column, _as_column(column, value))
    if "name" in columns and not isinstance(row, Vehicle):
        row.name_pinyin, row.name_initials = lookup.pinyin(row.name)
    if isinstance(row, Resident):
        _hash(row, columns)
    if not is_new:
        row.version += 1
    try:
        with transaction.atomic():
            row.save(force_insert=is_new)
    except IntegrityError as error:
        if (duplicate := _duplicate(row, access, str(error))) is None:
            raise
        raise duplicate from None


def _hash(resident: Resident, columns: Mapping[str, str | None]) -> None:
    if "mobile" in columns:
        resident.mobile_hash = lookup.mobile_hash(resident.mobile) if resident.mobile else None
    if {"doc_no", "doc_type"} & set(columns):
        number, kind = resident.doc_no, resident.doc_type
        resident.doc_hash = lookup.document_hash(kind, number) if number else None


def _as_column(column: str, value: str | None) -> str | date | None:
    if column == "birth_date" and value:
        return date.fromisoformat(value)
    return value or (None if column in NULLABLE else "")


def _duplicate(row: Projected, access: Access, broken: str) -> Invalid | None:
    """The refusal for a number that another row has, None when another constraint broke. It names
    the other entry only to who sees its number in full: else it would tell whose number it is."""
    if isinstance(row, Resident) and "one_resident_a_document" in broken:
        other = Resident.objects.select_related("area").get(doc_hash=row.doc_hash)
        return DuplicateDocument(other.pk if _sees(access, DOCUMENT, other) else None)
    if isinstance(row, Organisation) and "one_organisation_a_code" in broken:
        firm = Organisation.objects.select_related("area").get(uscc=row.uscc)
        return DuplicateNumber(CREDIT_CODE, firm.pk if _sees(access, CREDIT_CODE, firm) else None)
    if isinstance(row, Vehicle) and "one_vehicle_a_plate" in broken:
        car = Vehicle.objects.select_related("area").get(plate=row.plate)
        return DuplicateNumber(PLATE, car.pk if _sees(access, PLATE, car) else None)
    return None


def _sees(access: Access, element: str, row: Projected) -> bool:
    return access.level(element, row.area.path) == Level.FULL
