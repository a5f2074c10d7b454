"""Permission changes: the list, one of them, and who would be who after it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from accounts import policies
from accounts.changing import RULES, check_again, concerned
from accounts.choices import OPEN_CHANGES, ChangeKind, ChangeStatus, DepartmentKind, Role
from accounts.models import Area, AreaShare, Department, Membership, PermissionChange
from accounts.selectors.viewers import as_viewer
from accounts.viewer import Viewer
from smartcommunity.kernel import clock
from smartcommunity.kernel.decisions import Decision
from smartcommunity.kernel.errors import Conflict, NotFound
from smartcommunity.kernel.pagination import Page, paginate


@dataclass(frozen=True, slots=True)
class ChangeView:
    """A permission change in words. `decision` is whether the viewer may decide it now, and why
    not; `obstacle` why it could not take effect any more."""

    id: uuid.UUID
    kind: str
    kind_label: str
    status: str
    status_label: str
    title: str
    facts: tuple[tuple[str, str], ...]
    reason: str
    proposed_by: str
    proposed_at: datetime
    expires_at: datetime
    decided_by: str
    decided_at: datetime | None
    decision: str
    is_mine: bool
    is_open: bool

    @property
    def waits(self) -> bool:
        return self.status == ChangeStatus.PROPOSED


@dataclass(frozen=True, slots=True)
class Prospect:
    """Who somebody is to the policy before and after a change: one viewer a membership."""

    before: tuple[Viewer, ...]
    after: tuple[Viewer, ...]


@dataclass(frozen=True, slots=True)
class Crowd:
    """How many people of a department begin, or cease, to work in an area that is moved."""

    department: str
    area: str
    people: int


def changes(*, viewer: Viewer, number: int, is_open: bool) -> Page[ChangeView]:
    """The changes that wait for an answer, or those answered, the newest first. The security
    administrators see all of their areas; a system administrator his own proposals."""
    rows = _seen_by(viewer)
    statuses = [*OPEN_CHANGES] if is_open else [*set(ChangeStatus) - OPEN_CHANGES]
    rows = rows.filter(status__in=statuses).order_by("-proposed_at", "id")
    return paginate(rows, number).map(lambda found: [_view(viewer, row) for row in found])


def changes_to_decide(*, viewer: Viewer) -> int:
    """How many wait for this viewer."""
    if viewer.role != Role.SECURITY_ADMIN:
        return 0
    waiting = PermissionChange.objects.filter(
        Q(status=ChangeStatus.PROPOSED, expires_at__gte=clock.now())
        | Q(status=ChangeStatus.TO_REVIEW)
    )
    return waiting.exclude(proposed_by=viewer.user_id).exclude(user=viewer.user_id).count()


def change(*, viewer: Viewer, change_id: uuid.UUID) -> ChangeView:
    """One of them. Raises NotFound."""
    return _view(viewer, _row(viewer, change_id))


def may_decide_now(*, viewer: Viewer, change_id: uuid.UUID) -> Decision:
    """Whether the viewer may decide it, as the action will ask."""
    row = _row(viewer, change_id)
    places = [area.path for area in RULES[row.kind].places(row)]
    return policies.may_decide(viewer, row, places, concerned(row))


def obstacle(*, viewer: Viewer, change_id: uuid.UUID) -> str:
    """Why a proposal could not take effect any more; "" while it could."""
    row = _row(viewer, change_id)
    if row.status != ChangeStatus.PROPOSED:
        return ""
    try:
        check_again(row)
    except Conflict as error:
        return str(error.message)
    return ""


def prospect(*, viewer: Viewer, change_id: uuid.UUID) -> Prospect:
    """The viewers that the person concerned is now and would be after an open change. For a
    department, one officer of it where its members work."""
    row = _row(viewer, change_id)
    if row.kind == ChangeKind.DEPARTMENT_CHANGED and row.department:
        return _department_prospect(row, row.department)
    if row.user_id is None:
        return Prospect((), ())
    terms = list(
        Membership.objects.in_force().filter(user=row.user_id).select_related("department", "area")
    )
    shares = list(AreaShare.objects.in_force().filter(user=row.user_id).select_related("area"))
    paths = [share.area.path for share in shares]
    kept = [term for term in terms if term.pk != row.membership_id]
    later = list(paths)
    if row.kind in {ChangeKind.MEMBERSHIP_GIVEN, ChangeKind.MEMBERSHIP_CHANGED}:
        kept.append(Membership(department=row.department, area=row.area, role=row.role))
    elif row.kind == ChangeKind.AREA_SHARED and row.area:
        later.append(row.area.path)
    elif row.kind == ChangeKind.SHARE_WITHDRAWN:
        later = [share.area.path for share in shares if share.pk != row.share_id]
    elif row.kind == ChangeKind.USER_LEFT:
        kept = []
    return Prospect(_viewers(terms, paths), _viewers(kept, later))


def moved_crowds(*, viewer: Viewer, change_id: uuid.UUID) -> tuple[list[Crowd], list[Crowd]]:
    """Moving an area: who would begin to work in it, and who would cease to."""
    row = _row(viewer, change_id)
    if row.kind != ChangeKind.AREA_MOVED or not row.area or not row.parent:
        return [], []
    old = set(Area.objects.get_ancestors(row.area).values_list("pk", flat=True))
    new = {*Area.objects.get_ancestors(row.parent).values_list("pk", flat=True), row.parent.pk}
    return _crowds(new - old), _crowds(old - new)


def _crowds(area_ids: set[int]) -> list[Crowd]:
    rows = (
        Membership.objects.in_force()
        .filter(area__in=area_ids)
        .values_list("department__name", "area__name")
        .annotate(people=Count("user", distinct=True))
        .order_by("department__name", "area__name")
    )
    return [Crowd(*row) for row in rows]


def _department_prospect(row: PermissionChange, department: Department) -> Prospect:
    members = Membership.objects.in_force().filter(department=department)
    places = Area.objects.filter(membership__in=members).distinct()
    paths = list(places.values_list("path", flat=True)) or [department.area.path]
    changed = Department(
        pk=department.pk, name=department.name, kind=row.department_kind, area=row.area
    )
    return Prospect(
        *(
            (as_viewer(department=each, role=Role.OFFICER, paths=paths),)
            for each in (department, changed)
        )
    )


def _viewers(terms: list[Membership], shared: list[str]) -> tuple[Viewer, ...]:
    return tuple(
        as_viewer(
            department=term.department,
            role=Role(term.role),
            paths=[term.area.path, *shared],
            area_name=term.area.name,
        )
        for term in terms
    )


def _seen_by(viewer: Viewer) -> Any:
    rows = PermissionChange.objects.select_related(
        "user",
        "department__area",
        "area",
        "parent",
        "membership__department__area",
        "membership__area",
        "share__area",
        "proposed_by",
        "decided_by",
    )
    if viewer.role == Role.SECURITY_ADMIN:
        return rows
    if viewer.role == Role.SYSTEM_ADMIN:
        return rows.filter(proposed_by=viewer.user_id)
    return rows.none()


def _row(viewer: Viewer, change_id: uuid.UUID) -> PermissionChange:
    row: PermissionChange | None = _seen_by(viewer).filter(pk=change_id).first()
    if row is None:
        raise NotFound
    return row


def _view(viewer: Viewer, row: PermissionChange) -> ChangeView:
    late = row.status == ChangeStatus.PROPOSED and row.expires_at < clock.now()
    status = ChangeStatus.EXPIRED if late else ChangeStatus(row.status)
    subject = row.user.display_name if row.user else str(row.department or row.area or "")
    return ChangeView(
        id=row.pk,
        kind=row.kind,
        kind_label=row.get_kind_display(),
        status=status,
        status_label=str(status.label),
        title=f"{row.get_kind_display()} · {subject}",
        facts=tuple(_facts(row)),
        reason=row.reason,
        proposed_by=row.proposed_by.display_name,
        proposed_at=row.proposed_at,
        expires_at=row.expires_at,
        decided_by=row.decided_by.display_name if row.decided_by else "",
        decided_at=row.decided_at,
        decision=row.decision,
        is_mine=row.proposed_by_id == viewer.user_id,
        is_open=status in OPEN_CHANGES,
    )


def _facts(row: PermissionChange) -> list[tuple[str, str]]:
    """What is wanted, beside what it replaces, as label and text."""
    old = row.membership
    if row.kind != ChangeKind.MEMBERSHIP_CHANGED or old is None:
        old = None
    facts: list[tuple[str, str]] = []

    def add(label: str, new: object, before: object = None) -> None:
        if before is not None and str(before) != str(new):
            facts.append((label, f"{before} → {new}"))
        elif new:
            facts.append((label, str(new)))

    if row.user:
        add(_("Person"), f"{row.user.display_name} ({row.user.username})")
    if row.department:
        add(_("Department"), row.department, old and old.department)
    if row.role:
        add(_("Role"), row.get_role_display(), old and old.get_role_display())
    if row.department_kind and row.department:
        was = DepartmentKind(row.seen.get("kind", row.department.kind)).label
        add(_("Kind"), row.get_department_kind_display(), was)
    if row.area:
        add(_("Area"), row.area, old and old.area)
    if row.parent:
        add(_("Area above"), row.parent)
    if row.valid_from:
        add(_("Valid from"), _day(row.valid_from))
    if row.valid_from or row.valid_to:
        add(_("Valid until"), _day(row.valid_to), old and _day(old.valid_to))
    return facts


def _day(day: date | None) -> str:
    return day.isoformat() if day else _("open-ended")
