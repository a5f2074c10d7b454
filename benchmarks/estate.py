"""An estate to measure on: gates with real accounts, one real face among synthetic ones.

Needs Django set up and the database migrated.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from accounts.models import Area, User
from accounts.selectors import viewer_for
from accounts.viewer import SYSTEM
from benchmarks.wire import Account
from datasharing.actions import load_catalogue
from devices.actions import enrol_device
from devices.choices import DeviceCategory
from devices.models import Device, DeviceProfile
from residents.actions import give_consent
from residents.choices import ConsentChannel, ConsentPurpose, ResidenceKind
from residents.models import Building, Consent, Dwelling, Residence, Resident, Unit
from security.actions import enrol_face, load_rules
from security.choices import PassMethod
from security.gallery import bump_version, engine, pack
from security.models import FaceEnrolment, Gate
from security.recognition.base import Template, unit
from security.recognition.decode import PHOTOGRAPH_LIMITS, decode
from security.recognition.gallery import Gallery, Outcome
from security.recognition.walks import enrol, observe
from smartcommunity.demo import estates, pictures
from smartcommunity.demo.areas import seed_areas
from smartcommunity.demo.offices import seed_offices
from smartcommunity.kernel import clock

SEED: Final = 5000
WIDTH, HEIGHT = 1280, 720
FACE_WIDTHS: Final = (165, 200)
"""Pixels from ear to ear: somebody about a metre before a gate camera with a lens of 70 degrees."""
JPEG_QUALITY: Final = 85
ATTEMPTS: Final = 200

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Estate:
    """Accounts on the broker; camera and controller of a gate have the same index."""

    cameras: list[Account]
    controllers: list[Account]
    sensors: list[Account]


def build(*, gates: int, sensors: int, strangers: Floats) -> Estate:
    """Make the estate; `strangers`, shape (people, dimension), live there beside one real face."""
    load_catalogue()
    area = seed_areas()
    seed_offices(area)
    load_rules()
    home = area[estates.CHERRY.code]
    _enrol_people(home, strangers)
    cameras = [_device(home, DeviceCategory.CAMERA, number) for number in range(gates)]
    controllers = [_device(home, DeviceCategory.GATE, number) for number in range(gates)]
    for number, (camera, controller) in enumerate(zip(cameras, controllers, strict=True)):
        Gate.objects.create(
            area=home,
            name=f"benchmark {number}",
            camera=camera.device,
            controller=controller.device,
            methods=[PassMethod.FACE, PassMethod.CARD],
        )
    return Estate(
        [one.account for one in cameras],
        [one.account for one in controllers],
        [_device(home, DeviceCategory.WATER, number).account for number in range(sensors)],
    )


def synthetic_faces(people: int) -> Floats:
    """Random directions, shape (people, dimension): far from each other and from every real face,
    so they cost a search its full time and never match."""
    vectors = np.random.default_rng(SEED).normal(size=(people, engine().info.dimension))
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))


def make_frames(count: int, *, people: int) -> list[bytes]:
    """Camera JPEGs of the enrolled person, 1280 x 720, all of which a gallery of that many people
    recognises: what is measured is the time, not the recognition (docs/face-accuracy.md is)."""
    enrolled, shown = (path.read_bytes() for path in pictures.fetch()[pictures.RESIDENT][:2])
    info = engine().info
    known = enrol(engine(), enrolled).template
    gallery = Gallery(info, [("known", known), *_as_templates(synthetic_faces(people))])
    photograph = decode(shown, limits=PHOTOGRAPH_LIMITS)
    box = engine().detect(photograph, thorough=True)[0]
    rng = np.random.default_rng(SEED)
    frames: list[bytes] = []
    for _ in range(ATTEMPTS):
        scale = rng.integers(*FACE_WIDTHS) / box.width
        person = cv2.resize(photograph, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        top = max(0, round((box.top - 0.7 * box.height) * scale))
        person = person[top : top + HEIGHT - 40]
        frame = _background(rng)
        height, width = person.shape[:2]
        left = rng.integers(0, WIDTH - width)
        frame[HEIGHT - height :, left : left + width] = person
        jpeg = _jpeg(frame)
        seen = observe(engine(), jpeg).template
        if seen is not None and gallery.identify(seen).outcome is Outcome.MATCH:
            frames.append(jpeg)
        if len(frames) == count:
            return frames
    raise RuntimeError(f"only {len(frames)} of {ATTEMPTS} frames were recognised")


def save_naive_gallery(path: Path, strangers: Floats) -> None:
    """Write the same people as raw descriptors of face_recognition, shape (people + 1, 128)."""
    warnings.filterwarnings("ignore", "pkg_resources is deprecated")
    import face_recognition

    photograph = face_recognition.load_image_file(pictures.fetch()[pictures.RESIDENT][0])
    np.save(path, [*strangers, face_recognition.face_encodings(photograph)[0]])


@dataclass(frozen=True, slots=True)
class _Enrolled:
    device: Device
    account: Account


def _device(area: Area, category: DeviceCategory, number: int) -> _Enrolled:
    profile, _ = DeviceProfile.objects.get_or_create(
        key=f"benchmark-{category}",
        defaults={"name": category, "category": category, "driver": "native"},
    )
    code = f"benchmark-{category}-{number}"
    device, password = enrol_device(viewer=SYSTEM, code=code, name=code, profile=profile, area=area)
    return _Enrolled(device, Account(code, password))


def _enrol_people(area: Area, strangers: Floats) -> None:
    building = Building.objects.create(area=area, number="1", name="1", floors=6)
    unit_ = Unit.objects.create(building=building, number="1")
    dwelling = Dwelling.objects.create(area=area, unit=unit_, floor=1, room="101", address="1-101")
    manager = User.objects.get(username="property_manager")
    now = clock.now()
    people = [
        Resident(area=area, name="测试", birth_date="1985-05-05", synthetic=True)
        for _ in range(len(strangers) + 1)
    ]
    Resident.objects.bulk_create(people, batch_size=1000)
    Residence.objects.bulk_create(
        [
            Residence(
                resident=one, dwelling=dwelling, kind=ResidenceKind.OWNER, valid_from="2020-01-01"
            )
            for one in people
        ],
        batch_size=1000,
    )
    real, invented = people[0], people[1:]
    consents = [
        Consent(
            resident=one,
            purpose=ConsentPurpose.FACE_GATE,
            notice_version="1",
            given_at=now,
            channel=ConsentChannel.IN_PERSON,
            recorded_by=manager,
        )
        for one in invented
    ]
    Consent.objects.bulk_create(consents, batch_size=1000)
    FaceEnrolment.objects.bulk_create(
        [
            FaceEnrolment(
                resident=consent.resident,
                consent=consent,
                engine=template.engine,
                engine_version=template.version,
                template=pack(template),
                enrolled_by=manager,
                enrolled_at=now,
            )
            for consent, (_, template) in zip(consents, _as_templates(strangers), strict=True)
        ],
        batch_size=1000,
    )
    bump_version()
    viewer = viewer_for(user=manager)
    give_consent(
        viewer=viewer,
        resident_id=real.pk,
        purpose=ConsentPurpose.FACE_GATE,
        channel=ConsentChannel.IN_PERSON,
    )
    photograph = pictures.fetch()[pictures.RESIDENT][0]
    enrol_face(viewer=viewer, resident_id=real.pk, photo=photograph.read_bytes())


def _as_templates(vectors: Floats) -> Iterator[tuple[str, Template]]:
    info = engine().info
    for number, vector in enumerate(vectors):
        yield str(number), Template(info.name, info.version, unit(vector))


def _background(rng: np.random.Generator) -> NDArray[np.uint8]:
    """Blotches and sensor noise, so that the JPEG has a camera's size."""
    blotches = rng.integers(60, 200, size=(9, 16, 3)).astype(np.float32)
    picture = cv2.resize(blotches, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
    noise = rng.normal(0, 5, size=(HEIGHT, WIDTH, 3))
    return np.clip(picture + noise, 0, 255).astype(np.uint8)


def _jpeg(picture: NDArray[np.uint8]) -> bytes:
    bgr = cv2.cvtColor(picture, cv2.COLOR_RGB2BGR)
    return cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])[1].tobytes()
