"""View objects of what guards a resident: seals, emergency access, showing a masked value."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime

from datasharing.choices import Purpose


@dataclass(frozen=True, slots=True)
class SealView:
    """One seal as an officer named on it sees it. `resident_id` is None where he sees nothing of
    the resident any more, since a newer seal does not name him."""

    id: uuid.UUID
    resident_id: uuid.UUID | None
    name: str
    place: str
    state: str
    state_label: str
    legal_basis: str
    review_on: date
    review_overdue: bool
    ends_on: date | None
    officers: tuple[str, ...]
    proposed_by: str
    proposed_at: datetime
    decided_by: str
    lift_asked_by: str
    lifted_by: str
    reason: str
    may_approve: bool
    may_refuse: bool
    may_ask_lift: bool
    may_lift: bool
    may_keep: bool

    @property
    def key(self) -> str:
        return str(self.id)


@dataclass(frozen=True, slots=True)
class Nameable:
    """An officer who could be named on a seal; `may_approve`: a police supervisor."""

    user_id: uuid.UUID
    label: str
    may_approve: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """For what, and with which words, a viewer asks to be shown a masked value."""

    purpose: Purpose
    note: str = ""


@dataclass(frozen=True, slots=True)
class RunningEmergency:
    """The viewer's own emergency access to a resident, while it runs."""

    id: uuid.UUID
    until: datetime
    minutes_left: int


@dataclass(frozen=True, slots=True)
class EmergencyView:
    """One emergency access, as who opened it, its reviewers and the auditor see it. `resident_id`
    and `name` are empty for who does not read personal data."""

    id: uuid.UUID
    resident_id: uuid.UUID | None
    name: str
    user: str
    department: str
    area: str
    elements: tuple[str, ...]
    purpose: str
    reason: str
    opened_at: datetime
    expires_at: datetime
    ended_at: datetime | None
    is_running: bool
    review_due: date
    review_overdue: bool
    state: str
    state_label: str
    reviewed_by: str
    reviewed_at: datetime | None
    comment: str
    may_review: bool
    may_end: bool

    @property
    def key(self) -> str:
        return str(self.id)
