"""Real photographs for tests; whoever asks for some that are not to be had is skipped, saying why.

`demo_faces`: the demo's own (fetched once, see `smartcommunity.demo.pictures`). `lfw_people`: the
development part of Labeled Faces in the Wild, beside the project or where FACES_DIR says.
"""

import os
from functools import cache
from pathlib import Path

import pytest

from smartcommunity.demo.pictures import PicturesUnavailableError, fetch

PROJECT = Path(__file__).resolve().parent.parent
PICTURES = PROJECT / ".data/pictures"  # kept between runs
FACES = Path(os.environ.get("FACES_DIR") or PROJECT.parent / "shared/data/faces/lfw-dev")


@cache
def _demo_faces() -> dict[str, list[Path]] | str:
    try:
        return fetch(PICTURES)
    except PicturesUnavailableError as error:
        return str(error)


def demo_faces() -> dict[str, list[Path]]:
    """Return the demo's photographs by part (resident, watched, stranger), or skip the test."""
    found = _demo_faces()
    if isinstance(found, str):
        pytest.skip(f"demo photographs: {found}")
    return found


def lfw_people(*, at_least: int = 1) -> dict[str, list[Path]]:
    """Return photographs by person, of people with that many, or skip the test."""
    if not FACES.is_dir():
        pytest.skip(f"no photographs at {FACES}")
    people = {folder.name: sorted(folder.glob("*.jpg")) for folder in sorted(FACES.iterdir())}
    return {name: pictures for name, pictures in people.items() if len(pictures) >= at_least}
