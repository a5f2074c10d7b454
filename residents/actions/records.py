"""The rows of recorded values: hold the subject, read what is current, write what is new."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.db.models import Q

from accounts.viewer import Viewer
from datasharing.choices import Subject
from datasharing.entry import owner_wins
from datasharing.models import DataElement, FormTemplate
from datasharing.values import facts
from residents.actions.columns import Projected
from residents.actions.telling import tell_proposer
from residents.choices import ProposalStatus
from residents.models import (
    Dwelling,
    ElementRecord,
    Household,
    Organisation,
    Proposal,
    Resident,
    Vehicle,
)
from residents.policies import DOCUMENT, DOCUMENT_TYPE
from smartcommunity.kernel import clock

Changes = Mapping[DataElement, str | None]


PROJECTED: Mapping[str, type[Projected]] = {
    Subject.RESIDENT: Resident,
    Subject.ORGANISATION: Organisation,
    Subject.VEHICLE: Vehicle,
}


def lock(subject: str, subject_id: uuid.UUID) -> Projected | None:
    """Hold the row until commit, so that two people do not write the same subject at once. Returns
    it if it has columns to keep in line (`columns.project`)."""
    if model := PROJECTED.get(subject):
        rows = model.objects.select_for_update(of=("self",)).select_related("area")
        return rows.filter(pk=subject_id).first()
    held = Household.objects if subject == Subject.HOUSEHOLD else Dwelling.objects
    held.select_for_update().filter(pk=subject_id).first()
    return None


def current_records(subject: str, subject_id: uuid.UUID) -> dict[str, ElementRecord]:
    """{element key: its current record}, cleared ones included."""
    return current_of(subject, [subject_id])[subject_id]


def current_of(
    subject: str, subject_ids: Collection[uuid.UUID]
) -> dict[uuid.UUID, dict[str, ElementRecord]]:
    """{subject: {element key: its current record}} of many subjects: one query."""
    found: dict[uuid.UUID, dict[str, ElementRecord]] = {key: {} for key in subject_ids}
    rows = ElementRecord.objects.filter(
        subject=subject, subject_id__in=subject_ids, superseded_at=None
    ).select_related("element", "department")
    for row in rows:
        found[row.subject_id][row.element_id] = row
    return found


def must_propose(viewer: Viewer, row: ElementRecord) -> bool:
    """The owner's value wins; a cleared one does not stand in the way."""
    by = row.department.kind if row.department else ""
    return row.plain is not None and owner_wins(row.element, by, viewer.department_kind)


def facts_of_document(
    viewer: Viewer, changed: Mapping[str, str | None], current: Mapping[str, ElementRecord]
) -> dict[str, str]:
    """What a changed document number says that is recorded otherwise and that the viewer writes."""
    number = changed.get(DOCUMENT)
    if not number:
        return {}
    held = current.get(DOCUMENT_TYPE)
    kind = changed.get(DOCUMENT_TYPE) or (held.plain if held else None) or ""
    return {
        key: fact
        for key, fact in facts(kind, number).items()
        if key not in current
        or (fact != current[key].plain and not must_propose(viewer, current[key]))
    }


def write(
    *,
    viewer: Viewer,
    template: FormTemplate | None,
    subject: str,
    subject_id: uuid.UUID,
    area_path: str,
    changes: Changes,
    decision: str = "",
) -> None:
    """`write_all` of one subject."""
    writes = [Write(subject_id, area_path, changes)]
    write_all(viewer=viewer, template=template, subject=subject, writes=writes, decision=decision)


@dataclass(frozen=True, slots=True)
class Write:
    """What changes of one subject; `is_new`: nothing is recorded of it yet."""

    subject_id: uuid.UUID
    area_path: str
    changes: Changes
    is_new: bool = False


def write_all(
    *,
    viewer: Viewer,
    template: FormTemplate | None,
    subject: str,
    writes: Sequence[Write],
    decision: str = "",
) -> None:
    """Close the current records of these elements and open the new ones, in the same instant. A
    cleared value leaves an empty record: who cleared it, and when. An open proposal of the same
    value is thereby accepted, with `decision` as the reason given. The subjects are different; the
    number of queries does not grow with them."""
    now = clock.now()
    touched = _touched(write for write in writes if not write.is_new)
    if touched:
        ElementRecord.objects.filter(touched, subject=subject, superseded_at=None).update(
            superseded_at=now
        )
    rows = {
        (write.subject_id, element.key): ElementRecord(
            id=uuid.uuid4(),
            subject=subject,
            subject_id=write.subject_id,
            element_id=element.key,
            **ElementRecord.held(element, value),
            department_id=viewer.department_id,
            user_id=viewer.user_id,
            template_id=template.pk if template else None,
            recorded_at=now,
        )
        for write in writes
        for element, value in write.changes.items()
    }
    ElementRecord.objects.bulk_create(rows.values())
    if not touched:
        return
    paths = {write.subject_id: write.area_path for write in writes}
    proposed = Proposal.objects.open().filter(touched, subject=subject)
    for proposal in proposed.select_for_update(of=("self",)).select_related("department"):
        row = rows[proposal.subject_id, proposal.element_id]
        if proposal.plain == row.plain:
            settle_proposal(proposal, viewer, ProposalStatus.ACCEPTED, decision, row)
            tell_proposer(proposal, paths[proposal.subject_id])


def _touched(writes: Iterable[Write]) -> Q:
    """The values that these writes replace; the subjects are grouped by what changes of them."""
    groups: dict[frozenset[str], list[uuid.UUID]] = defaultdict(list)
    for write in writes:
        groups[frozenset(element.key for element in write.changes)].append(write.subject_id)
    choices = (Q(subject_id__in=ids, element__in=keys) for keys, ids in groups.items())
    return reduce(or_, choices, Q())


def settle_proposal(
    proposal: Proposal,
    viewer: Viewer,
    status: ProposalStatus,
    decision: str = "",
    became: ElementRecord | None = None,
) -> None:
    """End an open proposal: by whom, when, how and why."""
    proposal.status = status
    proposal.decided_by_id = viewer.user_id
    proposal.decided_at = clock.now()
    proposal.decision = decision
    proposal.became = became
    proposal.save(update_fields=["status", "decided_by", "decided_at", "decision", "became"])
