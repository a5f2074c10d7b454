"""Starts PostgreSQL, Valkey and the broker before Django's settings are read.

Services given by DATABASE_URL (with DATABASE_OWNER_URL), REDIS_URL, MQTT_URL are used instead of
the embedded ones.
"""

import os
import shutil
import tempfile
from pathlib import Path

import pytest

from smartcommunity.embedded.runtime import Runtime

_running: list[tuple[Runtime, Path]] = []


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    if early_config.known_args_namespace.help or early_config.known_args_namespace.collectonly:
        return
    state = Path(tempfile.mkdtemp(prefix="sc-test-"))
    state.chmod(0o755)  # the database's own account must be able to enter it
    runtime = Runtime(state_dir=state, ports="free", durable=False)
    runtime.__enter__()
    _running.append((runtime, state))
    os.environ.update(runtime.environ())
    # The owner makes the test database; `tests.conftest` then becomes the application's role.
    os.environ["DATABASE_APP_URL"] = os.environ["DATABASE_URL"]
    os.environ["DATABASE_URL"] = os.environ["DATABASE_OWNER_URL"]
    os.environ["SC_MEDIA_ROOT"] = str(state / "media")
    (state / "static").mkdir()


def pytest_unconfigure(config: pytest.Config) -> None:
    while _running:
        runtime, state = _running.pop()
        runtime.__exit__(None, None, None)
        shutil.rmtree(state, ignore_errors=True)


@pytest.fixture(scope="session")
def runtime() -> Runtime:
    """The running services: `runtime.broker.restart()` and the like."""
    return _running[0][0]
