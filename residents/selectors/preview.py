"""How pages look to somebody else, with a person who does not exist.

The rights are those of the access decision, and the shape is that of the real pages; rows of
residents are neither asked for nor reachable: the viewer is nobody, and the access log refuses him.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from accounts.choices import Role
from accounts.models import Department
from accounts.selectors import as_viewer, chosen_area, departments
from accounts.viewer import Viewer
from datasharing import policy
from datasharing.choices import Subject
from datasharing.models import DataElement, FormTemplate
from datasharing.policy import Right
from datasharing.selectors import template, templates_for
from datasharing.values import Recorded
from residents import invented, policies
from residents.selectors.reading import display_name, in_sections
from residents.selectors.residents import LISTED
from residents.selectors.shapes import Person, Section
from smartcommunity.kernel.errors import NotFound


@dataclass(frozen=True, slots=True)
class Preview:
    """A resident's page, a list and a form as `department` in `role` sees them in `area`."""

    department: str
    role: str
    area: str
    name: str
    sections: tuple[Section, ...]
    hidden: int
    people: tuple[Person, ...]
    templates: tuple[FormTemplate, ...]
    template: FormTemplate | None
    rights: dict[str, Right]
    recorded: dict[str, Recorded]


def departments_to_preview(*, viewer: Viewer) -> list[Department]:
    """Those as which the viewer may look: a security administrator all of his areas, a supervisor
    his own."""
    policies.may_preview(viewer).require()
    if viewer.role == Role.SECURITY_ADMIN:
        return list(departments(viewer=viewer).order_by("kind", "name", "id"))
    return list(Department.objects.filter(membership=viewer.membership_id).select_related("area"))


def preview(
    *,
    viewer: Viewer,
    department_id: uuid.UUID | None,
    role: Role,
    area_id: int | None,
    key: str = "",
) -> Preview:
    """What somebody of the department (None: the first) in this role sees of an invented resident
    in the area (None: an estate). Raises NotAllowed; NotFound for what is not his to look at."""
    offered = departments_to_preview(viewer=viewer)
    chosen = next((d for d in offered if department_id in {None, d.pk}), None)
    if chosen is None:
        raise NotFound
    area = chosen_area(viewer=viewer, area_id=area_id)
    nobody = as_viewer(department=chosen, role=role, paths=[area.path])
    elements = list(
        DataElement.objects.filter(subject=Subject.RESIDENT)
        .select_related("code_list")
        .prefetch_related("code_list__codes")
    )
    rights = policy.access(viewer=nobody, subject=Subject.RESIDENT).rights(area.path)
    recorded = invented.seen(elements, rights)
    templates = templates_for(viewer=nobody, subject=Subject.RESIDENT)
    opened = key or (templates[0].key if templates else "")
    return Preview(
        department=chosen.name,
        role=str(role.label),
        area=area.name,
        name=display_name(recorded),
        sections=in_sections(subject=Subject.RESIDENT, recorded=recorded),
        hidden=len(elements) - len(recorded),
        people=tuple(
            _person(invented.seen(elements, rights, person), area.name)
            for person in range(len(invented.NAMES))
        ),
        templates=tuple(templates),
        template=template(viewer=nobody, key=opened) if opened else None,
        rights=rights,
        recorded=recorded,
    )


def _person(seen: dict[str, Recorded], estate: str) -> Person:
    return Person(
        id=uuid.UUID(int=0),
        name=display_name(seen),
        facts=tuple(seen[key].shown for key in LISTED[1:] if key in seen),
        estate=estate,
    )
