"""What one frame showed: the straight walk from its bytes to two comparisons, touching no table."""

from __future__ import annotations

from dataclasses import dataclass

import structlog

from security import portrait
from security.gallery import Galleries, engine
from security.recognition.base import PictureRefusedError
from security.recognition.gallery import Candidate, Decision, Outcome
from security.recognition.walks import observe
from smartcommunity.kernel import vault
from smartcommunity.kernel.crypto import CannotOpen

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Sighting:
    """`reason` says why the frame was not compared at all; then both answers are missing.

    `watched` is the nearest person of the watch-list, and only within his limit; `stranger_rate`
    is the share of strangers who would come as near to somebody on it; `face` is where in the frame
    the face is (`portrait.region`).
    """

    reason: str = ""
    decision: Decision | None = None
    watched: Candidate | None = None
    stranger_rate: float | None = None
    face: list[float] | None = None


def look(*, frame: str, galleries: Galleries) -> Sighting:
    """Decode, detect, judge, encode and compare the frame of that vault name. Never raises for
    what is in the picture: a frame that cannot be used says why."""
    try:
        content = vault.get(frame)
    except (FileNotFoundError, CannotOpen):
        return Sighting(reason="frame_missing")
    try:
        seen = observe(engine(), content)
    except PictureRefusedError as error:
        return Sighting(reason=error.code)
    except Exception as error:  # noqa: BLE001  one picture must not stop the gate for the next
        log.error("face_engine_failed", error=type(error).__name__)
        return Sighting(reason="engine_error")
    if seen.template is None or seen.box is None:
        return Sighting(reason=seen.quality.reasons[0])
    decision = galleries.residents.identify(seen.template)
    nearest = galleries.watch.identify(seen.template)
    # Two people of the watch-list who look alike still are an alert: the officer tells them apart.
    if nearest.best is None or nearest.outcome is Outcome.NO_MATCH:
        return Sighting(decision=decision)
    return Sighting(
        decision=decision,
        watched=nearest.best,
        stranger_rate=galleries.watch.stranger_rate(nearest.best),
        face=portrait.region(seen.box, seen.image),
    )
