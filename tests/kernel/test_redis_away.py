"""Redis only wakes: refused or silent, it costs a request at most about a second."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest

from smartcommunity.kernel.models import LiveEvent
from tests.processes import ROOT, database_url

LIMIT_SECONDS = 1.2
# A process of its own, as each of the platform's: clients and pools are made for its REDIS_URL.
REQUEST = """
import time
import django
django.setup()
from django.db import transaction
from django.test import Client
from devices.tasks import sweep
from smartcommunity.kernel import live, wake

began = time.monotonic()
for number in range(5):
    with transaction.atomic():
        wake.after_commit(sweep)
        live.publish(name="alert", key=str(number), area_path="0001", audience=["police"])
print(time.monotonic() - began)
began = time.monotonic()
answer = Client().get("/readyz")
print(time.monotonic() - began)
print(answer.status_code, answer.json()["status"])
"""


@pytest.fixture(params=["refused", "silent"])
def redis_away(request: pytest.FixtureRequest) -> Iterator[str]:
    """An address where nobody listens, or where somebody listens and never answers."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        if request.param == "silent":
            listener.listen(50)
        yield f"redis://127.0.0.1:{listener.getsockname()[1]}/0"


@pytest.mark.django_db(transaction=True)
def test_a_request_is_hardly_delayed_and_nothing_is_lost(redis_away: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", REQUEST],
        cwd=ROOT,
        env=os.environ
        | {
            "REDIS_URL": redis_away,
            "DATABASE_URL": database_url(),
            "DJANGO_SETTINGS_MODULE": "smartcommunity.settings.test",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    events, readiness, answer = done.stdout.splitlines()
    assert float(events) < LIMIT_SECONDS
    assert float(readiness) < LIMIT_SECONDS
    assert answer == "200 degraded"
    assert LiveEvent.objects.count() == 5
