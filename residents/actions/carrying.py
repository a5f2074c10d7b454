"""What the registry itself knows about an entry goes over to the survivor of a merge."""

from __future__ import annotations

from datetime import date

from django.db.models import Q

from accounts.viewer import Viewer
from datasharing.choices import Subject
from residents import merging
from residents.actions.moving import change
from residents.actions.records import current_records
from residents.choices import ConsentPurpose, ProposalStatus
from residents.merge_models import DistinctPair, Merge
from residents.models import Consent, Employment, Proposal, Residence, Resident
from smartcommunity.kernel import clock


def carry_households(merge: Merge, survivor: Resident, absorbed: Resident) -> None:
    """The survivor stays in his household; who has none joins the other entry's. The absorbed
    entry leaves its own: nobody counts it as a member."""
    if survivor.household_id is None and absorbed.household_id:
        rows = Resident.with_merged.filter(pk=survivor.pk)
        change(merge.pk, rows, household_id=absorbed.household_id)
        survivor.household_id = absorbed.household_id


def carry_residences(merge: Merge, *, takes_kind: bool) -> None:
    """All residences of both. Where both live in one dwelling now, one of them is kept: the
    absorbed entry's if its kind of residence is; the other rests, ended, with the absorbed one."""
    still_open = Residence.objects.filter(valid_to=None)
    mine = {row.dwelling_id: row for row in still_open.filter(resident=merge.survivor_id)}
    moved = Residence.objects.filter(resident=merge.absorbed_id)
    for row in still_open.filter(resident=merge.absorbed_id, dwelling__in=mine):
        losing = mine[row.dwelling_id] if takes_kind else row
        end = max(clock.today(), losing.valid_from or clock.today())
        change(
            merge.pk,
            Residence.objects.filter(pk=losing.pk),
            resident_id=merge.absorbed_id,
            valid_to=end,
        )
        moved = moved.exclude(pk=losing.pk)
    change(merge.pk, moved, resident_id=merge.survivor_id)


def carry_employments(merge: Merge) -> None:
    """All places of work of both. Where both work at one organisation now, the absorbed entry's
    rests with it, ended."""
    still_open = Employment.objects.filter(valid_to=None)
    here = still_open.filter(resident=merge.survivor_id).values("organisation")
    twice = still_open.filter(resident=merge.absorbed_id, organisation__in=here)
    losing = list(twice.values_list("pk", flat=True))
    change(merge.pk, Employment.objects.filter(pk__in=losing), valid_to=clock.today())
    moved = Employment.objects.filter(resident=merge.absorbed_id).exclude(pk__in=losing)
    change(merge.pk, moved, resident_id=merge.survivor_id)


def carry_consents(merge: Merge, born: date | None) -> list[ConsentPurpose]:
    """Consents as the law has it (`merging.consents_after`). Returns the purposes for which none
    is left: what rests on them is to be erased. What ends there stays ended if the merge is
    undone; a consent that merely gave way to a later one comes back."""
    mine, other = (
        list(Consent.objects.filter(resident=key).order_by("pk"))
        for key in (merge.survivor_id, merge.absorbed_id)
    )
    over = []
    for after in merging.consents_after(mine, other, born):
        ended = Consent.objects.filter(pk__in=[consent.pk for consent in after.ended])
        if after.is_over:
            ended.update(withdrawn_at=merge.merged_at)
            over.append(after.purpose)
        else:
            change(merge.pk, ended, withdrawn_at=merge.merged_at)
    rows = Consent.objects.filter(resident=merge.absorbed_id)
    change(merge.pk, rows, resident_id=merge.survivor_id)
    return over


def carry_proposals(merge: Merge, viewer: Viewer) -> None:
    """Proposals to correct either entry now concern the survivor. One that proposes what is kept
    is thereby accepted; of two open ones of a department for an element, the later stays."""
    current = current_records(Subject.RESIDENT, merge.survivor_id)
    both = Proposal.objects.filter(
        subject=Subject.RESIDENT, subject_id__in=[merge.survivor_id, merge.absorbed_id]
    )
    seen: set[tuple[str, object]] = set()
    for proposal in both.open().select_related("element").order_by("-created_at", "pk"):
        row = current.get(proposal.element_id)
        place = (proposal.element_id, proposal.department_id)
        decided = {"decided_at": merge.merged_at, "decided_by_id": viewer.user_id}
        rows = Proposal.objects.filter(pk=proposal.pk)
        if row and row.plain == proposal.plain:
            change(
                merge.pk, rows, status=ProposalStatus.ACCEPTED.value, became_id=row.pk, **decided
            )
        elif place in seen:
            change(merge.pk, rows, status=ProposalStatus.WITHDRAWN.value, **decided)
        elif row and proposal.current_id != row.pk:
            change(merge.pk, rows, current_id=row.pk)
        if not (row and row.plain == proposal.plain):
            seen.add(place)
    change(merge.pk, both.filter(subject_id=merge.absorbed_id), subject_id=merge.survivor_id)


def carry_pairs(merge: Merge) -> None:
    """Who was found to be somebody else than one of the two is somebody else than the survivor."""
    gone, stays = merge.absorbed_id, merge.survivor_id
    for pair in DistinctPair.objects.filter(Q(first=gone) | Q(second=gone)):
        other = pair.second_id if pair.first_id == gone else pair.first_id
        rows = DistinctPair.objects.filter(pk=pair.pk)
        first, second = sorted((stays, other))
        if other == stays:
            rows.delete()
        elif not DistinctPair.objects.filter(first=first, second=second).exists():
            change(merge.pk, rows, first_id=first, second_id=second)
