"""Where spoiling a photograph starts to cost recognitions: the ground of the quality gate's limits.

    python benchmarks/face_quality.py DIR        DIR/person/photograph.jpg, four or more each

Each person is enrolled with three photographs; the fourth is spoilt step by step. Per step: the
share found (HOG), the share recognised within the 1:N limit for 1 stranger in 10,000 comparisons,
the median of the measure concerned, and the share that the gate accepts.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from security.recognition import registry
from security.recognition.base import Engine, Image, Template, distance, fuse
from security.recognition.decode import decode

ENROLLED = 3
PAIR_RATE = 1e-4


def blur(image: Image, sigma: float) -> Image:
    return image if sigma == 0 else np.asarray(cv2.GaussianBlur(image, (0, 0), sigma), np.uint8)


def expose(image: Image, factor: float) -> Image:
    return np.asarray(np.clip(image.astype(np.float32) * factor, 0, 255), np.uint8)


def flatten(image: Image, keep: float) -> Image:
    return np.asarray(np.clip((image.astype(np.float32) - 127) * keep + 127, 0, 255), np.uint8)


def shrink(image: Image, factor: float) -> Image:
    small = cv2.resize(image, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.uint8)


def rotate(image: Image, degrees: float) -> Image:
    height, width = image.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
    return np.asarray(cv2.warpAffine(image, turn, (width, height)), np.uint8)


SPOILERS: tuple[tuple[str, str, Callable[[Image, float], Image], tuple[float, ...]], ...] = (
    ("blur, sigma in pixels", "sharpness", blur, (0, 1, 1.5, 2, 3, 4)),
    ("exposure, factor", "brightness", expose, (0.5, 0.25, 0.12, 0.06, 1.5, 2, 3)),
    ("contrast, factor", "contrast", flatten, (0.5, 0.25, 0.12, 0.06)),
    ("size, factor", "width", shrink, (0.8, 0.6, 0.5, 0.4, 0.3)),
    ("rotation, degrees", "roll", rotate, (10, 20, 30, 40)),
)


def main(folder: Path, people: int) -> None:
    engine = registry.get()
    enrolled: list[tuple[Template, Image]] = []
    for person in sorted(folder.iterdir()):
        pictures = [decode(path.read_bytes()) for path in sorted(person.glob("*.jpg"))]
        if len(pictures) <= ENROLLED or len(enrolled) == people:
            continue
        boxes = [engine.detect(picture, thorough=True) for picture in pictures]
        if not all(boxes[: ENROLLED + 1]):
            continue
        own = [
            engine.encode(picture, found[0], mirror=True)
            for picture, found in zip(pictures[:ENROLLED], boxes, strict=False)
        ]
        enrolled.append((fuse(own), pictures[ENROLLED]))
    limit = engine.info.tails.several.limit(1, PAIR_RATE)
    print(f"{len(enrolled)} people, limit {limit:.3f}")
    for title, measure, spoil, steps in SPOILERS:
        print(
            f"\n{title:24} found  recognised  median {measure:10}  1st..99th percentile  accepted"
        )
        for step in steps:
            report(engine, enrolled, limit, measure, spoil, step)


def report(
    engine: Engine,
    enrolled: list[tuple[Template, Image]],
    limit: float,
    measure: str,
    spoil: Callable[[Image, float], Image],
    step: float,
) -> None:
    found, recognised, accepted, values = 0, 0, 0, []
    for template, picture in enrolled:
        spoilt = spoil(picture, step)
        boxes = engine.detect(spoilt, thorough=True)
        if not boxes:
            continue
        found += 1
        quality = engine.quality(spoilt, boxes[0])
        values.append(abs(getattr(quality, measure)))
        recognised += distance(template, engine.encode(spoilt, boxes[0])) < limit
        accepted += quality.usable
    total = len(enrolled)
    low, middle, high = np.percentile(values, [1, 50, 99]) if values else (0, 0, 0)
    print(
        f"{step:<24} {found / total:5.2f}  {recognised / total:10.2f}  {middle:17.4f}"
        f"  {low:9.4f} .. {high:8.4f}  {accepted / total:8.2f}"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--people", type=int, default=60)
    arguments = parser.parse_args()
    main(arguments.folder, arguments.people)
