"""Reads of devices, by what they are about. Import them from here."""

from devices.selectors.devices import (
    CommandView,
    DevicePage,
    DeviceView,
    EventView,
    ReadingView,
    device_counts,
    device_page,
    devices,
    get_device,
    list_devices,
    on_plan,
    view,
)
from devices.selectors.intake import (
    IntakeView,
    QuarantineView,
    RefusalView,
    intake_view,
    list_quarantine,
    list_refusals,
)

__all__ = [
    "CommandView",
    "DevicePage",
    "DeviceView",
    "EventView",
    "IntakeView",
    "QuarantineView",
    "ReadingView",
    "RefusalView",
    "device_counts",
    "device_page",
    "devices",
    "get_device",
    "intake_view",
    "list_devices",
    "list_quarantine",
    "list_refusals",
    "on_plan",
    "view",
]
