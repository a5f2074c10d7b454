"""Gates; no personal data stands here."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from accounts.viewer import Viewer
from devices.models import Device
from security.choices import PassMethod
from security.models import Gate
from smartcommunity.kernel.pagination import Page, paginate


@dataclass(frozen=True, slots=True)
class GateRow:
    """A gate with its ways in and whether its devices are online (None: it has no such device)."""

    id: uuid.UUID
    name: str
    area_id: int
    area_name: str
    methods: tuple[str, ...]
    controller_online: bool
    camera_online: bool | None


def gates(*, viewer: Viewer, number: int = 1) -> Page[GateRow]:
    """The gates of the viewer's areas."""
    rows = (
        Gate.objects.visible_to(viewer)
        .select_related("area", "camera__state", "controller__state")
        .order_by("area__path", "name", "id")
    )
    return paginate(rows, number).map(lambda page: [_row(gate) for gate in page])


def _row(gate: Gate) -> GateRow:
    return GateRow(
        id=gate.pk,
        name=gate.name,
        area_id=gate.area_id,
        area_name=gate.area.name,
        methods=tuple(str(PassMethod(method).label) for method in gate.methods),
        controller_online=_online(gate.controller),
        camera_online=_online(gate.camera) if gate.camera else None,
    )


def _online(device: Device) -> bool:
    state = getattr(device, "state", None)
    return bool(state and state.online)
