"""Throw-away services for these tests alone; the session's runtime is not touched."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from smartcommunity.embedded.broker import Broker
from smartcommunity.embedded.runtime import Runtime
from tests.embedded.support import PASSWORDS, Client, device


@pytest.fixture(scope="module")
def runtime(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runtime]:
    """PostgreSQL, Valkey and the default broker on free ports."""
    state = tmp_path_factory.mktemp("runtime") / "state"
    with Runtime(state, ports="free", durable=False, environment={}) as running:
        yield running


@pytest.fixture(params=["mosquitto", "nats"])
def broker(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Broker]:
    """A fresh broker of either kind with the device ``cam1``."""
    given = {"DATABASE_URL": "-", "REDIS_URL": "-"}
    state = tmp_path / "state"
    with Runtime(
        state, ports="free", durable=False, broker=request.param, environment=given
    ) as running:
        assert running.broker is not None
        running.broker.write_credentials([device("cam1")])
        time.sleep(0.2)
        yield running.broker


@pytest.fixture
def connect(broker: Broker) -> Iterator[Callable[..., Client]]:
    """Connect clients to the broker; they are closed at the end."""
    clients: list[Client] = []

    def make(username: str, password: str | None = None, **options: Any) -> Client:
        known = {**PASSWORDS, "platform": broker.password}
        clients.append(Client(broker, username, password or known[username], **options))
        return clients[-1]

    yield make
    for client in clients:
        client.close()
