"""Passages for those with whom whereabouts are shared."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from accounts.viewer import Viewer
from datasharing import access_log
from datasharing.choices import AccessKind, Exit, Subject
from datasharing.policy import access
from residents.selectors import names
from security import policies
from security.choices import Outcome
from security.models import Passage
from security.reasons import passage_reason
from security.selectors.pictures import hand_out
from smartcommunity.kernel.errors import NotFound
from smartcommunity.kernel.pagination import Page, paginate

# (tone, icon) of the chip.
LOOKS = {
    Outcome.OPENED: ("success", "check"),
    Outcome.NO_MATCH: ("neutral", "person"),
    Outcome.AMBIGUOUS: ("warning", "info"),
    Outcome.UNUSABLE: ("neutral", "camera"),
    Outcome.REFUSED: ("danger", "cross"),
}


@dataclass(frozen=True, slots=True)
class PassageFilter:
    """What the list is narrowed to; empty values narrow nothing."""

    gate_id: uuid.UUID | None = None
    outcome: str = ""
    on: date | None = None


@dataclass(frozen=True, slots=True)
class PassageRow:
    """One approach to a gate. `who` is empty for a stranger, or where the name is not shared."""

    id: uuid.UUID
    at: datetime
    gate_name: str
    area_name: str
    method: str
    method_label: str
    outcome: str
    outcome_label: str
    reason: str
    who: str
    has_frame: bool
    command_label: str

    @property
    def tone(self) -> str:
        return LOOKS[Outcome(self.outcome)][0]

    @property
    def icon(self) -> str:
        return LOOKS[Outcome(self.outcome)][1]


def passages(
    *,
    viewer: Viewer,
    number: int = 1,
    wanted: PassageFilter = PassageFilter(),
    exit: Exit = Exit.PAGE,  # noqa: A002
) -> Page[PassageRow]:
    """The passages of the viewer's areas, newest first; recorded as one listing."""
    rights = access(viewer=viewer, subject=Subject.RESIDENT)
    policies.may_read_passages(rights).require()
    rows = (
        Passage.objects.visible_to(viewer)
        .select_related("gate", "area", "visitor_pass", "command")
        .order_by("-at", "id")
    )
    if wanted.gate_id:
        rows = rows.filter(gate=wanted.gate_id)
    if wanted.outcome:
        rows = rows.filter(outcome=wanted.outcome)
    if wanted.on:
        rows = rows.filter(at__date=wanted.on)
    page = paginate(rows, number)
    access_log.record(
        viewer=viewer,
        kind=AccessKind.LIST,
        exit=exit,
        subject=Subject.RESIDENT,
        subject_ids={key for row in page.rows for key in _people(row)},
        elements=["access_event", "name_cn"],
        purpose=rights.purpose,
    )
    return page.map(lambda found: _rows(viewer, found))


def passage_frame(*, viewer: Viewer, passage_id: uuid.UUID) -> bytes:
    """The frame of a passage the viewer may read. Raises NotFound."""
    passage = Passage.objects.visible_to(viewer).filter(pk=passage_id).first()
    if passage is None:
        raise NotFound
    return hand_out(
        viewer=viewer,
        name=passage.frame,
        subject=Subject.RESIDENT if passage.resident_id else "passage",
        subject_ids=[passage.resident_id or passage.pk],
        element="access_event",
    )


def _people(passage: Passage) -> list[uuid.UUID]:
    host = passage.visitor_pass.resident_id if passage.visitor_pass else None
    return [key for key in (passage.resident_id, host) if key]


def _rows(viewer: Viewer, passages: Sequence[Passage]) -> list[PassageRow]:
    known = names(
        viewer=viewer, resident_ids={key for passage in passages for key in _people(passage)}
    )
    return [
        PassageRow(
            id=passage.pk,
            at=passage.at,
            gate_name=passage.gate.name,
            area_name=passage.area.name,
            method=passage.method,
            method_label=passage.get_method_display(),
            outcome=passage.outcome,
            outcome_label=passage.get_outcome_display(),
            reason=passage_reason(passage.reason),
            who=_who(passage, known),
            has_frame=bool(passage.frame),
            command_label=passage.command.get_state_display() if passage.command else "",
        )
        for passage in passages
    ]


def _who(passage: Passage, known: dict[uuid.UUID, str]) -> str:
    if passage.resident_id:
        return known.get(passage.resident_id, "")
    if passage.visitor_pass:
        host = known.get(passage.visitor_pass.resident_id, "")
        return _("Visitor of %(host)s") % {"host": host} if host else _("Visitor")
    return ""
