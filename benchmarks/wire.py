"""Devices on the real broker: cameras and sensors in processes of their own, and the gates.

Moments are `time.monotonic()`, which all processes of a Linux machine share.
"""

from __future__ import annotations

import json
import threading
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import paho.mqtt.client as mqtt

from devices.mqtt.client import Endpoint, Session, connect

FLUSH_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Account:
    """A device's account on the broker; its code is the user name and stands in its topics."""

    code: str
    password: str


def join(url: str, account: Account) -> mqtt.Client:
    """Connect a device; the caller drives the client."""
    broker = Endpoint.parse(url)
    own = Endpoint(broker.host, broker.port, account.code, account.password, broker.tls)
    return connect(own, Session(client_id=account.code))


def film(
    url: str,
    cameras: Sequence[Account],
    frames: Sequence[bytes],
    *,
    per_second: float,
    start_at: float,
    seconds: float,
) -> dict[str, float]:
    """Publish frames from all cameras; returns {frame's id: when it was published}.

    Cameras do not know of each other: each has its own phase, the same in every run.
    """
    clients = [join(url, camera) for camera in cameras]
    for client in clients:
        client.loop_start()
    plan = sorted(
        (start_at + (turn + phase(number)) / per_second, number, turn)
        for number in range(len(cameras))
        for turn in range(round(seconds * per_second))
    )
    published = {}
    for moment, number, turn in plan:
        time.sleep(max(0.0, moment - time.monotonic()))
        frame_id = uuid.uuid4().hex
        topic = f"sc/v1/{cameras[number].code}/frame/{frame_id}"
        published[frame_id] = time.monotonic()
        clients[number].publish(topic, frames[(turn + 5 * number) % len(frames)], qos=1)
    leave(clients)
    return published


def phase(number: int) -> float:
    """Where in its period a camera fires, 0 to 1: the golden ratio spreads any number of them."""
    return number * 0.618034 % 1


def chatter(url: str, sensor: Account, *, messages: int, start_at: float) -> float:
    """Publish small messages as fast as the broker takes them; returns when the first went out."""
    client = join(url, sensor)
    client.loop_start()
    time.sleep(max(0.0, start_at - time.monotonic()))
    began = time.monotonic()
    for number in range(messages):
        body = {"id": uuid.uuid4().hex, "kind": "telemetry", "data": {"level": number}}
        client.publish(f"sc/v1/{sensor.code}/event", json.dumps(body), qos=1)
    leave([client])
    return began


def end_session(url: str, client_id: str) -> None:
    """Make the broker forget what it keeps for an absent client."""
    connect(Endpoint.parse(url), Session(client_id=client_id)).disconnect()


def leave(clients: Sequence[mqtt.Client]) -> None:
    """Disconnect once the broker has acknowledged everything."""
    until = time.monotonic() + FLUSH_SECONDS
    while any(client.want_write() or client._out_messages for client in clients):
        if time.monotonic() > until:
            break
        time.sleep(0.01)
    for client in clients:
        client.disconnect()
        client.loop_stop()


class Gates:
    """Controllers that obey: each command is noted and acknowledged as done."""

    def __init__(self, url: str, controllers: Sequence[Account]) -> None:
        self._lock = threading.Lock()
        self._opened: dict[str, float] = {}
        self._clients = [join(url, controller) for controller in controllers]
        for client, controller in zip(self._clients, controllers, strict=True):
            client.user_data_set(controller.code)
            client.on_message = self._obey
            client.subscribe(f"sc/v1/{controller.code}/cmd", 1)
            client.loop_start()

    def opened(self) -> dict[str, float]:
        """{command's id: when the gate received it}, since the last `forget`."""
        with self._lock:
            return dict(self._opened)

    def forget(self) -> None:
        with self._lock:
            self._opened.clear()

    def close(self) -> None:
        leave(self._clients)

    def _obey(self, client: mqtt.Client, code: Any, message: mqtt.MQTTMessage) -> None:
        moment = time.monotonic()
        command_id = json.loads(message.payload)["id"]
        with self._lock:
            self._opened.setdefault(command_id, moment)
        answer = json.dumps({"id": command_id, "result": "done"})
        client.publish(f"sc/v1/{code}/ack", answer, qos=1)
