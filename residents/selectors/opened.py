"""What an emergency access opens of one resident, and the viewer's own while it runs."""

from __future__ import annotations

import uuid
from math import ceil

from accounts.viewer import Viewer
from datasharing import policy
from datasharing.choices import Level, Subject
from datasharing.models import DataElement, EmergencyAccess
from datasharing.policy import Access
from residents.selectors.shapes_guard import RunningEmergency
from smartcommunity.kernel import clock


def closed_elements(access: Access, area_path: str) -> list[DataElement]:
    """What the viewer does not see in full there and may open in an emergency: from the catalogue,
    so that the offer does not tell what is recorded."""
    return [
        element
        for element in policy.openable(Subject.RESIDENT).order_by("owner_kind", "key")
        if access.level(element.pk, area_path) < Level.FULL
    ]


def running_emergency(*, viewer: Viewer, resident_id: uuid.UUID) -> RunningEmergency | None:
    """The viewer's own access to this resident, while it runs."""
    rows = EmergencyAccess.objects.in_force().filter(
        user=viewer.user_id, department=viewer.department_id, subject_id=resident_id
    )
    row = rows.order_by("-expires_at").first()
    if row is None:
        return None
    left = (row.expires_at - clock.now()).total_seconds()
    return RunningEmergency(row.pk, row.expires_at, max(1, ceil(left / 60)))
