"""Devices as their pages, the map and the API show them. No personal data anywhere in them."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import Case, CharField, Count, Q, QuerySet, Value, When
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Area
from accounts.viewer import Viewer
from devices import policies
from devices.choices import CommandState, EventKind
from devices.drivers.registry import DRIVERS
from devices.models import Command, Device, DeviceEvent
from smartcommunity.kernel.errors import NotFound
from smartcommunity.kernel.pagination import Page, paginate

RECENT: Final = 30
STATUS_TEXT: Final[Mapping[str, Promise]] = {
    "online": gettext_lazy("Online"),
    "offline": gettext_lazy("Offline"),
    "unknown": gettext_lazy("Never heard"),
    "inactive": gettext_lazy("Switched off"),
}
# What the platform gives as the reason of its own commands: the way in that a gate accepted.
WAYS_IN: Final[Mapping[str, Promise]] = {
    "face": gettext_lazy("Face"),
    "card": gettext_lazy("Card"),
    "qr": gettext_lazy("QR code"),
    "pin": gettext_lazy("PIN"),
}
# Key of a device's state: label, unit.
QUANTITIES: Final[Mapping[str, tuple[Promise, str]]] = {
    "temperature": (gettext_lazy("Temperature"), "°C"),
    "humidity": (gettext_lazy("Humidity"), "%"),
    "pressure": (gettext_lazy("Pressure"), "Pa"),
    "illuminance": (gettext_lazy("Illuminance"), "lx"),
    "voltage": (gettext_lazy("Voltage"), "V"),
    "battery": (gettext_lazy("Battery"), "%"),
    "link_quality": (gettext_lazy("Link quality"), "/ 255"),
}
FLAGS: Final[Mapping[str, Promise]] = {
    "water_leak": gettext_lazy("Water leak"),
    "smoke": gettext_lazy("Smoke"),
    "gas": gettext_lazy("Gas"),
    "carbon_monoxide": gettext_lazy("Carbon monoxide"),
    "tamper": gettext_lazy("Tamper"),
    "battery_low": gettext_lazy("Battery low"),
    "occupancy": gettext_lazy("Occupancy"),
    "open": gettext_lazy("Standing open"),
    "sos": gettext_lazy("SOS"),
}
HAZARDS: Final = ("water_leak", "smoke", "gas", "carbon_monoxide", "sos", "tamper")
ICONS: Final = {
    "gate": "gate",
    "camera": "camera",
    "water": "water",
    "smoke": "fire",
    "gas": "gas",
    "sos": "sos",
    "door": "key",
}


@dataclass(frozen=True, slots=True)
class DeviceView:
    """`status` is online, offline, unknown (never heard) or inactive; `hazard` the first flag of
    danger that its state raises. `x`, `y` are metres east and north on the estate's plan."""

    id: uuid.UUID
    code: str
    name: str
    category: str
    category_text: str
    icon: str
    profile: str
    maker: str
    driver: str
    area_id: int
    area: str
    building: str
    place: str
    gateway: str
    status: str
    status_text: str
    hazard: str
    hazard_text: str
    last_seen_at: datetime | None
    x: float | None
    y: float | None


@dataclass(frozen=True, slots=True)
class ReadingView:
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class EventView:
    kind: str
    kind_text: str
    device_time: datetime | None
    received_at: datetime
    readings: tuple[ReadingView, ...]


@dataclass(frozen=True, slots=True)
class CommandView:
    kind_text: str
    state: str
    state_text: str
    reason: str
    requested_by: str
    created_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class DevicePage:
    """`events` are all but telemetry; `may_open`: whether this viewer may open this gate."""

    device: DeviceView
    readings: tuple[ReadingView, ...]
    events: tuple[EventView, ...]
    commands: tuple[CommandView, ...]
    children: tuple[DeviceView, ...]
    may_open: bool


def list_devices(
    *,
    viewer: Viewer,
    number: int = 1,
    area_id: int | None = None,
    category: str = "",
    status: str = "",
    text: str = "",
) -> Page[DeviceView]:
    """A page of the devices that the viewer sees, by estate and name."""
    rows = devices(viewer=viewer)
    if area_id is not None:
        rows = rows.filter(area_id=area_id)
    if category:
        rows = rows.filter(profile__category=category)
    if status:
        rows = rows.filter(status=status)
    if text:
        rows = rows.filter(
            Q(name__icontains=text) | Q(code__startswith=text) | Q(place__icontains=text)
        )
    page = paginate(rows.order_by("area__path", "name", "code"), number)
    return page.map(lambda found: [view(device) for device in found])


