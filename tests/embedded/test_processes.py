"""What keeps processes running, and what is done before they start."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from smartcommunity.embedded import mosquitto_install, prepare
from smartcommunity.embedded.prepare import Preparation
from tests.embedded.support import ROOT, wait_until

RESPAWN = [sys.executable, str(ROOT / "script" / "respawn")]


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    """A respawned program that leaves a child behind and writes both pids to a file."""
    pids = tmp_path / "pids"
    program = f'sleep 60 & echo $$ $! > "{pids}.new"; mv "{pids}.new" "{pids}"; wait'
    process = subprocess.Popen([*RESPAWN, "sh", "-c", program], stderr=subprocess.DEVNULL)
    wait_until(pids.exists)
    yield process, pids
    process.kill()
    process.wait()


def read(pids: Path) -> tuple[int, int]:
    """Return the program's pid and its child's."""
    program, child = pids.read_text().split()
    return int(program), int(child)


def gone(pid: int) -> bool:
    """Whether the process has ended (a zombie that PID 1 has yet to collect has)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def test_a_killed_program_comes_back_without_its_old_children(
    kept: tuple[subprocess.Popen[bytes], Path],
) -> None:
    _, pids = kept
    program, child = read(pids)
    os.kill(program, signal.SIGKILL)
    wait_until(lambda: read(pids) != (program, child))
    assert gone(child)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_program_and_respawn(
    kept: tuple[subprocess.Popen[bytes], Path], number: signal.Signals
) -> None:
    process, pids = kept
    program, child = read(pids)
    process.send_signal(number)
    process.wait(10)
    assert gone(program)
    assert gone(child)


def test_a_killed_respawn_takes_its_program_along(
    kept: tuple[subprocess.Popen[bytes], Path],
) -> None:
    process, pids = kept
    program, _ = read(pids)
    process.kill()
    wait_until(lambda: gone(program))


def test_steps_are_done_once_and_again_when_their_cause_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = tmp_path / "project"
    (project / "app" / "migrations").mkdir(parents=True)
    (project / "static").mkdir()
    (project / "app" / "__init__.py").touch()
    (project / "requirements.txt").touch()
    done = tmp_path / "done"
    (project / "manage.py").write_text(
        f"import sys; open({str(done)!r}, 'a').write(sys.argv[1] + ' '); print('told')"
    )
    monkeypatch.setattr(prepare, "ROOT", project)

    def steps(database: str, seed: bool = True) -> set[str]:
        done.write_text("")
        preparation = Preparation(tmp_path, os.environ, database)
        preparation.run(seed=seed)
        assert preparation.sign_ins() == "told\n"
        return set(done.read_text().split())

    database = {"migrate", "load_reference", "seed_demo", "demo_accounts"}
    assert steps("db1") == {"collectstatic", *database}
    assert steps("db1") == set()
    (project / "app" / "migrations" / "0001_initial.py").touch()
    assert steps("db1") == {"migrate", "load_reference"}
    (project / "app" / "rules.toml").touch()
    assert steps("db1") == {"load_reference"}
    (project / "static" / "a.css").touch()
    assert steps("db1") == {"collectstatic"}
    assert steps("db2") == database
    assert steps("", seed=False) == {"migrate", "load_reference"}
    assert steps("", seed=False) == {"migrate", "load_reference"}, "nobody knows an external one"


def test_a_machine_without_apt_gets_no_mosquitto(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert mosquitto_install.fetch(tmp_path / "mosquitto") is None
