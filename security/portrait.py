"""The part of a picture that shows the face: all that is kept of a photograph, and what an officer
compares of a frame."""

from __future__ import annotations

import io
from collections.abc import Sequence

from PIL import Image as Pillow

from security.recognition.base import FaceBox, Image
from security.recognition.decode import decode
from security.recognition.walks import FRAME_SIDE

MARGIN = 0.8
"""Kept on each side, in widths of the face: hair, chin, and enough to find the face again."""

JPEG_QUALITY = 90


def region(box: FaceBox, image: Image) -> list[float]:
    """[left, top, right, bottom] around a face, each a fraction of the picture's side."""
    height, width, _ = image.shape
    across, down = MARGIN * box.width, MARGIN * box.height
    return [
        max(0.0, (box.left - across) / width),
        max(0.0, (box.top - down) / height),
        min(1.0, (box.right + across) / width),
        min(1.0, (box.bottom + down) / height),
    ]


def cut(image: Image, part: Sequence[float]) -> bytes:
    """That region as a JPEG made of pixels alone: no EXIF, no position, no second picture."""
    height, width, _ = image.shape
    left, top, right, bottom = part
    kept = image[
        int(top * height) : max(int(bottom * height), 1),
        int(left * width) : max(int(right * width), 1),
    ]
    content = io.BytesIO()
    Pillow.fromarray(kept).save(content, "JPEG", quality=JPEG_QUALITY)
    return content.getvalue()


def cut_frame(frame: bytes, part: Sequence[float]) -> bytes:
    """That region of a camera's frame."""
    return cut(decode(frame, longest_side=FRAME_SIDE), part)
