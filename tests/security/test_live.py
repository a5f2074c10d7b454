"""A real ASGI server: an alert reaches the stream of its party within a second, and nobody else."""

import http.client
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from accounts.actions import end_account
from devices.choices import EventKind
from tests.processes import ROOT, database_url, wait_until
from tests.security.conftest import Estate

ClientFor = Callable[[str], Client]


class Listener:
    """Reads one user's stream; `heard` are (name of the event, moment)."""

    def __init__(self, port: int, client: Client) -> None:
        self.heard: list[tuple[str, float]] = []
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        cookie = (
            f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"
        )
        self.connection.request("GET", "/live/", headers={"Cookie": cookie})
        self.answer = self.connection.getresponse()
        assert self.answer.status == 200
        assert self.answer.readline().startswith(b"retry")
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        try:
            while line := self.answer.readline():
                if line.startswith(b"event: "):
                    self.heard.append((line[7:].strip().decode(), time.monotonic()))
        except (OSError, ValueError, AttributeError):
            return  # closed by the test

    def names(self) -> list[str]:
        return [name for name, _ in self.heard]


@pytest.fixture
def server(transactional_db: None, tmp_path: Path) -> Iterator[int]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    command = (
        *(sys.executable, "-m", "uvicorn", "smartcommunity.asgi:application"),
        *("--port", str(port), "--lifespan", "off", "--log-level", "warning"),
        *("--timeout-graceful-shutdown", "1"),
    )
    environment = os.environ | {
        "DATABASE_URL": database_url(),
        "DJANGO_SETTINGS_MODULE": "smartcommunity.settings.test",
    }
    with (tmp_path / "web.log").open("wb") as log:
        web = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        try:
            wait_until(lambda: _answers(port), seconds=30, what="the web server")
            yield port
        finally:
            web.terminate()
            web.wait(20)


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_an_alert_arrives_within_a_second(
    server: int, estate: Estate, client_for: ClientFor
) -> None:
    party = Listener(server, client_for("property"))
    others = [Listener(server, client_for(who)) for who in ("civil_affairs", "police", "auditor")]
    time.sleep(0.5)  # the streams subscribe
    raised = time.monotonic()
    estate.event(EventKind.WATER_LEAK)
    wait_until(lambda: "alert" in party.names(), seconds=5, what="the alert on the stream")
    arrived = next(moment for name, moment in party.heard if name == "alert")
    assert arrived - raised < 1.0
    time.sleep(0.5)
    assert all("alert" not in other.names() for other in others)


def test_a_leaver_hears_nothing_more(server: int, estate: Estate, client_for: ClientFor) -> None:
    """The stream ends when the account does, not at its next heartbeat (20 s)."""
    leaver, colleague = (Listener(server, client_for(who)) for who in ("property", "grid"))
    time.sleep(0.5)
    end_account(
        viewer=estate.world.viewer("system_admin"),
        user_id=estate.world.users["property"].pk,
        reason="离职",
    )
    wait_until(lambda: "signed-out" in leaver.names(), seconds=5, what="the end of the stream")
    estate.event(EventKind.WATER_LEAK)
    time.sleep(1)
    assert "alert" not in leaver.names()
    assert "signed-out" not in colleague.names()
