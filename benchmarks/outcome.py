"""What became of the messages, read from the database. Needs Django set up."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from statistics import median

from django.db.models import QuerySet

from devices.choices import EventKind, RawState
from devices.models import DeviceEvent, RawMessage
from security.models import Passage

POLL_SECONDS = 0.05


def by_frame(opened: Mapping[str, float]) -> dict[str, float]:
    """Turn {command's id: moment} into {frame's id: moment}."""
    rows = Passage.objects.filter(command__in=list(opened))
    frames = rows.values_list("command_id", "event__event_key")
    return {frame: opened[str(command)] for command, frame in frames}


def steps(published: Mapping[str, float], opened: Mapping[str, float]) -> dict[str, float]:
    """Median seconds of each step of the frames that opened a gate."""
    ahead = time.time() - time.monotonic()  # the database holds times of day
    rows = Passage.objects.filter(event__event_key__in=list(opened)).values_list(
        "event__event_key", "event__received_at", "command__created_at", "command__sent_at"
    )
    moments = [
        (published[frame], *(one.timestamp() - ahead for one in times if one), opened[frame])
        for frame, *times in rows
        if all(times)
    ]
    names = ("to ingest", "to decision", "to sender", "to gate")
    return {
        name: median(row[number + 1] - row[number] for row in moments)
        for number, name in enumerate(names)
        if moments
    }


def drain(seconds: float) -> None:
    """Wait until no message and no frame waits for a worker, at most so long."""
    until = time.monotonic() + seconds
    raw = RawMessage.objects.filter(state=RawState.NEW)
    frames = DeviceEvent.objects.filter(kind=EventKind.FRAME, handled_at=None)
    while (raw.exists() or frames.exists()) and time.monotonic() < until:
        time.sleep(POLL_SECONDS)


class Watch:
    """Counts what these sensors' messages became since this was made."""

    def __init__(self, codes: Sequence[str]) -> None:
        self.rows: QuerySet[RawMessage] = RawMessage.objects.filter(source__in=codes)
        self.events: QuerySet[DeviceEvent] = DeviceEvent.objects.filter(device__code__in=codes)
        self._before = {RawMessage: self.rows.count(), DeviceEvent: self.events.count()}

    def rate(
        self,
        rows: QuerySet[RawMessage] | QuerySet[DeviceEvent],
        expected: int,
        *,
        began: float,
        seconds: float,
    ) -> float:
        """Committed rows a second until all `expected` are there, or until the time is over."""
        while True:
            count = rows.count() - self._before[rows.model]
            elapsed = time.monotonic() - began
            if count >= expected or elapsed > seconds:
                return count / elapsed
            time.sleep(POLL_SECONDS)
