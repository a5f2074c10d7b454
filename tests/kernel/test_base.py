"""The kernel on the real database: crypto binding, append-only log, live outbox."""

import pytest
from django.db import InternalError, ProgrammingError, connection

from accounts.viewer import SYSTEM
from datasharing import access_log
from datasharing.choices import AccessKind
from datasharing.errors import ChainBroken
from datasharing.models import AccessRecord
from smartcommunity.kernel import crypto, vault
from tests.conftest import as_owner


def test_a_sealed_value_opens_only_in_its_own_row() -> None:
    sealed = crypto.seal(b"42010119900101001X", "residents.resident.doc_no:1")
    assert crypto.open_sealed(sealed, "residents.resident.doc_no:1").decode().endswith("X")
    with pytest.raises(crypto.CannotOpen):
        crypto.open_sealed(sealed, "residents.resident.doc_no:2")
    assert b"42010119900101" not in sealed


def test_sm4_is_selectable_and_old_values_stay_readable(settings: object) -> None:
    before = crypto.seal(b"value", "row")
    settings.FIELD_CIPHER = "SM4-GCM"  # type: ignore[attr-defined]
    after = crypto.seal(b"value", "row")
    assert crypto.open_sealed(before, "row") == crypto.open_sealed(after, "row") == b"value"
    with pytest.raises(crypto.CannotOpen):
        crypto.open_sealed(after[:-1] + bytes([after[-1] ^ 1]), "row")


def test_the_vault_keeps_nothing_in_clear(settings: object) -> None:
    name = vault.put("test", b"picture bytes")
    assert vault.get(name) == b"picture bytes"
    from django.core.files.storage import default_storage

    assert b"picture" not in default_storage.open(f"vault/{name}").read()
    vault.delete(name)
    with pytest.raises(FileNotFoundError):
        vault.get(name)


@pytest.mark.parametrize("statement", ["UPDATE {} SET detail='x'", "DELETE FROM {}", "TRUNCATE {}"])
@pytest.mark.django_db(transaction=True)
def test_nobody_edits_the_access_log(statement: str) -> None:
    """The application's role has no right to, and its owner is stopped by the trigger."""
    access_log.record(viewer=SYSTEM, kind=AccessKind.READ, subject="resident")
    edit = statement.format(AccessRecord._meta.db_table)
    with pytest.raises(ProgrammingError, match="permission"), connection.cursor() as cursor:
        cursor.execute(edit)
    with as_owner(), pytest.raises(InternalError), connection.cursor() as cursor:
        cursor.execute(edit)
    assert access_log.verify() == 1


@pytest.mark.django_db(transaction=True)
def test_a_change_past_the_trigger_shows_in_the_chain() -> None:
    for number in range(3):
        access_log.record(
            viewer=SYSTEM, kind=AccessKind.READ, subject="resident", detail=str(number)
        )
    assert access_log.verify() == 3
    table = AccessRecord._meta.db_table
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(f"UPDATE {table} SET detail='9' WHERE id=2")
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    with pytest.raises(ChainBroken):
        access_log.verify()


@pytest.mark.django_db(transaction=True)
def test_committed_tests_can_be_flushed() -> None:
    access_log.record(viewer=SYSTEM, kind=AccessKind.READ, subject="resident")
