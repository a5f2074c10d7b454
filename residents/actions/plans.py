"""Many forms at once: what each row of a sheet would do. `batches` writes it.

The rules are those of one form, asked through the same functions: `entries_for` and `check_entries`
for what may be filled in and how, `sorted_out` for what is written and what is only proposed, the
policies for newcomers. What differs is the looking up: a batch takes a constant number of queries.

A row without a fault is written whole; a row with a fault is not written at all. An empty cell
leaves what is recorded as it is.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.utils.translation import gettext as _

from accounts.viewer import Viewer
from datasharing import policy
from datasharing.choices import Level, Subject
from datasharing.entry import Entry, check_entries, entries_for
from datasharing.models import DataElement, FormTemplate
from datasharing.policy import Access
from datasharing.values import Recorded
from residents import policies, selectors
from residents.actions.recording import Residency, how, sorted_out
from residents.actions.records import current_of
from residents.actions.rows import Found, Row, look_up
from residents.choices import ResidenceKind
from residents.errors import DuplicateDocument
from residents.models import Dwelling, ElementRecord, Resident
from residents.sheets import columns as sheet_columns
from residents.sheets.choices import Outcome
from residents.sheets.columns import Column
from smartcommunity.kernel.errors import Invalid

Values = dict[str, str | None]
Seen = Mapping[uuid.UUID, Mapping[str, Recorded]]
Current = Mapping[uuid.UUID, Mapping[str, ElementRecord]]


@dataclass(slots=True)
class Sheet:
    """What all rows of an import share: who imports, the form, its columns, his rights."""

    viewer: Viewer
    template: FormTemplate
    columns: Mapping[str, Column]
    access: Access
    elements: Mapping[str, DataElement]
    household_key: uuid.UUID
    _blank: dict[str, list[Entry]] = field(default_factory=dict)

    @classmethod
    def open(cls, *, viewer: Viewer, template: FormTemplate, key: uuid.UUID) -> Sheet:
        """`key` makes the households of this import: the same rows find the same households."""
        access = policy.access(viewer=viewer, subject=template.subject)
        columns = {column.key: column for column in columns_of(access, template)}
        elements = DataElement.objects.filter(subject=template.subject).in_bulk()
        return cls(viewer, template, columns, access, elements, key)

    @property
    def keys(self) -> set[str]:
        """The elements of the form."""
        return {one.element_id for one in self.template.fields.all()}

    def blank(self, path: str) -> list[Entry]:
        """The empty form for a newcomer in this area."""
        if path not in self._blank:
            self._blank[path] = entries_for(self.template, self.access.rights(path), {})
        return self._blank[path]


def columns_of(access: Access, template: FormTemplate) -> list[Column]:
    """The columns of the form's sheet for who holds these rights."""
    rights = [access.rights(path) for path in access.reach()]
    writable = {key for one in rights for key, right in one.items() if right.may_write}
    is_about_people = template.subject == Subject.RESIDENT
    return sheet_columns.columns_for(
        template,
        writable,
        may_register=is_about_people
        and any(policies.may_register(access, path) for path in access.reach()),
        by_document=bool(access.reach([policies.DOCUMENT], Level.FULL)),
    )


@dataclass(slots=True)
class Plan:
    """What becomes of one row. `errors` are by column key ("" for the row)."""

    number: int
    outcome: Outcome = Outcome.FAULTY
    errors: dict[str, str] = field(default_factory=dict)
    subject_id: uuid.UUID | None = None
    path: str = ""
    resident: Resident | None = None
    is_new: bool = False
    home: Dwelling | None = None
    household: uuid.UUID | None = None
    lives: tuple[ResidenceKind, date | None] | None = None
    changes: Values = field(default_factory=dict)
    proposed: Values = field(default_factory=dict)
    current: Mapping[str, ElementRecord] = field(default_factory=dict)


