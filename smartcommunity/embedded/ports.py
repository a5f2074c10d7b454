"""TCP ports on the loopback interface: is one free, who holds it, give me a free one."""

import os
import socket
import time
from dataclasses import dataclass
from pathlib import Path

from smartcommunity.embedded.errors import PortTakenError

LOOPBACK = "127.0.0.1"
_LISTEN = "0A"


@dataclass(frozen=True, slots=True)
class Port:
    """A configured port and the variable that changes it."""

    number: int
    service: str
    variable: str


def is_free(number: int, host: str = LOOPBACK) -> bool:
    """Tell whether a server could listen on the port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, number))
        except OSError:
            return False
    return True


def require(port: Port, *, host: str = LOOPBACK, patience: float = 3.0) -> None:
    """Return when the port is free.

    A service of a launcher that was killed needs a moment to leave, hence the patience in seconds.

    Raises:
        PortTakenError: with the port, its holder if known, and the variable to set.
    """
    deadline = time.monotonic() + patience
    while not is_free(port.number, host):
        if time.monotonic() > deadline:
            raise PortTakenError(_taken_message(port))
        time.sleep(0.1)


def free_ports(count: int) -> list[int]:
    """Return distinct ports that are free now (all held at once while choosing)."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for held in sockets:
            held.bind((LOOPBACK, 0))
        return [held.getsockname()[1] for held in sockets]
    finally:
        for held in sockets:
            held.close()


def holder(number: int) -> str | None:
    """Describe the process that listens on the port, or None when it cannot be known.

    Another user's sockets are only visible to root.
    """
    inodes = _listening_inodes(number)
    for fd in Path("/proc").glob("[0-9]*/fd/*"):
        try:
            target = os.readlink(fd)
        except OSError:
            continue
        if target.removeprefix("socket:[").removesuffix("]") in inodes:
            process = fd.parent.parent
            command = (
                (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            )
            return f"pid {process.name}: {command.strip()[:100]}"
    return None


def _listening_inodes(number: int) -> set[str]:
    inodes = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            rows = Path(table).read_text().splitlines()[1:]
        except OSError:
            continue
        for row in rows:
            fields = row.split()
            if fields[3] == _LISTEN and int(fields[1].rpartition(":")[2], 16) == number:
                inodes.add(fields[9])
    return inodes


def _taken_message(port: Port) -> str:
    by = holder(port.number)
    by_zh, by_en = (f",占用者 {by}", f" by {by}") if by else ("", "")
    return (
        f"端口 {port.number} 已被占用 ({port.service}){by_zh}。请停止该程序,或换一个端口: "
        f"{port.variable}=<端口> script/server\n"
        f"Port {port.number} for {port.service} is taken{by_en}. Stop that program or choose "
        f"another port: {port.variable}=<port> script/server"
    )
