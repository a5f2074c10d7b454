"""The list of residents: filtered, sorted and counted only by what the viewer reads on each row."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Q, QuerySet

from accounts.models import Area
from accounts.querysets import below
from accounts.viewer import Viewer
from datasharing import access_log, policy
from datasharing.choices import AccessKind, Level, Subject
from datasharing.models import DataElement
from datasharing.policy import Access
from datasharing.selectors import sections
from residents import policies
from residents.filters import How, Listing, answering, ways
from residents.models import ListQuery, Resident
from residents.selectors.reading import LEVEL_NAMES, display_name, recorded
from smartcommunity.kernel.errors import Invalid, NotFound
from smartcommunity.kernel.pagination import PAGE_SIZE

RESIDENT = Subject.RESIDENT
MOST_COUNTED = 10_000
MOST_COLUMNS = 8
MOST_AREAS = 300
USUAL_COLUMNS = ("sex", "birth_date", "head_relation", "residence_kind", "mobile")
# {name of a sort: (column, element that must be seen in full)}; "" is the order of entry.
SORTS = {"name": ("name_pinyin", policies.NAME), "birth_date": ("birth_date", "birth_date")}


@dataclass(frozen=True, slots=True)
class Offered:
    """An element that the viewer may have as a column, and how he may filter by it."""

    element: DataElement
    section: str
    ways: frozenset[How]

    @property
    def key(self) -> str:
        return self.element.key


@dataclass(frozen=True, slots=True)
class Cell:
    label: str
    text: str
    level: str


@dataclass(frozen=True, slots=True)
class Line:
    """A resident in the list; an empty cell is not recorded or not shared."""

    id: uuid.UUID
    name: str
    estate: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class ListPage:
    """One page. `count` stops at MOST_COUNTED, then `is_more`. `after` and `before` are the keys of
    the rows that the next and the previous page continue from."""

    columns: tuple[DataElement, ...]
    lines: tuple[Line, ...]
    count: int
    is_more: bool
    after: uuid.UUID | None
    before: uuid.UUID | None


def offered(*, viewer: Viewer) -> list[Offered]:
    """The elements of a resident that the viewer reads anywhere, in the order of the forms."""
    access = policy.access(viewer=viewer, subject=RESIDENT)
    titles = sections(subject=RESIDENT)
    order = {key: place for place, key in enumerate(titles)}
    rows = DataElement.objects.filter(subject=RESIDENT).select_related("code_list")
    found = [
        Offered(row, titles.get(row.key, ""), ways(row, access.anywhere(row.key)))
        for row in rows.prefetch_related("code_list__codes")
        if access.anywhere(row.key) > Level.HIDDEN and row.storage != "elsewhere"
    ]
    return sorted(found, key=lambda one: (order.get(one.key, len(order)), one.key))


def sorts_for(*, viewer: Viewer) -> list[str]:
    """The orders open to the viewer: by an element that he reads in full somewhere."""
    access = policy.access(viewer=viewer, subject=RESIDENT)
    return [name for name, (_column, key) in SORTS.items() if access.reach([key], Level.FULL)]


def areas_for(*, viewer: Viewer) -> list[Area]:
    """The nodes of the tree to choose from, where the viewer works."""
    return list(Area.objects.visible_to(viewer).order_by("path")[:MOST_AREAS])


def usual_listing(*, viewer: Viewer) -> Listing:
    """What the list shows before anything is asked."""
    readable = {one.key for one in offered(viewer=viewer)}
    sorts = sorts_for(viewer=viewer)
    columns = tuple(key for key in USUAL_COLUMNS if key in readable)
    return Listing(columns=columns, sort=sorts[0] if sorts else "")


def kept_listing(*, viewer: Viewer, query_id: uuid.UUID) -> Listing:
    """What the viewer asked before. Raises NotFound, also for another user's question."""
    row = ListQuery.objects.filter(pk=query_id, user=viewer.user_id).first()
    if row is None or not viewer.is_signed_in:
        raise NotFound
    return Listing.load(row.sealed)


