"""Two entries side by side, and the merges made: each value under the viewer's rights."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping
from datetime import timedelta

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.viewer import Viewer
from datasharing import access_log, policy
from datasharing.choices import AccessKind, Level, Subject
from datasharing.models import DataElement
from datasharing.policy import Access
from datasharing.values import Recorded
from residents import merging, policies
from residents.choices import OPEN_SEALS
from residents.merge_models import DistinctPair, Merge, MergedRow
from residents.models import Consent, ElementRecord, Resident, Seal
from residents.selectors.comparing import Compared, Comparison, ConsentNote, Entry, MergeView
from residents.selectors.reading import display_name, recorded
from residents.selectors.residents import homes_of
from smartcommunity.kernel import clock
from smartcommunity.kernel.errors import Conflict, NotFound
from smartcommunity.kernel.pagination import Page, paginate

RESIDENT = Subject.RESIDENT


def comparison(*, viewer: Viewer, survivor_id: uuid.UUID, absorbed_id: uuid.UUID) -> Comparison:
    """The two entries side by side for who may merge them. Only elements that he sees on both are
    compared; how many others there may be is said of the catalogue, not of these people. Logged.
    Raises NotFound, NotAllowed, Conflict when one of them is merged already."""
    access = policy.access(viewer=viewer, subject=RESIDENT)
    rows = Resident.with_merged.shared_with(access).select_related("area")
    pair = rows.in_bulk([survivor_id, absorbed_id])
    if len(pair) < 2:
        raise NotFound
    if any(row.merged_into_id for row in pair.values()):
        raise Conflict(_("One of the two has been merged into another entry already."))
    ordered = (pair[survivor_id], pair[absorbed_id])
    paths = tuple(row.area.path for row in ordered)
    policies.may_merge(access, *paths).require()
    areas = {row.pk: row.area.path for row in ordered}
    seen = recorded(access=access, subject=RESIDENT, areas=areas)
    homes = homes_of(access, areas)
    shared = {
        key
        for key in set(seen[survivor_id]) | set(seen[absorbed_id])
        if all(access.level(key, path) > Level.HIDDEN for path in paths)
    }
    access_log.record(
        viewer=viewer,
        kind=AccessKind.READ,
        subject=RESIDENT,
        subject_ids=areas,
        elements=[*shared, *([policies.HOME] if any(homes.values()) else [])],
        purpose=access.purpose,
        detail="compared",
    )
    mine, other = (_held(row.pk) for row in ordered)
    entries = tuple(
        Entry(
            id=row.pk,
            name=display_name(seen[row.pk]),
            estate=row.area.name,
            homes=tuple(home.address for home in homes[row.pk]),
            version=row.version,
        )
        for row in ordered
    )
    sides = (seen[survivor_id], seen[absorbed_id])
    rows_shown = _compared(access, paths, shared, sides, (mine, other))
    hidden = DataElement.objects.filter(subject=RESIDENT).exclude(key__in=_seen_on(access, paths))
    return Comparison(
        survivor=entries[0],
        absorbed=entries[1],
        rows=rows_shown,
        hidden=hidden.count(),
        consents=_consents(access, paths, ordered),
        told_apart=_told_apart(survivor_id, absorbed_id),
    )


def merged_into(*, viewer: Viewer, resident_id: uuid.UUID) -> uuid.UUID | None:
    """The entry that stands for one that was merged away, if the viewer may know of both."""
    access = policy.access(viewer=viewer, subject=RESIDENT)
    shared = dict(
        Resident.with_merged.shared_with(access)
        .filter(pk=resident_id)
        .values_list("pk", "merged_into")
    )
    found = shared.get(resident_id)
    while found:
        row = Resident.with_merged.shared_with(access).filter(pk=found)
        found_next = row.values_list("merged_into", flat=True)
        if not found_next:
            return None
        if found_next[0] is None:
            return found
        found = found_next[0]
    return None


def absorbed_by(*, resident_id: uuid.UUID) -> dict[uuid.UUID, str]:
    """{id: area path} of the entries merged into this one, directly or before that. For reads that
    are decided and logged elsewhere."""
    found: dict[uuid.UUID, str] = {}
    wanted = [resident_id]
    while wanted:
        rows = Resident.with_merged.filter(merged_into__in=wanted)
        more = dict(rows.values_list("pk", "area__path"))
        found |= more
        wanted = list(more)
    return found


def taken_over(rows: Iterable[ElementRecord]) -> set[uuid.UUID]:
    """Which of these records came from an entry that was merged into their subject's."""
    keys = [str(row.pk) for row in rows]
    found = MergedRow.objects.filter(
        merge__undone_at=None,
        table=ElementRecord._meta.label,
        row_id__in=keys,
        after__has_key="subject_id",
    )
    return {uuid.UUID(key) for key in found.values_list("row_id", flat=True)}


def merges(*, viewer: Viewer, number: int) -> Page[MergeView]:
    """The merges in force of entries that the viewer may see, the newest first. Logged."""
    access = policy.access(viewer=viewer, subject=RESIDENT)
    entries = Resident.with_merged.shared_with(access).values("pk")
    rows = (
        Merge.objects.in_force()
        .filter(survivor__in=entries, absorbed__in=entries)
        .select_related("survivor__area", "absorbed__area", "merged_by", "department")
        .order_by("-merged_at", "pk")
    )

    def views(found: Collection[Merge]) -> list[MergeView]:
        areas = {row.survivor_id: row.survivor.area.path for row in found}
        seen = recorded(access=access, subject=RESIDENT, areas=areas, keys={policies.NAME})
        if found:
            access_log.record(
                viewer=viewer,
                kind=AccessKind.LIST,
                subject=RESIDENT,
                subject_ids=areas,
                elements={policies.NAME} if any(seen.values()) else (),
                purpose=access.purpose,
                detail="merges",
            )
        return [_view(access, row, seen[row.survivor_id]) for row in found]

    return paginate(rows, number).map(views)


