"""Private files: photographs and camera frames, encrypted, never served by URL.

A name is `<room>/<yyyy>/<mm>/<dd>/<uuid>`; the file's content is sealed and bound to its name, so
a file moved over another does not open. Views hand out the bytes after the access decision.
"""

import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from smartcommunity.kernel import clock, crypto

ROOT = "vault"


def put(room: str, content: bytes) -> str:
    """Store `content`; returns the vault name to keep in the row."""
    name = f"{room}/{clock.now():%Y/%m/%d}/{uuid.uuid4().hex}"
    saved = default_storage.save(f"{ROOT}/{name}", ContentFile(crypto.seal(content, name)))
    return saved.removeprefix(f"{ROOT}/")


@contextmanager
def kept(room: str, contents: Iterable[bytes]) -> Iterator[list[str]]:
    """Store the contents; if the block fails, none stays behind. Put it around the transaction
    that writes the names, whose commit may fail too."""
    names: list[str] = []
    try:
        for content in contents:
            names.append(put(room, content))  # noqa: PERF401  what is done must be undone
        yield names
    except BaseException:
        for name in names:
            delete(name)
        raise


def get(name: str) -> bytes:
    """The content. Raises FileNotFoundError, crypto.CannotOpen."""
    with default_storage.open(f"{ROOT}/{name}") as stored:
        return crypto.open_sealed(stored.read(), name)


def delete(name: str) -> None:
    """Remove the file; a name that is already gone is not an error."""
    if name:
        default_storage.delete(f"{ROOT}/{name}")