def plan_batch(
    sheet: Sheet, rows: Sequence[Row], taken: dict[int, int], *, hold: bool
) -> list[Plan]:
    """What each row would do; nothing is written. `taken` maps the documents (shortened hashes)
    of earlier rows to row numbers, and gets those of these rows. `hold` locks the residents."""
    found = look_up(sheet.viewer, sheet.access, sheet.template.subject, rows, hold=hold)
    subject = sheet.template.subject
    areas = found.areas(subject)
    keys = sheet.keys | {policies.DOCUMENT, "doc_type"}
    seen = selectors.recorded(access=sheet.access, subject=subject, areas=areas, keys=keys)
    current = current_of(subject, list(areas))
    subjects: dict[uuid.UUID, int] = {}
    plans = []
    for row in rows:
        plan = Plan(row.number, errors=dict(row.errors))
        try:
            if subject == Subject.RESIDENT:
                _plan_resident(sheet, row, plan, found, seen, current, taken)
            else:
                _plan_dwelling(sheet, row, plan, found, seen, current)
            if earlier := subjects.get(plan.subject_id) if plan.subject_id else None:
                raise _Duplicate({"": _same_as(earlier)})
        except _Duplicate as error:
            plan.errors |= _texts(error)
            plan.outcome = Outcome.DUPLICATE
        except Invalid as error:
            plan.errors |= _texts(error)
        if plan.errors and plan.outcome != Outcome.DUPLICATE:
            plan.outcome = Outcome.FAULTY
        elif plan.subject_id and not plan.errors:
            subjects[plan.subject_id] = row.number
        plans.append(plan)
    return plans


class _Duplicate(Invalid):
    """The row is about somebody whom the file or the registry has already."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        super().__init__(fields=fields)


def _texts(error: Invalid) -> dict[str, str]:
    return {key: str(text) for key, text in (error.fields or {"": error.message}).items()}


def _same_as(number: int) -> str:
    return _("Row %(row)d is about the same one. Keep one of them.") % {"row": number}


def _plan_dwelling(
    sheet: Sheet, row: Row, plan: Plan, found: Found, seen: Seen, current: Current
) -> None:
    home = _home(row, found)
    if home is None:
        raise Invalid(fields={sheet_columns.ROOM: _("Fill in the address.")})
    plan.subject_id, plan.path = home.pk, home.area.path
    _compare(sheet, row, plan, seen[home.pk], current[home.pk])


def _plan_resident(
    sheet: Sheet,
    row: Row,
    plan: Plan,
    found: Found,
    seen: Seen,
    current: Current,
    taken: dict[int, int],
) -> None:
    if row.document is not None:
        short = int.from_bytes(row.document[:8], "big", signed=True)
        if earlier := taken.get(short):
            raise _Duplicate({policies.DOCUMENT: _same_as(earlier)})
        taken[short] = row.number
    resident = _registered(sheet, row, found)
    home = _home(row, found)
    if resident is None:
        _plan_newcomer(sheet, row, plan, found, home)
        return
    plan.subject_id, plan.resident, plan.path = resident.pk, resident, resident.area.path
    _compare(sheet, row, plan, seen[resident.pk], current[resident.pk])
    other = found.by_document.get(row.document) if row.document else None
    if other and other.pk != resident.pk:
        raise DuplicateDocument(other.pk if _is_told(sheet, other, found) else None)
    sees_homes = policies.may_see_homes(sheet.access, resident.area.path)
    if home and sees_homes and (resident.pk, home.pk) not in found.residences:
        plan.errors[sheet_columns.ROOM] = _(
            "This person is registered in another dwelling. Open the entry and let the person move "
            "in there, or correct the address."
        )


def _registered(sheet: Sheet, row: Row, found: Found) -> Resident | None:
    """The resident whom the row names by the platform's number, else by the document."""
    if row.resident_id:
        resident = found.by_id.get(row.resident_id)
        if resident is None or resident.pk not in found.shared:
            text = _("There is no such resident here. Leave the number empty for a newcomer.")
            raise Invalid(fields={sheet_columns.RESIDENT: text})
        return resident
    resident = found.by_document.get(row.document) if row.document else None
    if resident and not _is_told(sheet, resident, found):
        raise DuplicateDocument(None)
    return resident


def _is_told(sheet: Sheet, resident: Resident, found: Found) -> bool:
    """True when the importer may know of the resident and that this is his document."""
    level = sheet.access.level(policies.DOCUMENT, resident.area.path)
    return resident.pk in found.shared and level == Level.FULL


