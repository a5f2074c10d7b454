"""The default engine end to end on real photographs."""

import contextlib
import io

import numpy as np
import pytest
from PIL import Image as Pillow

from security.recognition import registry
from security.recognition.base import FaceRefusedError, PictureRefusedError, Reason, distance, fuse
from security.recognition.decode import decode
from security.recognition.gallery import Gallery, Outcome
from security.recognition.walks import FRAME_SIDE, enrol, observe
from tests.pictures import demo_faces, lfw_people

pytestmark = pytest.mark.faces

CROWD = 40


@pytest.fixture(scope="module")
def gallery() -> Gallery:
    """The resident (two photographs) and the watched person, among real others where to be had."""
    engine = registry.get()
    faces = demo_faces()
    known = {"resident": faces["resident"][:-1], "watched": faces["watched"][:-1]}
    with contextlib.suppress(pytest.skip.Exception):
        known |= {name: paths[:1] for name, paths in list(lfw_people().items())[:CROWD]}
    photographs = [(name, decode(path.read_bytes())) for name in known for path in known[name]]
    templates = [
        (name, engine.encode(image, box, mirror=True))
        for name, image in photographs
        for box in engine.detect(image, thorough=True)[:1]
    ]
    return Gallery(engine.info, templates)


@pytest.mark.parametrize("part", ["resident", "watched"])
def test_a_known_person_is_recognised_from_another_picture(gallery: Gallery, part: str) -> None:
    seen = observe(registry.get(), demo_faces()[part][-1].read_bytes())
    assert seen.template is not None
    decision = gallery.identify(seen.template)
    assert decision.person == part
    assert gallery.stranger_rate(decision.candidates[0]) < 0.01


def test_a_stranger_is_nobody(gallery: Gallery) -> None:
    seen = observe(registry.get(), demo_faces()["stranger"][0].read_bytes())
    assert seen.template is not None
    assert gallery.identify(seen.template).outcome is Outcome.NO_MATCH


def test_people_of_the_development_set_are_told_apart() -> None:
    engine = registry.get()
    people = dict(list(lfw_people(at_least=4).items())[:6])
    templates = [
        (name, enrol(engine, path.read_bytes()).template)
        for name, paths in people.items()
        for path in paths[:2]
    ]
    gallery = Gallery(engine.info, templates)
    for name, paths in people.items():
        frames = [observe(engine, path.read_bytes()).template for path in paths[2:4]]
        decision = gallery.identify(fuse([frame for frame in frames if frame]))
        assert decision.person in (name, None)
        assert decision.candidates[0].person == name


def test_enrolment_refuses_what_is_no_face_with_the_reason() -> None:
    wall = io.BytesIO()
    Pillow.new("RGB", (640, 480), "grey").save(wall, "JPEG")
    with pytest.raises(FaceRefusedError) as caught:
        enrol(registry.get(), wall.getvalue())
    assert caught.value.reasons == (Reason.NO_FACE,)
    with pytest.raises(PictureRefusedError):
        enrol(registry.get(), b"not a picture")


def test_an_empty_frame_is_seen_without_a_template() -> None:
    wall = io.BytesIO()
    Pillow.new("RGB", (1280, 720), "grey").save(wall, "JPEG")
    seen = observe(registry.get(), wall.getvalue())
    assert (seen.faces, seen.box, seen.template) == (0, None, None)


def test_a_template_has_length_one_and_is_repeatable() -> None:
    engine = registry.get()
    image = decode(demo_faces()["resident"][0].read_bytes())
    box = engine.detect(image)[0]
    one, again = engine.encode(image, box), engine.encode(image, box)
    assert one.vector.dtype == np.float32
    assert one.vector.shape == (engine.info.dimension,)
    assert np.linalg.norm(one.vector) == pytest.approx(1, abs=1e-6)
    assert np.array_equal(one.vector, again.vector)
    assert distance(one, engine.encode(image, box, mirror=True)) < 0.15


def test_a_huge_photograph_is_read_at_a_reduced_scale() -> None:
    large = io.BytesIO()
    photograph = Pillow.open(demo_faces()["resident"][0])
    photograph.resize((2730, 3411)).save(large, "JPEG")
    seen = observe(registry.get(), large.getvalue())
    assert FRAME_SIDE <= max(seen.image.shape) < 2 * FRAME_SIDE
    assert seen.template is not None
