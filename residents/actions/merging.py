"""Two entries of one person become one; undone, they are two again."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import date

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.viewer import Viewer
from datasharing import access_log, policy
from datasharing.choices import AccessKind, Subject
from datasharing.models import DataElement
from datasharing.policy import Access
from residents import merging, policies
from residents.actions import moving
from residents.actions.carrying import (
    carry_consents,
    carry_employments,
    carry_households,
    carry_pairs,
    carry_proposals,
    carry_residences,
)
from residents.actions.columns import project
from residents.actions.records import current_records
from residents.choices import OPEN_SEALS, ConsentPurpose
from residents.errors import DuplicateDocument, Stale
from residents.events import ConsentWithdrawn, MergeUndone, ResidentsMerged
from residents.merge_models import DistinctPair, Merge
from residents.models import Consent, ElementRecord, Resident, ResidentAccount, Seal, Vehicle
from residents.selectors.merging import why_not_undone
from smartcommunity.kernel import bus, clock
from smartcommunity.kernel.errors import Conflict, Invalid, NotAllowed, NotFound


@transaction.atomic
def merge_residents(
    *,
    viewer: Viewer,
    survivor_id: uuid.UUID,
    absorbed_id: uuid.UUID,
    picks: Mapping[str, bool],
    versions: tuple[int, int] | None = None,
) -> uuid.UUID:
    """Take the entry `absorbed_id` into `survivor_id`. `picks` says of elements that the officer
    may choose whether the absorbed one's value is kept; the rest is kept by rule
    (`residents.merging`). Everything that points to the absorbed entry points to the survivor
    afterwards. Returns the merge's key.

    Raises NotFound, NotAllowed, Invalid, Stale, Conflict when one of them was merged meanwhile or
    is the other's guardian.
    """
    access, survivor, absorbed = _held(viewer, survivor_id, absorbed_id)
    _refuse_merged(survivor, absorbed)
    policies.may_merge(access, survivor.area.path, absorbed.area.path).require()
    if versions is not None and versions != (survivor.version, absorbed.version):
        raise Stale
    _refuse_guardian(survivor, absorbed)
    _refuse_sealed(survivor, absorbed)
    mine, other = (current_records(Subject.RESIDENT, row.pk) for row in (survivor, absorbed))
    paths = (survivor.area.path, absorbed.area.path)
    _refuse_picks({k for k in picks if not merging.may_choose(access, k, mine, other, paths)})
    taken = merging.taken(mine, other, picks)
    now = clock.now()
    merge = Merge.objects.create(
        survivor=survivor,
        absorbed=absorbed,
        department_id=viewer.department_id,
        merged_by_id=viewer.user_id,
        merged_at=now,
    )
    _set_aside(absorbed, survivor)
    current = ElementRecord.objects.filter(subject=Subject.RESIDENT, superseded_at=None)
    of_mine, of_other = (current.filter(subject_id=row.pk) for row in (survivor, absorbed))
    moving.change(merge.pk, of_mine.filter(element__in=taken), superseded_at=now)
    moving.change(merge.pk, of_other.filter(element__in=taken), subject_id=survivor.pk)
    moving.change(merge.pk, of_other.all(), superseded_at=now)
    carry_households(merge, survivor, absorbed)
    values = {other[key].element: other[key].plain for key in taken}
    project(survivor, values, access=access, is_new=False)
    carry_residences(merge, takes_kind="residence_kind" in taken)
    carry_employments(merge)
    over = carry_consents(merge, survivor.birth_date)
    carry_proposals(merge, viewer)
    carry_pairs(merge)
    event = ResidentsMerged(merge.pk, survivor.pk, absorbed.pk)
    moving.repoint(event, Consent, "guardian")
    moving.repoint(event, ResidentAccount)
    moving.repoint(event, Seal)
    moving.repoint(event, Vehicle, "keeper")
    bus.announce(event)
    for purpose in over:
        bus.announce(ConsentWithdrawn(survivor.pk, purpose))
    _log(viewer, access, merge, "merged", taken)
    return merge.pk


@transaction.atomic
def undo_merge(*, viewer: Viewer, merge_id: uuid.UUID) -> None:
    """Make them two entries again, as they were. Raises NotFound, NotAllowed (not his merge and no
    supervisor of the department, or too late), Conflict with what was changed since and cannot
    be told apart. A consent that ended in the merge by law, or that was withdrawn since, stays
    withdrawn on both: each person is asked again."""
    found = Merge.objects.in_force().filter(pk=merge_id).first()
    if found is None:
        raise NotFound
    access, survivor, absorbed = _held(viewer, found.survivor_id, found.absorbed_id)
    merge = Merge.objects.select_for_update().get(pk=merge_id)
    if merge.undone_at:
        raise Conflict(_("This merge has been undone meanwhile."))
    paths = (survivor.area.path, absorbed.area.path)
    policies.may_undo_merge(access, merge, *paths).require()
    if reason := why_not_undone(
        access=access, merge=merge, survivor=survivor, changed=moving.changed_since(merge.pk)
    ):
        raise Conflict(reason)
    consents = Consent.objects.filter(resident=survivor)
    refused = set(
        consents.filter(withdrawn_at__gt=merge.merged_at).values_list("purpose", flat=True)
    )
    moving.give_back(merge.pk)
    try:
        with transaction.atomic():
            _restore(survivor, absorbed, access)
    except (IntegrityError, DuplicateDocument):
        text = _("Somebody else has been registered since with a document of one of the two.")
        raise Conflict(text) from None
    for consent in Consent.objects.filter(
        resident__in=[survivor.pk, absorbed.pk], withdrawn_at=None, purpose__in=refused
    ):
        Consent.objects.filter(pk=consent.pk).update(withdrawn_at=clock.now())
        bus.announce(ConsentWithdrawn(consent.resident_id, ConsentPurpose(consent.purpose)))
    Merge.objects.filter(pk=merge.pk).update(undone_at=clock.now(), undone_by=viewer.user_id)
    _keep_apart(viewer, survivor.pk, absorbed.pk)
    bus.announce(MergeUndone(merge.pk, survivor.pk, absorbed.pk, merge.merged_at))
    _log(viewer, access, merge, "merge undone", ())


@transaction.atomic
def tell_apart(*, viewer: Viewer, first_id: uuid.UUID, second_id: uuid.UUID) -> None:
    """Remember that two entries are two people, so that nobody is asked again. Raises NotFound,
    NotAllowed, Conflict."""
    access, first, second = _held(viewer, first_id, second_id)
    _refuse_merged(first, second)
    policies.may_merge(access, first.area.path, second.area.path).require()
    _keep_apart(viewer, first.pk, second.pk)
    access_log.record(
        viewer=viewer,
        kind=AccessKind.DECIDE,
        subject=Subject.RESIDENT,
        subject_ids=[first.pk, second.pk],
        purpose=access.purpose,
        detail="told apart",
    )


def _held(viewer: Viewer, one: uuid.UUID, other: uuid.UUID) -> tuple[Access, Resident, Resident]:
    """Both rows, locked in the order of their keys whichever comes first, so that two officers
    who merge the same entries wait for each other instead of dead-locking."""
    if one == other:
        raise Invalid(_("Choose two different entries."))
    access = policy.access(viewer=viewer, subject=Subject.RESIDENT)
    rows = Resident.with_merged.shared_with(access).filter(pk__in=[one, other])
    held = {
        row.pk: row
        for row in rows.select_related("area")
        .order_by("pk")
        .select_for_update(of=("self",), no_key=True)
    }
    if len(held) < 2:
        raise NotFound
    return access, held[one], held[other]


def _refuse_merged(*rows: Resident) -> None:
    if any(row.merged_into_id for row in rows):
        text = _("One of the two has been merged into another entry meanwhile. Look again.")
        raise Conflict(text)


def _refuse_guardian(*pair: Resident) -> None:
    if Consent.objects.filter(resident__in=pair, guardian__in=pair).exists():
        text = _("One is recorded as the other's guardian, so they are two people.")
        raise Conflict(text)


def _refuse_sealed(*pair: Resident) -> None:
    """Those who know of a seal lift it first: merged, it would hide one more entry, or one less."""
    if Seal.objects.filter(resident__in=pair, status__in=OPEN_SEALS).exists():
        raise Conflict(_("One of the two is a protected person. Lift the seal before merging."))


def _refuse_picks(keys: set[str]) -> None:
    if keys:
        text = _("Your department may not choose this value.")
        raise NotAllowed(text, fields=dict.fromkeys(keys, text))


def _set_aside(absorbed: Resident, survivor: Resident) -> None:
    rows = Resident.with_merged.filter(pk=absorbed.pk)
    rows.update(merged_into=survivor, version=F("version") + 1)


def _restore(survivor: Resident, absorbed: Resident, access: Access) -> None:
    """The columns as the records say again; then the other entry is back."""
    survivor.refresh_from_db(from_queryset=Resident.with_merged.all())
    held = current_records(Subject.RESIDENT, survivor.pk)
    elements = DataElement.objects.filter(subject=Subject.RESIDENT, storage__startswith="column:")
    values = {
        element: held[element.key].plain if element.key in held else None for element in elements
    }
    changed = {
        element: text
        for element, text in values.items()
        if _plain(getattr(survivor, str(element.column))) != (text or None)
    }
    project(survivor, changed, access=access, is_new=False)
    Resident.with_merged.filter(pk=absorbed.pk).update(merged_into=None, version=F("version") + 1)


def _plain(value: str | date | None) -> str | None:
    return value.isoformat() if isinstance(value, date) else value or None


def _keep_apart(viewer: Viewer, *pair: uuid.UUID) -> None:
    first, second = sorted(pair)
    DistinctPair.objects.get_or_create(
        first_id=first,
        second_id=second,
        defaults={
            "department_id": viewer.department_id,
            "user_id": viewer.user_id,
            "decided_at": clock.now(),
        },
    )


def _log(
    viewer: Viewer, access: Access, merge: Merge, detail: str, elements: frozenset[str] | tuple[()]
) -> None:
    access_log.record(
        viewer=viewer,
        kind=AccessKind.WRITE,
        subject=Subject.RESIDENT,
        subject_ids=[merge.survivor_id, merge.absorbed_id],
        elements=elements,
        purpose=access.purpose,
        detail=detail,
    )
