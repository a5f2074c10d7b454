"""The one write of recorded values."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _

from accounts.models import Area
from accounts.viewer import Viewer
from datasharing import access_log, policy
from datasharing.choices import AccessKind, Subject
from datasharing.entry import check_entries, entries_for
from datasharing.models import DataElement, FormTemplate
from datasharing.policy import Access
from datasharing.values import Recorded
from residents import policies, selectors
from residents.actions.columns import Projected, project
from residents.actions.filling import count_fill
from residents.actions.homes import follow, register_household, settle
from residents.actions.merging import tell_apart
from residents.actions.proposals import keep_proposals
from residents.actions.records import (
    current_records,
    facts_of_document,
    lock,
    must_propose,
    write,
)
from residents.choices import ResidenceKind
from residents.errors import LikelyTheSame, Stale
from residents.models import Dwelling, ElementRecord, Household, Resident
from residents.policies import DOCUMENT_TYPE
from smartcommunity.kernel.errors import Invalid, NotAllowed, NotFound

Values = dict[str, str | None]


@dataclass(frozen=True, slots=True)
class Residency:
    """How somebody lives in a dwelling, where the form does not ask it."""

    kind: ResidenceKind
    on: date | None = None


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of a form: the subject's id; the elements written; those only proposed; how many
    fields it showed, and how many of them were recorded already."""

    subject_id: uuid.UUID
    written: frozenset[str] = frozenset()
    proposed: frozenset[str] = frozenset()
    fields: int = 0
    there: int = 0


def record(
    *,
    viewer: Viewer,
    template: FormTemplate,
    subject_id: uuid.UUID | None,
    area: Area | None = None,
    dwelling: Dwelling | None = None,
    household: Household | None = None,
    values: Mapping[str, str | None],
    version: int | None = None,
    residence: Residency | None = None,
) -> uuid.UUID:
    """`save_form` for who needs only the subject's id."""
    return save_form(
        viewer=viewer,
        template=template,
        subject_id=subject_id,
        area=area,
        dwelling=dwelling,
        household=household,
        values=values,
        version=version,
        residence=residence,
    ).subject_id


@transaction.atomic
def save_form(
    *,
    viewer: Viewer,
    template: FormTemplate,
    subject_id: uuid.UUID | None,
    area: Area | None = None,
    dwelling: Dwelling | None = None,
    household: Household | None = None,
    values: Mapping[str, str | None],
    version: int | None = None,
    residence: Residency | None = None,
) -> Saved:
    """Save one form over a resident, a household, a dwelling, an organisation or a vehicle.

    `subject_id` None registers a new resident in `dwelling`, where he then lives, or in `area`. An
    element not in `values` keeps its value; None clears it. Each changed element is written once,
    with who wrote it, when and under which form; birth date and sex follow from the document. A
    value that the owner department has recorded otherwise becomes a proposal to it.

    Raises NotFound, NotAllowed (may not register, or not write one of the elements), Invalid with
    a message per element, DuplicateDocument, Stale.
    """
    prefetch_related_objects([template], "fields__element__code_list__codes")
    access = policy.access(viewer=viewer, subject=template.subject)
    if subject_id is None:
        target = _newcomer(access, dwelling.area if dwelling else area, dwelling, household)
    else:
        target = _existing(viewer, access, template, subject_id, version)
    newcomer = target.row if target.is_new and isinstance(target.row, Resident) else None

    def settled(changed: Mapping[str, str | None]) -> None:
        if newcomer and dwelling:
            settle(newcomer, dwelling, *how(changed, residence))

    return save_over(
        viewer=viewer, access=access, template=template, target=target, values=values, then=settled
    )


def save_over(
    *,
    viewer: Viewer,
    access: Access,
    template: FormTemplate,
    target: Target,
    values: Mapping[str, str | None],
    then: Callable[[Mapping[str, str | None]], None] = lambda changed: None,
) -> Saved:
    """Write the form's values over the target; a new target's row is saved first, and `then` is
    called with what has changed. Raises what `save_form` raises."""
    form = entries_for(template, access.rights(target.path, target.id), target.seen)
    _refuse_unwritable(set(values) - {entry.key for entry in form if entry.editable})
    checked = check_entries(form, values)
    shown = [entry for entry in form if entry.key in checked or not entry.editable]
    there = count_fill(viewer=viewer, template=template, shown=shown)
    current = current_records(template.subject, target.id)
    changed, proposed = sorted_out(viewer, checked, current)
    elements = DataElement.objects.in_bulk(list(changed))
    changes = {elements[key]: value for key, value in changed.items()}
    keep_proposals(
        viewer=viewer,
        access=access,
        area_path=target.path,
        template=template,
        proposed=proposed,
        current=current,
    )
    if not changes:
        return Saved(target.id, frozenset(), frozenset(proposed), len(shown), there)
    if target.row:
        project(target.row, changes, access=access, is_new=target.is_new)
        if isinstance(target.row, Resident) and not target.is_new:
            follow(target.row, changes)
        then(changed)
    write(
        viewer=viewer,
        template=template,
        subject=template.subject,
        subject_id=target.id,
        area_path=target.path,
        changes=changes,
    )
    written = frozenset(element.key for element in changes)
    access_log.record(
        viewer=viewer,
        kind=AccessKind.WRITE,
        subject=template.subject,
        subject_ids=[target.id],
        elements=written,
        purpose=access.purpose,
        detail=template.key,
    )
    return Saved(target.id, written, frozenset(proposed), len(shown), there)


