"""Reads of grants: the lists of both sides, one grant with its timeline, what waits."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Area
from accounts.selectors import has_supervisor
from accounts.viewer import Viewer
from datasharing import policies
from datasharing.choices import GrantState, GrantStatus, Level
from datasharing.models import DataElement, Grant, GrantStep
from smartcommunity.kernel import clock, workdays
from smartcommunity.kernel.errors import NotFound
from smartcommunity.kernel.pagination import Page, paginate

WAITING = frozenset({GrantState.REQUESTED, GrantState.OVERDUE})
RENEWABLE = frozenset(
    {GrantState.EXPIRING, GrantState.EXPIRED, GrantState.REFUSED, GrantState.REVOKED}
)
RECEIVED, GIVEN, TO_DECIDE = "received", "given", "decide"


@dataclass(frozen=True, slots=True)
class GrantView:
    """One grant in a list, as the two departments see it. `clock` is the reply clock or the end
    of the period in words, where one runs."""

    id: uuid.UUID
    other: str
    area: str
    elements: tuple[str, ...]
    level: str
    may_write: bool
    purpose: str
    legal_basis: str
    valid_from: date
    valid_to: date
    state: str
    state_label: str
    clock: str


@dataclass(frozen=True, slots=True)
class StepView:
    """One step of the timeline, in the words of components/timeline.html."""

    title: str
    at: datetime | None
    who: str
    note: str
    state: str = "done"


@dataclass(frozen=True, slots=True)
class GrantDetail:
    """One grant whole, and what the viewer may do with it now."""

    id: uuid.UUID
    owner: str
    grantee: str
    received: bool
    area_id: int
    area: str
    elements: tuple[tuple[str, str], ...]
    level: Level
    may_write: bool
    purpose: str
    legal_basis: str
    valid_from: date
    valid_to: date
    request_reason: str
    requested_by: str
    requested_at: datetime | None
    reply_due: date | None
    state: GrantState
    clock: str
    may_decide: bool
    why_not: str
    may_revoke: bool
    may_withdraw: bool
    may_renew: bool
    steps: tuple[StepView, ...]

    @property
    def level_label(self) -> str:
        return str(self.level.label)

    @property
    def is_waiting(self) -> bool:
        return self.state in WAITING

    @property
    def is_over(self) -> bool:
        """Asked for a period that has ended meanwhile: it can only be refused."""
        return self.is_waiting and self.valid_to < clock.today()


def grants_to_decide(*, viewer: Viewer) -> int:
    """How many requests the viewer may decide. One query, none for who never decides."""
    return Grant.objects.to_decide(viewer).count()


def grants(*, viewer: Viewer, side: str, state: str = "", number: int = 1) -> Page[GrantView]:
    """The grants that the viewer's department received, or gave, the newest first; or those he
    may decide, the soonest due first."""
    rows = Grant.objects.visible_to(viewer)
    if side == TO_DECIDE:
        rows = rows.to_decide(viewer).order_by("reply_due", "requested_at", "id")
    else:
        department = {"grantee" if side == RECEIVED else "owner": viewer.department_id}
        rows = rows.filter(**department).order_by("-requested_at", "-valid_from", "level", "id")
    if state in GrantState.values:
        rows = rows.in_state(GrantState(state))
    rows = rows.select_related("owner", "grantee", "area").prefetch_related("elements")
    other = "owner" if side == RECEIVED else "grantee"
    return paginate(rows, number).map(lambda found: [_line(row, other) for row in found])


def overdue(*, viewer: Viewer) -> tuple[int, int]:
    """(the requests of the viewer's department that are overdue elsewhere, those that it owes)."""
    late = Grant.objects.visible_to(viewer).in_state(GrantState.OVERDUE)
    sides = list(late.values_list("grantee", flat=True))
    asked = sides.count(viewer.department_id) if viewer.department_id else 0
    return asked, len(sides) - asked


def grant(*, viewer: Viewer, grant_id: uuid.UUID) -> GrantDetail:
    """One grant for the departments that give and receive it. Raises NotFound for others."""
    row = _row(viewer, grant_id)
    state = row.state
    supervised = has_supervisor(department_id=row.owner_id)
    gives = row.owner_id == viewer.department_id
    decision = policies.may_decide_grant(viewer, row, has_supervisor=supervised)
    asks = not gives and bool(policies.may_request_grant(viewer))
    return GrantDetail(
        id=row.id,
        owner=row.owner.name,
        grantee=row.grantee.name,
        received=not gives,
        area_id=row.area_id,
        area=row.area.name,
        elements=tuple((element.key, element.label) for element in row.elements.all()),
        level=Level(row.level),
        may_write=row.may_write,
        purpose=row.get_purpose_display(),
        legal_basis=row.legal_basis,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        request_reason=row.request_reason,
        requested_by=row.requested_by.display_name if row.requested_by else "",
        requested_at=row.requested_at,
        reply_due=row.reply_due,
        state=state,
        clock=_clock(row, state),
        may_decide=bool(decision) and state in WAITING,
        why_not=str(decision.reason) if gives and state in WAITING else "",
        may_revoke=bool(decision)
        and state in {GrantState.SCHEDULED, GrantState.ACTIVE, GrantState.EXPIRING},
        may_withdraw=state in WAITING and bool(policies.may_withdraw_grant(viewer, row)),
        may_renew=asks and state in RENEWABLE,
        steps=_steps(row),
    )


def areas_within(*, viewer: Viewer, grant_id: uuid.UUID) -> list[Area]:
    """The area of a grant and those below it, for giving a smaller one. Raises NotFound."""
    path = _row(viewer, grant_id).area.path
    return list(Area.objects.filter(path__startswith=path))


@dataclass(frozen=True, slots=True)
class Renewal:
    """What asking again for a grant starts with."""

    owner_kind: str
    elements: tuple[str, ...]
    initial: dict[str, object]


def renewal(*, viewer: Viewer, grant_id: uuid.UUID) -> Renewal:
    """A grant that the viewer's department received, to be asked for again: from the day after
    its end while it is in force, else from today; for as long as before. Raises NotFound."""
    row = _row(viewer, grant_id)
    if row.grantee_id != viewer.department_id:
        raise NotFound
    runs = row.state in {GrantState.ACTIVE, GrantState.EXPIRING}
    start = row.valid_to + timedelta(days=1) if runs else clock.today()
    return Renewal(
        owner_kind=row.owner.kind,
        elements=tuple(element.key for element in row.elements.all()),
        initial={
            "level": row.level,
            "may_write": row.may_write,
            "area": str(row.area_id),
            "purpose": row.purpose,
            "legal_basis": row.legal_basis,
            "valid_from": start,
            "valid_to": start + (row.valid_to - row.valid_from),
            "reason": row.request_reason,
        },
    )


def _row(viewer: Viewer, grant_id: uuid.UUID) -> Grant:
    found = (
        Grant.objects.visible_to(viewer)
        .filter(pk=grant_id)
        .select_related("owner", "grantee", "area", "requested_by")
        .prefetch_related("elements")
        .first()
    )
    if found is None:
        raise NotFound
    return found


def _line(row: Grant, other: str) -> GrantView:
    state = row.state
    return GrantView(
        id=row.id,
        other=getattr(row, other).name,
        area=row.area.name,
        elements=tuple(element.label for element in row.elements.all()),
        level=row.get_level_display(),
        may_write=row.may_write,
        purpose=row.get_purpose_display(),
        legal_basis=row.legal_basis,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        state=state,
        state_label=str(state.label),
        clock=_clock(row, state),
    )


def _clock(row: Grant, state: GrantState) -> str:
    """The clock that runs, in words: until the reply, or until the end of the period."""
    today = clock.today()
    if state in WAITING and row.reply_due is not None:
        due = {"date": row.reply_due.isoformat()}
        if state == GrantState.OVERDUE:
            days = workdays.between(row.reply_due, today)
            text = ngettext(
                "The answer was due on %(date)s: %(days)d working day overdue.",
                "The answer was due on %(date)s: %(days)d working days overdue.",
                days,
            )
            return text % {**due, "days": days}
        days = workdays.between(today, row.reply_due)
        text = ngettext(
            "Answer due on %(date)s: %(days)d working day left.",
            "Answer due on %(date)s: %(days)d working days left.",
            days,
        )
        return text % {**due, "days": days}
    if state == GrantState.EXPIRING:
        days = (row.valid_to - today).days
        if not days:
            return _("Ends today.")
        return ngettext("Ends in %(days)d day.", "Ends in %(days)d days.", days) % {"days": days}
    return ""


def _steps(row: Grant) -> tuple[StepView, ...]:
    """The timeline, newest first. What a step gave is said where it differs from the one before."""
    steps = list(row.steps.select_related("by", "area"))
    labels = _labels(steps)
    found: list[StepView] = []
    before: GrantStep | None = None
    for step in steps:
        found.append(_step(step, before, labels, row))
        before = step
    if found and row.state in WAITING:
        waits = _("Waiting for %(department)s") % {"department": row.owner.name}
        return (_pending(waits, _clock(row, row.state)), *reversed(found))
    return tuple(reversed(found))


def _pending(title: str, note: str) -> StepView:
    return StepView(title=title, at=None, who="", note=note, state="pending")


def _labels(steps: Sequence[GrantStep]) -> dict[str, str]:
    keys = {key for step in steps for key in step.elements}
    return {row.key: row.label for row in DataElement.objects.filter(key__in=keys)}


def _step(
    step: GrantStep, before: GrantStep | None, labels: dict[str, str], row: Grant
) -> StepView:
    department = row.grantee if step.status in _ASKER else row.owner
    gave = step.status == GrantStatus.ACTIVE
    less = _less(step, before, labels) if before and gave else []
    at_once = gave and before is None
    titles = {
        GrantStatus.REQUESTED: _("Request sent"),
        GrantStatus.ACTIVE: _("Granted at once") if at_once else _("Approved"),
        GrantStatus.REFUSED: _("Refused"),
        GrantStatus.REVOKED: _("Revoked"),
        GrantStatus.WITHDRAWN: _("Withdrawn"),
    }
    title = _("Approved in part") if less else titles[GrantStatus(step.status)]
    by = step.by.display_name if step.by else ""
    return StepView(
        title=title,
        at=step.at,
        who=" · ".join(filter(None, [department.name, by])),
        note="；".join(filter(None, [*less, step.reason])),
    )


_ASKER = frozenset({GrantStatus.REQUESTED, GrantStatus.WITHDRAWN})


def _less(step: GrantStep, before: GrantStep, labels: dict[str, str]) -> list[str]:
    """What was given less than asked for, in words."""
    found: list[str] = []
    if left_out := [labels.get(key, key) for key in before.elements if key not in step.elements]:
        found.append(_("without: %(elements)s") % {"elements": _listed(left_out)})
    if step.level < before.level:
        found.append(_("level: %(level)s") % {"level": step.get_level_display()})
    if before.may_write and not step.may_write:
        found.append(_("read only"))
    if step.area_id != before.area_id:
        found.append(_("area: %(area)s") % {"area": step.area.name})
    if step.valid_to < before.valid_to:
        found.append(_("until %(date)s") % {"date": step.valid_to.isoformat()})
    return found


def _listed(labels: Iterable[str]) -> str:
    return " · ".join(labels)
