"""Real photographs for the demo estate and the tests, taken at run time from public packages.

No picture is part of this project. `fetch` takes them out of two packages of the Python package
index and keeps them in a folder that git ignores:

- face_recognition 1.3.0 (MIT), source distribution: official White House photographs (works of the
  United States government) of two people;
- scikit-image 0.26.0 (BSD-3-Clause): NASA's portrait of Eileen Collins (public domain).

The packages hold one photograph only of the second person, so his gate frame is made from it:
mirrored, smaller and darker. It exercises the watch-list, it proves nothing about recognition;
`docs/face-accuracy.md` does that, on other people.
"""

from __future__ import annotations

import hashlib
import io
import os
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageEnhance, ImageOps

RESIDENT, WATCHED, STRANGER = "resident", "watched", "stranger"

FETCH_SECONDS = 120


class PicturesUnavailableError(Exception):
    """The photographs are neither kept nor to be had; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Package:
    """A package of the index, how pip is asked for it, and the files wanted from it by SHA-256."""

    requirement: str
    kind: str
    wanted: Mapping[str, tuple[str, str]]
    """Name here -> path inside the archive, hash."""


PACKAGES = (
    Package(
        "face_recognition==1.3.0",
        "--no-binary",
        {
            "resident-1.jpg": (
                "face_recognition-1.3.0/tests/test_images/obama.jpg",
                "0930e3aa8cae5920329c0c8cbc6a2ab70f47b0e67b432875beaa95cbf7e741f6",
            ),
            "resident-2.jpg": (
                "face_recognition-1.3.0/tests/test_images/obama3.jpg",
                "76ac6bf97c36dc2da0ad16a537d6a5ac1b10f48d49aac29a0cca9a17cdbc3ca3",
            ),
            "resident-3.jpg": (
                "face_recognition-1.3.0/tests/test_images/obama2.jpg",
                "a7efcc907375274796f39646510704aa86672d59f6d5469d69af3c85590976a6",
            ),
            "watched-1.jpg": (
                "face_recognition-1.3.0/tests/test_images/biden.jpg",
                "3c17508bb91554c637a2eabddfae790e5bb1caba93130814fc2ac50be9760c4c",
            ),
        },
    ),
    Package(
        "scikit-image==0.26.0",
        "--only-binary",
        {
            "stranger.png": (
                "skimage/data/astronaut.png",
                "88431cd9653ccd539741b555fb0a46b61558b301d4110412b5bc28b5e3ea6cb5",
            ),
        },
    ),
)


def default_folder() -> Path:
    """Return `pictures` below SC_STATE_DIR, or below `.data` of the project."""
    project = Path(__file__).resolve().parent.parent.parent
    return Path(os.environ.get("SC_STATE_DIR") or project / ".data") / "pictures"


def fetch(folder: Path | None = None) -> dict[str, list[Path]]:
    """Return photographs by part: RESIDENT (3), WATCHED (2), STRANGER (1).

    The last of each list is meant for the gate, those before it for enrolment. Fetched once, then
    found in `folder`.

    Raises:
        PicturesUnavailableError: a package could not be fetched, or does not hold what it held.
    """
    folder = folder or default_folder()
    folder.mkdir(parents=True, exist_ok=True)
    for package in PACKAGES:
        if not all((folder / name).exists() for name in package.wanted):
            _take(package, folder)
    if not (folder / "watched-2.jpg").exists():
        _save(_second_frame(Image.open(folder / "watched-1.jpg")), folder / "watched-2.jpg")
    if not (folder / "stranger-1.jpg").exists():
        _save(Image.open(folder / "stranger.png").convert("RGB"), folder / "stranger-1.jpg")
    return {
        RESIDENT: [folder / f"resident-{number}.jpg" for number in (1, 2, 3)],
        WATCHED: [folder / "watched-1.jpg", folder / "watched-2.jpg"],
        STRANGER: [folder / "stranger-1.jpg"],
    }


def _take(package: Package, folder: Path) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        archive = _download(package, Path(scratch))
        for name, (member, digest) in package.wanted.items():
            content = _read(archive, member)
            if hashlib.sha256(content).hexdigest() != digest:
                raise PicturesUnavailableError(f"{package.requirement}: {member} has changed")
            _write(folder / name, content)


def _download(package: Package, scratch: Path) -> Path:
    # Without isolation pip reads the archive's metadata with our own setuptools: nothing more is
    # fetched.
    command = [
        *(sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"),
        *("--no-deps", "--no-build-isolation", package.kind, ":all:"),
        *("--dest", str(scratch), package.requirement),
    ]
    try:
        subprocess.run(command, check=True, capture_output=True, text=True, timeout=FETCH_SECONDS)  # noqa: S603
    except subprocess.TimeoutExpired as error:
        raise PicturesUnavailableError(
            f"{package.requirement}: no answer from the index"
        ) from error
    except subprocess.CalledProcessError as error:
        last = (error.stderr.strip().splitlines() or ["pip failed"])[-1]
        raise PicturesUnavailableError(f"{package.requirement}: {last}") from error
    return next(scratch.iterdir())


def _read(archive: Path, member: str) -> bytes:
    try:
        if archive.suffix == ".whl":
            with zipfile.ZipFile(archive) as wheel:
                return wheel.read(member)
        with tarfile.open(archive) as source:
            file = source.extractfile(member)
            return file.read() if file else b""
    except KeyError as error:
        raise PicturesUnavailableError(f"{archive.name} holds no {member}") from error


def _second_frame(photograph: Image.Image) -> Image.Image:
    """Make another frame of a person of whom there is one photograph."""
    width, height = photograph.size
    smaller = ImageOps.mirror(photograph).resize((width * 4 // 5, height * 4 // 5))
    return ImageEnhance.Brightness(smaller).enhance(0.8)


def _save(picture: Image.Image, path: Path) -> None:
    content = io.BytesIO()
    picture.save(content, "JPEG", quality=90)
    _write(path, content.getvalue())


def _write(path: Path, content: bytes) -> None:
    """Write so that nobody ever reads half a file, even with two processes fetching."""
    handle, scratch = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    Path(scratch).replace(path)
