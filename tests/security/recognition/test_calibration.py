"""The limit that follows from how near strangers come."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from security.recognition import registry
from security.recognition.calibration import StrangerTail

TAIL = StrangerTail(intercept=-11.0, slope=22.0, floor=1e-5)
PEOPLE = st.integers(1, 100_000)
RATES = st.floats(1e-4, 0.2)


@given(PEOPLE, RATES)
def test_at_the_limit_exactly_the_target_share_of_strangers_gets_in(
    people: int, rate: float
) -> None:
    limit = TAIL.limit(people, rate)
    one = TAIL.rate(limit)
    assert 1 - (1 - one) ** people == pytest.approx(rate, rel=1e-3)


@given(PEOPLE, PEOPLE, RATES)
def test_a_larger_gallery_never_loosens_the_limit(few: int, many: int, rate: float) -> None:
    few, many = sorted((few, many))
    assert TAIL.limit(many, rate) <= TAIL.limit(few, rate)


def test_fit_finds_the_line_that_made_the_distances() -> None:
    uniform = np.random.default_rng(1).uniform(size=400_000)
    distances = ((np.log10(uniform) - TAIL.intercept) / TAIL.slope).astype(np.float32)
    fitted = StrangerTail.fit(distances, floor=1e-4)
    assert fitted.limit(100, 0.01) == pytest.approx(TAIL.limit(100, 0.01), abs=0.01)


@pytest.mark.parametrize("rate", [0.0, 1.0, -1.0])
def test_a_target_that_is_no_share_is_refused(rate: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        TAIL.limit(10, rate)


def test_the_default_engine_is_far_stricter_than_the_library_default() -> None:
    tails = registry.get().info.tails
    for tail in (tails.single, tails.several, tails.single_fused, tails.several_fused):
        assert 0.1 < tail.limit(5000, 0.01) < tail.limit(100, 0.01) < 0.36
    # The library's 0.6 between raw descriptors of length about 1.4 is 0.43 between unit vectors.
    assert tails.stranger_rate(0.43, photographs=1, frames=1, people=1000) > 0.9
