"""Who is this? Exact search over a gallery, and a decision with three outcomes.

A person is one row: the average of his templates, scaled back to length 1. That beats the best of
his templates and the mean distance to them (docs/face-accuracy.md, "One row a person"), and keeps
the matrix small: 5,000 people are 2.5 MB and a search takes well under a millisecond.

Every row has its own limit, because strangers come nearer to averages than to single photographs.
Rows are compared by how far a distance stays under the row's limit.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from security.recognition.base import EngineInfo, Template, TemplateMismatchError, fuse
from security.recognition.calibration import DEFAULT_STRANGER_RATE

DEFAULT_MARGIN = 0.03
"""A second person whose distance is this close makes the decision ambiguous (siblings, twins)."""

KEPT = 5
"""Candidates kept in a decision, for an operator to look at."""


class Outcome(StrEnum):
    """What a gate may conclude."""

    MATCH = "match"
    AMBIGUOUS = "ambiguous"
    NO_MATCH = "no_match"


@dataclass(frozen=True, slots=True)
class Candidate:
    """One person of the gallery beside the face that was seen."""

    person: str
    distance: float
    """Euclidean, 0 to 2."""
    limit: float
    """The distance that would still be a match for this person in this gallery."""
    photographs: int
    """How many pictures the person's row averages."""
    frames: int
    """How many frames the face that was seen averages."""

    @property
    def excess(self) -> float:
        """Distance beyond the limit; negative is within."""
        return self.distance - self.limit

    @property
    def score(self) -> float:
        """For display, 1 (the same picture) over 0.5 (at the limit) to 0 (twice the limit)."""
        return min(1.0, max(0.0, 1 - self.distance / (2 * self.limit))) if self.limit else 0.0


@dataclass(frozen=True, slots=True)
class Decision:
    """The outcome with everything needed to explain it. Candidates stand nearest first."""

    outcome: Outcome
    candidates: tuple[Candidate, ...]
    margin: float
    """How much nearer the first is than the second; infinite when there is no second."""
    people: int
    """Size of the gallery that was searched."""

    @property
    def best(self) -> Candidate | None:
        """The nearest person, matched or not; None in an empty gallery."""
        return self.candidates[0] if self.candidates else None

    @property
    def person(self) -> str | None:
        """The person recognised, and only then."""
        matched = self.outcome is Outcome.MATCH and self.candidates
        return self.candidates[0].person if matched else None


def decide(candidates: Sequence[Candidate], *, people: int, margin: float) -> Decision:
    """Draw the outcome from candidates in any order; pure."""
    ranked = tuple(sorted(candidates, key=lambda one: (one.excess, one.person)))
    lead = ranked[1].excess - ranked[0].excess if len(ranked) > 1 else float("inf")
    if not ranked or ranked[0].excess > 0:
        outcome = Outcome.NO_MATCH
    elif lead < margin:
        outcome = Outcome.AMBIGUOUS
    else:
        outcome = Outcome.MATCH
    return Decision(outcome, ranked, lead, people)


class Gallery:
    """People to search, as one immutable matrix; safe to share between threads.

    `version` is the caller's own counter of changes; see `LiveGallery`.
    """

    def __init__(
        self,
        info: EngineInfo,
        templates: Iterable[tuple[str, Template]],
        *,
        stranger_rate: float = DEFAULT_STRANGER_RATE,
        margin: float = DEFAULT_MARGIN,
        version: int = 0,
    ) -> None:
        """Build from (person, template) pairs in any order.

        Raises:
            TemplateMismatchError: a template comes from another engine, version or dimension.
        """
        grouped: dict[str, list[Template]] = {}
        for person, template in templates:
            _check(info, template)
            grouped.setdefault(person, []).append(template)
        people = [fuse(own) for own in grouped.values()]
        self.info = info
        self.version = version
        self.margin = margin
        self._people = tuple(grouped)
        self._rows = np.empty((len(people), info.dimension), dtype=np.float32)
        for row, person_template in zip(self._rows, people, strict=True):
            row[:] = person_template.vector
        self._photographs = np.array([one.pictures for one in people], dtype=np.int64)
        self._limits_one_frame = self._limits(stranger_rate, frames=1)
        self._limits_fused = self._limits(stranger_rate, frames=2)

    def __len__(self) -> int:
        return len(self._people)

    def distances(self, template: Template) -> NDArray[np.float32]:
        """Euclidean distance to every person, shape (people,).

        Raises:
            TemplateMismatchError: the template comes from another engine, version or dimension.
        """
        _check(self.info, template)
        cosine = self._rows @ template.vector
        return np.asarray(np.sqrt(np.maximum(2 - 2 * cosine, 0)), dtype=np.float32)

    def identify(self, template: Template) -> Decision:
        """Compare with everybody and decide. `template` may be fused from several frames.

        Raises:
            TemplateMismatchError: the template comes from another engine, version or dimension.
        """
        distances = self.distances(template)
        limits = self._limits_one_frame if template.pictures == 1 else self._limits_fused
        excess = distances - limits
        kept = min(KEPT, len(excess))
        nearest = np.argpartition(excess, kept - 1)[:kept] if kept else ()
        candidates = [
            Candidate(
                self._people[row],
                float(distances[row]),
                float(limits[row]),
                int(self._photographs[row]),
                template.pictures,
            )
            for row in nearest
        ]
        return decide(candidates, people=len(self), margin=self.margin)

    def stranger_rate(self, candidate: Candidate) -> float:
        """Share of strangers who would come as near to somebody in this gallery."""
        return self.info.tails.stranger_rate(
            candidate.distance,
            photographs=candidate.photographs,
            frames=candidate.frames,
            people=len(self),
        )

    def _limits(self, stranger_rate: float, *, frames: int) -> NDArray[np.float32]:
        single, several = (
            self.info.tails.of(photographs=photographs, frames=frames).limit(
                len(self._people), stranger_rate
            )
            for photographs in (1, 2)
        )
        return np.where(self._photographs == 1, single, several).astype(np.float32)


class LiveGallery:
    """The gallery that a worker searches while another thread brings a newer one."""

    def __init__(self, gallery: Gallery) -> None:
        self._gallery = gallery
        self._lock = threading.Lock()

    @property
    def current(self) -> Gallery:
        """The gallery in force; keep the reference for as long as one decision needs it."""
        return self._gallery

    def replace(self, gallery: Gallery) -> bool:
        """Put a gallery in force unless a newer version already is; tell whether it was."""
        with self._lock:
            if gallery.version < self._gallery.version:
                return False
            self._gallery = gallery
            return True


def _check(info: EngineInfo, template: Template) -> None:
    own = (info.name, info.version, (info.dimension,))
    if (template.engine, template.version, template.vector.shape) != own:
        raise TemplateMismatchError(
            f"{template.engine} {template.version} in a gallery of {info.name} {info.version}"
        )
