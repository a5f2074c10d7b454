"""The two straight walks through the engine: a photograph at enrolment, a frame at a gate."""

from __future__ import annotations

from dataclasses import dataclass

from security.recognition.base import Engine, FaceBox, FaceRefusedError, Image, Quality, Template
from security.recognition.decode import FRAME_LIMITS, PHOTOGRAPH_LIMITS, decode
from security.recognition.quality import examine

PHOTOGRAPH_SIDE = 1600
FRAME_SIDE = 1280
"""A larger JPEG is decoded at a reduced scale of at least this many pixels on its longest side."""


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A photograph that was accepted."""

    image: Image
    """Decoded, upright, possibly reduced; `box` refers to its pixels."""
    box: FaceBox
    quality: Quality
    template: Template


@dataclass(frozen=True, slots=True)
class Seen:
    """A frame after detection; `template` is None unless its best face is usable."""

    image: Image
    faces: int
    box: FaceBox | None
    quality: Quality
    template: Template | None


def enrol(engine: Engine, photograph: bytes) -> Enrolled:
    """Encode a photograph that must show exactly one usable face.

    Raises:
        PictureRefusedError: the bytes are not a picture that we decode.
        FaceRefusedError: no face, several faces, or one that is not good enough; says which.
    """
    image = decode(photograph, limits=PHOTOGRAPH_LIMITS, longest_side=PHOTOGRAPH_SIDE)
    found = examine(engine, image, alone=True)
    if found.box is None or not found.quality.usable:
        raise FaceRefusedError(found.quality.reasons)
    template = engine.encode(image, found.box, mirror=True)
    return Enrolled(image, found.box, found.quality, template)


def observe(engine: Engine, frame: bytes) -> Seen:
    """Encode the largest face of a camera's frame, if it is usable.

    Raises:
        PictureRefusedError: the bytes are not a picture that we decode.
    """
    image = decode(frame, limits=FRAME_LIMITS, longest_side=FRAME_SIDE)
    found = examine(engine, image, alone=False)
    usable = found.box is not None and found.quality.usable
    template = engine.encode(image, found.box) if usable and found.box is not None else None
    return Seen(image, found.faces, found.box, found.quality, template)
