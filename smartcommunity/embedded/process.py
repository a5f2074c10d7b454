"""Child processes: the account they run as, their death signal, their logs, their end."""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from smartcommunity.embedded.errors import ServiceFailedError

LOG_CAP = 10_000_000
"""Bytes after which a service's log is set aside as ``.1`` at the next start."""


@dataclass(frozen=True, slots=True)
class Account:
    """The account services run as: oneself, or ``nobody`` when one is root.

    PostgreSQL refuses to run as root, and no service needs to.
    """

    uid: int
    gid: int

    @classmethod
    def current(cls) -> "Account":
        """Return the account this process runs as."""
        return cls(os.geteuid(), os.getegid())

    @classmethod
    def for_services(cls) -> "Account":
        """Return the current account, or ``nobody`` for root."""
        if os.geteuid() != 0:
            return cls.current()
        entry = pwd.getpwnam("nobody")
        return cls(entry.pw_uid, entry.pw_gid)

    @property
    def is_other(self) -> bool:
        """Whether the account differs from the one this process runs as."""
        return self.uid != os.geteuid()

    def own(self, path: Path) -> None:
        """Give a file or directory to the account (nothing to do when it is oneself)."""
        if self.is_other:
            os.chown(path, self.uid, self.gid)

    def command(self, argv: Sequence[str | Path], *, death_signal: str | None = None) -> list[str]:
        """Return argv run as this account, with the signal it gets when its starter dies.

        The signal comes when the starting *thread* ends: start from a thread that lives on.
        """
        wrapper = [shutil.which("setpriv") or "/usr/bin/setpriv"]
        if self.is_other:
            wrapper += [f"--reuid={self.uid}", f"--regid={self.gid}", "--clear-groups"]
        if death_signal:
            wrapper += [f"--pdeathsig={death_signal}"]
        plain = [str(part) for part in argv]
        return [*wrapper, "--", *plain] if len(wrapper) > 1 else plain

    def can_run(self, binary: Path) -> bool:
        """Whether the account reaches and executes the binary (its ``--version`` is asked)."""
        argv = self.command([binary, "--version"])
        done = subprocess.run(argv, capture_output=True, check=False, cwd="/", timeout=30)
        return done.returncode == 0

    def can_enter(self, directory: Path) -> bool:
        """Whether the account can traverse to the directory."""
        argv = self.command(["/bin/sh", "-c", 'cd "$0"', directory])
        return subprocess.run(argv, capture_output=True, check=False, cwd="/").returncode == 0


def private_directory(path: Path, account: Account) -> Path:
    """Make the directory (mode 0700, the account's own) and return it."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.chmod(0o700)
    account.own(path)
    return path


def write_private(path: Path, text: str, account: Account) -> None:
    """Replace the file at once with text only the account (and root) can read."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    fresh.touch(mode=0o600)
    fresh.chmod(0o600)
    fresh.write_text(text, encoding="utf-8")
    account.own(fresh)
    fresh.replace(path)


def service_environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the small environment services get: none of the launcher's secrets."""
    path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    return {"PATH": path, "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "TZ": "UTC", **(extra or {})}


def open_log(path: Path) -> IO[bytes]:
    """Open a log for appending; a full one is set aside first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and path.stat().st_size > LOG_CAP:
        path.replace(path.with_name(path.name + ".1"))
    return path.open("ab")


def log_tail(path: Path, lines: int = 8) -> str:
    """Return the last lines of a log, for an error message."""
    if not path.exists():
        return ""
    return "\n".join(path.read_text(errors="replace").splitlines()[-lines:])


def is_zombie(pid: int) -> bool:
    """Whether the process has ended but nobody has collected it."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] == "Z"


def is_alive(pid: int) -> bool:
    """Whether the process exists and is not a zombie."""
    return Path(f"/proc/{pid}").exists() and not is_zombie(pid)


class Service:
    """One child process with a life: prepare, spawn, wait until ready, stop.

    Subclasses say how to prepare, which command runs and how readiness is seen. ``prepare`` may
    run in any thread; ``spawn`` must run in a thread that outlives the service (see
    :meth:`Account.command`).
    """

    name: str
    stop_signal = signal.SIGTERM
    ready_timeout = 45.0
    stop_timeout = 20.0

    def __init__(self, *, log: Path, account: Account) -> None:
        self.log = log
        self.account = account
        self.process: subprocess.Popen[bytes] | None = None

    def prepare(self) -> None:
        """Make files and directories; idempotent."""
        raise NotImplementedError

    def command(self) -> list[str | Path]:
        """Return the argv of the server."""
        raise NotImplementedError

    def is_ready(self) -> bool:
        """Whether the running process serves requests."""
        raise NotImplementedError

    def environment(self) -> dict[str, str]:
        """Return the variables the server needs beyond the common ones."""
        return {}

    def may_retry(self) -> bool:
        """Whether an end before readiness is worth another try (asked after the end)."""
        return False

    def start(self) -> None:
        """Prepare, spawn and wait until ready."""
        self.prepare()
        self.spawn()
        self.wait_ready()

    def spawn(self) -> None:
        """Start the process, in its own session so that Ctrl-C does not reach it."""
        with open_log(self.log) as log:
            self.process = self._popen(stderr=log)

    def wait_ready(self) -> None:
        """Return when the service answers.

        Raises:
            ServiceFailedError: it ended, or was not ready in ``ready_timeout`` seconds.
        """
        deadline = time.monotonic() + self.ready_timeout
        while not self.is_ready():
            if self.process is None:
                raise ServiceFailedError(f"{self.name} was not started")
            ended = self.process.poll() is not None
            if time.monotonic() > deadline or (ended and not self.may_retry()):
                self.kill()
                raise ServiceFailedError(self._failure())
            if ended:
                time.sleep(0.5)
                self.spawn()
            time.sleep(0.03)

    def stop(self) -> None:
        """End the service in order; a service that does not end in time is killed."""
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.send_signal(self.stop_signal)
            try:
                self.process.wait(self.stop_timeout)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self._collect()

    def kill(self) -> None:
        """End the service at once (kill -9), as a crash would."""
        if self.process is not None:
            self.process.kill()
            self._collect()

    def restart(self) -> None:
        """Stop in order and start again."""
        self.stop()
        self.start()

    @property
    def running(self) -> bool:
        """Whether the process lives."""
        return self.process is not None and self.process.poll() is None

    def _collect(self) -> None:
        if self.process is not None:
            self.process.wait()
            self.process = None

    def _popen(self, stderr: IO[bytes]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            self.account.command(self.command(), death_signal=self.stop_signal.name[3:]),
            stdin=subprocess.DEVNULL,
            stdout=stderr,
            stderr=stderr,
            env=service_environment(self.environment()),
            cwd="/",
            start_new_session=True,
        )

    def _failure(self) -> str:
        return (
            f"{self.name} 未能启动,日志末尾如下 ({self.log}):\n"
            f"{self.name} did not start; the end of its log ({self.log}):\n{log_tail(self.log)}"
        )


def python_script(script: Path, *args: str | Path) -> list[str]:
    """Return argv that runs a standard-library-only script without loading site-packages."""
    return [sys.executable, "-I", "-S", str(script), *(str(arg) for arg in args)]
