"""Reads of the catalogue: what is collected, who answers for it, and what the viewer's department
may see of it already. The catalogue itself is no personal data."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import F, QuerySet

from accounts.choices import DepartmentKind
from accounts.viewer import Viewer
from datasharing import policies
from datasharing.choices import TYPE_LABELS, GrantStatus, Level, Sensitivity, Sharing, Subject
from datasharing.likeness import Label, alike, is_found
from datasharing.models import CodeList, DataElement, Grant
from smartcommunity.kernel import clock
from smartcommunity.kernel.errors import NotFound
from smartcommunity.kernel.pagination import Page, paginate


@dataclass(frozen=True, slots=True)
class Holding:
    """What a grant lets the viewer's department do with an element; or, waiting, would let it."""

    grant_id: uuid.UUID
    level: str
    may_write: bool
    area: str
    owner: str
    valid_to: date
    waiting: bool


@dataclass(frozen=True, slots=True)
class ElementView:
    """One element as the catalogue shows it."""

    key: str
    label: str
    help: str
    subject: str
    type: str
    code_list: str
    codes: tuple[str, ...]
    sensitivity: str
    owner_kind: str
    owner: str
    sharing: str
    sharing_label: str
    not_shared_because: str
    standard: str
    added_by: str
    retired: bool
    is_own: bool
    may_retire: bool
    holdings: tuple[Holding, ...]
    may_ask: bool

    @property
    def held(self) -> tuple[Holding, ...]:
        return tuple(holding for holding in self.holdings if not holding.waiting)

    @property
    def waiting(self) -> tuple[Holding, ...]:
        return tuple(holding for holding in self.holdings if holding.waiting)


@dataclass(frozen=True, slots=True)
class Similar:
    """An element that another one resembles: whose it is and whether it can be asked for."""

    key: str
    label: str
    subject: str
    owner: str
    owner_kind: str
    is_own: bool
    may_ask: bool
    same_name: bool


def catalogue(
    *,
    viewer: Viewer,
    text: str = "",
    subject: str = "",
    owner: str = "",
    sharing: str = "",
    number: int = 1,
) -> Page[ElementView]:
    """The elements for staff, by subject; retired ones only to the department they belong to."""
    rows = _visible(viewer)
    for name, value in {"subject": subject, "owner_kind": owner, "sharing": sharing}.items():
        if value:
            rows = rows.filter(**{name: value})
    if text.strip():
        rows = rows.filter(key__in=[label.key for label in _labels(rows) if is_found(text, label)])
    rows = (
        rows.select_related("code_list", "added_by")
        .prefetch_related("code_list__codes")
        .order_by("subject", "owner_kind", "label_zh", "key")
    )
    return paginate(rows, number).map(lambda found: _views(viewer, found))


def element(*, viewer: Viewer, key: str) -> ElementView:
    """One element. Raises NotFound."""
    row = _visible(viewer).select_related("code_list", "added_by").filter(key=key).first()
    if row is None:
        raise NotFound
    return _views(viewer, [row])[0]


def askable(*, viewer: Viewer, keys: Collection[str]) -> dict[str, list[tuple[str, str]]]:
    """{owner kind: (key, label) of its elements}: those of `keys` that the viewer's department can
    ask for, by whom to ask."""
    rows = _visible(viewer).filter(key__in=keys, retired_at=None).exclude(sharing=Sharing.NONE)
    rows = rows.exclude(owner_kind=viewer.department_kind).order_by("owner_kind", "key")
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for row in rows:
        found[row.owner_kind].append((row.key, row.label))
    return dict(found)


def code_lists() -> list[tuple[str, str]]:
    """(key, name) of the lists that an element's values may come from."""
    return [(row.key, row.name) for row in CodeList.objects.order_by("name_zh", "key")]


