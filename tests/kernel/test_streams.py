"""Many open live streams on a real server: quick, complete, and without a database connection."""

import asyncio
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from urllib.parse import quote

import psycopg2
import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import Client

from accounts.models import User
from smartcommunity.embedded.runtime import Runtime
from smartcommunity.kernel import live
from smartcommunity.kernel.models import LiveEvent
from tests.conftest import World, make_world
from tests.processes import ROOT, database_url, wait_until

STREAMS = 30
APPLICATION = "stream-server"

pytestmark = pytest.mark.django_db(transaction=True)


@dataclass(frozen=True)
class Server:
    port: int
    cookie: str
    world: World

    @contextmanager
    def stream(self, last_event_id: str = "") -> Iterator[IO[bytes]]:
        """An open stream that has said hello."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=8) as opened:
            opened.sendall(
                f"GET /live/?last_event_id={quote(last_event_id)} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                f"Cookie: {settings.SESSION_COOKIE_NAME}={self.cookie}\r\n\r\n".encode()
            )
            with opened.makefile("rb") as lines:
                status = lines.readline()
                assert b" 200 " in status, status
                hear(lines, b": hello")
                yield lines


def hear(lines: IO[bytes], text: bytes) -> None:
    """Read until a line holds the text; the socket's timeout ends a wait in vain."""
    while text not in (line := lines.readline()):
        assert line, f"the stream ended before {text!r}"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    world = make_world()
    client = Client()
    client.force_login(User.objects.get(username="police"), settings.AUTHENTICATION_BACKENDS[1])
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    # Kept-alive connections are the harder case: whoever sets them must not starve PostgreSQL.
    url = f"{database_url()}?application_name={APPLICATION}&conn_max_age=60"
    with (tmp_path / "uvicorn.log").open("wb") as log:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "uvicorn", "smartcommunity.asgi:application"),
                *("--port", str(port), "--lifespan", "off", "--timeout-graceful-shutdown", "1"),
            ],
            cwd=ROOT,
            env=os.environ
            | {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "smartcommunity.settings.test"},
            stdout=log,
            stderr=log,
        )
    try:
        wait_until(lambda: listens(port), seconds=30, what="uvicorn")
        yield Server(port, client.session.session_key or "", world)
    finally:
        process.terminate()
        process.wait(20)
        print((tmp_path / "uvicorn.log").read_text()[-3000:])


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def connections() -> int:
    """How many PostgreSQL connections the server holds just now."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE application_name = %s", [APPLICATION]
        )
        return int(cursor.fetchone()[0])


def publish(world: World, key: str) -> None:
    with transaction.atomic():
        live.publish(name="alert", key=key, area_path=world.estate.path, audience=["police"])


def test_waiting_streams_hold_no_database_connection(server: Server) -> None:
    with ExitStack() as stack:
        streams = [stack.enter_context(server.stream()) for _ in range(STREAMS)]
        time.sleep(1)
        held = []
        for _ in range(40):
            held.append(connections())
            time.sleep(0.1)
        assert sorted(held)[len(held) // 2] == 0, held
        assert max(held) <= 2, held

        began = time.monotonic()
        publish(server.world, "first")
        for lines in streams:
            hear(lines, b"first")
        assert time.monotonic() - began < 2


def late_writer(world: World) -> tuple[psycopg2.extensions.connection, int]:
    """An event written in a transaction that is still open: (its connection, the event's id)."""
    other = psycopg2.connect(database_url())
    with other.cursor() as cursor:
        cursor.execute(
            "INSERT INTO kernel_liveevent (name, key, area_path, audience, created_at)"
            " VALUES ('alert', 'late', %s, '{police}', now()) RETURNING id",
            [world.estate.path],
        )
        (event_id,) = cursor.fetchone() or (0,)
    return other, event_id


def test_an_event_committed_out_of_order_is_heard(server: Server) -> None:
    with server.stream() as lines:
        other, late = late_writer(server.world)
        publish(server.world, "early")
        hear(lines, b"early")
        other.commit()
        other.close()
        hear(lines, b"late")
        assert live.cursor() > late


def test_an_event_committed_while_the_browser_was_away_is_heard(server: Server) -> None:
    """The page was made, or the stream broke off, between the two commits."""
    other, _late = late_writer(server.world)
    publish(server.world, "early")
    heard = live.cursor()
    other.commit()
    other.close()
    with server.stream(str(heard)) as lines:
        hear(lines, b"late")


def test_nonsense_for_the_last_event_is_survived(server: Server) -> None:
    for last in ("9" * 5000, "-1", "x", "99999999999999999999", "²"):
        with server.stream(last) as lines:
            publish(server.world, f"after-{last[:5]}")
            hear(lines, b"event: alert")
    assert LiveEvent.objects.filter(name="alert").count() == 5


def test_a_stream_outlives_a_restart_of_redis_and_of_postgresql(
    server: Server, runtime: Runtime
) -> None:
    with server.stream() as lines:
        connection.close()
        runtime.valkey.restart()
        runtime.postgres.restart()
        publish(server.world, "afterwards")
        hear(lines, b"afterwards")


def test_a_stream_ends_when_the_viewer_is_signed_out(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "HEARTBEAT_SECONDS", 0.2)
    answers = [True, False]

    async def listen() -> list[str]:
        texts = live.stream(
            may_hear=lambda event: True, still_signed_in=lambda: answers.pop(0), after=None
        )
        return [text async for text in texts]

    said = asyncio.run(listen())
    assert [line for text in said for line in text.splitlines() if line] == [
        "retry: 2000", ": hello", ": beat", "event: signed-out", "data: {}",
    ]  # fmt: skip


def request_status(port: int, head: str, *chunks: bytes) -> bytes:
    """The status line of the answer, which may come before all is sent."""
    with socket.create_connection(("127.0.0.1", port), timeout=8) as opened:
        opened.sendall(f"POST /accounts/sign-in/ HTTP/1.1\r\nHost: x\r\n{head}\r\n\r\n".encode())
        with suppress(ConnectionError):
            for chunk in chunks:
                opened.sendall(chunk)
        return opened.makefile("rb").readline()


def test_a_body_too_large_is_not_even_taken(server: Server) -> None:
    over = settings.REQUEST_MAX_BYTES + 1
    assert b" 413 " in request_status(server.port, f"Content-Length: {over}")
    megabyte = b"100000\r\n" + bytes(0x100000) + b"\r\n"
    chunks = (megabyte for _ in range(over // 0x100000 + 2))
    assert b" 413 " in request_status(server.port, "Transfer-Encoding: chunked", *chunks)
    assert b" 403 " in request_status(server.port, "Content-Length: 3", b"a=b"), "no token"
