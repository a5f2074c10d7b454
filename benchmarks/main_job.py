"""The main job beside a first attempt: from a camera's frame to the gate's open command.

    python benchmarks/main_job.py [--seconds 20] [--gallery 5000] [--messages 10000]

Starts throw-away services on free ports (PostgreSQL with fsync), enrols one real face among
synthetic ones, and lets real devices talk over the real broker: first to the platform's own
processes, then to `naive_loop.py`. Same machine, broker, database, devices and frames; nothing
remains. docs/benchmarks.md says how to read the tables.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import shlex
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks import machine, report, wire
from benchmarks.report import FrameRun, MessageRun
from smartcommunity.embedded.runtime import Runtime

if TYPE_CHECKING:
    from benchmarks.estate import Estate

ROOT: Final = Path(__file__).resolve().parent.parent
CAMERAS: Final = (1, 2, 4)
PER_SECOND: Final = 2.0
FRAMES: Final = 12
SENSORS: Final = 2
LEAD: Final = 2.5
"""Seconds for the devices' processes to start and connect before the first message."""
PATIENCE: Final = 10.0
"""Seconds after the last frame; one without an open command by then counts as at least so late."""
MESSAGE_SECONDS: Final = 20.0
DRAIN_SECONDS: Final = 30.0
"""The longest wait for what an overloaded run left behind."""
WARM_UP: Final = 4.0
WARM_UPS: Final = 5
START_SECONDS: Final = 60.0
STOP_SECONDS: Final = 20.0

PLATFORM: Final = ("ingest", "worker", "beat")
"""The Procfile's processes that work here; nobody looks at a page, so there is no web."""
INGEST_SESSION: Final = "ingest-1"
NAIVE: Final = "benchmarks/naive_loop.py"
NAIVE_GALLERY: Final = "known.npy"


@dataclass(frozen=True, slots=True)
class Stage:
    """What every run needs: the devices, what they send, and where they send it."""

    state: Path
    url: str
    estate: Estate
    frames: Sequence[bytes]
    gates: wire.Gates
    devices: ProcessPoolExecutor
    seconds: float
    messages: int


def main(*, seconds: float, gallery: int, messages: int) -> None:
    """Start the services, measure, print, and leave nothing behind."""
    print(machine.describe(), flush=True)
    with tempfile.TemporaryDirectory(prefix="sc-bench-") as scratch:
        state = Path(scratch)
        state.chmod(0o711)
        with Runtime(state, ports="free") as runtime:
            os.environ.update(
                runtime.environ(),
                DJANGO_SETTINGS_MODULE="smartcommunity.settings.production",
                PATH=f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            )
            if runtime.broker:
                print(f"broker: {runtime.broker.name}")
            with prepared(state, seconds, gallery, messages) as stage:
                ours, our_messages = run_platform(stage)
                naive, quarter, naive_messages = run_naive(stage)
    print(f"\n{report.frames(ours, naive, quarter)}\n")
    print(report.messages(our_messages, naive_messages))


@contextmanager
def prepared(state: Path, seconds: float, gallery: int, messages: int) -> Iterator[Stage]:
    """Make the estate, its people, its gates, and the frames."""
    subprocess.run([sys.executable, "manage.py", "migrate", "-v", "0"], cwd=ROOT, check=True)
    import django

    django.setup()
    from benchmarks import estate as estates

    strangers = estates.synthetic_faces(gallery)
    estate = estates.build(gates=max(CAMERAS), sensors=SENSORS, strangers=strangers)
    estates.save_naive_gallery(state / NAIVE_GALLERY, strangers)
    frames = estates.make_frames(FRAMES, people=gallery)
    size = sum(map(len, frames)) / len(frames) / 1000
    print(
        f"gallery: 1 real face, {gallery} random templates (they cost a search its time and match "
        f"nobody)\nframes: {len(frames)} different ones, 1280 x 720, {size:.0f} kB",
        flush=True,
    )
    url = os.environ["MQTT_URL"]
    spawn = multiprocessing.get_context("spawn")
    gates = wire.Gates(url, estate.controllers)
    with ProcessPoolExecutor(SENSORS, mp_context=spawn) as devices:
        try:
            yield Stage(state, url, estate, frames, gates, devices, seconds, messages)
        finally:
            gates.close()


def run_platform(stage: Stage) -> tuple[list[FrameRun], MessageRun]:
    """Measure the platform's own processes, once its workers have loaded models and gallery."""
    from benchmarks import outcome

    with running(stage.state, procfile(PLATFORM)):
        for _ in range(WARM_UPS):
            if run_frames(stage, 2, seconds=WARM_UP).unanswered == 0:
                break
        else:
            raise RuntimeError(f"the platform opens no gate\n{logs(stage.state)}")
        frames = []
        for cameras in CAMERAS:
            frames.append(run_frames(stage, cameras, seconds=stage.seconds))
            outcome.drain(DRAIN_SECONDS)
        messages = run_messages(stage, events=True)
    # Otherwise the broker would queue for the absent ingest while the other one is measured.
    wire.end_session(stage.url, INGEST_SESSION)
    return frames, messages


