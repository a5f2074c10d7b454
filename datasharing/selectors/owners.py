"""Who answers for data in an area."""

from __future__ import annotations

import uuid

from django.db.models import Q

from accounts.choices import DepartmentKind
from accounts.models import Area, Department
from accounts.viewer import Viewer


def request_areas(*, viewer: Viewer) -> list[Area]:
    """Where the viewer may ask for data: where he works, as far as his department is responsible;
    in tree order."""
    own = Department.objects.select_related("area").filter(membership=viewer.membership_id).first()
    if own is None:
        return []
    return list(Area.objects.visible_to(viewer).filter(path__startswith=own.area.path))


def owners_in(
    *, kind: DepartmentKind | str, area: Area, but: uuid.UUID | None = None
) -> list[tuple[Department, Area]]:
    """Whom to ask for what departments of a kind own in an area: the nearest one responsible for
    the whole of it; without one, each that is responsible for a part, for its part."""
    around = [area.path[:end] for end in range(Area.steplen, len(area.path) + 1, Area.steplen)]
    found = list(
        Department.objects.filter(Q(area__path__in=around) | Q(area__path__startswith=area.path))
        .filter(kind=kind)
        .exclude(pk__in=[but] if but else [])
        .select_related("area")
        .order_by("area__path", "name")
    )
    whole = [department for department in found if area.path.startswith(department.area.path)]
    if whole:
        nearest = whole[-1].area_id
        return [(department, area) for department in whole if department.area_id == nearest]
    parts: list[Department] = []
    for department in found:
        if not any(department.area.path.startswith(part.area.path) for part in parts):
            parts.append(department)
    return [(department, department.area) for department in parts]
