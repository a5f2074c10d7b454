"""What the edges get: view objects, made from rows that the viewer may see."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from services.choices import Clock, RepairKind, RequestState, Step
from services.models import RequestStep, ServiceRequest
from smartcommunity.kernel import clock

DUE_SOON = timedelta(hours=4)
CLOCK_TONES = {
    Clock.ON_TIME: "info",
    Clock.DUE_SOON: "warning",
    Clock.OVERDUE: "danger",
    Clock.IN_TIME: "success",
    Clock.LATE: "warning",
    Clock.STOPPED: "neutral",
}
# What the resident waits for next, as the parcel tracker's grey line.
EXPECTED: dict[RequestState, str | Promise] = {
    RequestState.SUBMITTED: gettext_lazy("The property office accepts the request"),
    RequestState.ACCEPTED: gettext_lazy("The repair is finished"),
}
STEP_TITLES: dict[Step, str | Promise] = {
    Step.SUBMITTED: gettext_lazy("Request received"),
    Step.ACCEPTED: gettext_lazy("Accepted by the property office"),
    Step.TAKEN_OVER: gettext_lazy("A colleague takes over"),
    Step.COMMENTED: gettext_lazy("Message from the property office"),
    Step.DONE: gettext_lazy("Finished"),
    Step.CANCELLED: gettext_lazy("Withdrawn"),
    Step.RATED: gettext_lazy("Rated"),
}


@dataclass(frozen=True, slots=True)
class ItemView:
    """A tile of the service grid; `page` is a url name that exists."""

    key: str
    name: str
    icon: str
    tone: str
    page: str


@dataclass(frozen=True, slots=True)
class NoticeView:
    id: uuid.UUID
    title: str
    body: str
    area: str
    published_at: datetime


@dataclass(frozen=True, slots=True)
class RequestRow:
    """A request in a list. `requester` is "" when hidden from the viewer or when nobody asked."""

    id: uuid.UUID
    number: str
    item: str
    icon: str
    kind: str
    place: str
    estate: str
    state: RequestState
    created_at: datetime
    due_at: datetime
    closed_at: datetime | None
    clock: Clock
    clock_text: str
    assigned_to: str
    assigned_to_id: uuid.UUID | None
    requester: str
    alert_id: uuid.UUID | None
    rating: int | None

    @property
    def title(self) -> str:
        return f"{self.item} · {self.kind}" if self.kind else self.item

    @property
    def state_label(self) -> str:
        return str(self.state.label)

    @property
    def clock_tone(self) -> str:
        return CLOCK_TONES[self.clock]

    @property
    def from_alert(self) -> bool:
        return self.alert_id is not None


@dataclass(frozen=True, slots=True)
class StepView:
    """One line of the timeline; `own` when the person who asked did it himself."""

    step: Step
    title: str
    at: datetime
    who: str
    note: str
    own: bool
    photo_ids: tuple[uuid.UUID, ...]


@dataclass(frozen=True, slots=True)
class RequestDetail:
    """A request with everything that happened, newest first.

    `expected` is the next thing to come, "" when nothing is; `hint` says what an alert saw.
    """

    row: RequestRow
    description: str
    hint: str
    expected: str
    steps: tuple[StepView, ...]


def clock_of(
    *, state: RequestState, due_at: datetime, closed_at: datetime | None, now: datetime
) -> Clock:
    """How the request stands against the hour it is due."""
    match state:
        case RequestState.CANCELLED:
            return Clock.STOPPED
        case RequestState.DONE:
            return Clock.IN_TIME if (closed_at or now) <= due_at else Clock.LATE
    if now > due_at:
        return Clock.OVERDUE
    return Clock.DUE_SOON if due_at - now <= DUE_SOON else Clock.ON_TIME


def _clock_text(where: Clock, due_at: datetime, now: datetime) -> str:
    """ "Due in 5 hours", "Overdue by 2 days", or how it ended."""
    if where not in {Clock.ON_TIME, Clock.DUE_SOON, Clock.OVERDUE}:
        return str(where.label)
    hours = max(1, round(abs((due_at - now).total_seconds()) / 3600))
    amount = (
        ngettext("%(n)d hour", "%(n)d hours", hours) % {"n": hours}
        if hours < 48
        else ngettext("%(n)d day", "%(n)d days", hours // 24) % {"n": hours // 24}
    )
    text = _("Overdue by %(amount)s") if where == Clock.OVERDUE else _("Due in %(amount)s")
    return text % {"amount": amount}


def row(request: ServiceRequest, names: Mapping[uuid.UUID, str]) -> RequestRow:
    """`request` comes with item, area and assigned_to fetched; `names` by resident key."""
    state, now = RequestState(request.state), clock.now()
    where = clock_of(state=state, due_at=request.due_at, closed_at=request.closed_at, now=now)
    return RequestRow(
        id=request.pk,
        number=request.number,
        item=request.item.name,
        icon=request.item.icon,
        kind=str(RepairKind(request.repair_kind).label) if request.repair_kind else "",
        place=request.place,
        estate=request.area.name,
        state=state,
        created_at=request.created_at,
        due_at=request.due_at,
        closed_at=request.closed_at,
        clock=where,
        clock_text=_clock_text(where, request.due_at, now),
        assigned_to=request.assigned_to.display_name if request.assigned_to else "",
        assigned_to_id=request.assigned_to_id,
        requester=names.get(request.resident_id, "") if request.resident_id else "",
        alert_id=request.alert_id,
        rating=request.rating,
    )


def detail(request: ServiceRequest, names: Mapping[uuid.UUID, str]) -> RequestDetail:
    """`request` comes with its steps and their photographs fetched as well, and its alert."""
    steps: Iterable[RequestStep] = request.steps.all()
    alert = request.alert
    hint = ""
    if alert is not None:
        hint = _("%(kind)s reported by “%(device)s”. Nobody has called about it yet.") % {
            "kind": alert.get_kind_display(),
            "device": alert.device.name,
        }
    return RequestDetail(
        row=row(request, names),
        description=request.description or "",
        hint=hint,
        expected=str(EXPECTED.get(RequestState(request.state), "")),
        steps=tuple(step_view(step) for step in reversed(list(steps))),
    )


def step_view(step: RequestStep) -> StepView:
    own = step.by_id is not None and not step.by_name
    who = step.by_name or ("" if own else _("Platform"))
    return StepView(
        step=Step(step.step),
        title=str(STEP_TITLES[Step(step.step)]),
        at=step.at,
        who=who,
        note=step.note or "",
        own=own,
        photo_ids=tuple(photo.pk for photo in step.photos.all()),
    )
