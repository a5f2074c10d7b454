"""View objects: what selectors return. They hold only what the viewer may see."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from datasharing.models import DataElement, FormTemplate
from datasharing.values import Day, Recorded
from residents.choices import ConsentPurpose, ProposalStatus
from residents.selectors.shapes_guard import RunningEmergency


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a value comes from: the department that recorded it, and when; when somebody last
    confirmed it, and since when it waits to be confirmed again."""

    department: str
    date: date
    confirmed: Day | None = None
    stale_since: Day | None = None


@dataclass(frozen=True, slots=True)
class ElementView:
    """One element as the viewer sees it; `level` is how it is shown: full, masked or yes_no. The
    names are those of components/description_list.html."""

    key: str
    label: str
    value: str
    level: str
    provenance: Provenance | None
    may_reveal: bool = False
    may_propose: bool = False
    has_history: bool = False
    waiting: Waiting | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """Open proposals for one element: what the viewer's department proposed (`proposed` as he may
    see it, on `date`), or how many it has to decide."""

    proposed: str | None
    date: date | None
    to_decide: int


@dataclass(frozen=True, slots=True)
class ProposalView:
    """One proposed correction, old and new value as the viewer may see them. An empty value:
    nothing is recorded, or the value is to be cleared."""

    id: uuid.UUID
    subject: str
    subject_id: uuid.UUID
    title: str
    dwelling_id: uuid.UUID | None
    element: str
    label: str
    current: str
    provenance: Provenance | None
    proposed: str
    may_reveal: bool
    department: str
    user: str
    template: str
    reason: str
    created_at: datetime
    status: str
    status_label: str
    decided_by: str
    decided_at: datetime | None
    decision: str

    @property
    def key(self) -> str:
        return str(self.id)

    @property
    def is_open(self) -> bool:
        return self.status == ProposalStatus.OPEN


@dataclass(frozen=True, slots=True)
class Change:
    """One line of a value's history. `proposed_by`: who had proposed the value,
    with the `reason` given; `merged`: it was recorded of an entry that was merged into this one.
    `version` is that of the form, 0 without one."""

    id: uuid.UUID
    at: datetime
    department: str
    user: str
    template: str
    version: int
    old: str
    new: str
    proposed_by: str
    reason: str
    merged: bool


@dataclass(frozen=True, slots=True)
class ConfirmationView:
    """Somebody found the value still right."""

    at: datetime
    who: str


@dataclass(frozen=True, slots=True)
class History:
    """The history of one element of one subject, the newest change first."""

    title: str
    dwelling_id: uuid.UUID | None
    element: str
    label: str
    level: str
    changes: tuple[Change, ...]
    confirmations: tuple[ConfirmationView, ...]
    may_reveal: bool = False


@dataclass(frozen=True, slots=True)
class AsRecorded:
    """A form as somebody saved it: its version then, and the values that it had at that moment, as
    far as the viewer sees them now. `in_use`: no later version took its place."""

    title: str
    subject: str
    subject_id: uuid.UUID
    dwelling_id: uuid.UUID | None
    template: str
    version: int
    in_use: bool
    at: datetime
    department: str
    user: str
    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True)
class Correction:
    """What a correction is proposed for: the subject and the value recorded now."""

    title: str
    dwelling_id: uuid.UUID | None
    element: DataElement
    recorded: Recorded


@dataclass(frozen=True, slots=True)
class Difference:
    """A value that changed while a form was being filled in: both of them, in words."""

    key: str
    label: str
    recorded: str
    provenance: Provenance | None
    typed: str


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    rows: tuple[ElementView, ...]


@dataclass(frozen=True, slots=True)
class ConsentView:
    purpose: ConsentPurpose
    label: str
    notice_version: str
    given_at: datetime
    recorded_by: str
    guardian: str
    may_withdraw: bool


@dataclass(frozen=True, slots=True)
class ConsentAsk:
    """A consent that is not given and that the viewer may record, with the text to read out."""

    purpose: ConsentPurpose
    label: str
    notice_version: str
    paragraphs: tuple[str, ...]
    needs_guardian: bool
    guardians: tuple[tuple[uuid.UUID, str], ...]


