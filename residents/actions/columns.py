"""The few values that also stand in columns of their subject, for lists and look-ups."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import date
from typing import Any, cast

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from datasharing.choices import Level
from datasharing.models import DataElement
from datasharing.policy import Access
from residents import lookup
from residents.errors import DuplicateDocument, DuplicateNumber
from residents.models import Organisation, Resident, Vehicle
from residents.policies import DOCUMENT
from smartcommunity.kernel.errors import Invalid

Projected = Resident | Organisation | Vehicle

CREDIT_CODE, PLATE = "uscc", "plate_no"
NULLABLE = frozenset({"doc_no", "mobile", "birth_date"})
ONE_DOCUMENT = "one_resident_a_document"  # the constraint's name


def fill(row: Projected, changes: Mapping[DataElement, str | None]) -> bool:
    """Put the changed values into their columns; True if any has one. The row is not saved."""
    columns = {element.column: value for element, value in changes.items() if element.column}
    for column, value in columns.items():
        setattr(row, column, _as_column(column, value))
    if "name" in columns and not isinstance(row, Vehicle):
        row.name_pinyin, row.name_initials = lookup.pinyin(row.name)
    if isinstance(row, Resident):
        _hash(row, columns)
    return bool(columns)


def project(
    row: Projected,
    changes: Mapping[DataElement, str | None],
    *,
    access: Access,
    is_new: bool,
) -> None:
    """Fill the columns and save the row. Raises DuplicateDocument, DuplicateNumber."""
    fill(row, changes)
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
    the other entry only to who sees it and its number in full: else it would tell whose number it
    is. Of a sealed person it says what it says of one elsewhere."""
    if isinstance(row, Resident) and ONE_DOCUMENT in broken:
        rows = Resident.objects.shared_with(access).filter(doc_hash=row.doc_hash)
        return DuplicateDocument(_named(access, DOCUMENT, rows))
    if isinstance(row, Organisation) and "one_organisation_a_code" in broken:
        firms = Organisation.objects.shared_with(access).filter(uscc=row.uscc)
        return DuplicateNumber(CREDIT_CODE, _named(access, CREDIT_CODE, firms))
    if isinstance(row, Vehicle) and "one_vehicle_a_plate" in broken:
        cars = Vehicle.objects.shared_with(access).filter(plate=row.plate)
        return DuplicateNumber(PLATE, _named(access, PLATE, cars))
    return None


def _named(access: Access, element: str, rows: QuerySet[Any, Any]) -> uuid.UUID | None:
    other = rows.select_related("area").first()
    if other is None or access.level(element, other.area.path) < Level.FULL:
        return None
    return cast(uuid.UUID, other.pk)
