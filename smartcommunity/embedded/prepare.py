"""What must have happened before the processes start, done again only when its cause changed.

==============  ============================================================================
migrate         migrations, the fence, requirements, or the database directory changed
load_reference  a data file of the product (catalogue, rules, services) changed
collectstatic   a static file or the requirements changed
seed_demo       the demonstration's code changed, or the database directory
==============  ============================================================================

An external database may be changed by others: there ``migrate`` runs at every start.
"""

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import IO

from smartcommunity.embedded.errors import ServiceFailedError

ROOT = Path(__file__).resolve().parents[2]
COLLECTSTATIC = ("--noinput", "-v", "0", "--ignore", "django_htmx")
"""django_htmx carries copies of htmx we do not serve; a comment in one looks like a lost import."""


class Preparation:
    """The steps for one state directory; what is done is noted in ``<state>/prepared.json``."""

    def __init__(self, state_dir: Path, environment: Mapping[str, str], database: str) -> None:
        """Take the environment for ``manage.py`` and a text that identifies the database.

        ``database`` is empty for an external one.
        """
        self.environment = environment
        self.database = database
        self._note = state_dir / "prepared.json"
        self._sign_ins = state_dir / "sign-ins.txt"
        self._done: dict[str, str] = (
            json.loads(self._note.read_text()) if self._note.exists() else {}
        )

    def run(self, *, seed: bool) -> None:
        """Do what is due.

        Raises:
            ServiceFailedError: a command failed; its own output says why.
        """
        static = self._start_if_due("collectstatic", _static_digest(), *COLLECTSTATIC)
        try:
            self._run_if_due("migrate", self._of_database(_migrations()), "--noinput", "-v", "0")
            self._run_if_due("load_reference", self._of_database(_reference()))
            if seed:
                fresh = self._run_if_due("seed_demo", self._of_database(_demonstration()))
                if fresh or not self._sign_ins.exists():
                    self._note_sign_ins()
        finally:
            if static:
                self._finish("collectstatic", static, _static_digest())

    def sign_ins(self) -> str:
        """Return the demonstration's sign-ins as a text, empty when it was not seeded."""
        return self._sign_ins.read_text() if self._sign_ins.exists() else ""

    def _note_sign_ins(self) -> None:
        """Keep what ``demo_accounts`` prints, which would cost every start a Django of its own."""
        fresh = self._sign_ins.with_suffix(".new")
        with fresh.open("wb") as output:
            self._wait("demo_accounts", self._manage("demo_accounts", stdout=output))
        fresh.replace(self._sign_ins)

    def _manage(self, *arguments: str, stdout: IO[bytes] | None = None) -> subprocess.Popen[bytes]:
        argv = [sys.executable, "manage.py", *arguments]
        return subprocess.Popen(argv, cwd=ROOT, env=self.environment, stdout=stdout)

    def _of_database(self, files: Iterable[Path]) -> str:
        return _digest(files) + self.database if self.database else ""

    def _start_if_due(
        self, command: str, digest: str, *arguments: str
    ) -> subprocess.Popen[bytes] | None:
        if digest and self._done.get(command) == digest:
            return None
        print(f"  {command} …", flush=True)
        return self._manage(command, *arguments)

    def _run_if_due(self, command: str, digest: str, *arguments: str) -> bool:
        process = self._start_if_due(command, digest, *arguments)
        if process is None:
            return False
        self._finish(command, process, digest)
        return True

    def _finish(self, command: str, process: subprocess.Popen[bytes], digest: str) -> None:
        self._wait(command, process)
        self._done[command] = digest
        self._note.write_text(json.dumps(self._done, indent=1))

    def _wait(self, command: str, process: subprocess.Popen[bytes]) -> None:
        try:
            code = process.wait()
        except BaseException:
            process.kill()
            process.wait()
            raise
        if code != 0:
            raise ServiceFailedError(
                f"manage.py {command} 失败,原因见上。/ manage.py {command} failed; see above."
            )


def _migrations() -> list[Path]:
    fence = _package_files("fence/*.py")  # is put up after the migrations
    return [ROOT / "requirements.txt", *_package_files("migrations/*.py"), *fence]


def _reference() -> list[Path]:
    return [*_migrations(), *_package_files("*.toml")]


def _demonstration() -> list[Path]:
    code = _package_files("demo/**/*.py")
    return [*code, *_package_files("management/commands/seed_demo.py")]


def _package_files(pattern: str) -> list[Path]:
    """Return the files below the project's Python packages that match."""
    packages = [path.parent for path in ROOT.glob("*/__init__.py")]
    return sorted(file for package in packages for file in package.rglob(pattern))


def _digest(files: Iterable[Path]) -> str:
    total = hashlib.sha256()
    for file in files:
        total.update(str(file.relative_to(ROOT)).encode() + b"\0" + file.read_bytes())
    return total.hexdigest()


def _static_digest() -> str:
    """Digest names, sizes and times: there are megabytes of vendored files."""
    files = [*(ROOT / "static").rglob("*"), *_package_files("static/**/*")]
    stats = [(str(file), file.stat()) for file in files if file.is_file()]
    rows = sorted((name, stat.st_size, stat.st_mtime_ns) for name, stat in stats)
    return _digest([ROOT / "requirements.txt"]) + hashlib.sha256(repr(rows).encode()).hexdigest()
