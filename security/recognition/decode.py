"""Bytes from outside to an RGB picture, refusing whatever could hurt before it is decoded.

Order: length of the bytes, format by content, dimensions from the header, animation, and only then
the pixels. Pillow decodes, because it reports truncation, which OpenCV fills with grey.
"""

from __future__ import annotations

import io
import struct
import warnings
from dataclasses import dataclass

import numpy as np
from PIL import Image as Pillow
from PIL import ImageOps, UnidentifiedImageError

from security.recognition.base import Image, PictureFault, PictureRefusedError

FORMATS = ("JPEG", "PNG", "WEBP")
WEBP_HEADER = 30


@dataclass(frozen=True, slots=True)
class Limits:
    """The largest picture that is decoded: length in bytes, and width x height."""

    max_bytes: int
    max_pixels: int


FRAME_LIMITS = Limits(max_bytes=8 * 1024 * 1024, max_pixels=12_000_000)
"""A camera's JPEG: 4K is 8.3 million pixels."""

PHOTOGRAPH_LIMITS = Limits(max_bytes=24 * 1024 * 1024, max_pixels=50_000_000)
"""A telephone's photograph."""


def dimensions(data: bytes, *, limits: Limits = FRAME_LIMITS) -> tuple[int, int]:
    """Return (width, height) from the header, having decoded nothing.

    Raises:
        PictureRefusedError: too_many_bytes, not_an_image, too_many_pixels or animated.
    """
    return _open(data, limits).size


def decode(data: bytes, *, limits: Limits = FRAME_LIMITS, longest_side: int | None = None) -> Image:
    """Return the picture upright (EXIF applied) as RGB, shape (height, width, 3), uint8.

    `longest_side` lets a JPEG be decoded at 1/2, 1/4 or 1/8 of its scale, for a fraction of the
    time and memory: the result's longest side is never below it (unless the picture's is).

    Raises:
        PictureRefusedError: as `dimensions`, or truncated.
    """
    picture = _open(data, limits)
    if longest_side is not None:
        scale = longest_side / max(picture.size)
        picture.draft("RGB", (int(picture.width * scale), int(picture.height * scale)))
    try:
        picture.load()
        upright = ImageOps.exif_transpose(picture)  # reads the metadata, which may lie
    except (OSError, SyntaxError, TypeError, ValueError, struct.error) as error:
        raise PictureRefusedError(PictureFault.TRUNCATED) from error
    return np.array(upright.convert("RGB"), dtype=np.uint8)


def _open(data: bytes, limits: Limits) -> Pillow.Image:
    if len(data) > limits.max_bytes:
        raise PictureRefusedError(PictureFault.TOO_MANY_BYTES)
    if data[:4] == b"RIFF":
        _check_webp_canvas(data, limits)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Pillow.DecompressionBombWarning)
            picture = Pillow.open(io.BytesIO(data), formats=FORMATS)
    except (Pillow.DecompressionBombWarning, Pillow.DecompressionBombError) as error:
        raise PictureRefusedError(PictureFault.TOO_MANY_PIXELS) from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, struct.error) as error:
        raise PictureRefusedError(PictureFault.NOT_AN_IMAGE) from error
    if picture.width * picture.height > limits.max_pixels:
        raise PictureRefusedError(PictureFault.TOO_MANY_PIXELS)
    # A telephone's JPEG may carry a second picture (MPO, depth map); only the first is read.
    if getattr(picture, "is_animated", False) and picture.format in ("PNG", "WEBP"):
        raise PictureRefusedError(PictureFault.ANIMATED)
    return picture


def _check_webp_canvas(data: bytes, limits: Limits) -> None:
    """Refuse a huge WebP before Pillow sees it: merely opening one allocates its canvas.

    Offsets of the three bitstreams: RFC 9649, sections 2.5 to 2.7.
    """
    width = height = 0
    if len(data) < WEBP_HEADER:
        raise PictureRefusedError(PictureFault.NOT_AN_IMAGE)
    match data[8:16]:
        case b"WEBPVP8X":
            width = 1 + int.from_bytes(data[24:27], "little")
            height = 1 + int.from_bytes(data[27:30], "little")
        case b"WEBPVP8L":
            bits = int.from_bytes(data[21:25], "little")
            width, height = 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
        case b"WEBPVP8 ":
            width = int.from_bytes(data[26:28], "little") & 0x3FFF
            height = int.from_bytes(data[28:30], "little") & 0x3FFF
    if width * height > limits.max_pixels:
        raise PictureRefusedError(PictureFault.TOO_MANY_PIXELS)
