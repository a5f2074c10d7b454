"""Encrypted fields: whatever way a value takes to the table, it arrives sealed or not at all."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import FieldError
from django.db import connection, transaction

from residents.models import Resident
from smartcommunity.kernel.crypto import CannotOpen
from tests.conftest import World

NUMBER = "11010519491231002X"

pytestmark = pytest.mark.django_db


@pytest.fixture
def resident(bare_world: World) -> Resident:
    return Resident.objects.create(area=bare_world.estate, name="张三", doc_no=NUMBER)


def raw(resident: Resident) -> bytes | None:
    """What the table holds."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT doc_no FROM residents_resident WHERE id = %s", [resident.pk])
        value = cursor.fetchone()[0]
    return None if value is None else bytes(value)


@pytest.mark.parametrize(
    "write",
    [
        lambda row: Resident.objects.filter(pk=row.pk).update(doc_no=NUMBER),
        lambda row: Resident.objects.filter(pk=row.pk).update(doc_no=NUMBER.encode()),
        lambda row: Resident.objects.bulk_update([row], ["doc_no"]),
        lambda row: Resident.objects.filter(doc_no__isnull=False).update(doc_no=b""),
    ],
)
def test_a_write_that_cannot_be_bound_to_its_row_is_refused(
    write: Callable[[Resident], object], resident: Resident
) -> None:
    before = raw(resident)
    assert resident.doc_no == NUMBER
    with pytest.raises(TypeError, match="sealed"), transaction.atomic():
        write(resident)
    assert raw(resident) == before


def test_clearing_by_update_is_possible(resident: Resident) -> None:
    Resident.objects.filter(pk=resident.pk).update(doc_no=None)
    assert raw(resident) is None


def test_bulk_created_rows_are_sealed_and_open(bare_world: World) -> None:
    made = Resident.objects.bulk_create(
        [Resident(area=bare_world.estate, name="李四", doc_no=NUMBER)]
    )
    assert NUMBER.encode() not in (raw(made[0]) or b"")
    assert Resident.objects.get(pk=made[0].pk).doc_no == NUMBER


@pytest.mark.parametrize("loaded", [Resident.objects.all, lambda: Resident.objects.defer("doc_no")])
def test_a_copy_carries_the_value_or_fails_loudly(
    loaded: Callable[[], Any], resident: Resident
) -> None:
    """Sealed for one row, it would never open again in another."""
    read = Resident.objects.get(pk=resident.pk)
    assert read.doc_no == NUMBER
    read.pk = uuid.uuid4()
    read.save(force_insert=True)
    assert Resident.objects.get(pk=read.pk).doc_no == NUMBER

    unread = loaded().get(pk=resident.pk)
    unread.pk = uuid.uuid4()
    with pytest.raises((CannotOpen, Resident.DoesNotExist)):
        unread.save(force_insert=True)


def test_deferred_and_refreshed_values_open(resident: Resident) -> None:
    deferred = Resident.objects.only("name").get(pk=resident.pk)
    assert deferred.doc_no == NUMBER
    Resident.objects.get(pk=resident.pk).save()  # unread: written back as it was
    resident.refresh_from_db()
    assert resident.doc_no == NUMBER
    before = raw(resident)
    part = Resident.objects.only("name").get(pk=resident.pk)
    part.name = "张四"
    part.save()
    assert raw(resident) == before


def test_empty_text_is_kept_as_nothing(bare_world: World) -> None:
    made = Resident.objects.create(area=bare_world.estate, name="王五", doc_no="")
    assert raw(made) is None
    assert Resident.objects.get(pk=made.pk).doc_no is None


def test_values_give_no_clear_text(resident: Resident) -> None:
    held = Resident.objects.filter(pk=resident.pk).values_list("doc_no", flat=True).get()
    assert NUMBER not in f"{held!r} {held}"


@pytest.mark.parametrize("lookup", ["doc_no", "doc_no__in", "doc_no__contains", "doc_no__gt"])
def test_nothing_is_looked_up_by_the_sealed_value(lookup: str, resident: Resident) -> None:
    with pytest.raises(FieldError):
        list(Resident.objects.filter(**{lookup: [NUMBER]}))
