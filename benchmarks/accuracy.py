"""How often a face engine finds a resident and how often it takes a stranger for one.

    python benchmarks/accuracy.py DIR [--draws 40] [--workers 2]

DIR/person/photograph.jpg (the layout of Labeled Faces in the Wild). Every picture goes through the
engine as at a gate: decoded, detected, judged, encoded. Reported:

- detection, and what the quality gate says of the pictures (those with several faces are left out
  of the rest, because it is not known whom they are of; the other reasons are not applied);
- 1:1, true-accept rate at false-accept rates of 1 in 100 and 1 in 1,000;
- the stranger tails, fitted on all people: what the engine declares in its `EngineInfo`;
- 1:N open-set: in every draw half of the people fit the tails and the other half fill the gallery
  and play the strangers, so that no limit is judged on people it was learnt from.

DIR: share of residents' approaches that end in a match with the right person. FPIR: share of
strangers' approaches that end in a match or an ambiguous decision. Intervals are 95%, over people.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
from collections import Counter
from dataclasses import dataclass, field, replace
from itertools import product
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from security.recognition import registry
from security.recognition.base import EngineInfo, Reason, Template, distance, fuse
from security.recognition.calibration import DEFAULT_STRANGER_RATE, StrangerTail, StrangerTails
from security.recognition.decode import decode
from security.recognition.gallery import Gallery, Outcome
from security.recognition.quality import examine

SEED = 20
PHOTOGRAPHS = (1, 2, 3)
FRAMES = (1, 2)
SEVERAL = 3
FUSED = 2
PAIRS_AT_FLOOR = 10
SIZES = (50, 100, 300, 1000, 5000)

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Picture:
    """One encoded photograph: as enrolled (mirror averaged) and as seen at a gate."""

    person: str
    reasons: tuple[Reason, ...]
    enrolled: Template | None = None
    seen: Template | None = None


@dataclass(slots=True)
class Tally:
    """Per person: approaches, and how many of them ended in which way."""

    approaches: Counter[str] = field(default_factory=Counter)
    hits: Counter[str] = field(default_factory=Counter)

    def add(self, person: str, hit: bool) -> None:
        self.approaches[person] += 1
        self.hits[person] += hit

    @property
    def share(self) -> float:
        return self.hits.total() / max(self.approaches.total(), 1)

    def interval(self, rng: np.random.Generator) -> str:
        people = list(self.approaches)
        counts = np.array([(self.hits[one], self.approaches[one]) for one in people])
        draws = counts[rng.integers(0, len(people), (1000, len(people)))].sum(axis=1)
        low, high = np.percentile(draws[:, 0] / draws[:, 1], [2.5, 97.5])
        return f"{self.share:6.1%} ({low:.1%} to {high:.1%})"


def encode(path: Path) -> Picture:
    engine = registry.get()
    image = decode(path.read_bytes())
    found = examine(engine, image, alone=True)
    if found.box is None or Reason.SEVERAL_FACES in found.quality.reasons:
        return Picture(path.parent.name, found.quality.reasons)
    return Picture(
        path.parent.name,
        found.quality.reasons,
        engine.encode(image, found.box, mirror=True),
        engine.encode(image, found.box),
    )


People = dict[str, list[Picture]]


def enrolled(pictures: list[Picture]) -> Template:
    return fuse([one.enrolled for one in pictures if one.enrolled])


def seen(pictures: list[Picture]) -> Template:
    return fuse([one.seen for one in pictures if one.seen])


def shuffled(rng: np.random.Generator, people: People) -> People:
    """Every person's pictures, and the people themselves, in a new order."""
    names = list(people)
    return {
        names[i]: [people[names[i]][j] for j in rng.permutation(len(people[names[i]]))]
        for i in rng.permutation(len(names))
    }


