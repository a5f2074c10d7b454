"""Zigbee2MQTT: one gateway, its devices by friendly name, under `zigbee2mqtt/<gateway code>/`.

    zigbee2mqtt/GATEWAY/NAME                 {"water_leak": true, "battery": 100, ...}
    zigbee2mqtt/GATEWAY/NAME/availability    online | offline | {"state": "online"}
    zigbee2mqtt/GATEWAY/bridge/state         the gateway itself; the rest of bridge/ is ignored

NAME may hold slashes. Set `base_topic: zigbee2mqtt/<gateway code>`, and QoS 1 for all devices
(`device_options: {qos: 1}`): its default of 0 loses messages. The dialect gives no ids. It repeats
a state whenever any reading changes, so a flag is an event only when it was not set before.

Source: Zigbee2MQTT documentation, "MQTT topics and messages" and the exposes of its devices
(contact false means open; voltage in mV, pressure in hPa).
"""

import re
from collections.abc import Mapping
from typing import Any

from devices.choices import EventKind, Fault
from devices.drivers.base import Driver, Message, Normalised, Reading, load_object, read_time
from devices.errors import Unreadable

STATUS = {"online": EventKind.ONLINE, "offline": EventKind.OFFLINE}
LEVELS = {
    "water_leak": EventKind.WATER_LEAK,
    "smoke": EventKind.SMOKE,
    "gas": EventKind.GAS,
    "carbon_monoxide": EventKind.GAS,
    "tamper": EventKind.TAMPER,
    "battery_low": EventKind.BATTERY_LOW,
    "sos": EventKind.SOS,
}
SOS_ACTIONS = ("emergency", "sos")
# field: (key in the state, factor to the unit that the key stands for)
QUANTITIES: Mapping[str, tuple[str, float]] = {
    "temperature": ("temperature", 1),  # °C
    "humidity": ("humidity", 1),  # % relative
    "pressure": ("pressure", 100),  # Pa
    "illuminance": ("illuminance", 1),  # lx
    "voltage": ("voltage", 0.001),  # V
    "battery": ("battery", 1),  # %
    "linkquality": ("link_quality", 1),  # 0-255
}


def read(message: Message) -> list[Reading]:
    name = message.parts["name"]
    if name == "bridge/state":
        return [_availability(message, "")]
    if name == "bridge" or name.startswith("bridge/") or name.endswith(("/set", "/get")):
        return []
    if name.endswith("/availability"):
        return [_availability(message, name.removesuffix("/availability"))]
    return _state(message, name)


def _availability(message: Message, address: str) -> Reading:
    text = message.payload.strip().decode("utf-8", "replace")
    if text.startswith("{"):
        text = str(load_object(message.payload).get("state"))
    if text not in STATUS:
        raise Unreadable(Fault.WRONG_SHAPE, "availability")
    return Normalised(STATUS[text], message.key, address=address, level=text)


def _state(message: Message, address: str) -> list[Reading]:
    body = load_object(message.payload)
    flags = {key: _flag(body, key) for key in (*LEVELS, "occupancy", "contact") if key in body}
    if "contact" in flags:
        flags["open"] = not flags.pop("contact")
    at = read_time(body.get("last_seen"))
    quantities = {
        key: _number(body, field, factor)
        for field, (key, factor) in QUANTITIES.items()
        if body.get(field) is not None
    }
    readings = [
        Normalised(LEVELS[flag], message.key, address, at, {flag: True}, level=flag)
        for flag, on in flags.items()
        if on and flag in LEVELS
    ]
    if body.get("action") in SOS_ACTIONS:
        readings.append(Normalised(EventKind.SOS, message.key, address, at))
    if flags or quantities:
        readings.append(
            Normalised(EventKind.TELEMETRY, message.key, address, at, flags | quantities)
        )
    return list(readings)


def _flag(body: Mapping[str, Any], key: str) -> bool:
    if not isinstance(body[key], bool):
        raise Unreadable(Fault.WRONG_SHAPE, key)
    return bool(body[key])


def _number(body: Mapping[str, Any], key: str, factor: float) -> float:
    value = body[key]
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Unreadable(Fault.WRONG_SHAPE, key)
    return round(value * factor, 6)


DRIVER = Driver(
    key="zigbee2mqtt",
    filters=("zigbee2mqtt/#",),
    pattern=re.compile(r"zigbee2mqtt/(?P<source>[^/]{1,40})/(?P<name>.{1,120})"),
    publishes=("zigbee2mqtt/{code}/#",),
    receives=("zigbee2mqtt/{code}/#",),
    sender_id=lambda parts, payload: "",
    read=read,
)
