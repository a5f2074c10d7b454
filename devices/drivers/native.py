"""The platform's own dialect: JSON and JPEG under `sc/v1/<code>/`.

    sc/v1/CODE/event           {"id": "...", "kind": "water_leak", "time": ISO 8601, "data": {...}}
    sc/v1/CODE/frame[/ID]      JPEG; without ID the picture's content identifies it
    sc/v1/CODE/ack             {"id": "<command id>", "result": "done" | "failed"}
    sc/v1/CODE/status          online | offline (also as {"state": ...}): retained, and last will
    sc/v1/CODE/cmd       <-    {"id": "...", "kind": "open", "expires": ISO 8601}
    sc/v1/CODE/receipt   <-    {"ids": ["...", ...]}: committed, the device may forget them

`id` is unique for the device for ever (a UUID, or boot count and number): a message with a known
id is a repetition. What stands beside the four named keys counts as data. A device never carries
out a command after `expires`, nor twice the same id.
"""

import re
import uuid
from collections.abc import Mapping
from typing import Any

from devices.choices import EventKind, Fault
from devices.drivers.base import (
    Acknowledgement,
    Driver,
    Message,
    Normalised,
    Reading,
    load_object,
    read_time,
)
from devices.errors import Unreadable

ENVELOPE = {"id", "kind", "time", "data"}
CONFIDENTIAL = {"token", "card", "pin"}
MAX_ID = 64
STATUS = {"online": EventKind.ONLINE, "offline": EventKind.OFFLINE}
# Tuples, where a message's value is looked up: it may be unhashable.
RESULTS = ("done", "failed")
KINDS = tuple(set(EventKind.values) - {"frame", "online", "offline"})


def sender_id(parts: Mapping[str, str], payload: bytes) -> str:
    """The id in the topic or in the payload; empty where there is none that can be used."""
    if parts["channel"] in {"frame", "status"}:
        return parts.get("event_id") or ""
    try:
        return _id(load_object(payload))
    except Unreadable:
        return ""


def read(message: Message) -> list[Reading]:
    return [CHANNELS[message.parts["channel"]](message)]


def _event(message: Message) -> Reading:
    body = load_object(message.payload)
    kind = body.get("kind")
    if kind not in KINDS:
        raise Unreadable(Fault.WRONG_SHAPE, "kind")
    data: dict[str, Any] = {key: body[key] for key in body.keys() - ENVELOPE}
    more = body.get("data") or {}
    if not isinstance(more, dict):
        raise Unreadable(Fault.WRONG_SHAPE, "data")
    data |= more
    return Normalised(
        kind=EventKind(kind),
        event_key=_id(body),
        device_time=read_time(body.get("time")),
        data={key: value for key, value in data.items() if key not in CONFIDENTIAL},
        confidential={key: value for key, value in data.items() if key in CONFIDENTIAL},
    )


def _frame(message: Message) -> Reading:
    key = message.parts.get("event_id") or message.key
    return Normalised(kind=EventKind.FRAME, event_key=key, frame=True)


def _ack(message: Message) -> Reading:
    body = load_object(message.payload)
    if body.get("result") not in RESULTS:
        raise Unreadable(Fault.WRONG_SHAPE, "result")
    try:
        command_id = uuid.UUID(_id(body))
    except ValueError as error:
        raise Unreadable(Fault.WRONG_SHAPE, "id") from error
    return Acknowledgement(command_id, body["result"] == "done")


def _status(message: Message) -> Reading:
    text = message.payload.strip().decode("utf-8", "replace")
    if text.startswith("{"):
        text = str(load_object(message.payload).get("state"))
    if text not in STATUS:
        raise Unreadable(Fault.WRONG_SHAPE, "status")
    return Normalised(kind=STATUS[text], event_key=message.key, level=text)


def _id(body: Mapping[str, Any]) -> str:
    value = body.get("id")
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise Unreadable(Fault.WRONG_SHAPE, "id")
    if not 0 < len(text := str(value)) <= MAX_ID:
        raise Unreadable(Fault.WRONG_SHAPE, "id")
    return text


CHANNELS = {"event": _event, "frame": _frame, "ack": _ack, "status": _status}

DRIVER = Driver(
    key="native",
    filters=(
        "sc/v1/+/event",
        "sc/v1/+/frame",
        "sc/v1/+/frame/+",
        "sc/v1/+/ack",
        "sc/v1/+/status",
    ),
    pattern=re.compile(
        r"sc/v1/(?P<source>[^/]{1,40})/(?P<channel>event|ack|status|frame)"
        r"(?:/(?P<event_id>[A-Za-z0-9_.:-]{1,64}))?"
    ),
    publishes=(
        "sc/v1/{code}/event",
        "sc/v1/{code}/frame",
        "sc/v1/{code}/frame/+",
        "sc/v1/{code}/ack",
        "sc/v1/{code}/status",
    ),
    receives=("sc/v1/{code}/cmd", "sc/v1/{code}/receipt"),
    sender_id=sender_id,
    read=read,
    is_frame=lambda parts: parts["channel"] == "frame",
    command="sc/v1/{code}/cmd",
    receipt="sc/v1/{code}/receipt",
)
