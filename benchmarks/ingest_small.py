"""Small sensor messages, wire to committed row: our ingest beside the naive loop, in one run.

    python -m smartcommunity.embedded.run --durable python -m benchmarks.ingest_small

Both are processes of their own on the same broker and write the same table; the publisher only
copies ready-made packets into a socket, so that it is not what is measured. Everything shares the
machine's cores. `compare` is for other benchmarks.
"""

import os
import selectors
import signal
import socket
import subprocess
import sys
import time
import uuid
from dataclasses import dataclass
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "smartcommunity.settings.development")
django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402

from devices.models import RawMessage  # noqa: E402
from devices.mqtt.client import Endpoint  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent
OURS = ("manage.py", "ingest", "--name", "benchmark")
NAIVE = ("-m", "benchmarks.naive_ingest")
PATIENCE = 120.0


@dataclass(frozen=True, slots=True)
class Result:
    """Messages per second from the first byte published to the last row committed."""

    ours: float
    naive: float

    @property
    def times(self) -> float:
        return self.ours / self.naive


def compare(*, messages: int = 20_000, naive_messages: int = 2_000, rounds: int = 1) -> Result:
    """Both in turn, `rounds` times; the best of each. Needs a migrated database and the broker."""
    ours = max(_rate(OURS, messages) for _ in range(rounds))
    naive = max(_rate(NAIVE, naive_messages) for _ in range(rounds))
    return Result(ours, naive)


def _rate(command: tuple[str, ...], messages: int) -> float:
    code = f"bench-{uuid.uuid4().hex[:8]}"
    process = subprocess.Popen(
        [sys.executable, *command],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    try:
        _await_connected(process)
        started = time.perf_counter()
        _blast(f"sc/v1/{code}/event", messages)
        rows = RawMessage.objects.filter(source=code)
        while (stored := rows.count()) < messages:
            if time.perf_counter() - started > PATIENCE:
                raise TimeoutError(f"{stored} of {messages} rows after {PATIENCE:.0f} s")
            time.sleep(0.05)
        return messages / (time.perf_counter() - started)
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=20)


def _await_connected(process: "subprocess.Popen[bytes]") -> None:
    assert process.stdout is not None
    for line in process.stdout:
        if b"connected" in line:
            time.sleep(0.5)  # the subscription's answer
            return
    raise RuntimeError("the receiving process ended")


def _blast(topic: str, messages: int) -> None:
    """Publish with QoS 1 and wait for all acknowledgements, MQTT 3.1.1, without a client."""
    here = Endpoint.parse(settings.MQTT_URL)
    packets = bytearray(_connect(here))
    for number in range(messages):
        body = (
            f'{{"id": "{uuid.uuid4()}", "kind": "telemetry",'
            f' "data": {{"temperature": 21.5, "humidity": 48, "battery": 93, "n": {number}}}}}'
        )
        identifier = (number % 65_535 + 1).to_bytes(2)
        packets += _packet(0x32, _text(topic) + identifier + body.encode())
    with socket.create_connection((here.host, here.port)) as wire, selectors.DefaultSelector() as s:
        wire.setblocking(False)
        s.register(wire, selectors.EVENT_READ | selectors.EVENT_WRITE)
        left, answered = memoryview(packets), 0
        while answered < 4 * (messages + 1):
            ((_, events),) = s.select(PATIENCE)
            if events & selectors.EVENT_READ:
                answered += len(wire.recv(65_536))
            elif left:
                left = left[wire.send(left[:65_536]) :]
            if not left:
                s.modify(wire, selectors.EVENT_READ)


def _connect(here: Endpoint) -> bytes:
    fields = (b"benchmark-publisher", here.username.encode(), here.password.encode())
    head = b"\x00\x04MQTT\x04\xc2\x00\x3c"
    return _packet(0x10, head + b"".join(len(one).to_bytes(2) + one for one in fields))


def _packet(kind: int, body: bytes) -> bytes:
    length, left = bytearray(), len(body)
    while left > 127:
        length.append(left % 128 + 128)
        left //= 128
    return bytes([kind, *length, left]) + body


def _text(text: str) -> bytes:
    return len(text).to_bytes(2) + text.encode()


def main() -> None:
    call_command("migrate", verbosity=0)
    result = compare(rounds=2)
    print(f"ours   {result.ours:8,.0f} messages/s, acknowledged after commit")
    print(f"naive  {result.naive:8,.0f} messages/s, callback + ORM, automatic acknowledgement")
    print(f"ratio  {result.times:8.1f}")


if __name__ == "__main__":
    main()
