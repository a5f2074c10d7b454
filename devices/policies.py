"""Who may do what with devices."""

from django.utils.translation import gettext_lazy as _

from accounts.choices import DepartmentKind, Role
from accounts.viewer import Viewer
from devices.models import Device
from smartcommunity.kernel.decisions import ALLOW, Decision, deny


def _keeps_devices(viewer: Viewer) -> bool:
    """The property company keeps the estate's devices, the system administrator the platform's."""
    return viewer.is_system or viewer.role == Role.SYSTEM_ADMIN or _is_property(viewer)


def _is_property(viewer: Viewer) -> bool:
    return (
        viewer.is_staff_member
        and not viewer.is_administrator
        and viewer.department_kind == DepartmentKind.PROPERTY
    )


def sees_devices(viewer: Viewer) -> bool:
    """Staff but for the two administrators who keep apart from operation."""
    return viewer.is_staff_member and viewer.role not in {Role.SECURITY_ADMIN, Role.AUDITOR}


def may_open_intake(viewer: Viewer) -> Decision:
    """See and replay the quarantine, see what was refused."""
    if _keeps_devices(viewer):
        return ALLOW
    return deny(_("Only the property company and the system administrator look after intake."))


def may_enrol(viewer: Viewer, area_path: str) -> Decision:
    """Add a device to an area and receive its password."""
    if viewer.is_system:
        return ALLOW
    if viewer.role not in {Role.SYSTEM_ADMIN, Role.SUPERVISOR} or not _keeps_devices(viewer):
        return deny(_("Only the property manager and the system administrator enrol devices."))
    if not viewer.works_in(area_path):
        return deny(_("This area is not yours."))
    return ALLOW


def may_command(viewer: Viewer, device: Device) -> Decision:
    """The platform itself (a recognised resident), or the property company in its estate."""
    if not device.active:
        return deny(_("The device is switched off."))
    if viewer.is_system or (_is_property(viewer) and viewer.works_in(device.area.path)):
        return ALLOW
    return deny(_("Only the property company operates devices."))