def list_residents(
    *,
    viewer: Viewer,
    listing: Listing,
    after: uuid.UUID | None = None,
    before: uuid.UUID | None = None,
) -> ListPage:
    """One page of the list. Rows on which the viewer lacks the right that a filter or the order
    needs are not in it, nor counted. Logged. Raises Invalid for what is not offered to him."""
    access = policy.access(viewer=viewer, subject=RESIDENT)
    columns = _require_offered(viewer, listing)
    rows = answering(Resident.objects.shared_with(access), access, listing.filters)
    if listing.area is not None:
        area = Area.objects.visible_to(viewer).filter(pk=listing.area).first()
        if area is None:
            raise NotFound
        rows = rows.filter(area__path__startswith=area.path)
    if listing.sort:
        element = SORTS[listing.sort][1]
        rows = rows.filter(below(access.reach([element], Level.FULL), "area__path"))
    count = rows.order_by()[: MOST_COUNTED + 1].count()
    ids, more = _page(rows, listing.sort, after, before)
    lines = _lines(viewer, access, rows, ids, columns)
    back = before is not None
    first, last = (ids[0], ids[-1]) if ids else (None, None)
    return ListPage(
        columns=tuple(columns),
        lines=lines,
        count=min(count, MOST_COUNTED),
        is_more=count > MOST_COUNTED,
        after=last if (back or more) else None,
        before=first if (after is not None or (back and more)) else None,
    )


def _require_offered(viewer: Viewer, listing: Listing) -> list[DataElement]:
    """The columns; Invalid when anything is asked that the viewer is not offered."""
    known = {one.key: one for one in offered(viewer=viewer)}
    asked = [(one.element, one.how) for one in listing.filters]
    wrong = any(key not in known or how not in known[key].ways for key, how in asked)
    wrong |= any(key not in known for key in listing.columns)
    if wrong or (listing.sort and listing.sort not in sorts_for(viewer=viewer)):
        raise Invalid
    return [known[key].element for key in listing.columns[:MOST_COLUMNS]]


def _page(
    rows: QuerySet[Any, Any], sort: str, after: uuid.UUID | None, before: uuid.UUID | None
) -> tuple[list[uuid.UUID], bool]:
    """The keys of one page and whether there are rows beyond it. It continues from a row, not from
    a number, so that no page costs more than the first."""
    column = SORTS[sort][0] if sort else "created_at"
    start = after or before
    back = after is None and before is not None
    up = bool(sort) != back
    if start is not None:
        value = rows.filter(pk=start).values_list(column, flat=True).first()
        rows = rows.filter(_beyond(column, value, start, up=up, nulls_last=not back))
    order: list[Any] = [F(column).asc(nulls_last=True), "id"]
    if not up:
        order = [F(column).desc(nulls_first=True) if back else F(column).desc(), "-id"]
    found = list(rows.order_by(*order).values_list("pk", flat=True)[: PAGE_SIZE + 1])
    more = len(found) > PAGE_SIZE
    page = found[:PAGE_SIZE]
    return (page[::-1] if back else page), more


def _beyond(column: str, value: object, key: uuid.UUID, *, up: bool, nulls_last: bool) -> Q:
    side, step = ("gt", "id__gt") if up else ("lt", "id__lt")
    if value is None:
        same = Q(**{f"{column}__isnull": True, step: key})
        return same if nulls_last else same | Q(**{f"{column}__isnull": False})
    further = Q(**{f"{column}__{side}": value}) | Q(**{column: value, step: key})
    return further | Q(**{f"{column}__isnull": True}) if nulls_last and up else further


def _lines(
    viewer: Viewer,
    access: Access,
    rows: QuerySet[Any, Any],
    ids: Sequence[uuid.UUID],
    columns: list[DataElement],
) -> tuple[Line, ...]:
    places = {
        key: (path, name)
        for key, path, name in Resident.objects.filter(pk__in=ids).values_list(
            "pk", "area__path", "area__name"
        )
    }
    keys = [element.key for element in columns]
    seen = recorded(
        access=access,
        subject=RESIDENT,
        areas={key: path for key, (path, _name) in places.items()},
        keys={policies.NAME, *keys},
    )
    access_log.record(
        viewer=viewer,
        kind=AccessKind.LIST,
        subject=RESIDENT,
        subject_ids=ids,
        elements={key for values in seen.values() for key in values},
        purpose=access.purpose,
    )
    return tuple(
        Line(
            row_id,
            display_name(seen[row_id]),
            places[row_id][1],
            tuple(
                Cell(element.label, held.shown, LEVEL_NAMES[held.level])
                if (held := seen[row_id].get(element.key))
                else Cell(element.label, "", "")
                for element in columns
            ),
        )
        for row_id in ids
        if row_id in seen
    )
