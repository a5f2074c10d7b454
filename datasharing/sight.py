"""What somebody would see: the access decision asked for viewers that nobody is.

There is no second rule here: `datasharing.policy.access` answers, for people as they are and as
they would be. Reads no personal data.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts.models import Area
from accounts.viewer import Viewer
from datasharing import policy
from datasharing.choices import Level, Subject
from datasharing.models import DataElement
from datasharing.policy import HIDDEN, Right

Sight = dict[str, dict[str, Right]]
Changes = dict[str, tuple[Right, Right]]


@dataclass(frozen=True, slots=True)
class Step:
    """Elements of one subject whose right changes in the same way."""

    subject: str
    before: Right
    after: Right
    elements: tuple[str, ...]

    @property
    def is_more(self) -> bool:
        return (self.after.level, self.after.may_write) > (self.before.level, self.before.may_write)

    @property
    def was(self) -> str:
        return describe(self.before)

    @property
    def becomes(self) -> str:
        return describe(self.after)


@dataclass(frozen=True, slots=True)
class AreaSteps:
    """What changes at and below an area beyond what changes around it: what is seen or written
    more, and what less."""

    area: str
    gained: tuple[Step, ...]
    lost: tuple[Step, ...]


def describe(right: Right) -> str:
    """A right in words."""
    level = str(Level(right.level).label)
    return f"{level} · {_('may write')}" if right.may_write else level


def sight_of(viewers: Iterable[Viewer]) -> Sight:
    """{area path: {element: right}} of a person, who may work as any of these viewers: the most of
    them counts. The paths are those below which something is seen."""
    found: Sight = {}
    for viewer in viewers:
        for subject in Subject:
            access = policy.access(viewer=viewer, subject=subject)
            for path in access.reach():
                rights = found.setdefault(path, {})
                for key, right in access.rights(path).items():
                    rights[key] = rights.get(key, HIDDEN) | right
    return found


def at(sight: Sight, path: str) -> dict[str, Right]:
    """What the sight shows in an area: what its own node says and those above it."""
    rights: dict[str, Right] = {}
    for edge, shown in sight.items():
        if path.startswith(edge):
            for key, right in shown.items():
                rights[key] = rights.get(key, HIDDEN) | right
    return rights


def differences(before: Iterable[Viewer], after: Iterable[Viewer]) -> list[AreaSteps]:
    """What would be seen and written afterwards that is not now, and the reverse, by area. In an
    area inside another one only what changes otherwise than there."""
    old, new = sight_of(before), sight_of(after)
    changed = {path: _changed(at(old, path), at(new, path)) for path in {*old, *new}}
    told: dict[str, Changes] = {}
    for path in sorted(changed):
        edges = (edge for edge in changed if edge != path and path.startswith(edge))
        around = changed.get(max(edges, key=len, default=""), {})
        if own := {key: pair for key, pair in changed[path].items() if around.get(key) != pair}:
            told[path] = own
    names = dict(Area.objects.filter(path__in=told).values_list("path", "name"))
    elements = DataElement.objects.in_bulk({key for own in told.values() for key in own})
    return [_steps(names.get(path, path), own, elements) for path, own in told.items()]


def _changed(old: Mapping[str, Right], new: Mapping[str, Right]) -> Changes:
    pairs = {key: (old.get(key, HIDDEN), new.get(key, HIDDEN)) for key in {*old, *new}}
    return {key: pair for key, pair in pairs.items() if pair[0] != pair[1]}


def _steps(area: str, changed: Changes, elements: Mapping[str, DataElement]) -> AreaSteps:
    groups: dict[tuple[str, Right, Right], list[str]] = defaultdict(list)
    for key, (old, new) in sorted(changed.items()):
        groups[(elements[key].subject, old, new)].append(elements[key].label)
    steps = [
        Step(str(Subject(subject).label), old, new, tuple(labels))
        for (subject, old, new), labels in sorted(
            groups.items(), key=lambda item: (Subject.values.index(item[0][0]), -item[0][2].level)
        )
    ]
    return AreaSteps(
        area,
        tuple(step for step in steps if step.is_more),
        tuple(step for step in steps if not step.is_more),
    )
