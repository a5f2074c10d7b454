"""One message's readings become rows: events, the device's state, acknowledged commands."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from accounts.choices import DepartmentKind
from devices import frames
from devices.actions.commands import acknowledge_command
from devices.choices import EventKind, Fault
from devices.drivers.base import Normalised, Reading
from devices.errors import Unreadable
from devices.events import EventRecorded
from devices.models import Device, DeviceEvent, DeviceState, RawMessage
from smartcommunity.kernel import bus, clock, live

# Too many and too dull for the live stream.
QUIET = {EventKind.TELEMETRY, EventKind.FRAME}


@dataclass(frozen=True, slots=True)
class Sender:
    """The device that published a message, and those behind it by their address."""

    device: Device
    children: dict[str, Device]

    def at(self, address: str) -> Device:
        """The device of that address; the sender itself for the empty one."""
        device = self.children.get(address) if address else self.device
        if device is None:
            raise Unreadable(Fault.UNKNOWN_DEVICE, f"behind the gateway: {address}")
        return device


def senders_of(rows: Sequence[RawMessage]) -> dict[str, Sender]:
    """The known senders of the messages by code, in two queries."""
    devices = Device.objects.filter(code__in={row.source for row in rows}).select_related("area")
    senders = {device.pk: Sender(device, {}) for device in devices}
    behind = Device.objects.filter(gateway__in=senders, active=True).select_related("area")
    for child in behind:
        if child.gateway_id is not None:
            senders[child.gateway_id].children[child.address] = child
    return {sender.device.code: sender for sender in senders.values()}


def record(*, row: RawMessage, sender: Sender, readings: Sequence[Reading]) -> set[uuid.UUID]:
    """Write what the message says, announce each new event; returns the devices it speaks of.

    Raises:
        Unreadable: an unknown device behind the gateway, a command of another device, or a frame
            that is no usable picture.
    """
    devices = set()
    for reading in readings:
        if isinstance(reading, Normalised):
            devices.add(_event(row, sender.at(reading.address), reading))
        elif not acknowledge_command(
            device=sender.device, command_id=reading.command_id, done=reading.done
        ):
            raise Unreadable(Fault.WRONG_SHAPE, "no such command of this device")
    if _confidential(readings):
        RawMessage.objects.filter(pk=row.pk).update(payload=b"")
    return devices


def _event(row: RawMessage, device: Device, reading: Normalised) -> uuid.UUID:
    if reading.frame:
        frames.inspect(row.frame)
    now = clock.now()
    state, _ = DeviceState.objects.select_for_update().get_or_create(
        device=device, defaults={"updated_at": now}
    )
    repeated = bool(reading.level) and _holds(state, reading)
    if row.pk >= state.last_raw:  # a message overtaken by a newer one changes no state
        _merge(state, reading, row)
    if repeated:
        return device.pk
    event, created = DeviceEvent.objects.get_or_create(
        device=device,
        kind=reading.kind,
        event_key=reading.event_key,
        defaults={
            "device_time": reading.device_time,
            "received_at": row.received_at,
            "data": dict(reading.data),
            "frame": row.frame if reading.frame else "",
            # Frames are handled later, by the faces queue; anything else by those who hear it now.
            "handled_at": None if reading.frame else now,
        },
    )
    if created:
        event.data = {**reading.data, **reading.confidential}
        bus.announce(EventRecorded(event))
        if reading.kind not in QUIET:
            live.publish(
                name="device",
                key=str(device.pk),
                area_path=device.area.path,
                audience=[DepartmentKind.PROPERTY],
            )
    return device.pk


def _holds(state: DeviceState, reading: Normalised) -> bool:
    """Whether the state already says what the reading raises."""
    if reading.kind in {EventKind.ONLINE, EventKind.OFFLINE}:
        return state.online == (reading.kind == EventKind.ONLINE)
    return state.data.get(reading.level) is True


def _merge(state: DeviceState, reading: Normalised, row: RawMessage) -> None:
    """Whatever a device says but its farewell shows that it is there."""
    state.online = reading.kind != EventKind.OFFLINE
    if reading.kind == EventKind.TELEMETRY or reading.level:
        state.data = {**state.data, **reading.data}
    state.last_raw = row.pk
    state.updated_at = row.received_at
    state.save()


def _confidential(readings: Iterable[Reading]) -> bool:
    return any(isinstance(one, Normalised) and one.confidential for one in readings)
