"""Facts about the machine, and how much of it others used meanwhile (Linux, /proc)."""

from __future__ import annotations

import os
import platform
import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
BUSY = (0, 1, 2, 5, 6)
"""user, nice, system, irq, softirq in /proc/stat: idle, iowait and steal are not work."""


def describe() -> str:
    """Day, processor, cores, memory, Python, and the load before anything of ours ran."""
    names = [line for line in _lines("/proc/cpuinfo") if line.startswith("model name")]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    load = " / ".join(f"{one:.1f}" for one in os.getloadavg())
    return (
        f"{date.today()}, {names[0].partition(': ')[2] if names else platform.machine()}, "  # noqa: DTZ011
        f"{os.cpu_count()} cores, {memory:.0f} GiB, Python {platform.python_version()}\n"
        f"load average before (1 / 5 / 15 minutes): {load}"
    )


@dataclass(frozen=True, slots=True)
class Usage:
    """`own`: CPU seconds of this process and all below it. `others`: cores everybody else used."""

    own: float
    others: float


class Meter:
    """Runs from the moment it is made."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._everybody, self._own = _everybody(), _our_own()

    def read(self) -> Usage:
        elapsed = time.monotonic() - self._began
        own = _our_own() - self._own
        return Usage(own, max(0.0, (_everybody() - self._everybody - own) / elapsed))


def _everybody() -> float:
    """CPU seconds of the whole machine."""
    fields = _lines("/proc/stat")[0].split()[1:]
    return sum(int(fields[index]) for index in BUSY) / TICKS


def _our_own() -> float:
    """CPU seconds of this process and all below it, the ended ones included."""
    parents: dict[int, int] = {}
    spent: dict[int, int] = {}
    for folder in Path("/proc").iterdir():
        if not folder.name.isdecimal():
            continue
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:  # it has just ended
            continue
        parents[int(folder.name)] = int(fields[1])
        spent[int(folder.name)] = sum(map(int, fields[11:15]))
    ours = {os.getpid()}
    while more := {pid for pid, parent in parents.items() if parent in ours} - ours:
        ours |= more
    return sum(spent[pid] for pid in ours if pid in spent) / TICKS


def _lines(path: str) -> list[str]:
    return Path(path).read_text().splitlines()
