"""Private files: photographs and camera frames, encrypted, never served by URL.

A name is `<room>/<yyyy>/<mm>/<dd>/<uuid>`; the file's content is sealed and bound to its name, so
a file moved over another does not open. Views hand out the bytes after the access decision.
"""

import os
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from fcntl import LOCK_EX, LOCK_SH, flock
from pathlib import Path

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
        with _held(LOCK_SH):
            default_storage.delete(f"{ROOT}/{name}")


def names() -> Iterator[str]:
    """The names of all files, in no order."""
    root = _root()
    for folder, _folders, files in os.walk(root):
        for file in files:
            if not file.startswith("."):
                yield (Path(folder) / file).relative_to(root).as_posix()


def is_sealed_as_new(name: str) -> bool:
    """Whether the file is sealed with the present first key and cipher; so is one that is gone."""
    head = crypto.head_of_new()
    try:
        with (_root() / name).open("rb") as file:
            return file.read(len(head)) == head
    except FileNotFoundError:
        return True


def seal_anew(name: str) -> bool:
    """Seal the file with the present key, whole or not at all; False when it is so already, or
    gone. Nobody deletes it meanwhile, so that what is erased does not come back."""
    with _held(LOCK_EX):
        if is_sealed_as_new(name):
            return False
        path = _root() / name
        fresh = path.with_name(f".{path.name}.new")
        fresh.write_bytes(crypto.seal(get(name), name))
        fresh.replace(path)
    return True


def _root() -> Path:
    return Path(default_storage.path(ROOT))


@contextmanager
def _held(how: int) -> Iterator[None]:
    """Keep deletions and `seal_anew` apart, across processes."""
    root = _root()
    root.mkdir(parents=True, exist_ok=True)
    with (root / ".lock").open("a") as lock:
        flock(lock, how)
        yield