def _home(row: Row, found: Found) -> Dwelling | None:
    """The dwelling of the row's address; None when the row has none."""
    if not any(row.address):
        return None
    homes = found.homes.get(row.address, [])
    if len(homes) == 1:
        return homes[0]
    text = (
        _("Several dwellings fit this address. Write the building and the unit in full.")
        if homes
        else _("There is no such dwelling where you work. Compare estate, building, unit and room.")
    )
    raise Invalid(fields={sheet_columns.ROOM: text})


def _plan_newcomer(sheet: Sheet, row: Row, plan: Plan, found: Found, home: Dwelling | None) -> None:
    if sheet_columns.ROOM not in sheet.columns:
        text = _("Nobody like this is registered here, and your department does not register "
                 "newcomers. Compare the number.")  # fmt: skip
        raise Invalid(fields={sheet_columns.RESIDENT: text})
    if home is None:
        raise Invalid(fields={sheet_columns.ROOM: _("Fill in the address.")})
    path = home.area.path
    decision = policies.may_register(sheet.access, path)
    if not decision:
        raise Invalid(str(decision.reason))
    form = sheet.blank(path)
    _refuse_foreign(row, {entry.key for entry in form if entry.editable}, {}, plan)
    checked = _checked(form, row, plan)
    reads_names = sheet.access.level(policies.NAME, path) == Level.FULL
    same = (home.pk, checked.get(policies.NAME)) in found.namesakes
    if row.document is None and reads_names and same:
        raise _Duplicate({policies.NAME: _namesake()})
    plan.changes, _none = sorted_out(sheet.viewer, checked, {})
    lives_as = row.values.get(sheet_columns.LIVES_AS)
    plan.lives = how(plan.changes, Residency(ResidenceKind(lives_as)) if lives_as else None)
    plan.home, plan.path, plan.is_new = home, path, True
    plan.household = uuid.uuid5(sheet.household_key, f"{home.pk}:{row.household}")
    plan.resident = Resident(area=home.area, household_id=plan.household)
    plan.subject_id = plan.resident.pk
    plan.outcome = Outcome.NEW


def _namesake() -> str:
    return _("Somebody of this name lives there already. Write the resident's number to change "
             "that entry, or the document number to tell them apart.")  # fmt: skip


def _compare(
    sheet: Sheet,
    row: Row,
    plan: Plan,
    seen: Mapping[str, Recorded],
    current: Mapping[str, ElementRecord],
) -> None:
    """What the row changes of what is recorded."""
    form = entries_for(sheet.template, sheet.access.rights(plan.path), seen)
    _refuse_foreign(row, {entry.key for entry in form if entry.editable}, seen, plan)
    checked = _checked(form, row, plan)
    plan.current = current
    plan.changes, plan.proposed = sorted_out(sheet.viewer, checked, current)
    if plan.changes:
        plan.outcome = Outcome.CHANGED
    else:
        plan.outcome = Outcome.PROPOSED if plan.proposed else Outcome.UNCHANGED


def _refuse_foreign(row: Row, editable: set[str], seen: Mapping[str, Recorded], plan: Plan) -> None:
    """A cell that the viewer may not fill in is refused, unless it only says what he sees."""
    for key, value in row.values.items():
        if key in editable or key in sheet_columns.DOCUMENT or key == sheet_columns.LIVES_AS:
            continue
        held = seen.get(key)
        if held is None or value not in {held.value, held.shown}:
            plan.errors[key] = _("Your department may not change this here. Clear the cell.")


def _checked(form: list[Entry], row: Row, plan: Plan) -> Values:
    """The row through the form's own check; faults go to the plan as well as out."""
    typed = {key: value for key, value in row.values.items() if key not in row.errors}
    try:
        checked = check_entries(form, typed)
    except Invalid as error:
        plan.errors = _texts(error) | plan.errors
        raise Invalid(fields=plan.errors) from None
    asked = {entry.key for entry in form if entry.editable}
    for key in asked & set(typed) - set(checked):
        plan.errors[key] = _("The form does not ask this of such a person. Clear the cell.")
    if plan.errors:
        raise Invalid(fields=plan.errors)
    return checked