def similar_elements(
    *, viewer: Viewer, subject: str, label_zh: str, label_en: str = ""
) -> list[Similar]:
    """What the catalogue holds already under such a name, the likest first (at most five)."""
    wanted = Label("", subject, label_zh, label_en)
    found = alike(wanted, _labels(DataElement.objects.filter(retired_at=None)))[:5]
    rows = DataElement.objects.in_bulk([label.key for label in found])
    may_request = bool(policies.may_request_grant(viewer))
    return [
        Similar(
            key=row.key,
            label=row.label,
            subject=str(Subject(row.subject).label),
            owner=str(DepartmentKind(row.owner_kind).label),
            owner_kind=row.owner_kind,
            is_own=row.owner_kind == viewer.department_kind,
            may_ask=may_request and _is_askable(viewer, row),
            same_name=row.subject == subject and row.label_zh == label_zh.strip(),
        )
        for row in (rows[label.key] for label in found)
    ]


def _visible(viewer: Viewer) -> QuerySet[DataElement]:
    if not viewer.is_staff_member or viewer.is_administrator:
        return DataElement.objects.none()
    live = DataElement.objects.filter(retired_at=None)
    return live | DataElement.objects.filter(added_by=viewer.department_id)


def _labels(rows: QuerySet[DataElement]) -> list[Label]:
    return [Label(*found) for found in rows.values_list("key", "subject", "label_zh", "label_en")]


def _is_askable(viewer: Viewer, row: DataElement) -> bool:
    return (
        row.retired_at is None
        and row.sharing != Sharing.NONE
        and row.owner_kind != viewer.department_kind
    )


def _views(viewer: Viewer, rows: Sequence[DataElement]) -> list[ElementView]:
    holdings = _holdings(viewer, [row.key for row in rows])
    may_request = bool(policies.may_request_grant(viewer))
    return [
        ElementView(
            key=row.key,
            label=row.label,
            help=row.help,
            subject=str(Subject(row.subject).label),
            type=str(TYPE_LABELS.get(row.type, row.type)),
            code_list=row.code_list.name if row.code_list else "",
            codes=tuple(code.label for code in row.code_list.codes.all()) if row.code_list else (),
            sensitivity=str(Sensitivity(row.sensitivity).label),
            owner_kind=row.owner_kind,
            owner=str(DepartmentKind(row.owner_kind).label),
            sharing=row.sharing,
            sharing_label=str(Sharing(row.sharing).label),
            not_shared_because=row.not_shared_because,
            standard=row.standard,
            added_by=row.added_by.name if row.added_by else "",
            retired=row.retired_at is not None,
            is_own=row.owner_kind == viewer.department_kind,
            may_retire=bool(policies.may_retire_element(viewer, row)),
            holdings=tuple(holdings[row.key]),
            may_ask=may_request and _is_askable(viewer, row),
        )
        for row in rows
    ]


def _holdings(viewer: Viewer, keys: Iterable[str]) -> dict[str, list[Holding]]:
    """{key: what the department holds or has asked for}. As in `datasharing.policy`, only what the
    giver owns counts."""
    today = clock.today()
    rows = (
        Grant.objects.filter(
            grantee=viewer.department_id,
            valid_to__gte=today,
            status__in=[GrantStatus.ACTIVE, GrantStatus.REQUESTED],
            elements__in=list(keys),
            elements__owner_kind=F("owner__kind"),
        )
        .order_by("-level", "-valid_to", "id")
        .values_list(
            "elements__key", "id", "level", "may_write", "area__name", "owner__name", "valid_to",
            "status", "valid_from",
        )
    )  # fmt: skip
    found: dict[str, list[Holding]] = defaultdict(list)
    for key, grant_id, level, may_write, area, owner, valid_to, status, valid_from in rows:
        if status == GrantStatus.REQUESTED or valid_from <= today:
            label, waiting = str(Level(level).label), status == GrantStatus.REQUESTED
            holding = Holding(grant_id, label, may_write, area, owner, valid_to, waiting)
            found[key].append(holding)
    return found