def stranger_distances(people: People, photographs: int, frames: int) -> Floats:
    """Distances of everybody's approach to everybody else's enrolment."""
    owners = [name for name, own in people.items() if len(own) >= photographs]
    probes = [name for name, own in people.items() if len(own) >= frames]
    rows = np.stack([enrolled(people[name][:photographs]).vector for name in owners])
    looks = np.stack([seen(people[name][-frames:]).vector for name in probes])
    others = np.array(owners)[:, None] != np.array(probes)[None, :]
    return np.asarray(np.sqrt(np.maximum(2 - 2 * rows @ looks.T, 0))[others], np.float32)


def own_distances(
    rng: np.random.Generator, people: People, photographs: int, frames: int, draws: int
) -> Floats:
    """Distances of approaches to the same person's enrolment from other photographs."""
    mixes = [shuffled(rng, people) for _ in range(draws)]
    return np.array(
        [
            distance(enrolled(own[:photographs]), seen(own[photographs : photographs + frames]))
            for mixed in mixes
            for own in mixed.values()
            if len(own) >= photographs + frames
        ],
        dtype=np.float32,
    )


def fit(rng: np.random.Generator, people: People, draws: int) -> StrangerTails:
    """Fit the four tails on all pairs of different people, pooled over draws of pictures."""

    def tail(photographs: int, frames: int) -> StrangerTail:
        pools = [
            stranger_distances(shuffled(rng, people), photographs, frames) for _ in range(draws)
        ]
        # Draws repeat the same pairs: the floor counts pairs of one draw, not of all.
        return StrangerTail.fit(np.concatenate(pools), floor=PAIRS_AT_FLOOR / len(pools[0]))

    return StrangerTails(tail(1, 1), tail(SEVERAL, 1), tail(1, FUSED), tail(SEVERAL, FUSED))


@dataclass(slots=True)
class Trial:
    """Outcomes of one setting over all draws."""

    found: Tally = field(default_factory=Tally)
    wrong: Tally = field(default_factory=Tally)
    ambiguous: Tally = field(default_factory=Tally)
    accepted: Tally = field(default_factory=Tally)
    gallery: list[int] = field(default_factory=list)
    limits: list[float] = field(default_factory=list)


