"""The rows of recorded values: hold the subject, read what is current, write what is new."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from accounts.viewer import Viewer
from datasharing.choices import Subject
from datasharing.entry import owner_wins
from datasharing.models import DataElement, FormTemplate
from datasharing.values import facts
from residents.actions.columns import DOCUMENT, DOCUMENT_TYPE, Projected
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
    rows = ElementRecord.objects.filter(
        subject=subject, subject_id=subject_id, superseded_at=None
    ).select_related("element", "department")
    return {row.element_id: row for row in rows}


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
    """Close the current records of these elements and open the new ones, in the same instant. A
    cleared value leaves an empty record: who cleared it, and when. An open proposal of the same
    value is thereby accepted, with `decision` as the reason given."""
    now = clock.now()
    ElementRecord.objects.filter(
        subject=subject, subject_id=subject_id, element__in=changes, superseded_at=None
    ).update(superseded_at=now)
    rows = {
        element.key: ElementRecord(
            id=uuid.uuid4(),
            subject=subject,
            subject_id=subject_id,
            element=element,
            **ElementRecord.held(element, value),
            department_id=viewer.department_id,
            user_id=viewer.user_id,
            template=template,
            recorded_at=now,
        )
        for element, value in changes.items()
    }
    ElementRecord.objects.bulk_create(rows.values())
    proposed = Proposal.objects.open().filter(
        subject=subject, subject_id=subject_id, element__in=changes
    )
    for proposal in proposed.select_for_update(of=("self",)).select_related("department"):
        row = rows[proposal.element_id]
        if proposal.plain == row.plain:
            settle_proposal(proposal, viewer, ProposalStatus.ACCEPTED, decision, row)
            tell_proposer(proposal, area_path)


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