def device_counts(*, viewer: Viewer) -> dict[str, int]:
    """How many devices have each status."""
    rows = devices(viewer=viewer).values_list("status").annotate(count=Count("pk")).order_by()
    return dict.fromkeys(STATUS_TEXT, 0) | dict(rows)


def device_page(*, viewer: Viewer, device_id: uuid.UUID) -> DevicePage:
    """One device with its recent events and commands. Raises NotFound."""
    device: Any = get_device(viewer=viewer, device_id=device_id)
    state = getattr(device, "state", None)
    driver = DRIVERS.get(device.profile.driver)
    events = DeviceEvent.objects.filter(device=device).exclude(kind=EventKind.TELEMETRY)
    commands = Command.objects.filter(device=device).select_related("requested_by")
    children = devices(viewer=viewer).filter(gateway=device).order_by("name")
    return DevicePage(
        device=view(device),
        readings=_readings(state.data if state else {}),
        events=tuple(map(_event, events.order_by("-received_at")[:RECENT])),
        commands=tuple(map(_command, commands.order_by("-created_at")[:RECENT])),
        children=tuple(map(view, children)),
        may_open=bool(driver and driver.command)
        and device.profile.category == "gate"
        and bool(policies.may_command(viewer, device)),
    )


def get_device(*, viewer: Viewer, device_id: uuid.UUID) -> Device:
    """The row, for an action on it. Raises NotFound."""
    device: Device | None = devices(viewer=viewer).filter(pk=device_id).first()
    if device is None:
        raise NotFound
    return device


def on_plan(*, viewer: Viewer, area: Area) -> list[DeviceView]:
    """The estate's devices that have a place on its plan."""
    rows = devices(viewer=viewer).filter(area=area, active=True, x__isnull=False, y__isnull=False)
    return [view(device) for device in rows.order_by("code")]


def devices(*, viewer: Viewer) -> "QuerySet[Any]":
    """The devices that the viewer sees, with everything that `view` needs; `status` annotated."""
    status = Case(
        When(active=False, then=Value("inactive")),
        When(last_seen_at=None, then=Value("unknown")),
        When(state__online=True, then=Value("online")),
        default=Value("offline"),
        output_field=CharField(),
    )
    return (
        Device.objects.visible_to(viewer)
        .select_related("profile", "area", "building", "gateway", "state")
        .annotate(status=status)
    )


def view(device: Any) -> DeviceView:
    """A row of `devices` as it is shown."""
    state = getattr(device, "state", None)
    hazard = next((key for key in HAZARDS if state and state.data.get(key) is True), "")
    return DeviceView(
        id=device.pk,
        code=device.code,
        name=device.name,
        category=device.profile.category,
        category_text=device.profile.get_category_display(),
        icon=ICONS.get(device.profile.category, "device"),
        profile=device.profile.name,
        maker=device.profile.maker,
        driver=device.profile.driver,
        area_id=device.area_id,
        area=device.area.name,
        building=device.building.name if device.building else "",
        place=device.place,
        gateway=device.gateway.name if device.gateway else "",
        status=device.status,
        status_text=str(STATUS_TEXT[device.status]),
        hazard=hazard,
        hazard_text=str(FLAGS[hazard]) if hazard else "",
        last_seen_at=device.last_seen_at,
        x=device.x,
        y=device.y,
    )


def _readings(data: Mapping[str, Any]) -> tuple[ReadingView, ...]:
    """What the vocabulary names, in its order; a device's own keys stay in the event's row."""
    quantities = [
        ReadingView(str(label), f"{data[key]:g} {unit}")
        for key, (label, unit) in QUANTITIES.items()
        if isinstance(data.get(key), int | float)
    ]
    flags = [
        ReadingView(str(label), _("yes") if data[key] else _("no"))
        for key, label in FLAGS.items()
        if isinstance(data.get(key), bool)
    ]
    return tuple(quantities + flags)


def _event(event: DeviceEvent) -> EventView:
    return EventView(
        kind=event.kind,
        kind_text=str(EventKind(event.kind).label),
        device_time=event.device_time,
        received_at=event.received_at,
        readings=_readings(event.data),
    )


def _command(command: Command) -> CommandView:
    by = command.requested_by
    return CommandView(
        kind_text=command.get_kind_display(),
        state=command.state,
        state_text=str(CommandState(command.state).label),
        reason=command.reason if by else str(WAYS_IN.get(command.reason, command.reason)),
        requested_by=by.display_name if by else _("Platform"),
        created_at=command.created_at,
        finished_at=command.finished_at,
    )
