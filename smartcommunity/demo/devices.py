"""The estates' devices: gates with camera and controller, sensors behind a Zigbee2MQTT gateway.

`<STATE_DIR>/demo_devices.json` (mode 0600) keeps what the simulator needs and the registry does
not: `{code: {"password", "driver", "category", "name", "estate", "gate", "gateway", "address"}}`;
`gate` is the plan's reference, `gateway` and `address` are of devices without an own account.
"""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from django.conf import settings

from accounts.models import Area
from accounts.viewer import SYSTEM
from devices.actions import enrol_device
from devices.choices import DeviceCategory
from devices.models import Device, DeviceProfile
from residents.models import Building
from security.choices import PassMethod
from security.models import Gate
from smartcommunity.demo.estates import ESTATES, BuildingSpec, EstateSpec, GateSpec
from smartcommunity.demo.shapes import Point

NATIVE, ZIGBEE = "native", "zigbee2mqtt"
# Key: (name, category, driver, maker).
PROFILES: Final = {
    "gate-controller": ("人行门控制器", DeviceCategory.GATE, NATIVE, ""),
    "gate-camera": ("人脸抓拍机", DeviceCategory.CAMERA, NATIVE, ""),
    "zigbee-gateway": ("Zigbee2MQTT 网关", DeviceCategory.GATEWAY, ZIGBEE, ""),
    "zigbee-water": ("水浸传感器", DeviceCategory.WATER, ZIGBEE, ""),
    "zigbee-smoke": ("烟雾探测器", DeviceCategory.SMOKE, ZIGBEE, ""),
    "zigbee-gas": ("可燃气体探测器", DeviceCategory.GAS, ZIGBEE, ""),
    "zigbee-sos": ("紧急呼叫按钮", DeviceCategory.SOS, ZIGBEE, ""),
}
# Device types of GB/T 28181 annex D; the code is 8 places of centre, 2 of industry, then type.
TYPES: Final = {
    DeviceCategory.GATE: "139",
    DeviceCategory.CAMERA: "131",
    DeviceCategory.GATEWAY: "117",
}
SENSOR_TYPE: Final = "134"
FEATURED_SENSOR: Final = "water-3-1-201"
"""Under the sink of the featured home, in the first estate."""


@dataclass(frozen=True, slots=True)
class Sensor:
    """A sensor of a building. `along` is how far along its length, from west (0) to east (1);
    `across` from south (0) to north (1)."""

    address: str
    profile: str
    place: str
    building: BuildingSpec
    along: float
    across: float


def seed_devices(areas: dict[str, Area]) -> int:
    """Enrol the devices that are missing and the gates they serve; returns how many devices."""
    for key, (name, category, driver, maker) in PROFILES.items():
        DeviceProfile.objects.update_or_create(
            key=key,
            defaults={"name": name, "category": category, "driver": driver, "maker": maker},
        )
    return sum(
        _Estate(number, spec, areas[spec.code]).seed()
        for number, spec in enumerate(ESTATES, start=1)
    )


