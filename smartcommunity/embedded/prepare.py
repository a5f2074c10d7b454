"""What must have happened before the processes start, done again only when its cause changed.

==============  ============================================================================
migrate         migrations, requirements, or the database directory changed
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

from smartcommunity.embedded.errors import ServiceFailedError

ROOT = Path(__file__).resolve().parents[2]


class Preparation:
    """The steps for one state directory; what is done is noted in ``<state>/prepared.json``."""

    def __init__(self, state_dir: Path, environment: Mapping[str, str], database: str) -> None:
        """Take the environment for ``manage.py`` and a text that identifies the database.

        ``database`` is empty for an external one.
        """
        self.environment = environment
        self.database = database
        self._note = state_dir / "prepared.json"
        self._done: dict[str, str] = (
            json.loads(self._note.read_text()) if self._note.exists() else {}
        )

    def run(self, *, seed: bool) -> None:
        """Do what is due.

        Raises:
            ServiceFailedError: a command failed; its own output says why.
        """
        static = self._start_if_due("collectstatic", _static_digest(), "--noinput", "-v", "0")
        self._run_if_due("migrate", self._of_database(_migrations()), "--noinput", "-v", "0")
        if seed:
            self._run_if_due("seed_demo", self._of_database(_demonstration()))
        if static:
            self._finish("collectstatic", static, _static_digest())

    def manage(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start ``manage.py`` with our environment."""
        argv = [sys.executable, "manage.py", *arguments]
        return subprocess.Popen(argv, cwd=ROOT, env=self.environment)

    def _of_database(self, files: Iterable[Path]) -> str:
        return _digest(files) + self.database if self.database else ""

    def _start_if_due(
        self, command: str, digest: str, *arguments: str
    ) -> subprocess.Popen[bytes] | None:
        if digest and self._done.get(command) == digest:
            return None
        print(f"  {command} …", flush=True)
        return self.manage(command, *arguments)

    def _run_if_due(self, command: str, digest: str, *arguments: str) -> None:
        if process := self._start_if_due(command, digest, *arguments):
            self._finish(command, process, digest)

    def _finish(self, command: str, process: subprocess.Popen[bytes], digest: str) -> None:
        if process.wait() != 0:
            raise ServiceFailedError(
                f"manage.py {command} 失败,原因见上。/ manage.py {command} failed; see above."
            )
        self._done[command] = digest
        self._note.write_text(json.dumps(self._done, indent=1))


def _migrations() -> list[Path]:
    return [ROOT / "requirements.txt", *_package_files("migrations/*.py")]


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
