"""The first end-to-end test: `script/server` on an empty folder, then the walkthrough."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from smartcommunity.embedded.ports import free_ports
from smartcommunity.embedded.runtime import Runtime
from tests.e2e.browser import CHROMIUM
from tests.e2e.walkthrough import run
from tests.pictures import PICTURES, demo_faces

ROOT = Path(__file__).resolve().parents[2]
PORTS = ("SC_WEB_PORT", "SC_PG_PORT", "SC_REDIS_PORT", "SC_MQTT_PORT")
START_SECONDS = 180


@pytest.fixture(scope="module")
def server(
    runtime: Runtime, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Path, dict[str, str]]]:
    """The README's first command, with ports and a state folder of its own."""
    if not Path(CHROMIUM).exists():
        pytest.skip("no chromium: the browser part is NOT RUN")
    demo_faces()  # skips, saying why, where no photographs are to be had
    folder = tmp_path_factory.mktemp("server")
    shutil.copytree(PICTURES, folder / "pictures")  # fetched once for all tests
    for place in (folder, *folder.parents):  # the database's own account must be able to enter
        if place.owner() == Path.home().owner() and place != Path("/"):
            place.chmod(place.stat().st_mode | 0o011)
    own = {**runtime.environ(), "DJANGO_SETTINGS_MODULE": ""}
    environment = {name: value for name, value in os.environ.items() if name not in own}
    ports = dict(zip(PORTS, map(str, free_ports(len(PORTS))), strict=True))
    environment |= {**ports, "SC_STATE_DIR": str(folder)}
    log = folder / "server.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            ["script/server"],
            cwd=ROOT,
            env=environment,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
    try:
        deadline = time.monotonic() + START_SECONDS
        while not answers(f"http://127.0.0.1:{ports['SC_WEB_PORT']}/readyz"):
            assert process.poll() is None, log.read_text()[-3000:]
            assert time.monotonic() < deadline, log.read_text()[-3000:]
            time.sleep(0.5)
        yield folder, ports
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(40) == 0, "script/server did not stop cleanly"


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as reply:  # noqa: S310
            return bool(reply.status == 200)
    except OSError:
        return False


@pytest.mark.e2e
@pytest.mark.timeout(600)
def test_the_main_job_from_form_to_access_log(
    server: tuple[Path, dict[str, str]], tmp_path: Path
) -> None:
    state, ports = server
    run(
        url=f"http://127.0.0.1:{ports['SC_WEB_PORT']}",
        state=state,
        mqtt=f"mqtt://127.0.0.1:{ports['SC_MQTT_PORT']}",
        out=Path(os.environ.get("SCREENSHOTS", tmp_path / "screenshots")),
    )
