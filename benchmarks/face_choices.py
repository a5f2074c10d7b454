"""Why the default engine does what it does: each choice beside its alternatives, on one set.

    python benchmarks/face_choices.py DIR [--draws 20] [--workers 2]

DIR/person/photograph.jpg. Descriptors come from the face_recognition package as its users call it.
People with four photographs or more are enrolled with three; every other photograph approaches.
Reported: the share of approaches whose own person lies nearer than the limit at which 1 in 1,000
and 1 in 10,000 comparisons with another person does too; and what the package's customary limit
of 0.6 does to strangers.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from security.recognition import registry
from security.recognition.decode import decode

Floats = NDArray[np.float64]
ENROLLED = 3
RATES = (1e-3, 1e-4)
SEED = 20


def describe(path: Path) -> tuple[str, Floats] | None:
    """Return the person and descriptors, shape (alignment 5 or 68, plain or mirrored, 128)."""
    import face_recognition

    image = decode(path.read_bytes())
    boxes = registry.get().detect(image, thorough=True)
    if len(boxes) != 1:
        return None
    box, width = boxes[0], image.shape[1]
    mirrored = np.ascontiguousarray(image[:, ::-1])
    pair = (
        (image, (box.top, box.right, box.bottom, box.left)),
        (mirrored, (box.top, width - box.left, box.bottom, width - box.right)),
    )
    descriptors = [
        [face_recognition.face_encodings(view, [place], model=model)[0] for view, place in pair]
        for model in ("small", "large")
    ]
    return path.parent.name, np.array(descriptors)


def unit(vectors: Floats) -> Floats:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=-1, keepdims=True))


def same(vectors: Floats) -> Floats:
    return vectors


def apart(ones: Floats, others: Floats) -> Floats:
    return np.asarray(np.linalg.norm(ones[:, None] - others[None], axis=-1))


ROWS: dict[str, Callable[[Floats, Floats], Floats]] = {
    "nearest of the photographs": lambda probes, own: apart(probes, own).min(axis=1),
    "mean distance to them": lambda probes, own: apart(probes, own).mean(axis=1),
    "distance to their average": lambda probes, own: apart(probes, own.mean(axis=0)[None])[:, 0],
    "the average, length 1": lambda probes, own: apart(probes, unit(own.mean(axis=0))[None])[:, 0],
}


def recognised(
    rng: np.random.Generator,
    names: NDArray[np.str_],
    enrolled: Floats,
    seen: Floats,
    row: Callable[[Floats, Floats], Floats],
) -> list[float]:
    """Share recognised at each of RATES in one draw."""
    taken = np.zeros(len(names), dtype=bool)
    owners, picks = [], []
    for name in np.unique(names):
        own = rng.permutation(np.flatnonzero(names == name))
        if len(own) > ENROLLED:
            owners.append(name)
            picks.append(own[:ENROLLED])
            taken[own[:ENROLLED]] = True
    probes = seen[~taken]
    distances = np.stack([row(probes, enrolled[pick]) for pick in picks], axis=1)
    own = names[~taken][:, None] == np.array(owners)[None, :]
    limits = np.quantile(distances[~own], RATES)
    return [float((distances[own] < limit).mean()) for limit in limits]


def main(folder: Path, draws: int, workers: int) -> None:
    with multiprocessing.get_context("fork").Pool(workers) as pool:
        described = pool.map(describe, sorted(folder.glob("*/*.jpg")), chunksize=8)
    found = [one for one in described if one]
    names = np.array([name for name, _ in found])
    raw = np.stack([descriptors for _, descriptors in found])
    five, all68 = raw[:, 0], raw[:, 1]
    variants = {
        "5 landmarks": (five[:, 0], five[:, 0]),
        "5, enrolment mirrored": (five.mean(axis=1), five[:, 0]),
        "5, both mirrored": (five.mean(axis=1), five.mean(axis=1)),
        "68 landmarks": (all68[:, 0], all68[:, 0]),
        "68, enrolment mirrored": (all68.mean(axis=1), all68[:, 0]),
        "68, both mirrored": (all68.mean(axis=1), all68.mean(axis=1)),
        "5 and 68, both mirrored": (raw.mean(axis=(1, 2)), raw.mean(axis=(1, 2))),
    }
    print(f"{len(names)} pictures with one face, of {len(np.unique(names))} people")
    print(f"{'':24} {'length':8} {'row':28} at {RATES[0]:g}  at {RATES[1]:g}")
    for variant, (enrolled, seen) in variants.items():
        for length, scale in (("as is", same), ("1", unit)):
            for title, row in ROWS.items():
                if length == "as is" and row is ROWS["the average, length 1"]:
                    continue
                rng = np.random.default_rng(SEED)
                shares = np.mean(
                    [
                        recognised(rng, names, scale(enrolled), scale(seen), row)
                        for _ in range(draws)
                    ],
                    axis=0,
                )
                cells = "  ".join(f"{share:7.1%}" for share in shares)
                print(f"{variant:24} {length:8} {title:28} {cells}")
    customary(names, five[:, 0])


def customary(names: NDArray[np.str_], descriptors: Floats) -> None:
    """Print what `compare_faces` with its default does to a stranger, one photograph a person."""
    first = np.unique(names, return_index=True)[1]
    nearest = apart(descriptors[first], descriptors[first])
    np.fill_diagonal(nearest, np.inf)
    for limit in (0.6, 0.5, 0.45):
        taken = (nearest.min(axis=1) <= limit).mean()
        print(f"customary limit {limit}: {taken:.1%} of strangers taken for one of {len(first)}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--draws", type=int, default=20)
    parser.add_argument("--workers", type=int, default=2)
    arguments = parser.parse_args()
    main(arguments.folder, arguments.draws, arguments.workers)
