"""The device registry, and the broker accounts that follow from it."""

import re
from pathlib import Path

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Area
from accounts.viewer import Viewer
from devices import policies
from devices.drivers.registry import DRIVERS
from devices.models import Device, DeviceProfile, DeviceState
from residents.models import Building
from smartcommunity.embedded.credentials import (
    Credential,
    generate_password,
    hash_password,
    reload,
    write_credentials,
)
from smartcommunity.kernel import clock
from smartcommunity.kernel.errors import Invalid, type_text

# It stands in topics and as the broker's user name.
CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
ADDRESS = re.compile(r"[^+#\0]{1,120}")


def enrol_device(
    *,
    viewer: Viewer,
    code: str,
    name: str,
    profile: DeviceProfile,
    area: Area,
    building: Building | None = None,
    gateway: Device | None = None,
    address: str = "",
    place: str = "",
    x: float | None = None,
    y: float | None = None,
) -> tuple[Device, str]:
    """Register a device; returns it and its password, which is kept nowhere.

    A device behind a gateway speaks with the gateway's account: its password is empty.

    Raises:
        NotAllowed; Invalid(fields): a code or address that is malformed or taken.
    """
    policies.may_enrol(viewer, area.path).require()
    _check(code=code, gateway=gateway, address=address, profile=profile, area=area)
    password = "" if gateway else generate_password()
    device = Device(
        code=code,
        name=name,
        profile=profile,
        area=area,
        building=building,
        gateway=gateway,
        address=address if gateway else "",
        place=place,
        x=x,
        y=y,
        credential=hash_password(password) if password else "",
    )
    try:
        with transaction.atomic():
            device.save()
            DeviceState.objects.create(device=device, updated_at=clock.now())
            transaction.on_commit(sync_broker_credentials)
    except IntegrityError as error:
        field = "address" if gateway and "address" in str(error) else "code"
        raise Invalid(fields={field: _("This is taken by another device.")}) from error
    return device, password


def sync_broker_credentials() -> bool:
    """Give the embedded broker all accounts; False when the broker is not ours to configure."""
    if not settings.BROKER_DIR:
        return False
    write_credentials(Path(settings.BROKER_DIR), broker_credentials())
    return reload(Path(settings.BROKER_DIR))


def broker_credentials() -> list[Credential]:
    """The accounts of all active devices: each publishes and hears its own topics only."""
    devices = Device.objects.filter(active=True).exclude(credential="").select_related("profile")
    return [
        Credential(
            username=device.code,
            secret=device.credential,
            publish=[topic.format(code=device.code) for topic in driver.publishes],
            subscribe=[topic.format(code=device.code) for topic in driver.receives],
        )
        for device in devices.order_by("code")
        if (driver := DRIVERS.get(device.profile.driver))
    ]


def _check(
    *, code: str, gateway: Device | None, address: str, profile: DeviceProfile, area: Area
) -> None:
    wrong: dict[str, type_text] = {}
    if not CODE.fullmatch(code):
        wrong["code"] = _("Letters, digits, dot, hyphen and underscore, at most 40.")
    if profile.driver not in DRIVERS:
        wrong["profile"] = _("No driver speaks this profile's dialect.")
    if gateway and not ADDRESS.fullmatch(address):
        wrong["address"] = _("Give the name that the gateway knows this device by.")
    if gateway and (gateway.area_id != area.pk or gateway.gateway_id):
        wrong["gateway"] = _("The gateway must be a device of the same area with its own account.")
    if wrong:
        raise Invalid(fields=wrong)
