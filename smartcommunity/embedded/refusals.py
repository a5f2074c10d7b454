"""What the broker refused, read from its log.

What each broker reports (measured with mosquitto 2.0.11 and nats-server 2.15.1):

==============  =============================================  ===================================
kind            mosquitto                                      NATS
==============  =============================================  ===================================
bad_password    network address only                           client id, address and user name
foreign_topic   client id, topic (publish only)                client id, topic (publish, subscribe)
oversize        client id                                      client id
queue_full      client id whose queue overflows                not reported
==============  =============================================  ===================================

mosquitto grants a subscription outside the permissions but delivers nothing to it, silently. An
MQTT 5 device sees its refused PUBLISH as PUBACK 0x87 "not authorized"; MQTT 3.1.1 has no such
answer: both brokers acknowledge and drop. An oversize PUBLISH ends the connection. Neither broker
logs payloads.

mosquitto names refused PUBLISHes at debug level only, with every packet. Behind the sieve that
costs 6 microseconds of broker time and 9 to 18 of the sieve's per message (measured: the ceiling
of a raw QoS 1 stream falls from 80,000 to 47,000 messages/s, far above what intake takes).
A mosquitto that logs without debug (docker-compose.yml) reports no ``foreign_topic``, and a wrong
password without the address.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

Kind = Literal["bad_password", "foreign_topic", "oversize", "queue_full"]

_STAMPED = re.compile(r"(\S+Z):? (.*)")
_CLIENT = r'\[\d+\] \[ERR\] (?P<address>\S+) - mid:\d+ - "(?P<who>[^"]*)" - '
_PATTERNS: tuple[tuple[Kind, str], ...] = (
    ("bad_password", r"Sending CONNACK to (?P<who>\S+) \(0, (?:4|5|134|135)\)"),
    ("bad_password", r"Client (?P<who>.+) disconnected, not authorised\."),
    ("foreign_topic", r"Denied PUBLISH from (?P<who>.+?) \(d\d.*?, '(?P<topic>.*)', \.\.\. "),
    ("oversize", r"Client (?P<who>.+) disconnected due to oversize packet"),
    ("queue_full", r"Outgoing messages are being dropped for client (?P<who>.+)\."),
    ("bad_password", _CLIENT + r'authentication error - User "(?P<detail>[^"]*)"'),
    (
        "foreign_topic",
        _CLIENT + r'(?P<detail>Publish|Subscription) Violation .*?Subject "(?P<topic>[^"]*)"',
    ),
    ("oversize", _CLIENT + r"maximum payload exceeded: (?P<detail>.*)"),
)


@dataclass(frozen=True, slots=True)
class Refusal:
    """One refusal by the broker.

    Attributes:
        kind: why it was refused.
        username_or_client: client id, else network address (see the module's table).
        topic: MQTT topic, or empty.
        detail: what else the broker said, or empty.
        at: when, UTC, to the second.
    """

    kind: Kind
    username_or_client: str
    topic: str
    detail: str
    at: datetime


def read_refusals(log_path: Path, offset: int = 0) -> tuple[list[Refusal], int]:
    """Return the refusals logged since ``offset`` and the offset to ask from next time.

    The offset counts bytes over the log's whole life and stays valid across rotation. Entries that
    two rotations have removed are skipped. A log that was deleted is read from its beginning.
    """
    older = log_path.with_name(log_path.name + ".1")
    parts = [_Part.of(path) for path in (older, log_path) if path.exists()]
    if parts and offset > parts[-1].end:
        offset = 0
    refusals: list[Refusal] = []
    for part in parts:
        text, offset = part.read(offset)
        refusals += filter(None, map(parse_line, text.splitlines()))
    return refusals, offset


@dataclass(frozen=True, slots=True)
class _Part:
    """One file of the log: bytes ``base`` to ``end`` of its whole life."""

    path: Path
    base: int
    end: int

    @classmethod
    def of(cls, path: Path) -> "_Part":
        with path.open("rb") as log:
            first = log.readline()
        base = int(first.split()[2]) if first.startswith(b"# base ") else 0
        return cls(path, base, base + path.stat().st_size)

    def read(self, offset: int) -> tuple[str, int]:
        """Return the whole lines from a life-long offset, and the offset after them."""
        start = max(offset, self.base)
        with self.path.open("rb") as log:
            log.seek(start - self.base)
            lines, newline, _ = log.read().rpartition(b"\n")
        whole = lines + newline
        return whole.decode(errors="replace"), start + len(whole)


def parse_line(line: str) -> Refusal | None:
    """Return the refusal a stamped log line tells of, if any."""
    stamped = _STAMPED.fullmatch(line)
    if stamped is None:
        return None
    for kind, pattern in _PATTERNS:
        if match := re.match(pattern, stamped[2]):
            found = match.groupdict(default="")
            nats = "address" in found
            return Refusal(
                kind=kind,
                username_or_client=found["who"] or found.get("address", ""),
                topic=_mqtt_topic(found.get("topic", ""), nats=nats),
                detail=found.get("detail", ""),
                at=datetime.strptime(stamped[1], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC),
            )
    return None


def _mqtt_topic(topic: str, *, nats: bool) -> str:
    """Translate a NATS subject back (``//`` stands for a dot within a level)."""
    if not nats:
        return topic
    levels = {"*": "+", ">": "#"}
    return "/".join(levels.get(level, level.replace("//", ".")) for level in topic.split("."))
