"""How near a stranger comes, and the distance limit that follows for a gallery of N people.

A gate asks "who of N people is this?", so a stranger has N chances to be taken for somebody. With
f = chance that one stranger lies within distance t of one enrolled person, the chance that he lies
within t of anybody is at most::

    FPIR(N, t) = 1 - (1 - f(t)) ** N            FPIR: false-positive identification rate

The library's customary t = 0.6 (on raw descriptors) answers a different question, whether two
pictures show one person, and lets nearly every stranger through a gate (docs/face-accuracy.md).

f is measured, and its logarithm is close to a straight line where it matters, so an engine
declares four lines: for people enrolled with one photograph and with several, seen in one frame
and in several. Averages lie nearer to each other than single pictures do, strangers' too, because
averaging moves a template towards the middle of all faces. Below `floor` a line is extrapolation;
being straight it falls slower than the measured curve, which errs towards refusing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

DEFAULT_STRANGER_RATE = 0.01
"""Share of strangers that may be taken for somebody in the gallery (FPIR)."""


@dataclass(frozen=True, slots=True)
class StrangerTail:
    """log10 f(t) = intercept + slope * t, measured for f >= floor."""

    intercept: float
    slope: float
    floor: float

    def rate(self, distance: float) -> float:
        """Chance that one stranger lies this near to one enrolled person."""
        return float(10 ** min(0.0, self.intercept + self.slope * distance))

    def limit(self, people: int, stranger_rate: float) -> float:
        """Distance at which a gallery of that many people reaches that FPIR."""
        if not 0 < stranger_rate < 1:
            raise ValueError("stranger_rate must lie between 0 and 1")
        one = -math.expm1(math.log1p(-stranger_rate) / max(people, 1))
        return max(0.0, (math.log10(one) - self.intercept) / self.slope)

    @classmethod
    def fit(
        cls, distances: NDArray[np.float32], *, floor: float, ceiling: float = 0.01
    ) -> StrangerTail:
        """Fit the line to distances between different people, shape (n,).

        Only rates from `floor` to `ceiling` are used; below some ten pairs, they are a matter of
        chance and of wrong labels.
        """
        rates = np.geomspace(floor, ceiling, 25)
        slope, intercept = np.polyfit(np.quantile(distances, rates), np.log10(rates), 1)
        return cls(float(intercept), float(slope), floor)


@dataclass(frozen=True, slots=True)
class StrangerTails:
    """An engine's four tails: one photograph or several at enrolment, one frame or several seen."""

    single: StrangerTail
    several: StrangerTail
    single_fused: StrangerTail
    several_fused: StrangerTail

    def of(self, *, photographs: int, frames: int) -> StrangerTail:
        """Return the tail for that many photographs of enrolment and frames of an approach."""
        if frames == 1:
            return self.single if photographs == 1 else self.several
        return self.single_fused if photographs == 1 else self.several_fused

    def stranger_rate(
        self, distance: float, *, photographs: int, frames: int, people: int
    ) -> float:
        """Share of strangers that come this near to somebody in a gallery of that many people."""
        one = self.of(photographs=photographs, frames=frames).rate(distance)
        return 1.0 if one >= 1 else -math.expm1(people * math.log1p(-one))
