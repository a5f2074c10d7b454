"""The figures of the runs and the tables they are printed as."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

from benchmarks.machine import Usage


@dataclass(frozen=True, slots=True)
class Late:
    """Seconds; `at_least` where too many frames opened nothing to know more."""

    seconds: float
    at_least: bool

    def __str__(self) -> str:
        return f"{'>' if self.at_least else ''}{self.seconds:.2f}"


@dataclass(frozen=True, slots=True)
class FrameRun:
    """One run of frames through one of the contenders. Moments are `time.monotonic()`.

    Attributes:
        published, opened: {frame's id: moment}; a frame that opened nothing is in the first only.
        given_up: when waiting ended.
        usage: processor time of all that took part, cameras and services included.
        steps: median seconds of each step (the platform only).
    """

    cameras: int
    seconds: float
    published: Mapping[str, float]
    opened: Mapping[str, float]
    given_up: float
    usage: Usage
    steps: Mapping[str, float] = field(default_factory=dict)

    @property
    def unanswered(self) -> int:
        return len(self.published.keys() - self.opened.keys())

    @property
    def cost(self) -> float:
        """CPU seconds for each frame that opened a gate."""
        return self.usage.own / len(self.opened) if self.opened else math.inf

    @property
    def rate(self) -> float:
        """Frames a second, from camera to gate, while the cameras ran."""
        end = min(self.published.values()) + self.seconds
        return sum(self.opened.get(one, math.inf) <= end for one in self.published) / self.seconds

    def late(self, share: float) -> Late:
        """From publishing to the open command: within this time for that share of all frames."""
        rank = math.ceil(share * len(self.published))
        known = sorted(self.opened[one] - self.published[one] for one in self.opened)
        if rank <= len(known):
            return Late(known[rank - 1], at_least=False)
        waited = (
            self.given_up - at for one, at in self.published.items() if one not in self.opened
        )
        return Late(sorted(chain(known, waited))[rank - 1], at_least=True)


@dataclass(frozen=True, slots=True)
class MessageRun:
    """Small messages a second: committed rows, and device events (the platform only)."""

    rows: float
    events: float | None
    usage: Usage


def frames(ours: Sequence[FrameRun], naive: Sequence[FrameRun], quarter: Sequence[FrameRun]) -> str:
    """All three for each number of cameras, how far the platform is ahead of each of the others,
    and where its time goes."""
    rows = [
        row
        for mine, full, small in zip(ours, naive, quarter, strict=True)
        for row in (
            _frame_row("platform", mine),
            _frame_row("naive", full),
            _ratios(mine, full),
            _frame_row("naive, 1/4 size", small),
            _ratios(mine, small),
        )
    ]
    head = ("cameras", "", "frames/s", "p50 s", "p95 s", "opened", "CPU s/frame", "others' cores")
    timed = [run for run in ours if run.steps]
    steps = [
        (f"{run.cameras}", *(f"{1000 * at:.0f}" for at in run.steps.values())) for run in timed
    ]
    names = timed[0].steps if timed else ()
    return "\n\n".join(
        [
            "Frames: 2 a second and camera; seconds from publishing to the gate's open command",
            table(head, rows),
            "Where the platform's time goes: median milliseconds of each step",
            table(("cameras", *names), steps),
        ]
    )


def messages(ours: MessageRun, naive: MessageRun) -> str:
    """Small messages of both."""
    rows = [
        ("platform", f"{ours.rows:.0f}", f"{ours.events:.0f}", f"{ours.usage.others:.1f}"),
        ("naive", f"{naive.rows:.0f}", "", f"{naive.usage.others:.1f}"),
        ("platform ahead", f"{ours.rows / naive.rows:.1f} x", "", ""),
    ]
    head = ("", "rows/s", "device events/s", "others' cores")
    title = "Small messages: published as fast as the broker takes them -> committed row"
    return f"{title}\n\n{table(head, rows)}"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table that is readable as it stands."""
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    lines = [head, ["-" * width for width in widths], *rows]
    padded = ([cell.ljust(to) for cell, to in zip(line, widths, strict=True)] for line in lines)
    return "\n".join(f"| {' | '.join(cells)} |" for cells in padded)


def _frame_row(name: str, run: FrameRun) -> tuple[str, ...]:
    opened = f"{len(run.opened)} of {len(run.published)}"
    late = (str(run.late(0.5)), str(run.late(0.95)))
    cost = (f"{run.cost:.2f}", f"{run.usage.others:.1f}")
    return (str(run.cameras), name, f"{run.rate:.2f}", *late, opened, *cost)


def _ratios(ours: FrameRun, naive: FrameRun) -> tuple[str, ...]:
    rate = f"{ours.rate / naive.rate:.1f} x" if naive.rate else "-"
    late = (_ratio(ours.late(share), naive.late(share)) for share in (0.5, 0.95))
    cost = f"{naive.cost / ours.cost:.1f} x" if ours.opened and naive.opened else "-"
    return ("", "platform ahead", rate, *late, "", cost, "")


def _ratio(ours: Late, naive: Late) -> str:
    """How many times quicker; nothing is known when our own figure is only a bound."""
    if ours.at_least:
        return "-"
    return f"{'>' if naive.at_least else ''}{naive.seconds / ours.seconds:.1f} x"
