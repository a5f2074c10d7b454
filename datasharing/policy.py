"""The access decision: who sees how much of which element, where. The whole rule stands here.

An element is visible to a viewer on a row if and only if
  1. he is staff in force, and his role reads personal data (the three administrators never do);
  2. the row's area lies at or below a node where he works; and
  3. his department is of the kind that owns the element: full, and he may write it;
     or a grant in force, given to his department, covers the element and the row's area:
     at the grant's level, writing only if the grant says so. The most generous grant counts.
     Nobody gives what is not his: only elements that the giver owns count, and only in his area.
Everything else is hidden. What is hidden is never fetched.

In an emergency (紧急查阅) an officer opens elements of one subject for a short time: while that
runs, he alone sees them in full, on that subject, where he works; he does not write them.
Biometric elements and those that are never shared are not opened so.

A grant is for one purpose: `access(purpose=...)` compiles the grants for that purpose; each
department has one usual purpose (`PURPOSE_OF`), which the pages state and log.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from django.db.models import F, Q, QuerySet

from accounts.choices import DepartmentKind
from accounts.viewer import Viewer
from datasharing.choices import Level, Purpose, Sensitivity, Sharing, Subject
from datasharing.models import DataElement, EmergencyAccess, Grant

PURPOSE_OF: dict[DepartmentKind, Purpose] = {
    DepartmentKind.POLICE: Purpose.PUBLIC_SECURITY,
    DepartmentKind.HOUSING: Purpose.HOUSING_MANAGEMENT,
    DepartmentKind.CIVIL_AFFAIRS: Purpose.CIVIL_SERVICE,
    DepartmentKind.GRID: Purpose.GRID_VISIT,
    DepartmentKind.PROPERTY: Purpose.PROPERTY_SERVICE,
    DepartmentKind.HEALTH: Purpose.CARE,
    DepartmentKind.JUSTICE: Purpose.CIVIL_SERVICE,
    DepartmentKind.DISABLED_PERSONS: Purpose.CARE,
    DepartmentKind.MARKET_REGULATION: Purpose.REGISTRATION,
    DepartmentKind.OPERATOR: Purpose.REGISTRATION,
}


@dataclass(frozen=True, slots=True)
class Right:
    """What is allowed on one element."""

    level: Level = Level.HIDDEN
    may_write: bool = False

    def __or__(self, other: Right) -> Right:
        return Right(max(self.level, other.level), self.may_write or other.may_write)


HIDDEN = Right()
OPENED = Right(Level.FULL)  # in an emergency
NO_GRANT = uuid.UUID(int=0)


@dataclass(frozen=True, slots=True)
class Granted:
    """A grant compiled: below `area_path`, `right` on the elements. `grant_id` says which."""

    area_path: str
    elements: frozenset[str]
    right: Right
    grant_id: uuid.UUID = NO_GRANT


@dataclass(frozen=True, slots=True)
class Access:
    """The decision compiled once per request: ask it per row with the row's area path.

    `owned` are the elements of the viewer's own department; `granted` what others gave it; `opened`
    what he opened in an emergency, by subject: only who asks with the subject's key is told of it.
    """

    viewer: Viewer
    purpose: Purpose | None
    owned: frozenset[str] = frozenset()
    granted: tuple[Granted, ...] = ()
    opened: Mapping[uuid.UUID, AbstractSet[str]] = field(default_factory=dict, hash=False)
    _rights: dict[str, dict[str, Right]] = field(default_factory=dict, compare=False, repr=False)

    def rights(self, area_path: str, subject_id: uuid.UUID | None = None) -> dict[str, Right]:
        """{element key: right} on rows of this area, or on this subject there. Elements not in it
        are hidden."""
        if area_path not in self._rights:
            self._rights[area_path] = self._compile(area_path)
        rights = self._rights[area_path]
        opened = self.opened.get(subject_id) if subject_id else None
        if not opened or not self.viewer.works_in(area_path):
            return rights
        less = (key for key in opened if rights.get(key, HIDDEN).level < Level.FULL)
        return rights | dict.fromkeys(less, OPENED)

    def _compile(self, area_path: str) -> dict[str, Right]:
        if not self.viewer.works_in(area_path):
            return {}
        rights = dict.fromkeys(self.owned, Right(Level.FULL, may_write=True))
        for grant in self.granted:
            if area_path.startswith(grant.area_path):
                for key in grant.elements:
                    rights[key] = rights.get(key, HIDDEN) | grant.right
        return rights

    def right(self, element: str, area_path: str, subject_id: uuid.UUID | None = None) -> Right:
        return self.rights(area_path, subject_id).get(element, HIDDEN)

    def level(self, element: str, area_path: str, subject_id: uuid.UUID | None = None) -> Level:
        return self.right(element, area_path, subject_id).level

    def reach(self, elements: Iterable[str] = (), level: Level = Level.YES_NO) -> tuple[str, ...]:
        """The area paths below which each of the elements is seen at `level` or better; without
        elements: below which anything at all is seen. For row filters, so that a row nobody
        shared is not even counted."""
        wanted = frozenset(elements)
        edges = {*self.viewer.area_paths, *(grant.area_path for grant in self.granted)}
        return tuple(
            path
            for path in sorted(edges)
            if (rights := self.rights(path))
            and all(rights.get(element, HIDDEN).level >= level for element in wanted)
        )

    def anywhere(self, element: str) -> Level:
        """The greatest level on any row: for offering a column or a filter at all."""
        levels = [g.right.level for g in self.granted if element in g.elements]
        return max([Level.FULL if element in self.owned else Level.HIDDEN, *levels])

    def everywhere(self, elements: Iterable[str]) -> bool:
        """True when each element is seen in full on every row that the viewer works with.

        Sorting and filtering by an element needs this: on any lesser right the order or the
        count of rows would tell the hidden value.
        """
        if not self.viewer.area_paths:
            return False
        return all(
            self.level(element, path) == Level.FULL
            for element in elements
            for path in self.viewer.area_paths
        )


def access(*, viewer: Viewer, subject: Subject | str, purpose: Purpose | None = None) -> Access:
    """Compile the decision for a subject: three queries, then none per row.

    `purpose` defaults to the department's usual one.
    """
    if not viewer.is_staff_member or viewer.is_administrator or viewer.department_kind is None:
        return Access(viewer, purpose)
    purpose = purpose or PURPOSE_OF[viewer.department_kind]
    owned = DataElement.objects.filter(subject=subject, owner_kind=viewer.department_kind)
    rows = (
        Grant.objects.in_force()
        .filter(
            grantee=viewer.department_id,
            purpose=purpose,
            elements__subject=subject,
            elements__owner_kind=F("owner__kind"),
        )
        .values_list("id", "area__path", "owner__area__path", "level", "may_write", "elements__key")
    )
    grants: dict[uuid.UUID, tuple[str, Right, set[str]]] = {}
    for grant_id, area, giver_area, level, may_write, element in rows:
        around, path = sorted((area, giver_area), key=len)
        if path.startswith(around):
            grant = grants.setdefault(grant_id, (path, Right(Level(level), may_write), set()))
            grant[2].add(element)
    return Access(
        viewer,
        purpose,
        frozenset(owned.values_list("key", flat=True)),
        tuple(
            Granted(path, frozenset(keys), right, grant_id)
            for grant_id, (path, right, keys) in grants.items()
        ),
        _opened(viewer, subject),
    )


def _opened(viewer: Viewer, subject: Subject | str) -> dict[uuid.UUID, set[str]]:
    opened: dict[uuid.UUID, set[str]] = defaultdict(set)
    rows = EmergencyAccess.objects.in_force().filter(
        user=viewer.user_id, department=viewer.department_id, elements__in=openable(subject)
    )
    for subject_id, element in rows.values_list("subject_id", "elements__key"):
        opened[subject_id].add(element)
    return dict(opened)


def openable(subject: Subject | str) -> QuerySet[DataElement]:
    """What an emergency may open at all."""
    never = Q(sensitivity=Sensitivity.BIOMETRIC) | Q(sharing=Sharing.NONE)
    return DataElement.objects.filter(~never, subject=subject)