@dataclass(frozen=True, slots=True)
class Target:
    """What the form is about: its key, its area's path, what the viewer sees recorded there, and
    the row, not yet saved for a newcomer, if values stand in columns of it."""

    id: uuid.UUID
    path: str
    seen: Mapping[str, Recorded]
    row: Projected | None
    is_new: bool


def _newcomer(
    access: Access, area: Area | None, dwelling: Dwelling | None, household: Household | None
) -> Target:
    if area is None or (household and dwelling and household.dwelling_id != dwelling.pk):
        raise NotFound
    policies.may_register(access, area.path).require()
    resident = Resident(area=area, household=household)
    return Target(resident.pk, area.path, {}, resident, is_new=True)


def _existing(
    viewer: Viewer,
    access: Access,
    template: FormTemplate,
    subject_id: uuid.UUID,
    version: int | None,
) -> Target:
    row = lock(template.subject, subject_id)
    place = selectors.locate(
        viewer=viewer, access=access, kind=template.subject, subject_id=subject_id
    )
    if version is not None and version != place.version:
        raise Stale
    seen = selectors.recorded(
        access=access,
        subject=template.subject,
        areas={subject_id: place.area_path},
        keys={field.element_id for field in template.fields.all()},
    )[subject_id]
    return Target(subject_id, place.area_path, seen, row, is_new=False)


def _refuse_unwritable(keys: set[str]) -> None:
    if keys:
        text = _("Your department may not change this here.")
        raise NotAllowed(text, fields=dict.fromkeys(keys, text))


def sorted_out(
    viewer: Viewer, checked: Values, current: Mapping[str, ElementRecord]
) -> tuple[Values, Values]:
    """What differs from the current records: what is written, facts of a new document included,
    and what is only proposed, because the owner has recorded it otherwise. Pure."""
    held = {key: row.plain for key, row in current.items()}
    differs = {key: value for key, value in checked.items() if value != held.get(key)}
    proposed = {
        key: value
        for key, value in differs.items()
        if key in current and must_propose(viewer, current[key])
    }
    changed = {key: value for key, value in differs.items() if key not in proposed}
    kind = {DOCUMENT_TYPE: checked.get(DOCUMENT_TYPE)}
    return changed | facts_of_document(viewer, kind | changed, current), proposed


def how(
    asked: Mapping[str, str | None], residence: Residency | None
) -> tuple[ResidenceKind, date | None]:
    """The kind and the beginning of a newcomer's residence: from the form, else as given."""
    if kind := asked.get("residence_kind"):
        as_what = ResidenceKind(kind)
    elif residence:
        as_what = residence.kind
    else:
        raise Invalid(fields={"residence_kind": _("Choose how the person lives here.")})
    if since := asked.get("live_since"):
        return as_what, date.fromisoformat(since)
    return as_what, residence.on if residence else None


@transaction.atomic
def register_member(
    *,
    viewer: Viewer,
    template: FormTemplate,
    dwelling: Dwelling,
    household_id: uuid.UUID | None,
    values: Mapping[str, str | None],
    residence: Residency | None = None,
    besides: Collection[uuid.UUID] | None = None,
) -> tuple[uuid.UUID, uuid.UUID]:
    """Register somebody into a household of the dwelling, a new one when `household_id` is None.
    Returns the keys of resident and household.

    With `besides`, registered people who look like this one are asked about first, but for those
    in it: they are somebody else, and that is remembered. Raises LikelyTheSame then, and what
    `record` raises.
    """
    household = (
        Household.objects.visible_to(viewer).filter(dwelling=dwelling, pk=household_id).first()
        if household_id
        else register_household(viewer=viewer, dwelling=dwelling)
    )
    if household is None:
        raise NotFound
    resident_id = record(
        viewer=viewer,
        template=template,
        subject_id=None,
        dwelling=dwelling,
        household=household,
        values=values,
        residence=residence,
    )
    if besides is not None:
        _ask_who_it_is(viewer, resident_id, dwelling, besides)
    return resident_id, household.pk


def _ask_who_it_is(
    viewer: Viewer, resident_id: uuid.UUID, dwelling: Dwelling, besides: Collection[uuid.UUID]
) -> None:
    """Compare what has just been written, in its canonical spelling, with everybody else."""
    held = current_records(Subject.RESIDENT, resident_id)
    newcomer = selectors.Newcomer.entered(
        {key: row.plain for key, row in held.items()}, dwelling.pk
    )
    (found,) = selectors.matches(viewer=viewer, newcomers=[newcomer])
    others = {key: why for key, why in found.items() if key not in {resident_id, *besides}}
    if others:
        raise LikelyTheSame(others)
    for other in besides:
        tell_apart(viewer=viewer, first_id=resident_id, second_id=other)