@dataclass(frozen=True, slots=True)
class HomeView:
    """Where a resident lives now."""

    dwelling_id: uuid.UUID
    address: str


@dataclass(frozen=True, slots=True)
class ResidentView:
    """A resident under the viewer's rights. `version` goes back with the next save."""

    id: uuid.UUID
    name: str
    estate: str
    version: int
    sections: tuple[Section, ...]
    homes: tuple[HomeView, ...]
    templates: tuple[FormTemplate, ...]
    sees_faces: bool
    consents: tuple[ConsentView, ...]
    consents_to_ask: tuple[ConsentAsk, ...]
    is_sealed: bool = False
    may_seal: bool = False
    emergency: RunningEmergency | None = None
    may_open_emergency: bool = False

    @property
    def elements(self) -> dict[str, ElementView]:
        return {row.key: row for section in self.sections for row in section.rows}


@dataclass(frozen=True, slots=True)
class Person:
    """A resident in a list: the display name and a few facts, each as the viewer may see it."""

    id: uuid.UUID
    name: str
    facts: tuple[str, ...]
    estate: str = ""
    address: str = ""

    @property
    def meta(self) -> str:
        place = self.address or self.estate
        return " · ".join((*self.facts, place) if place else self.facts)


@dataclass(frozen=True, slots=True)
class Found:
    """The answer to a search; `more` when there are further matches."""

    people: tuple[Person, ...]
    more: bool


@dataclass(frozen=True, slots=True)
class BuildingBrief:
    id: uuid.UUID
    number: str
    name: str
    floors: int
    units: int
    dwellings: int


@dataclass(frozen=True, slots=True)
class EstateView:
    area_id: int
    name: str
    buildings: tuple[BuildingBrief, ...]
    has_plan: bool

    @property
    def key(self) -> str:
        return str(self.area_id)


@dataclass(frozen=True, slots=True)
class Room:
    """A cell of the building chart; `people` is None when the viewer may not know."""

    dwelling_id: uuid.UUID
    room: str
    people: int | None


@dataclass(frozen=True, slots=True)
class Floor:
    number: int
    rooms: tuple[Room, ...]


@dataclass(frozen=True, slots=True)
class UnitChart:
    number: str
    floors: tuple[Floor, ...]


@dataclass(frozen=True, slots=True)
class BuildingChart:
    id: uuid.UUID
    name: str
    estate_id: int
    estate: str
    units: tuple[UnitChart, ...]
    sees_people: bool
    people: int
    occupied: int
    dwellings: int

    @property
    def key(self) -> str:
        return str(self.id)


@dataclass(frozen=True, slots=True)
class HouseholdView:
    id: uuid.UUID
    since: date
    members: tuple[Person, ...]


@dataclass(frozen=True, slots=True)
class DwellingView:
    """A dwelling with the people in it. `people` are those without a household."""

    id: uuid.UUID
    title: str
    address: str
    building_id: uuid.UUID
    building: str
    estate_id: int
    estate: str
    facts: tuple[Section, ...]
    households: tuple[HouseholdView, ...]
    people: tuple[Person, ...]
    sees_people: bool
    may_register: bool
    may_move: bool
    refusal: str
    dwelling_templates: tuple[FormTemplate, ...]
    household_templates: tuple[FormTemplate, ...]


@dataclass(frozen=True, slots=True)
class Subject:
    """What a form is about: where it lies, its version, and how the page calls it."""

    id: uuid.UUID | None
    title: str
    area_path: str
    version: int
    dwelling_id: uuid.UUID | None


@dataclass(frozen=True, slots=True)
class OwnRecord:
    """The signed-in resident's own entry."""

    resident_id: uuid.UUID
    area_id: int
    area_path: str
    estate_name: str
    name: str
    dwelling_id: uuid.UUID | None
    address: str


GeoJson = dict[str, Any]
