"""The gate before encoding: is this face worth a template, and if not, why.

Every limit stands on the photographs of `docs/face-accuracy.md` (section "Quality"), measured with
`benchmarks/face_quality.py`: a limit lies where spoiling a photograph starts to cost recognitions,
and keeps more than 99 of 100 unspoilt ones.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from security.recognition.base import Engine, FaceBox, Image, Quality, Reason

MIN_WIDTH = 50
"""Pixels of face width."""
MIN_SHARPNESS = 0.0025
"""Variance of the Laplacian, less that of rounding, over the variance of the luminance."""
ROUNDING = 20 / 12
"""Variance that rounding to whole numbers (1/12) leaves in the Laplacian (squared weights: 20)."""
MIN_BRIGHTNESS = 20.0
MAX_BRIGHTNESS = 215.0
"""Mean luminance, 0 to 255."""
MIN_CONTRAST = 8.0
"""Standard deviation of the luminance."""
MAX_TURN = 0.65
"""Nose offset between the eyes, 1 is a profile."""
MAX_ROLL = 32.0
"""Degrees."""
MAX_OUTSIDE = 0.1
"""Share of the face's box that may lie outside the picture."""
OTHER_FACE = 0.3
"""A second face of this share of the first one's area makes the picture ambiguous."""

Points: TypeAlias = NDArray[np.float64]
"""dlib's 5 landmarks, shape (5, 2), x and y in pixels: corners of the eyes, base of the nose."""

LEFT_EYE_OUTER, RIGHT_EYE_OUTER, NOSE = 0, 2, 4
"""Left and right of the person, whose right eye is on the picture's left."""


@dataclass(frozen=True, slots=True)
class Examined:
    """A picture after the gate: the face to use, if any, and what was measured on it."""

    box: FaceBox | None
    quality: Quality
    faces: int


def examine(engine: Engine, image: Image, *, alone: bool) -> Examined:
    """Find the face to use in a picture and judge it.

    `alone` is for enrolment: it searches thoroughly and adds several_faces when somebody else is
    in the picture too. Without it the largest face is judged, whoever stands behind.
    """
    boxes = engine.detect(image, thorough=alone)
    if not boxes:
        return Examined(None, Quality((Reason.NO_FACE,), 0, 0.0, 0.0, 0.0, 0.0, 0.0), 0)
    first = boxes[0]
    quality = engine.quality(image, first)
    if alone and any(box.area >= OTHER_FACE * first.area for box in boxes[1:]):
        quality = replace(quality, reasons=(Reason.SEVERAL_FACES, *quality.reasons))
    return Examined(first, quality, len(boxes))


def measure(image: Image, box: FaceBox, chip: Image, points: Points) -> Quality:
    """Judge one face from its box, its aligned chip (150 x 150, RGB) and its landmarks."""
    grey = cv2.cvtColor(chip, cv2.COLOR_RGB2GRAY)
    contrast = float(grey.std())
    edges = float(cv2.Laplacian(grey, cv2.CV_64F).var())
    sharpness = max(0.0, edges - ROUNDING) / max(contrast**2, 1.0)
    brightness = float(grey.mean())
    sideways, tilt = turn(points), roll(points)
    findings = (
        (Reason.TOO_SMALL, box.width < MIN_WIDTH),
        (Reason.CUT_OFF, outside(image, box) > MAX_OUTSIDE),
        (Reason.DARK, brightness < MIN_BRIGHTNESS),
        (Reason.BRIGHT, brightness > MAX_BRIGHTNESS),
        (Reason.FLAT, contrast < MIN_CONTRAST),
        (Reason.BLURRED, sharpness < MIN_SHARPNESS),
        (Reason.TURNED, sideways > MAX_TURN),
        (Reason.TILTED, abs(tilt) > MAX_ROLL),
    )
    reasons = tuple(reason for reason, found in findings if found)
    return Quality(reasons, box.width, sharpness, brightness, contrast, sideways, tilt)


def roll(points: Points) -> float:
    """Degrees by which the line through the outer eye corners leaves the horizontal."""
    across, down = points[LEFT_EYE_OUTER] - points[RIGHT_EYE_OUTER]
    return math.degrees(math.atan2(down, across))


def turn(points: Points) -> float:
    """Offset of the nose's base from the middle of the eyes: 0 is frontal, 1 a profile."""
    eyes = points[LEFT_EYE_OUTER] - points[RIGHT_EYE_OUTER]
    along = (points[NOSE] - points[RIGHT_EYE_OUTER]) @ eyes / max(float(eyes @ eyes), 1.0)
    return min(1.0, abs(2 * float(along) - 1))


def outside(image: Image, box: FaceBox) -> float:
    """Share of the box that lies outside the picture."""
    height, width, _ = image.shape
    across = max(0, min(box.right, width) - max(box.left, 0))
    down = max(0, min(box.bottom, height) - max(box.top, 0))
    return float(1 - across * down / max(box.area, 1))
