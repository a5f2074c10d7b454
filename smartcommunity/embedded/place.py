"""Where service data and binaries lie so that the services' account can reach them.

Usually below the state directory and the virtual environment. As root, services run as ``nobody``,
who cannot traverse a checkout below, say, ``/root`` (mode 0700). No mode of a directory is changed
for that: data then lies in ``/var/lib/smartcommunity/<hash of the state path>`` and binaries are
copied to ``/var/lib/smartcommunity/bin/<name and version>``. An ordinary user's fetched programs
lie in ``~/.cache/smartcommunity``.
"""

import hashlib
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from smartcommunity.embedded.errors import ServiceFailedError
from smartcommunity.embedded.process import Account

SHARED = Path("/var/lib/smartcommunity")


@dataclass(frozen=True, slots=True)
class Place:
    """Where the services of one state directory live."""

    data: Path
    account: Account

    @classmethod
    def choose(cls, state_dir: Path, account: Account) -> "Place":
        """Return the place, made if need be; the first choice is kept for later starts.

        Raises:
            ServiceFailedError: the place chosen earlier cannot be reached any more.
        """
        inside = state_dir / "services"
        outside = SHARED / hashlib.sha256(str(state_dir).encode()).hexdigest()[:12]
        if not inside.exists() and not outside.exists():
            state_dir.chmod(0o711)
            place = inside if account.can_enter(state_dir) else outside
            place.mkdir(mode=0o711, parents=True)
        data = outside if outside.exists() else inside
        if not account.can_enter(data):
            raise ServiceFailedError(
                f"服务账号无法进入 {data},请恢复其上级目录的权限 (o+x)。\n"
                f"The services' account cannot enter {data}; give its parent directories o+x back."
            )
        return cls(data, account)

    def reachable(self, base: Path, parts: Sequence[str], *, probe: str, label: str) -> Path:
        """Return ``base``, or a copy of it that the services' account can run.

        Args:
            base: directory of the original files.
            parts: files or directories below ``base`` to copy; binaries find their libraries by
                relative paths, so the layout is kept.
            probe: the program below ``base`` that must run.
            label: name and version of the copy.
        """
        if self.account.can_run(base / probe):
            return base
        copy = self.tools / label
        if not copy.exists():
            fresh = copy.with_name(f".{label}.{os.getpid()}")
            for part in parts:
                _copy(base / part, fresh / part)
            publish(fresh, copy)
        return copy

    @property
    def tools(self) -> Path:
        """Where programs fetched or copied for all checkouts of this user lie."""
        if self.account.is_other:
            return SHARED / "bin"
        cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
        return Path(cache) / "smartcommunity"


def publish(fresh: Path, target: Path) -> None:
    """Give a finished directory its name; where another process was quicker, use that one."""
    try:
        fresh.replace(target)
    except OSError:
        shutil.rmtree(fresh)
        if not target.exists():
            raise


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, symlinks=True)
    else:
        shutil.copy2(source, target)
