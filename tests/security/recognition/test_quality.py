"""The gate says why a photograph cannot be used. Real photographs, spoilt on purpose."""

import cv2
import numpy as np
import pytest

from security.recognition import registry
from security.recognition.base import Image, Reason
from security.recognition.decode import decode
from security.recognition.quality import (
    LEFT_EYE_OUTER,
    NOSE,
    RIGHT_EYE_OUTER,
    examine,
    outside,
    roll,
    turn,
)
from tests.pictures import demo_faces

pytestmark = pytest.mark.faces


@pytest.fixture(scope="module")
def photograph() -> Image:
    path = demo_faces()["resident"][0]
    return decode(path.read_bytes())


def reasons(image: Image, *, alone: bool = True) -> tuple[Reason, ...]:
    return examine(registry.get(), np.ascontiguousarray(image), alone=alone).quality.reasons


def shrunk(image: Image, factor: float) -> Image:
    small = cv2.resize(image, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.uint8)


def test_every_demo_photograph_is_usable() -> None:
    for pictures in demo_faces().values():
        for path in pictures:
            assert reasons(decode(path.read_bytes())) == (), path.name


def test_a_wall_has_no_face() -> None:
    grain = np.random.default_rng(1).integers(100, 140, (480, 640, 3)).astype(np.uint8)
    assert reasons(grain) == (Reason.NO_FACE,)
    assert examine(registry.get(), grain, alone=False).box is None


def test_two_people_are_too_many_for_enrolment_but_not_for_a_gate(photograph: Image) -> None:
    couple = np.hstack([photograph, photograph[:, ::-1]])
    assert Reason.SEVERAL_FACES in reasons(couple)
    assert Reason.SEVERAL_FACES not in reasons(couple, alone=False)


def test_a_blurred_face(photograph: Image) -> None:
    assert Reason.BLURRED in reasons(np.asarray(cv2.GaussianBlur(photograph, (0, 0), 12), np.uint8))


def test_a_dark_face(photograph: Image) -> None:
    assert Reason.DARK in reasons((photograph * 0.1).astype(np.uint8))


def test_a_burnt_out_face(photograph: Image) -> None:
    bright = np.clip(photograph.astype(np.float32) * 0.3 + 190, 0, 255).astype(np.uint8)
    assert Reason.BRIGHT in reasons(bright)


def test_a_face_in_fog(photograph: Image) -> None:
    assert Reason.FLAT in reasons((photograph * 0.1 + 120).astype(np.uint8))


def test_a_small_face(photograph: Image) -> None:
    assert Reason.TOO_SMALL in reasons(shrunk(photograph, 0.12))


def test_a_face_at_the_edge_of_the_picture(photograph: Image) -> None:
    box = registry.get().detect(photograph)[0]
    assert Reason.CUT_OFF in reasons(photograph[:, box.left + box.width // 4 :])


def test_a_tilted_head(photograph: Image) -> None:
    box = registry.get().detect(photograph)[0]
    middle = ((box.left + box.right) / 2, (box.top + box.bottom) / 2)
    matrix = cv2.getRotationMatrix2D(middle, 35, 1)
    tilted = cv2.warpAffine(photograph, matrix, photograph.shape[1::-1])
    assert Reason.TILTED in reasons(np.asarray(tilted, np.uint8))


def test_turn_and_roll_follow_the_landmarks() -> None:
    points = np.zeros((5, 2))
    points[RIGHT_EYE_OUTER], points[LEFT_EYE_OUTER], points[NOSE] = (0, 0), (100, 0), (50, 40)
    assert turn(points) == 0
    assert roll(points) == 0
    points[NOSE] = (90, 40)
    assert turn(points) == pytest.approx(0.8)
    points[LEFT_EYE_OUTER] = (100, 100)
    assert roll(points) == pytest.approx(45)


def test_outside_counts_the_missing_share(photograph: Image) -> None:
    box = registry.get().detect(photograph)[0]
    assert outside(photograph, box) == 0
    assert outside(photograph[: box.top + box.height // 2], box) == pytest.approx(0.5, abs=0.01)