class _Estate:
    """Enrols one estate's devices; codes are numbered in the order of enrolment."""

    def __init__(self, number: int, spec: EstateSpec, area: Area) -> None:
        self.number = number
        self.spec = spec
        self.area = area
        self.buildings = {row.ref: row for row in Building.objects.filter(area=area)}
        self.known = {device.code: device for device in Device.objects.filter(area=area)}
        self.accounts: dict[str, dict[str, Any]] = {}
        self._count = 0

    def seed(self) -> int:
        for gate in self.spec.gates:
            self._gate(gate)
        office = self.spec.on_plan(*self.spec.office)
        gateway = self._enrol(
            "zigbee-gateway", f"{self.spec.name}物联网关", "物业服务中心机房", office
        )
        for sensor in _sensors(self.spec):
            self._sensor(sensor, gateway)
        if self.accounts:
            remember(self.accounts)
        return len(self.accounts)

    def _gate(self, gate: GateSpec) -> None:
        camera, controller = (
            self._enrol(key, f"{gate.name}{what}", gate.name, at, gate.ref)
            for key, what, at in zip(
                ("gate-camera", "gate-controller"),
                ("抓拍机", "门控"),
                self._beside(gate),
                strict=True,
            )
        )
        Gate.objects.get_or_create(
            controller=controller,
            defaults={
                "area": self.area,
                "name": gate.name,
                "ref": gate.ref,
                "camera": camera,
                "methods": [PassMethod.FACE, PassMethod.CARD, PassMethod.QR, PassMethod.PIN],
            },
        )

    def _beside(self, gate: GateSpec) -> tuple[Point, Point]:
        """Inside the boundary on both sides of the way in, clear of the gate's own mark."""
        if gate.y == 0:
            places = [(gate.x - 12, 7.0), (gate.x + 12, 7.0)]
        else:
            x = 7.0 if gate.x == 0 else gate.x - 7
            places = [(x, gate.y - 12), (x, gate.y + 12)]
        first, second = (self.spec.on_plan(x, y) for x, y in places)
        return first, second

    def _sensor(self, sensor: Sensor, gateway: Device) -> None:
        spec = sensor.building
        at = self.spec.on_plan(
            spec.x + sensor.along * spec.length, spec.y + sensor.across * spec.depth
        )
        self._enrol(
            sensor.profile,
            f"{spec.name}{sensor.place}{PROFILES[sensor.profile][0]}",
            sensor.place,
            at,
            building=self.buildings[self.spec.building_ref(spec.number)],
            gateway=gateway,
            address=sensor.address,
        )

    def _enrol(
        self,
        profile_key: str,
        name: str,
        place: str,
        at: Point,
        gate: str = "",
        *,
        building: Building | None = None,
        gateway: Device | None = None,
        address: str = "",
    ) -> Device:
        self._count += 1
        category, driver = PROFILES[profile_key][1:3]
        kind = TYPES.get(category, SENSOR_TYPE)
        code = f"4201119800{kind}0{self.number}{self._count:05d}"
        if code in self.known:
            return self.known[code]
        device, password = enrol_device(
            viewer=SYSTEM,
            code=code,
            name=name,
            profile=DeviceProfile.objects.get(pk=profile_key),
            area=self.area,
            building=building,
            gateway=gateway,
            address=address,
            place=place,
            x=at[0],
            y=at[1],
        )
        self.accounts[code] = {
            "password": password,
            "driver": driver,
            "category": category.value,
            "name": name,
            "estate": self.spec.key,
            "gate": gate,
            "gateway": gateway.code if gateway else "",
            "address": address,
        }
        return device


def _sensors(estate: EstateSpec) -> list[Sensor]:
    """A pump room and a lobby in each building, and what stands in a few homes."""
    found = []
    for spec in estate.buildings:
        number = spec.number
        found += [
            Sensor(f"water-pump-{number}", "zigbee-water", "水泵房", spec, 0.08, 0.2),
            Sensor(f"smoke-lobby-{number}", "zigbee-smoke", "一楼大厅", spec, 0.92, 0.8),
        ]
        if number % 2:
            found.append(Sensor(f"gas-{number}", "zigbee-gas", "燃气表间", spec, 0.74, 0.8))
        if number in {2, 3}:
            found.append(Sensor(f"sos-{number}-1-101", "zigbee-sos", "1单元101室", spec, 0.3, 0.2))
    if estate is ESTATES[0]:
        home = estate.buildings[2]
        found.append(Sensor(FEATURED_SENSOR, "zigbee-water", "1单元201室厨房", home, 0.19, 0.9))
    return found


def credentials_file() -> Path:
    return Path(settings.STATE_DIR) / "demo_devices.json"


def remember(accounts: dict[str, dict[str, Any]]) -> None:
    """Add to the file, before the commit: a password that nobody uses is better than a lost one."""
    file = credentials_file()
    known = json.loads(file.read_text()) if file.exists() else {}
    fresh = file.with_suffix(".new")
    file.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
        json.dump(known | accounts, out, ensure_ascii=False, indent=1)
    fresh.replace(file)
