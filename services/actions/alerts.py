"""What services hear from the floors below: a leak asks for a repair, merged people's requests."""

from residents.actions import repoint
from residents.events import ResidentsMerged
from security.choices import AlertKind
from security.events import AlertRaised
from services.actions import catalogue
from services.actions.timeline import open_request, write_step
from services.choices import RepairKind, Step
from services.models import ServiceRequest


def repair_leak(event: AlertRaised) -> None:
    """A water leak becomes a repair in the alert's own transaction; the same alert, once."""
    alert = event.alert
    if alert.kind != AlertKind.WATER_LEAK:
        return
    if ServiceRequest.objects.filter(alert=alert).exists():
        return
    device = alert.device
    building = device.building.name if device.building else ""
    request = open_request(
        item=catalogue.item("repair"),
        area_id=alert.area_id,
        alert_id=alert.pk,
        repair_kind=RepairKind.WATER,
        place=f"{building} {device.place or device.name}".strip(),
    )
    write_step(request, Step.SUBMITTED)


def requests_of_merged(event: ResidentsMerged) -> None:
    """The requests of both entries are one person's now."""
    repoint(event, ServiceRequest)