def why_not_undone(
    *, access: Access, merge: Merge, survivor: Resident, changed: set[type[models.Model]]
) -> str:
    """What happened since the merge that cannot be told apart any more, "" for nothing."""
    if survivor.merged_into_id or Merge.objects.in_force().filter(
        survivor=survivor, merged_at__gt=merge.merged_at
    ):
        return _("One of the entries has been merged again since. Undo the later merge first.")
    new = ElementRecord.objects.filter(
        subject=RESIDENT, subject_id=survivor.pk, recorded_at__gt=merge.merged_at
    ).select_related("element")
    paths = (survivor.area.path, merge.absorbed.area.path)
    elements = {row.element_id: row.element for row in new}
    if elements:
        named = [
            element.label
            for key, element in sorted(elements.items())
            if all(access.level(key, path) > Level.HIDDEN for path in paths)
        ]
        if not named:
            return _("Values have been recorded since, and nobody knows of which of the two.")
        return _(
            "Recorded since, and nobody knows of which of the two: %(elements)s. Register the "
            "other person anew instead, and correct these values."
        ) % {"elements": "、".join(named)}
    if Consent.objects.filter(resident=survivor, given_at__gt=merge.merged_at).exists():
        return _("A consent has been given since, and nobody knows by which of the two.")
    if Seal.objects.filter(resident=survivor, status__in=OPEN_SEALS).exists():
        return _("Sealed since, and nobody knows which of the two. Lift the seal first.")
    if changed:
        names = sorted(str(model._meta.verbose_name) for model in changed)
        return _("Changed since, so that it cannot be given back: %(tables)s.") % {
            "tables": "、".join(names)
        }
    return ""


def _held(resident_id: uuid.UUID) -> dict[str, ElementRecord]:
    rows = ElementRecord.objects.filter(
        subject=RESIDENT, subject_id=resident_id, superseded_at=None
    ).select_related("element", "department")
    return {row.element_id: row for row in rows}


def _seen_on(access: Access, paths: tuple[str, ...]) -> set[str]:
    return {
        key
        for key in access.rights(paths[0])
        if all(access.level(key, path) > Level.HIDDEN for path in paths)
    }


def _compared(
    access: Access,
    paths: tuple[str, ...],
    shared: Collection[str],
    sides: tuple[Mapping[str, Recorded], Mapping[str, Recorded]],
    held: tuple[merging.Held, merging.Held],
) -> tuple[Compared, ...]:
    """A line for each element; what is the same and read in full on both comes last."""
    mine, other = held
    taken = merging.taken(mine, other, {})
    elements = DataElement.objects.in_bulk([key for key in shared if key in mine or key in other])
    lines = [
        Compared(
            key=key,
            label=element.label,
            left=sides[0].get(key),
            right=sides[1].get(key),
            takes_right=key in taken,
            may_choose=merging.may_choose(access, key, mine, other, paths),
        )
        for key, element in elements.items()
    ]
    return tuple(sorted(lines, key=lambda line: (line.group, line.label)))


def _consents(
    access: Access, paths: tuple[str, ...], pair: tuple[Resident, Resident]
) -> tuple[ConsentNote, ...]:
    """What becomes of consents that the viewer sees on both; a child is told by either entry's
    date of birth, as far as it is kept by rule."""
    mine, other = (list(Consent.objects.filter(resident=row)) for row in pair)
    kept = merging.taken(_held(pair[0].pk), _held(pair[1].pk), {})
    born = pair[1 if "birth_date" in kept else 0].birth_date
    return tuple(
        ConsentNote(str(after.purpose.label), after.is_over, len(after.ended))
        for after in merging.consents_after(mine, other, born)
        if all(
            access.level(policies.CONSENT_ELEMENT[after.purpose], path) == Level.FULL
            for path in paths
        )
    )


def _told_apart(*pair: uuid.UUID) -> str:
    first, second = sorted(pair)
    row = (
        DistinctPair.objects.filter(first=first, second=second)
        .select_related("user", "department")
        .first()
    )
    if row is None:
        return ""
    who = row.department.name if row.department else _("the platform")
    return f"{who} · {row.user.display_name}" if row.user else who


def _view(access: Access, row: Merge, seen: Mapping[str, Recorded]) -> MergeView:
    paths = (row.survivor.area.path, row.absorbed.area.path)
    left = policies.UNDO_DAYS - (clock.now() - row.merged_at) // timedelta(days=1)
    return MergeView(
        id=row.pk,
        survivor_id=row.survivor_id,
        name=display_name(seen),
        estate=row.survivor.area.name,
        at=row.merged_at,
        department=row.department.name if row.department else "",
        user=row.merged_by.display_name if row.merged_by else "",
        may_undo=bool(policies.may_undo_merge(access, row, *paths)),
        left=ngettext("%(count)d day left", "%(count)d days left", left) % {"count": left},
    )
