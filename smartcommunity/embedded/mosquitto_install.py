"""Find ``mosquitto``, or fetch it with apt without installing a system service.

``apt-get download`` and ``dpkg -x`` need no root and change nothing outside our directory: no
daemon on port 1883 now or after the next boot. apt says itself which packages are missing.
"""

import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from smartcommunity.embedded.place import publish

_ALSO_LOOK_IN = "/usr/sbin:/usr/local/sbin:/sbin"
_TIMEOUT = 180


@dataclass(frozen=True, slots=True)
class MosquittoBinary:
    """The broker's program and the directories of libraries unpacked with it."""

    path: Path
    libraries: tuple[Path, ...] = ()


def find(unpacked: Path) -> MosquittoBinary | None:
    """Return mosquitto from PATH, the system's sbin directories, or our unpacked copy."""
    search = os.pathsep.join([os.environ.get("PATH", ""), _ALSO_LOOK_IN])
    if on_path := shutil.which("mosquitto", path=search):
        return MosquittoBinary(Path(on_path))
    ours = unpacked / "usr" / "sbin" / "mosquitto"
    if not ours.exists():
        return None
    return MosquittoBinary(ours, tuple(sorted(unpacked.glob("**/*-linux-gnu*/"))))


def fetch(unpacked: Path) -> MosquittoBinary | None:
    """Download and unpack mosquitto and what it needs; None where apt cannot."""
    if shutil.which("apt-get") is None or shutil.which("dpkg") is None:
        return None
    packages = _missing_packages() or (_update_lists() and _missing_packages())
    if not packages:
        return None
    fresh = unpacked.with_name(f".{unpacked.name}.{os.getpid()}")
    fresh.mkdir(mode=0o755, parents=True)
    if not _unpack(packages, fresh):
        shutil.rmtree(fresh)
        return None
    publish(fresh, unpacked)
    return find(unpacked)


def _unpack(packages: Sequence[str], into: Path) -> bool:
    if _run(["apt-get", "download", "-q", *packages], cwd=into) is None:
        return False
    for archive in sorted(into.glob("*.deb")):
        if _run(["dpkg", "-x", archive.name, "."], cwd=into) is None:
            return False
        archive.unlink()
    return True


def _missing_packages() -> list[str]:
    """Return the packages an installation would bring, or none when apt does not know it."""
    plan = _run(["apt-get", "install", "--simulate", "--no-install-recommends", "mosquitto"])
    return [line.split()[1] for line in (plan or "").splitlines() if line.startswith("Inst ")]


def _update_lists() -> bool:
    """Fetch apt's lists, which a fresh container lacks; needs root or passwordless sudo."""
    prefix = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if prefix and shutil.which("sudo") is None:
        return False
    return _run([*prefix, "apt-get", "update", "-q"]) is not None


def _run(argv: Sequence[str], cwd: Path | None = None) -> str | None:
    environment = {**os.environ, "LC_ALL": "C", "DEBIAN_FRONTEND": "noninteractive"}
    try:
        done = subprocess.run(
            argv, capture_output=True, text=True, cwd=cwd, env=environment, timeout=_TIMEOUT
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None
