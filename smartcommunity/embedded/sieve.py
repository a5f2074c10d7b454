"""Filter between the broker and its log: keep what a person needs, drop the rest, cap the size.

mosquitto logs a refused PUBLISH at debug level only, together with every packet it handles. This
program reads the broker's log from standard input, keeps refusals and connections, puts the UTC
time before each line, and sets the file aside as ``.1`` at the cap. It runs by path, without
site-packages, and ends when the broker does::

    sieve.py LOG MAX_BYTES

The first line of a file, ``# base N``, says how many bytes earlier files held, so that a reader's
offset stays valid across rotation.
"""

import os
import signal
import sys
import time
from typing import BinaryIO

HEADER = b"# base %d\n"
_PACKETS = (b"Received ", b"Sending ", b"\t", b"No will message", b"Will message")
_CONNACK = b"Sending CONNACK to "
_ACCEPTED = (b"(0, 0)", b"(1, 0)")
_SAID_BY_CONNACK = b"Client <unknown> disconnected, not authorised."


def keep(line: bytes) -> bool:
    """Whether the line is more than the mention of an ordinary packet."""
    if line.startswith(_CONNACK):
        return not line.endswith(_ACCEPTED)
    return not line.startswith(_PACKETS) and line != _SAID_BY_CONNACK


def open_at_end(path: str) -> tuple[BinaryIO, int]:
    """Open a log for appending and return it with its base; a new file gets base 0."""
    log = open(path, "a+b", buffering=0)  # noqa: SIM115 (lives as long as the program)
    log.seek(0)
    first = log.readline()
    if not first:
        log.write(HEADER % 0)
    return log, int(first.split()[2]) if first.startswith(b"# base ") else 0


def rotate(log: BinaryIO, path: str, base: int) -> tuple[BinaryIO, int]:
    """Set the full file aside and begin the next."""
    base += log.tell()
    log.close()
    os.replace(path, path + ".1")
    fresh = open(path, "ab", buffering=0)  # noqa: SIM115 (as above)
    fresh.write(HEADER % base)
    return fresh, base


def main(path: str, max_bytes: int) -> None:
    """Copy standard input to the log until it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    log, base = open_at_end(path)
    log.seek(0, os.SEEK_END)
    rest = b""
    while chunk := os.read(0, 1 << 16):
        *lines, rest = (rest + chunk).split(b"\n")
        stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ ", time.gmtime()).encode()
        kept = b"".join(stamp + line + b"\n" for line in lines if keep(line))
        if kept:
            log.write(kept)
            if log.tell() > max_bytes:
                log, base = rotate(log, path, base)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
