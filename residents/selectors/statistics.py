"""Numbers of people present now, by one element, a row a place.

Where the viewer works they are exact. Beyond, in the rest of the area for which his department is
responsible, officers and supervisors read them by community, with small ones withheld
(`residents.suppression`). An element is offered only where it is read in full, with the home, and
counts only there; beyond, the department's right on its own area decides, and only communities
that it covers whole are counted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.conf import settings
from django.db.models import (
    Case,
    CharField,
    Count,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from accounts.choices import AreaKind, Role
from accounts.models import Area, Department
from accounts.querysets import below
from accounts.viewer import Viewer
from datasharing import access_log, policy
from datasharing.choices import AccessKind, Level, Subject
from datasharing.models import DataElement
from datasharing.policy import Access
from residents import policies
from residents.models import ElementRecord, Residence, Resident
from residents.suppression import few, withheld
from smartcommunity.kernel import clock
from smartcommunity.kernel.errors import NotFound
from smartcommunity.kernel.scope import platform

RESIDENT = Subject.RESIDENT
AGE, SEX = "birth_date", "sex"
BREAKDOWNS = (AGE, SEX, "residence_kind", "pop_category", "dwelling_kind")
AGES = (0, 6, 18, 35, 60, 80)  # years at which a group begins
UNKNOWN = ""
BEYOND_ROLES = frozenset({Role.OFFICER, Role.SUPERVISOR})
SMALL_AREAS = frozenset({AreaKind.COMMUNITY, AreaKind.GRID, AreaKind.ESTATE})

Counts = dict[str, dict[str, int]]  # {area path: {group: people}}


@dataclass(frozen=True, slots=True)
class Line:
    """A place, or all of them. A count is None when it is withheld."""

    name: str
    counts: tuple[int | None, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Statistics:
    """`offers` are the breakdowns open to the viewer; without any there is nothing else. `few` are
    the places left out of the table because fewer than `minimum` people live there."""

    offers: tuple[DataElement, ...]
    chosen: DataElement | None
    is_beyond: bool
    has_beyond: bool
    minimum: int
    groups: tuple[str, ...] = ()
    lines: tuple[Line, ...] = ()
    sums: Line | None = None
    few: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        return title(self.chosen) if self.chosen else ""

    @property
    def is_withheld(self) -> bool:
        lines = (*self.lines, self.sums) if self.sums else self.lines
        return any(count is None for line in lines for count in line.counts)


def title(element: DataElement) -> str:
    """What a breakdown is called: by birth date, people are grouped by age."""
    return _("Age group") if element.key == AGE else element.label


def statistics(*, viewer: Viewer, by: str = "", is_beyond: bool = False) -> Statistics:
    """The table by the element `by`, or by the first that is offered. Logged. Raises NotFound for
    what is not offered, whether it exists or not."""
    around = _as_department(viewer)
    beyond = _communities_beyond(viewer, around)
    if is_beyond and not beyond:
        raise NotFound
    asks = around if is_beyond and around else viewer
    access = policy.access(viewer=asks, subject=RESIDENT)
    offers = tuple(_offers(access, beyond if is_beyond else None))
    chosen = next((one for one in offers if by in {"", one.key}), None)
    minimum = settings.STATISTICS_MIN_COUNT
    head = Statistics(offers, chosen, is_beyond, bool(beyond), minimum)
    if chosen is None:
        if by:
            raise NotFound
        return head
    access_log.record(
        viewer=viewer,
        kind=AccessKind.LIST,
        subject=RESIDENT,
        elements=[chosen.key, policies.HOME],
        purpose=access.purpose,
        detail="statistics beyond own areas" if is_beyond else "statistics",
    )
    groups = _groups(chosen)
    if is_beyond:
        places = _covered(access, chosen.key, beyond)
        counts = _counts_beyond(viewer, chosen.key, tuple(places))
        return _guarded(head, groups, places, counts)
    people = Resident.objects.shared_with_full(access, [policies.HOME, chosen.key])
    return _exact(head, groups, *_rolled_up(viewer, _counted(people, chosen.key)))


def _as_department(viewer: Viewer) -> Viewer | None:
    """Who reads the whole area of the viewer's department with its rights: nobody, made to ask the
    policy. None for whom the numbers beyond his own areas are not."""
    if viewer.role not in BEYOND_ROLES or viewer.department_id is None:
        return None
    path = Department.objects.filter(pk=viewer.department_id).values_list("area__path", flat=True)
    return Viewer(
        membership_id=viewer.membership_id,
        department_id=viewer.department_id,
        department_kind=viewer.department_kind,
        role=viewer.role,
        area_paths=tuple(path),
        is_hypothetical=True,
    )


def _communities_beyond(viewer: Viewer, around: Viewer | None) -> dict[str, str]:
    """{path: name} of the communities of the department's area of which the viewer works in no
    part: of those his own, exact numbers would be taken away."""
    if around is None:
        return {}
    rows = Area.objects.visible_to(around).filter(kind=AreaKind.COMMUNITY)
    return {
        path: name
        for path, name in rows.order_by("path").values_list("path", "name")
        if not viewer.works_in(path) and not any(own.startswith(path) for own in viewer.area_paths)
    }


def _covered(access: Access, element: str, communities: Mapping[str, str]) -> dict[str, str]:
    """The communities in the whole of which the element and the home are read in full."""
    reach = access.reach([policies.HOME, element], Level.FULL)
    return {path: name for path, name in communities.items() if path.startswith(reach)}


def _offers(access: Access, communities: Mapping[str, str] | None) -> Iterable[DataElement]:
    rows = DataElement.objects.filter(
        key__in=BREAKDOWNS, subject=RESIDENT, restricted=False, retired_at=None
    )
    known = {row.key: row for row in rows.prefetch_related("code_list__codes")}
    for key in BREAKDOWNS:
        if key not in known or known[key].is_encrypted:
            continue
        if communities is None:
            is_read = bool(access.reach([policies.HOME, key], Level.FULL))
        else:
            is_read = bool(_covered(access, key, communities))
        if is_read:
            yield known[key]


def _groups(element: DataElement) -> dict[str, str]:
    """{group: label}, all there are: one that was left out because it is empty would tell that."""
    if element.key == AGE:
        ends = [*AGES[1:], None]
        labels = {
            str(begin): _("%(begin)d and over") % {"begin": begin}
            if end is None
            else _("%(begin)d to %(end)d") % {"begin": begin, "end": end - 1}
            for begin, end in zip(AGES, ends, strict=True)
        }
    else:
        codes = element.code_list.codes.all() if element.code_list else ()
        labels = {code.code: code.label for code in codes}
    return {**labels, UNKNOWN: _("Not recorded")}


def _years_ago(years: int) -> date:
    today = clock.today()
    day = 28 if (today.month, today.day) == (2, 29) else today.day
    return date(today.year - years, today.month, day)


def _group_of(element: str) -> Any:
    """The group of a resident, as SQL."""
    if element == AGE:
        oldest_first = [
            When(birth_date__lte=_years_ago(begin), then=Value(str(begin)))
            for begin in reversed(AGES[1:])
        ]
        return Case(
            *oldest_first,
            When(birth_date__isnull=False, then=Value(str(AGES[0]))),
            default=Value(UNKNOWN),
        )
    if element == SEX:
        return F("sex")
    current = ElementRecord.objects.filter(
        subject=RESIDENT, subject_id=OuterRef("pk"), element=element, superseded_at=None
    )
    return Coalesce(Subquery(current.values("term")[:1]), Value(UNKNOWN), output_field=CharField())


def _counted(people: QuerySet[Any, Any], element: str) -> Counts:
    """How many of the people live somewhere now, by their area and group. One query."""
    homes = Residence.objects.present().filter(resident=OuterRef("pk"))
    rows = (
        people.filter(Exists(homes))
        .order_by()
        .values("area__path", group=_group_of(element))
        .annotate(people=Count("pk"))
    )
    counts: Counts = defaultdict(lambda: defaultdict(int))
    for row in rows:
        counts[row["area__path"]][row["group"]] += row["people"]
    return counts


@platform("numbers of a department's area, where small ones are withheld")
def _counts_beyond(viewer: Viewer, element: str, communities: Sequence[str]) -> Counts:
    """The same by community, of people whom the viewer is not shown: numbers only leave it, and
    `_guarded` lets only those through that tell of nobody."""
    people = Resident.objects.open_to(viewer).filter(below(tuple(communities), "area__path"))
    counts: Counts = defaultdict(lambda: defaultdict(int))
    for path, groups in _counted(people, element).items():
        _add(counts[next(one for one in communities if path.startswith(one))], groups)
    return counts


def _add(counts: dict[str, int], more: Mapping[str, int]) -> None:
    for group, people in more.items():
        counts[group] += people


def _rolled_up(viewer: Viewer, counts: Counts) -> tuple[dict[str, str], Counts]:
    """The places where the viewer works and their counts: by estate for who works in communities,
    else by community."""
    rows = Area.objects.visible_to(viewer).filter(
        Q(path__in=[*counts, *viewer.area_paths]) | Q(kind=AreaKind.COMMUNITY)
    )
    areas = {area.path: area for area in rows}
    is_small = all(areas[path].kind in SMALL_AREAS for path in viewer.area_paths if path in areas)
    nodes = [path for path, area in areas.items() if area.kind == AreaKind.COMMUNITY]
    rolled: Counts = defaultdict(lambda: defaultdict(int))
    for path, groups in counts.items():
        above = (node for node in nodes if path.startswith(node) and not is_small)
        _add(rolled[next(above, path)], groups)
    return {path: areas[path].name for path in sorted(rolled)}, rolled


def _line(name: str, groups: Iterable[str], counts: Mapping[str, int]) -> Line:
    """A code that is in no list counts as not recorded, so that the sums are right."""
    known = [counts.get(group, 0) for group in groups if group != UNKNOWN]
    total = sum(counts.values())
    return Line(name, (*known, total - sum(known)), total)


def _sums(lines: Sequence[Line]) -> Line:
    columns = zip(*(line.counts for line in lines), strict=True)
    totals = tuple(sum(count or 0 for count in column) for column in columns)
    return Line(_("Together"), totals, sum(line.total for line in lines))


def _exact(
    head: Statistics, groups: Mapping[str, str], places: Mapping[str, str], counts: Counts
) -> Statistics:
    lines = tuple(_line(name, groups, counts[path]) for path, name in places.items())
    sums = _sums(lines) if lines else None
    return replace(head, groups=tuple(groups.values()), lines=lines, sums=sums)


def _guarded(
    head: Statistics, groups: Mapping[str, str], places: Mapping[str, str], counts: Counts
) -> Statistics:
    lines = [_line(name, groups, counts[path]) for path, name in places.items()]
    shown = [line for line in lines if not few(line.total, head.minimum)]
    left_out = tuple(line.name for line in lines if few(line.total, head.minimum))
    hidden = withheld([[count or 0 for count in line.counts] for line in shown], head.minimum)
    everything = [*shown, _sums(shown)] if shown else []
    safe = tuple(
        replace(
            line,
            counts=tuple(
                None if (row, column) in hidden else count
                for column, count in enumerate(line.counts)
            ),
        )
        for row, line in enumerate(everything)
    )
    return replace(
        head,
        groups=tuple(groups.values()),
        lines=safe[:-1],
        sums=safe[-1] if safe else None,
        few=left_out,
    )
