"""What every face engine offers, and the values that pass between the steps.

Errors::

    RecognitionError
    ├── PictureRefusedError     the bytes are not a picture that we decode  (.code: PictureFault)
    ├── FaceRefusedError        the picture has no usable face              (.reasons: Reason, ...)
    ├── EngineUnavailableError  no engine of that name, or its models are not installed
    ├── TemplateMismatchError   templates of different engines or versions were put together
    └── DifferentFacesError     templates to be averaged do not show one face
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import combinations
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from security.recognition.calibration import StrangerTails

Image: TypeAlias = NDArray[np.uint8]
"""RGB picture, shape (height, width, 3)."""

Vector: TypeAlias = NDArray[np.float32]
"""A template's numbers, shape (dimension,), Euclidean length 1."""


class PictureFault(StrEnum):
    """Why bytes were refused before or while decoding."""

    NOT_AN_IMAGE = "not_an_image"
    TOO_MANY_BYTES = "too_many_bytes"
    TOO_MANY_PIXELS = "too_many_pixels"
    TRUNCATED = "truncated"
    ANIMATED = "animated"


class Reason(StrEnum):
    """Why a face, or a picture, cannot be used for recognition."""

    NO_FACE = "no_face"
    SEVERAL_FACES = "several_faces"
    TOO_SMALL = "too_small"
    CUT_OFF = "cut_off"
    BLURRED = "blurred"
    DARK = "dark"
    BRIGHT = "bright"
    FLAT = "flat"
    TURNED = "turned"
    TILTED = "tilted"


class RecognitionError(Exception):
    """Root of everything that this package raises on purpose."""


class PictureRefusedError(RecognitionError):
    """The bytes are not a picture that we are willing to decode."""

    def __init__(self, code: PictureFault) -> None:
        super().__init__(code.value)
        self.code = code


class FaceRefusedError(RecognitionError):
    """The picture was decoded but holds no usable face."""

    def __init__(self, reasons: Sequence[Reason]) -> None:
        super().__init__(", ".join(reasons))
        self.reasons = tuple(reasons)


class EngineUnavailableError(RecognitionError):
    """No engine has that name, or its models cannot be found."""


class TemplateMismatchError(RecognitionError):
    """Templates of different engines, versions or dimensions cannot be compared."""


class DifferentFacesError(RecognitionError):
    """Templates that should be averaged are too far apart to show one face."""


@dataclass(frozen=True, slots=True)
class FaceBox:
    """A found face in pixels of the picture it was found in; right and bottom are exclusive."""

    left: int
    top: int
    right: int
    bottom: int
    score: float
    """The detector's own confidence; comparable within one engine only."""

    @property
    def width(self) -> int:
        """Pixels from left to right."""
        return self.right - self.left

    @property
    def height(self) -> int:
        """Pixels from top to bottom."""
        return self.bottom - self.top

    @property
    def area(self) -> int:
        """Pixels covered."""
        return self.width * self.height


@dataclass(frozen=True, slots=True)
class Quality:
    """What was measured on a face, and the reasons that follow from it."""

    reasons: tuple[Reason, ...]
    width: int
    """Width of the face in pixels of the picture."""
    sharpness: float
    """Variance of the Laplacian of the aligned 150-pixel face, relative to its contrast."""
    brightness: float
    """Mean luminance of the face, 0 to 255."""
    contrast: float
    """Standard deviation of that luminance."""
    turn: float
    """Sideways turn as the nose's offset between the eyes: 0 is frontal, 1 is a profile."""
    roll: float
    """Degrees by which the line of the eyes leaves the horizontal."""

    @property
    def usable(self) -> bool:
        """True when no reason speaks against the face."""
        return not self.reasons


@dataclass(frozen=True, slots=True, eq=False)
class Template:
    """A face as numbers, bound to the engine and version that made them."""

    engine: str
    version: str
    vector: Vector = field(repr=False)
    pictures: int = 1
    """How many pictures were averaged into it; see `fuse`."""

    def __post_init__(self) -> None:
        self.vector.setflags(write=False)

    def pack(self) -> bytes:
        """Return the vector as little-endian float32, for encrypted storage."""
        return self.vector.astype("<f4").tobytes()

    @classmethod
    def unpack(cls, engine: str, version: str, data: bytes) -> Template:
        """Read back what `pack` wrote.

        Raises:
            TemplateMismatchError: the bytes are not a vector of length 1.
        """
        if not data or len(data) % 4:
            raise TemplateMismatchError("not a packed template")
        vector = np.frombuffer(data, dtype="<f4").astype(np.float32)
        if not abs(float(np.linalg.norm(vector)) - 1.0) < 1e-3:
            raise TemplateMismatchError("not a unit vector")
        return cls(engine, version, vector)


@dataclass(frozen=True, slots=True)
class EngineInfo:
    """What an engine declares about itself; shown on the settings page and stored with templates.

    `threshold` is the distance for comparing two photographs (1:1) at a false-match rate of
    1 in 1,000. Searching a gallery (1:N) needs a stricter one: `tails.limits(...)`.
    """

    name: str
    version: str
    dimension: int
    metric: str
    threshold: float
    licence: str
    tails: StrangerTails


class Engine(Protocol):
    """One way to find and encode faces. Safe to call from several threads."""

    @property
    def info(self) -> EngineInfo:
        """What the engine is; reading it loads no model."""
        ...

    def detect(self, image: Image, *, thorough: bool = False) -> list[FaceBox]:
        """Find faces, largest first. `thorough` spends more time to find small ones."""
        ...

    def quality(self, image: Image, box: FaceBox) -> Quality:
        """Measure one face. Reasons about the picture as a whole are not among its reasons."""
        ...

    def encode(self, image: Image, box: FaceBox, *, mirror: bool = False) -> Template:
        """Turn one face into numbers; `mirror` averages the flipped face in, at twice the time."""
        ...


def distance(one: Template, other: Template) -> float:
    """Euclidean distance of two templates: 0 is the same picture, 2 the opposite.

    Raises:
        TemplateMismatchError: they come from different engines, versions or dimensions.
    """
    _same_space(one, other)
    return float(np.linalg.norm(one.vector - other.vector))


def fuse(templates: Sequence[Template], *, within: float = 2.0) -> Template:
    """Average pictures of one person into one template of length 1.

    Several frames of one approach, or several photographs of one enrolment, recognised together
    this way are found more often than by any vote over single ones (docs/face-accuracy.md).
    `within` is the largest distance allowed between any two, `EngineInfo.threshold` as a rule: the
    average of two people would lie near both.

    Raises:
        ValueError: there is nothing to fuse.
        TemplateMismatchError: they come from different engines, versions or dimensions.
        DifferentFacesError: two of them are farther apart than `within`.
    """
    if not templates:
        raise ValueError("nothing to fuse")
    first = templates[0]
    for one, other in combinations(templates, 2):
        if distance(one, other) > within:
            raise DifferentFacesError("these pictures do not show one face")
    total = np.stack([one.vector for one in templates]).astype(np.float64).sum(axis=0)
    pictures = sum(one.pictures for one in templates)
    return Template(first.engine, first.version, unit(total), pictures)


def unit(vector: NDArray[np.float64]) -> Vector:
    """Scale a vector to length 1."""
    return np.asarray(vector / np.linalg.norm(vector), dtype=np.float32)


def _same_space(one: Template, other: Template) -> None:
    spaces = [(each.engine, each.version, each.vector.shape) for each in (one, other)]
    if spaces[0] != spaces[1]:
        raise TemplateMismatchError(f"{one.engine} {one.version} / {other.engine} {other.version}")
