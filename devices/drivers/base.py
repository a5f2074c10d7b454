"""What a driver is, and the tools that all drivers share."""

import json
import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NoReturn
from zoneinfo import ZoneInfo

from devices.choices import EventKind, Fault
from devices.errors import Unreadable

MAX_DEPTH = 8
MAX_NUMBER = 2**63
LOCAL = ZoneInfo("Asia/Shanghai")  # a device that names no zone shows the wall clock of China
_YEARS = range(2000, 2100)


@dataclass(frozen=True, slots=True)
class Message:
    """A raw message as a driver sees it.

    `parts` are the named groups of the driver's topic pattern; `key` identifies the message among
    all of its source; a frame's bytes lie in the vault and are not in `payload`.
    """

    parts: Mapping[str, str]
    payload: bytes
    key: str


@dataclass(frozen=True, slots=True)
class Normalised:
    """One event of the vocabulary.

    Attributes:
        address: the device behind the gateway; empty for the source itself.
        data: SI quantities and flags; a TELEMETRY's data is merged into the device's state.
        confidential: like `data`, told to the floors above but never stored.
        frame: whether the message's picture belongs to the event.
        level: a flag of the state that this event raises. A message that repeats what the state
            already says is no new event.
    """

    kind: EventKind
    event_key: str
    address: str = ""
    device_time: datetime | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    confidential: Mapping[str, Any] = field(default_factory=dict)
    frame: bool = False
    level: str = ""


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """A device's word on a command."""

    command_id: uuid.UUID
    done: bool


Reading = Normalised | Acknowledgement


@dataclass(frozen=True, slots=True)
class Driver:
    """One dialect.

    Attributes:
        key: what a device profile names.
        filters: MQTT topic filters that intake subscribes to.
        pattern: grammar of its topics; the group `source` is the code of the publishing device.
        publishes, receives: topics of one device's credential, with `{code}`.
        sender_id: (parts, payload) to the sender's own id of the message, empty when it gives none.
        is_frame: parts to whether the payload is a picture.
        read: a message to its events. Raises Unreadable; any other exception is a driver error.
        command, receipt: topics towards the device, with `{code}`; empty when it has none.
    """

    key: str
    filters: tuple[str, ...]
    pattern: re.Pattern[str]
    publishes: tuple[str, ...]
    receives: tuple[str, ...]
    sender_id: Callable[[Mapping[str, str], bytes], str]
    read: Callable[[Message], list[Reading]]
    is_frame: Callable[[Mapping[str, str]], bool] = lambda parts: False
    command: str = ""
    receipt: str = ""


def load_object(payload: bytes) -> dict[str, Any]:
    """The payload's JSON object, storable as jsonb.

    Raises:
        Unreadable: NOT_JSON; or WRONG_SHAPE: no object, nested deeper than MAX_DEPTH, a NUL or a
            lone surrogate in a text, a number of MAX_NUMBER and more.
    """
    try:
        value = json.loads(payload.decode("utf-8"), parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise Unreadable(Fault.NOT_JSON) from error
    if not isinstance(value, dict):
        raise Unreadable(Fault.WRONG_SHAPE, "not an object")
    _check(value, MAX_DEPTH)
    return value


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _check(value: object, depth: int) -> None:
    if depth < 0:
        raise Unreadable(Fault.WRONG_SHAPE, "nested too deeply")
    if isinstance(value, str):
        if "\0" in value or any("\ud800" <= character <= "\udfff" for character in value):
            raise Unreadable(Fault.WRONG_SHAPE, "a character that is no text")
    elif isinstance(value, int | float):
        if not -MAX_NUMBER < value < MAX_NUMBER:
            raise Unreadable(Fault.WRONG_SHAPE, "a number that no instrument shows")
    elif isinstance(value, list):
        for item in value:
            _check(item, depth - 1)
    elif isinstance(value, dict):
        for key, item in value.items():
            _check(key, depth)
            _check(item, depth - 1)


def read_time(value: object) -> datetime | None:
    """A device's time: ISO 8601, or seconds or milliseconds since 1970; None stays None.

    Raises:
        Unreadable: WRONG_SHAPE, when it is none of these or lies outside 2000-2099.
    """
    if value is None:
        return None
    try:
        if isinstance(value, str):
            moment = datetime.fromisoformat(value)
        elif isinstance(value, int | float) and not isinstance(value, bool):
            moment = datetime.fromtimestamp(value / 1000 if value > 1e11 else value, UTC)
        else:
            raise ValueError
        moment = moment if moment.tzinfo else moment.replace(tzinfo=LOCAL)
        if moment.year not in _YEARS:
            raise ValueError
        return moment.astimezone(UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise Unreadable(Fault.WRONG_SHAPE, "time") from error
