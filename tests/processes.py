"""The platform's own processes, run against the test database, to be killed and started again.

    def test_it(platform: Platform) -> None:
        platform.start("ingest")
        platform.kill("ingest")          # SIGKILL, with everything it started

The fixture `platform` (tests/faults/conftest.py) needs committed data: it rests on
`transactional_db`. `Sender` is a device on the real broker with its own password.
"""

import json
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import paho.mqtt.client as mqtt
from django.conf import settings
from django.db import connection

from devices.mqtt.client import Endpoint, Session, connect

ROOT = Path(__file__).resolve().parent.parent
CELERY = ("-m", "celery", "-A", "smartcommunity")
QUIETLY = ("--without-gossip", "--without-mingle", "--loglevel", "WARNING")
WORKER = (*CELERY, "worker", "-Q", "events,faces,default", *QUIETLY)
COMMANDS: dict[str, tuple[str, ...]] = {
    "ingest": ("manage.py", "ingest"),
    "worker": (*WORKER, "-c", "2"),
    # Two processes may overtake each other: one keeps a device's messages in their order.
    "lone worker": (*WORKER, "-c", "1"),
    "beat": (*CELERY, "beat", "--schedule", "{state}/beat", "--pidfile=", "--loglevel", "WARNING"),
}


def database_url() -> str:
    """The URL of the database that the test itself uses."""
    values = connection.settings_dict
    host = f"{values['HOST']}:{values['PORT']}" if values["PORT"] else values["HOST"]
    return f"postgres://{values['USER']}:{values['PASSWORD']}@{host}/{values['NAME']}"


def wait_until(condition: Callable[[], object], *, seconds: float, what: str = "") -> None:
    """Return when the condition holds; fail after the time."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain: {what}"
        time.sleep(0.1)


class Platform:
    """Processes by name, each in a session of its own; logs lie in `state`."""

    def __init__(self, state: Path) -> None:
        self.state = state
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, *names: str) -> None:
        environment = os.environ | {
            "DATABASE_URL": database_url(),
            "DJANGO_SETTINGS_MODULE": "smartcommunity.settings.test",
        }
        for name in names:
            command = [part.format(state=self.state) for part in COMMANDS[name]]
            with (self.state / f"{name}.log").open("ab") as log:
                self.running[name] = subprocess.Popen(
                    [sys.executable, *command],
                    cwd=ROOT,
                    env=environment,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )

    def kill(self, name: str) -> None:
        """SIGKILL the process and all that it started."""
        process = self.running.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def stop(self, name: str) -> int:
        """SIGTERM; returns the exit code."""
        process = self.running.pop(name)
        process.terminate()
        try:
            return process.wait(20)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)

    def stop_all(self) -> None:
        for name in list(self.running):
            self.stop(name)

    def log(self, name: str) -> str:
        return (self.state / f"{name}.log").read_text()


class Sender:
    """A device on the broker; `inbox` holds (topic, payload) of what it was sent."""

    def __init__(self, code: str, password: str) -> None:
        here = Endpoint.parse(settings.MQTT_URL)
        me = Endpoint(here.host, here.port, code, password, here.tls)
        self.code = code
        self.inbox: list[tuple[str, bytes]] = []
        self.client = connect(me, Session(client_id=code))
        self.client.on_message = lambda _c, _u, m: self.inbox.append((m.topic, m.payload))
        self.client.subscribe([(f"sc/v1/{code}/cmd", 1), (f"sc/v1/{code}/receipt", 0)])
        self.client.loop_start()

    def publish(self, channel: str, payload: bytes, *, wait: bool = True) -> mqtt.MQTTMessageInfo:
        """Publish below the device's own topic with QoS 1."""
        return self.publish_to(f"sc/v1/{self.code}/{channel}", payload, wait=wait)

    def publish_to(self, topic: str, payload: bytes, *, wait: bool = True) -> mqtt.MQTTMessageInfo:
        message = self.client.publish(topic, payload, qos=1)
        if wait:
            message.wait_for_publish(10)
        return message

    def event(self, kind: str, *, wait: bool = True, **data: Any) -> str:
        """Publish an event and return its id."""
        event_id = str(uuid.uuid4())
        body = {"id": event_id, "kind": kind, "data": data}
        self.publish("event", json.dumps(body).encode(), wait=wait)
        return event_id

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()
