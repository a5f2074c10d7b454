"""A photograph that may be kept: one usable face, encoded, stripped of everything but pixels."""

from __future__ import annotations

import io
from dataclasses import dataclass

from PIL import Image

from security.gallery import engine
from security.reasons import PICTURE_ADVICE, face_advice
from security.recognition.base import FaceRefusedError, PictureRefusedError, Template
from security.recognition.walks import enrol
from smartcommunity.kernel.errors import Invalid

JPEG_QUALITY = 90


@dataclass(frozen=True, slots=True)
class Accepted:
    """`jpeg` is encoded anew from the pixels: no EXIF, no position, no second picture."""

    template: Template
    jpeg: bytes


def accept(photo: bytes) -> Accepted:
    """Judge and encode a photograph. Raises Invalid(fields={"photo": why, in words})."""
    try:
        enrolled = enrol(engine(), photo)
    except PictureRefusedError as error:
        raise Invalid(code=error.code, fields={"photo": PICTURE_ADVICE[error.code]}) from error
    except FaceRefusedError as error:
        advice = face_advice(error.reasons)
        raise Invalid(code=error.reasons[0], fields={"photo": advice}) from error
    stripped = io.BytesIO()
    Image.fromarray(enrolled.image).save(stripped, "JPEG", quality=JPEG_QUALITY)
    return Accepted(enrolled.template, stripped.getvalue())