def run(trial: Trial, info: EngineInfo, people: People, photographs: int, frames: int) -> None:
    """One draw: a gallery of those with enough pictures; the others of `people` are strangers.

    With one photograph everybody could be enrolled, so that half of the single-picture people
    are added to the gallery and the rest stay strangers.
    """
    residents = [n for n, own in people.items() if len(own) >= photographs + frames]
    others = [n for n in people if n not in residents]
    extra = others[: len(others) // 2] if photographs == 1 else []
    gallery = Gallery(
        info,
        [(n, enrolled(people[n][:photographs])) for n in residents + extra],
    )
    trial.gallery.append(len(gallery))
    for name in residents:
        decision = gallery.identify(seen(people[name][photographs : photographs + frames]))
        trial.found.add(name, decision.person == name)
        trial.wrong.add(name, decision.person not in (name, None))
        trial.ambiguous.add(name, decision.outcome is Outcome.AMBIGUOUS)
        trial.limits.append(decision.candidates[0].limit)
    for name in others[len(extra) :]:
        if len(people[name]) >= frames:
            decision = gallery.identify(seen(people[name][:frames]))
            trial.accepted.add(name, decision.outcome is not Outcome.NO_MATCH)
    if frames > 1:
        # Nobody with a single picture approaches in two frames: residents, each taken out of the
        # gallery in turn, play the strangers.
        for name in residents:
            rest = [(n, enrolled(people[n][:photographs])) for n in residents + extra if n != name]
            look = seen(people[name][photographs : photographs + frames])
            outcome = Gallery(info, rest).identify(look).outcome
            trial.accepted.add(name, outcome is not Outcome.NO_MATCH)


def halves(rng: np.random.Generator, people: People) -> tuple[People, People]:
    """Split people in two, those with several pictures evenly."""
    by_count = sorted(shuffled(rng, people).items(), key=lambda item: len(item[1]) > 1)
    return dict(by_count[::2]), dict(by_count[1::2])


def pairs(people: People) -> None:
    """Print the 1:1 figures: one photograph of enrolment against one frame."""
    pictures = [one for own in people.values() for one in own]
    rows = np.stack([enrolled([one]).vector for one in pictures])
    looks = np.stack([seen([one]).vector for one in pictures])
    distances = np.sqrt(np.maximum(2 - 2 * rows @ looks.T, 0))
    names = np.array([one.person for one in pictures])
    same = names[:, None] == names[None, :]
    strangers, own = distances[~same], distances[same & ~np.eye(len(names), dtype=bool)]
    print(f"\n1:1, {len(own)} pairs of one person, {len(strangers)} of two")
    for rate in (1e-2, 1e-3):
        threshold = np.quantile(strangers, rate)
        print(f"  TAR {(own < threshold).mean():.1%} at FAR {rate:g} (distance {threshold:.3f})")


def main(folder: Path, draws: int, workers: int) -> None:
    paths = sorted(folder.glob("*/*.jpg"))
    with multiprocessing.get_context("fork").Pool(workers) as pool:
        pictures = pool.map(encode, paths, chunksize=8)
    found = [one for one in pictures if one.seen]
    reasons = Counter(reason.value for one in pictures for reason in one.reasons)
    print(f"{len(paths)} pictures of {len({p.parent.name for p in paths})} people")
    print(f"a face in {1 - reasons['no_face'] / len(pictures):.1%}; quality gate: {dict(reasons)}")
    people: People = {}
    for one in found:
        people.setdefault(one.person, []).append(one)
    pairs(people)

    rng = np.random.default_rng(SEED)
    print("\nStranger tails on all people (for EngineInfo)")
    tails = fit(rng, people, draws)
    for name in ("single", "several", "single_fused", "several_fused"):
        print(f"  {name}={getattr(tails, name)}")
    print("\nLimit at FPIR 1% and share of own approaches within it, by size of the gallery")
    print("photographs frames " + "".join(f"{size:>16,}" for size in SIZES))
    for photographs, frames in product((1, SEVERAL), FRAMES):
        own = own_distances(rng, people, photographs, frames, draws)
        tail = tails.of(photographs=photographs, frames=frames)
        limits = [tail.limit(size, DEFAULT_STRANGER_RATE) for size in SIZES]
        shares = [f"{limit:.3f} {(own < limit).mean():.1%}" for limit in limits]
        print(f"{photographs:11} {frames:6} " + "".join(f"{share:>16}" for share in shares))

    trials = {setting: Trial() for setting in product(PHOTOGRAPHS, FRAMES)}
    for _ in range(draws):
        learnt, tried = halves(rng, people)
        info = replace(registry.get().info, tails=fit(rng, learnt, 5))
        mixed = shuffled(rng, tried)
        for (photographs, frames), trial in trials.items():
            run(trial, info, mixed, photographs, frames)
    print(f"\n1:N, limits for FPIR {DEFAULT_STRANGER_RATE:.0%} learnt on the other half of people")
    print("photographs frames gallery  limit  DIR                       wrong  ambiguous  FPIR")
    for (photographs, frames), trial in trials.items():
        print(
            f"{photographs:11} {frames:6} {np.mean(trial.gallery):7.0f}"
            f"  {np.mean(trial.limits):.3f}  {trial.found.interval(rng):25}"
            f" {trial.wrong.share:5.2%} {trial.ambiguous.share:9.2%}"
            f"  {trial.accepted.interval(rng)}"
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--draws", type=int, default=40)
    parser.add_argument("--workers", type=int, default=2)
    arguments = parser.parse_args()
    main(arguments.folder, arguments.draws, arguments.workers)
