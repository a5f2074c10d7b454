"""Corrections: another department proposes a value, the owner department accepts or rejects it."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from typing import NoReturn

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.viewer import Viewer
from datasharing import access_log, policy
from datasharing.choices import AccessKind, Level
from datasharing.entry import check_one
from datasharing.models import DataElement, FormTemplate
from datasharing.policy import Access
from residents import policies, selectors
from residents.actions.columns import project
from residents.actions.homes import follow
from residents.actions.records import (
    current_records,
    facts_of_document,
    lock,
    settle_proposal,
    write,
)
from residents.actions.telling import tell_owner, tell_proposer
from residents.choices import ProposalStatus
from residents.models import ElementRecord, Proposal, Resident
from smartcommunity.kernel import clock
from smartcommunity.kernel.errors import Conflict, Invalid, NotAllowed, NotFound

MAX_REASON = 300  # characters, as the columns


def keep_proposals(
    *,
    viewer: Viewer,
    access: Access,
    area_path: str,
    template: FormTemplate | None,
    proposed: Mapping[str, str | None],
    current: Mapping[str, ElementRecord],
    reason: str = "",
) -> None:
    """Keep the values {element key: text} that differ from the owner's `current` ones, for the
    owner to decide. A department has one open proposal an element: another value replaces it."""
    if not proposed:
        return
    record = next(iter(current.values()))
    access_log.record(
        viewer=viewer,
        kind=AccessKind.WRITE,
        subject=record.subject,
        subject_ids=[record.subject_id],
        elements=proposed,
        purpose=access.purpose,
        detail="proposed",
    )
    hold_proposals(
        viewer=viewer,
        area_path=area_path,
        template=template,
        proposed=proposed,
        current=current,
        reason=reason,
    )


def hold_proposals(
    *,
    viewer: Viewer,
    area_path: str,
    template: FormTemplate | None,
    proposed: Mapping[str, str | None],
    current: Mapping[str, ElementRecord],
    reason: str = "",
) -> None:
    """`keep_proposals` without the log, for a batch that logs once."""
    if viewer.department_id is None or viewer.user_id is None:
        raise NotAllowed(_("Only an officer of a department proposes a correction."))
    record = next(iter(current.values()))
    open_ones = {
        proposal.element_id: proposal
        for proposal in Proposal.objects.open()
        .filter(subject=record.subject, subject_id=record.subject_id, element__in=proposed)
        .filter(department=viewer.department_id)
        .select_for_update(of=("self",))
    }
    for key, text in proposed.items():
        earlier = open_ones.get(key)
        if earlier and earlier.plain == text:
            continue
        if earlier:
            settle_proposal(earlier, viewer, ProposalStatus.WITHDRAWN)
        row = current[key]
        proposal = Proposal.objects.create(
            subject=row.subject,
            subject_id=row.subject_id,
            element=row.element,
            **Proposal.held(row.element, text),
            current=row,
            department_id=viewer.department_id,
            user_id=viewer.user_id,
            template=template,
            reason=reason,
            created_at=clock.now(),
        )
        tell_owner(proposal, area_path)


@transaction.atomic
def propose(
    *,
    viewer: Viewer,
    subject: str,
    subject_id: uuid.UUID,
    element: str,
    value: str,
    reason: str = "",
) -> None:
    """Propose another value for an element that the viewer's department reads in full and does not
    own. Raises NotFound (also where he does not see it in full), NotAllowed, Invalid."""
    access = policy.access(viewer=viewer, subject=subject)
    lock(subject, subject_id)
    place = selectors.locate(viewer=viewer, access=access, kind=subject, subject_id=subject_id)
    seen = selectors.recorded(access=access, subject=subject, areas={subject_id: place.area_path})[
        subject_id
    ]
    if element not in seen or seen[element].level < Level.FULL:
        raise NotFound
    policies.may_propose(access, element, place.area_path, seen[element].department_kind).require()
    known = {key: held.value for key, held in seen.items()}
    text = check_one(DataElement.objects.get(pk=element), value, known)
    if text is None:
        raise Invalid(fields={element: _("Enter the value that you hold to be right.")})
    if text == known[element]:
        raise Invalid(fields={element: _("This is what is recorded already.")})
    keep_proposals(
        viewer=viewer,
        access=access,
        area_path=place.area_path,
        template=None,
        proposed={element: text},
        current=current_records(subject, subject_id),
        reason=_short(reason, "reason"),
    )


@transaction.atomic
def accept_proposal(*, viewer: Viewer, proposal_id: uuid.UUID, reason: str = "") -> None:
    """The owner makes the proposed value its own: the record names the owner's officer, and the
    proposal beside it who proposed it. Raises NotFound, Conflict when it is decided already,
    Invalid when the value does not fit what else is recorded by now."""
    found = Proposal.objects.where_works(viewer).filter(pk=proposal_id).first()
    row = lock(found.subject, found.subject_id) if found else None
    proposal, access, path = _to_decide(viewer, proposal_id)
    current = current_records(proposal.subject, proposal.subject_id)
    known = {key: row.plain for key, row in current.items()}
    try:
        check_one(proposal.element, proposal.plain, known)
    except Invalid as error:
        _refuse(error)
    said: dict[str, str | None] = {proposal.element_id: proposal.plain}
    said |= facts_of_document(viewer, said, current)
    elements = DataElement.objects.in_bulk(list(said))
    changes = {elements[key]: text for key, text in said.items()}
    _log(viewer, access, proposal, "proposal accepted", elements)
    if row:
        try:
            project(row, changes, access=access, is_new=False)
        except Invalid as error:
            _refuse(error)
        if isinstance(row, Resident):
            follow(row, changes)
    write(
        viewer=viewer,
        template=proposal.template,
        subject=proposal.subject,
        subject_id=proposal.subject_id,
        area_path=path,
        changes=changes,
        decision=_short(reason, "decision"),
    )


@transaction.atomic
def reject_proposal(*, viewer: Viewer, proposal_id: uuid.UUID, reason: str) -> None:
    """The owner keeps its value and says why. Raises NotFound, Conflict, Invalid."""
    proposal, access, path = _to_decide(viewer, proposal_id)
    if not reason.strip():
        raise Invalid(_("Say why, so that the other department understands."))
    _log(viewer, access, proposal, "proposal rejected", [proposal.element_id])
    settle_proposal(proposal, viewer, ProposalStatus.REJECTED, _short(reason, "decision"))
    tell_proposer(proposal, path)


@transaction.atomic
def withdraw_proposal(*, viewer: Viewer, proposal_id: uuid.UUID) -> None:
    """The department that proposed it takes it back. Raises NotFound, Conflict."""
    proposal, access, path = _held(viewer, proposal_id)
    if proposal.department_id != viewer.department_id:
        raise NotFound
    _still_open(proposal)
    _log(viewer, access, proposal, "proposal withdrawn", [proposal.element_id])
    settle_proposal(proposal, viewer, ProposalStatus.WITHDRAWN)
    tell_owner(proposal, path)


def _to_decide(viewer: Viewer, proposal_id: uuid.UUID) -> tuple[Proposal, Access, str]:
    proposal, access, path = _held(viewer, proposal_id)
    if not policies.may_decide(access, proposal.element_id, path):
        raise NotFound
    _still_open(proposal)
    return proposal, access, path


def _held(viewer: Viewer, proposal_id: uuid.UUID) -> tuple[Proposal, Access, str]:
    """The proposal, locked, with the viewer's rights and the path of its area."""
    proposal = (
        Proposal.objects.where_works(viewer)
        .filter(pk=proposal_id)
        .select_for_update(of=("self",))
        .select_related("element", "department", "template")
        .first()
    )
    if proposal is None:
        raise NotFound
    access = policy.access(viewer=viewer, subject=proposal.subject)
    place = selectors.locate(
        viewer=viewer, access=access, kind=proposal.subject, subject_id=proposal.subject_id
    )
    return proposal, access, place.area_path


def _still_open(proposal: Proposal) -> None:
    if proposal.status != ProposalStatus.OPEN:
        raise Conflict(_("This proposal has been decided or withdrawn meanwhile."))


def _refuse(error: Invalid) -> NoReturn:
    """A refusal beside a field, as one about the whole proposal."""
    raise Invalid(
        _("It cannot be accepted as it is: %(why)s")
        % {"why": " ".join(str(text) for text in error.fields.values()) or str(error.message)}
    ) from error


def _short(text: str, field: str) -> str:
    text = text.strip()
    if len(text) > MAX_REASON:
        message = _("At most %(count)d characters. Shorten it.") % {"count": MAX_REASON}
        raise Invalid(message, fields={field: message})
    return text


def _log(
    viewer: Viewer, access: Access, proposal: Proposal, detail: str, elements: Iterable[str]
) -> None:
    access_log.record(
        viewer=viewer,
        kind=AccessKind.DECIDE,
        subject=proposal.subject,
        subject_ids=[proposal.subject_id],
        elements=elements,
        purpose=access.purpose,
        detail=detail,
    )
