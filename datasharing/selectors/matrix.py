"""The matrix: department x data element, as the access decision answers. No personal data."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date

from accounts import selectors as offices
from accounts.choices import Role
from accounts.models import Department
from accounts.viewer import Viewer
from datasharing import policies, policy
from datasharing.choices import Level, Purpose, Subject
from datasharing.models import DataElement, Grant
from datasharing.policy import HIDDEN, Access, Right
from smartcommunity.kernel.pagination import Page, paginate

COLUMNS = 6


@dataclass(frozen=True, slots=True)
class Source:
    """The grant through which an element is seen."""

    giver: str
    valid_to: date


@dataclass(frozen=True, slots=True)
class Cell:
    """One department's right on one element, and where it comes from."""

    department: str
    level: str
    level_label: str
    may_write: bool
    owns: bool
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Line:
    key: str
    label: str
    owner: str
    sensitivity: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Matrix:
    """`departments` is a page of columns; `lines` are the elements of the subject."""

    departments: Page[Department]
    lines: tuple[Line, ...]
    area: str


LEVELS = {Level.HIDDEN: "hidden", Level.YES_NO: "info", Level.MASKED: "masked", Level.FULL: "full"}


def matrix(
    *,
    viewer: Viewer,
    subject: Subject,
    role: Role,
    area_id: int | None,
    number: int,
    purpose: Purpose | None = None,
    kind: str = "",
    text: str = "",
    shared_only: bool = False,
) -> Matrix:
    """What each department of the security administrator's areas, in this role, sees of the
    subject's elements on rows of one area, for a purpose (None: its usual one). Raises NotFound,
    NotAllowed. Its queries grow with the columns of one page, not with departments or elements."""
    policies.may_open_matrix(viewer).require()
    area = offices.chosen_area(viewer=viewer, area_id=area_id)
    departments = offices.departments(viewer=viewer).order_by("kind", "name", "id")
    if kind:
        departments = departments.filter(kind=kind)
    columns = paginate(departments, number, COLUMNS)
    accesses = {
        department.pk: policy.access(
            viewer=offices.as_viewer(department=department, role=role, paths=[area.path]),
            subject=subject,
            purpose=purpose,
        )
        for department in columns.rows
    }
    elements = DataElement.objects.filter(subject=subject)
    if wanted := text.strip().lower():
        found = [e.pk for e in elements if wanted in f"{e.key} {e.label_zh} {e.label_en}".lower()]
        elements = elements.filter(pk__in=found)
    givers = _givers(accesses)
    lines = (
        Line(
            element.key,
            element.label,
            element.get_owner_kind_display(),
            element.get_sensitivity_display(),
            tuple(
                _cell(department, accesses[department.pk], element.key, area.path, givers)
                for department in columns.rows
            ),
        )
        for element in elements.order_by("owner_kind", "key")
    )
    if shared_only:
        lines = (line for line in lines if any(cell.sources for cell in line.cells))
    return Matrix(columns, tuple(lines), area.name)


def _cell(
    department: Department,
    access: Access,
    key: str,
    path: str,
    givers: dict[uuid.UUID, Source],
) -> Cell:
    right: Right = access.rights(path).get(key, HIDDEN)
    through = [
        givers[grant.grant_id]
        for grant in access.granted
        if key in grant.elements and path.startswith(grant.area_path) and grant.grant_id in givers
    ]
    return Cell(
        department=department.name,
        level=LEVELS[right.level],
        level_label=str(right.level.label),
        may_write=right.may_write,
        owns=key in access.owned and right.level > Level.HIDDEN,
        sources=tuple(through) if right.level > Level.HIDDEN else (),
    )


def _givers(accesses: dict[uuid.UUID, Access]) -> dict[uuid.UUID, Source]:
    used = {grant.grant_id for access in accesses.values() for grant in access.granted}
    rows = Grant.objects.filter(pk__in=used).select_related("owner")
    return {row.pk: Source(row.owner.name, row.valid_to) for row in rows}
