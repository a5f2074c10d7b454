"""The customer's engine: the dlib networks that the `face_recognition` package ships.

We call dlib itself, with the same model files, because `face_recognition` loads four networks
when imported (one is never used on a CPU), detects again in every call and cannot average a
mirrored face. One choice differs from its example code: descriptors are scaled to length 1, which
finds far more people at the same share of strangers (docs/face-accuracy.md). Faces are aligned on
5 landmarks: the package's 68-landmark model was trained on iBUG 300-W, whose licence excludes
commercial use, and was no better here.

Detection (HOG) runs on a reduced picture, landmarks and encoding on the full one. The detector's
smallest face is 80 pixels, so at the default a 1280 x 720 frame shows faces from 160 pixels.
"""

from __future__ import annotations

import importlib.util
import threading
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from security.recognition import quality
from security.recognition.base import (
    EngineInfo,
    EngineUnavailableError,
    FaceBox,
    Image,
    Quality,
    Template,
    unit,
)
from security.recognition.calibration import StrangerTail, StrangerTails

CHIP_SIDE = 150
CHIP_PADDING = 0.25
"""What the descriptor network was trained on."""

THOROUGH_SIDE = 1280
MAX_ENLARGEMENT = 4.0
DETECTION_SCORE = 0.2
"""Above dlib's own 0, where folds of cloth begin to pass; fewer than 1% of LFW faces score less."""

INFO: Final = EngineInfo(
    name="face_recognition",
    version="dlib-resnet-1/5/unit",
    dimension=128,
    metric="euclidean",
    threshold=0.378,
    licence="code MIT and BSL-1.0; descriptor and 5-landmark models CC0-1.0",
    # Printed by benchmarks/accuracy.py on the development part of LFW.
    tails=StrangerTails(
        single=StrangerTail(intercept=-11.496, slope=22.227, floor=9.9e-5),
        several=StrangerTail(intercept=-10.869, slope=22.101, floor=3.5e-4),
        single_fused=StrangerTail(intercept=-11.037, slope=22.374, floor=3.5e-4),
        several_fused=StrangerTail(intercept=-9.709, slope=20.489, floor=1.2e-3),
    ),
)


class FaceRecognitionEngine:
    """`Engine` on dlib. Models are loaded at first use; one lock, as dlib's objects need it.

    `detection_side`: the longest side in pixels of the picture that detection runs on. Smaller is
    faster and finds only larger faces.
    """

    def __init__(self, *, detection_side: int = 640) -> None:
        self._detection_side = detection_side
        self._lock = threading.RLock()

    @property
    def info(self) -> EngineInfo:
        """What the engine is; reading it loads no model."""
        return INFO

    def detect(self, image: Image, *, thorough: bool = False) -> list[FaceBox]:
        """Find faces, largest first, in pixels of `image`.

        `thorough` also tries a larger picture (enlarged if need be) when the first look finds none.
        """
        longest = max(image.shape[:2])
        boxes = self._detect_at(image, min(1.0, self._detection_side / longest))
        if thorough and not boxes:
            boxes = self._detect_at(image, min(MAX_ENLARGEMENT, THOROUGH_SIDE / longest))
        return boxes

    def quality(self, image: Image, box: FaceBox) -> Quality:
        """Measure one face on its aligned chip and its landmarks."""
        with self._lock:
            shape = self._landmarks(image, box)
            points = np.array([(part.x, part.y) for part in shape.parts()], dtype=np.float64)
            chip = self._models.chip(image, shape)
        return quality.measure(image, box, chip, points)

    def encode(self, image: Image, box: FaceBox, *, mirror: bool = False) -> Template:
        """Turn one face into 128 numbers of length 1.

        `mirror` averages the flipped face in: twice the time, for photographs of enrolment.
        """
        with self._lock:
            chip = self._models.chip(image, self._landmarks(image, box))
            vector = self._models.describe(chip)
            if mirror:
                vector = vector + self._models.describe(np.ascontiguousarray(chip[:, ::-1]))
        return Template(INFO.name, INFO.version, unit(vector))

    def _detect_at(self, image: Image, scale: float) -> list[FaceBox]:
        reduced = image if scale == 1 else _resize(image, scale)
        with self._lock:
            found, scores, _ = self._models.detector.run(reduced, 0, DETECTION_SCORE)
        boxes = [
            FaceBox(
                left=round(face.left() / scale),
                top=round(face.top() / scale),
                right=round((face.right() + 1) / scale),
                bottom=round((face.bottom() + 1) / scale),
                score=float(score),
            )
            for face, score in zip(found, scores, strict=True)
        ]
        return sorted(boxes, key=lambda box: box.area, reverse=True)

    def _landmarks(self, image: Image, box: FaceBox) -> Any:
        return self._models.landmarks(image, box)

    @cached_property
    def _models(self) -> _Models:
        return _Models()


class _Models:
    """dlib's untyped objects, behind typed calls."""

    def __init__(self) -> None:
        self._dlib = import_module("dlib")
        folder = _model_folder()
        self.detector = self._dlib.get_frontal_face_detector()
        self._predictor = self._dlib.shape_predictor(
            str(folder / "shape_predictor_5_face_landmarks.dat")
        )
        self._network = self._dlib.face_recognition_model_v1(
            str(folder / "dlib_face_recognition_resnet_model_v1.dat")
        )

    def landmarks(self, image: Image, box: FaceBox) -> Any:
        corners = (box.left, box.top, box.right - 1, box.bottom - 1)
        return self._predictor(image, self._dlib.rectangle(*corners))

    def chip(self, image: Image, shape: Any) -> Image:
        return np.asarray(self._dlib.get_face_chip(image, shape, CHIP_SIDE, CHIP_PADDING))

    def describe(self, chip: Image) -> NDArray[np.float64]:
        return np.array(self._network.compute_face_descriptor(chip), dtype=np.float64)


def _model_folder() -> Path:
    # Importing face_recognition_models would import pkg_resources; its location is enough.
    spec = importlib.util.find_spec("face_recognition_models")
    if spec is None or not spec.submodule_search_locations:
        raise EngineUnavailableError("face_recognition_models is not installed")
    return Path(next(iter(spec.submodule_search_locations))) / "models"


def _resize(image: Image, scale: float) -> Image:
    height, width = image.shape[:2]
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(image, size, interpolation=how), dtype=np.uint8)
