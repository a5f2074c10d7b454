"""A photograph that may be kept: one usable face, encoded, stripped of everything but pixels."""

from __future__ import annotations

from dataclasses import dataclass

from security import portrait
from security.gallery import engine
from security.reasons import PICTURE_ADVICE, face_advice
from security.recognition.base import FaceRefusedError, PictureRefusedError, Template
from security.recognition.walks import enrol
from smartcommunity.kernel.errors import Invalid


@dataclass(frozen=True, slots=True)
class Accepted:
    """`jpeg` shows the face and no more of the photograph than it takes to find it again."""

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
    part = portrait.region(enrolled.box, enrolled.image)
    return Accepted(enrolled.template, portrait.cut(enrolled.image, part))
