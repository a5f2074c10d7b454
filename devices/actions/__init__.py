"""Writes of devices, by what they are about. Import the verbs from here."""

from devices.actions.commands import (
    acknowledge_command,
    request_command,
    send_commands,
    sweep_commands,
)
from devices.actions.intake import mark_handled, process, replay, sweep, take_up
from devices.actions.registry import (
    broker_credentials,
    enrol_device,
    sync_broker_credentials,
)

__all__ = [
    "acknowledge_command",
    "broker_credentials",
    "enrol_device",
    "mark_handled",
    "process",
    "replay",
    "request_command",
    "send_commands",
    "sweep",
    "sweep_commands",
    "sync_broker_credentials",
    "take_up",
]