def run_naive(stage: Stage) -> tuple[list[FrameRun], list[FrameRun], MessageRun]:
    """Measure the first attempt, on whole frames and on frames of a quarter of the size.

    It is started anew for each run, for it may still have a backlog.
    """
    variants: list[list[FrameRun]] = []
    for options in ((), ("--quarter",)):
        command = (sys.executable, NAIVE, "gates", str(stage.state / NAIVE_GALLERY), *options)
        variants.append([])
        for cameras in CAMERAS:
            with running(stage.state, {"naive": command}):
                run = run_frames(stage, cameras, seconds=stage.seconds, naive=True)
            variants[-1].append(run)
    with running(stage.state, {"naive": (sys.executable, NAIVE, "sensors")}):
        messages = run_messages(stage, events=False)
    full, quarter = variants
    return full, quarter, messages


def run_frames(stage: Stage, cameras: int, *, seconds: float, naive: bool = False) -> FrameRun:
    """Publish, wait for the gates' commands, and match them with the frames."""
    from benchmarks import outcome

    stage.gates.forget()
    start_at = time.monotonic() + LEAD
    filming = stage.devices.submit(
        wire.film,
        stage.url,
        stage.estate.cameras[:cameras],
        stage.frames,
        per_second=PER_SECOND,
        start_at=start_at,
        seconds=seconds,
    )
    time.sleep(max(0.0, start_at - time.monotonic()))
    meter = machine.Meter()
    published = filming.result()
    deadline = time.monotonic() + PATIENCE
    while len(stage.gates.opened()) < len(published) and time.monotonic() < deadline:
        time.sleep(0.05)
    usage, given_up = meter.read(), time.monotonic()
    commands = stage.gates.opened()
    by_frame = commands if naive else outcome.by_frame(commands)
    opened = {frame: at for frame, at in by_frame.items() if frame in published}
    return FrameRun(
        cameras=cameras,
        seconds=seconds,
        published=published,
        opened=opened,
        given_up=given_up,
        usage=usage,
        steps={} if naive else outcome.steps(published, opened),
    )


def run_messages(stage: Stage, *, events: bool) -> MessageRun:
    """Flood small messages and watch committed rows (and device events) until all are there."""
    from benchmarks import outcome

    watch = outcome.Watch([sensor.code for sensor in stage.estate.sensors])
    start_at = time.monotonic() + LEAD
    each = stage.messages // SENSORS
    chatting = [
        stage.devices.submit(wire.chatter, stage.url, sensor, messages=each, start_at=start_at)
        for sensor in stage.estate.sensors
    ]
    time.sleep(max(0.0, start_at - time.monotonic()))
    meter = machine.Meter()
    rows = watch.rate(watch.rows, each * SENSORS, began=start_at, seconds=MESSAGE_SECONDS)
    made = (
        watch.rate(watch.events, each * SENSORS, began=start_at, seconds=MESSAGE_SECONDS)
        if events
        else None
    )
    usage = meter.read()
    for one in chatting:
        one.result()
    return MessageRun(rows, made, usage)


def procfile(names: Sequence[str]) -> dict[str, list[str]]:
    """The commands of these processes, as the platform runs them."""
    lines = (line.partition(":") for line in (ROOT / "Procfile").read_text().splitlines())
    commands = {name: shlex.split(os.path.expandvars(command)) for name, _, command in lines}
    return {name: commands[name] for name in names}


@contextmanager
def running(state: Path, commands: Mapping[str, Sequence[str]]) -> Iterator[None]:
    """Run processes, each in a session of its own; the first says when it is connected."""
    started: dict[str, subprocess.Popen[bytes]] = {}
    try:
        for name, command in commands.items():
            with log_of(state, name).open("wb") as log:
                started[name] = subprocess.Popen(
                    command, cwd=ROOT, stdout=log, stderr=log, start_new_session=True
                )
        first = next(iter(commands))
        deadline = time.monotonic() + START_SECONDS
        while b"connected" not in log_of(state, first).read_bytes():
            if started[first].poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{first} did not start\n{logs(state)}")
            time.sleep(0.05)
        yield
    finally:
        for process in started.values():
            process.terminate()
        for process in started.values():
            stop(process)


def stop(process: subprocess.Popen[bytes]) -> None:
    """Wait for the process's end; whatever is left of its session afterwards is killed."""
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def log_of(state: Path, name: str) -> Path:
    return state / f"{name}.log"


def logs(state: Path) -> str:
    """The last lines of every process's log."""
    texts = [(path.name, path.read_text().splitlines()[-20:]) for path in state.glob("*.log")]
    return "\n".join(f"--- {name}\n" + "\n".join(lines) for name, lines in texts)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="The main job beside a naive loop.")
    parser.add_argument("--seconds", type=float, default=20, help="length of each run (20)")
    parser.add_argument("--gallery", type=int, default=5000, help="synthetic people (5000)")
    parser.add_argument("--messages", type=int, default=10_000, help="small messages (10000)")
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    main(seconds=given.seconds, gallery=given.gallery, messages=given.messages)
