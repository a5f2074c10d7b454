"""The estate's plan with its gates and the open alerts that the viewer may see."""

from __future__ import annotations

from typing import Any

from accounts.models import Area
from accounts.viewer import Viewer
from devices.models import Device
from residents import selectors as registry
from security.models import Alert, Gate
from security.selectors.alerts import OPEN
from smartcommunity.kernel.errors import NotFound

Feature = dict[str, Any]


def plan(*, viewer: Viewer, area_id: int) -> Feature:
    """GeoJSON for components/map_panel.html. Gates and alerting devices are points, keyed by their
    row's id; one with an open alert has status "alert" and the alert's id. Raises NotFound.

    A gate stands where the plan draws it, else where its controller does.
    """
    area = Area.objects.visible_to(viewer).filter(pk=area_id).first()
    drawn = registry.plan(viewer=viewer, area=area) if area else None
    if drawn is None:
        raise NotFound
    on_plan = {
        feature["properties"]["key"]: feature
        for feature in drawn["features"]
        if feature["properties"]["layer"] == "gate"
    }
    rows = Alert.objects.visible_to(viewer).filter(area=area_id, state__in=OPEN)
    alerts = list(rows.select_related("device").order_by("-severity", "-last_at"))
    at_gate = {alert.gate_id: str(alert.pk) for alert in reversed(alerts) if alert.gate_id}
    gates = Gate.objects.visible_to(viewer).filter(area=area_id).select_related("controller")
    places: list[Feature] = []
    for gate in gates:
        point = on_plan[gate.ref]["geometry"] if gate.ref in on_plan else _point(gate.controller)
        if point:
            places.append(_place("gate", str(gate.pk), gate.name, point, at_gate.get(gate.pk)))
    known = {gate.ref for gate in gates}
    seen = set()
    for alert in alerts:
        point = _point(alert.device)
        if point and not alert.gate_id and alert.device_id not in seen:
            seen.add(alert.device_id)
            name = alert.device.place or alert.device.name
            places.append(_place("device", str(alert.device_id), name, point, str(alert.pk)))
    kept = [
        feature
        for feature in drawn["features"]
        if feature["properties"]["layer"] != "gate" or feature["properties"]["key"] not in known
    ]
    return {"type": "FeatureCollection", "features": [*kept, *places]}


def _point(device: Device) -> Feature | None:
    if device.x is None or device.y is None:
        return None
    return {"type": "Point", "coordinates": registry.plan_point(device.x, device.y)}


def _place(layer: str, key: str, name: str, point: Feature, alert: str | None) -> Feature:
    properties = {"layer": layer, "key": key, "name": name}
    if alert:
        properties |= {"status": "alert", "alert": alert}
    return {"type": "Feature", "properties": properties, "geometry": point}
