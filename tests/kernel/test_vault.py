"""Private files: no name leads out of the vault or to another file's content."""

import pytest
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from smartcommunity.kernel import vault
from smartcommunity.kernel.crypto import CannotOpen


@pytest.mark.parametrize("name", ["../../../etc/passwd", "/etc/passwd", "a/../../../secret"])
def test_no_name_leads_out(name: str) -> None:
    with pytest.raises((SuspiciousFileOperation, FileNotFoundError)):
        vault.get(name)
    with pytest.raises((SuspiciousFileOperation, FileNotFoundError)):
        vault.delete(f"../../{name}")


def test_a_file_moved_over_another_does_not_open() -> None:
    one, other = vault.put("test", b"one"), vault.put("test", b"other")
    default_storage.delete(f"vault/{other}")
    with default_storage.open(f"vault/{one}") as stored:
        default_storage.save(f"vault/{other}", ContentFile(stored.read()))
    with pytest.raises(CannotOpen):
        vault.get(other)


@pytest.mark.parametrize("content", [b"", b"\x01", b"\x01\xff", b"\x01\x02k1", bytes(200)])
def test_a_damaged_file_is_refused_cleanly(content: bytes) -> None:
    name = vault.put("test", b"picture")
    default_storage.delete(f"vault/{name}")
    default_storage.save(f"vault/{name}", ContentFile(content))
    with pytest.raises(CannotOpen):
        vault.get(name)
