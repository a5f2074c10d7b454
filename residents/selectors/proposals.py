"""Reads of proposed corrections: for the owner department to decide, for the proposer to follow.

A proposal is seen by who may decide it and by the department that made it, and shows no more than
the viewer's right to the element shows at the time of reading.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.viewer import Viewer
from datasharing import access_log, policy
from datasharing.choices import AccessKind, Level, Subject
from datasharing.policy import Access
from residents import policies
from residents.choices import ProposalStatus
from residents.models import Dwelling, Household, Organisation, Proposal, Resident, Vehicle
from residents.selectors.reading import (
    ByRow,
    display_name,
    labels_of,
    recorded,
    shown,
    title_keys,
)
from residents.selectors.shapes import ProposalView, Provenance, Waiting
from smartcommunity.kernel.pagination import Page, paginate

Titles = Mapping[uuid.UUID, tuple[str, str, uuid.UUID | None]]
TITLED: Mapping[str, type[Resident] | type[Organisation] | type[Vehicle]] = {
    Subject.RESIDENT: Resident,
    Subject.ORGANISATION: Organisation,
    Subject.VEHICLE: Vehicle,
}


def proposals_to_decide(*, viewer: Viewer) -> int:
    """How many open proposals the viewer may decide. One query."""
    return Proposal.objects.to_decide(viewer).count()


def proposals(*, viewer: Viewer, made: bool, number: int) -> Page[ProposalView]:
    """Those to decide, the longest waiting first; or (`made`) those of the viewer's own
    department, the newest first. Logged."""
    rows = (
        Proposal.objects.made_by(viewer).order_by("-created_at", "id")
        if made
        else Proposal.objects.to_decide(viewer).order_by("created_at", "id")
    ).select_related("element", "department", "user", "template", "decided_by", "current__element")
    return paginate(rows, number).map(lambda found: _views(viewer, found))


def waiting(
    *, viewer: Viewer, access: Access, subject: str, subject_id: uuid.UUID, path: str
) -> dict[str, Waiting]:
    """{element key: the open proposals of this subject that concern the viewer}."""
    rows = list(
        Proposal.objects.open()
        .filter(subject=subject, subject_id=subject_id)
        .select_related("element")
    )
    labels = labels_of(rows)
    found: dict[str, Waiting] = {}
    for key in {row.element_id for row in rows}:
        level = access.level(key, path)
        same = [row for row in rows if row.element_id == key]
        own = [row for row in same if row.department_id == viewer.department_id]
        if own and level > Level.HIDDEN:
            made_on = timezone.localdate(own[0].created_at)
            found[key] = Waiting(shown(own[0], level, labels), made_on, 0)
        elif policies.may_decide(access, key, path):
            found[key] = Waiting(None, None, len(same))
    return found


def _views(viewer: Viewer, rows: Sequence[Proposal]) -> list[ProposalView]:
    labels = labels_of([*rows, *(row.current for row in rows)])
    by_subject: dict[str, list[Proposal]] = defaultdict(list)
    for row in rows:
        by_subject[row.subject].append(row)
    found: dict[uuid.UUID, ProposalView] = {}
    for subject, group in by_subject.items():
        access = policy.access(viewer=viewer, subject=subject)
        found_places = places(subject, {row.subject_id for row in group})
        areas = {key: path for key, (path, _title, _home) in found_places.items()}
        keys = {row.element_id for row in group}
        seen = recorded(
            access=access, subject=subject, areas=areas, keys=keys | title_keys(subject)
        )
        levels = {
            row.id: access.level(row.element_id, areas[row.subject_id], row.subject_id)
            for row in group
        }
        group = [row for row in group if levels[row.id] > Level.HIDDEN]
        access_log.record(
            viewer=viewer,
            kind=AccessKind.LIST,
            subject=subject,
            subject_ids={row.subject_id for row in group},
            elements={row.element_id for row in group} | _named(subject, seen),
            purpose=access.purpose,
            detail="proposals",
        )
        for row in group:
            found[row.id] = _view(row, levels[row.id], labels, seen, found_places)
    return [found[row.id] for row in rows if row.id in found]


def _view(
    row: Proposal,
    level: Level,
    labels: Mapping[tuple[str, str], str],
    seen: ByRow,
    places: Titles,
) -> ProposalView:
    _path, title, home = places[row.subject_id]
    now = seen[row.subject_id].get(row.element_id)
    is_open = row.status == ProposalStatus.OPEN
    old = shown(row.current, level, labels)
    return ProposalView(
        id=row.id,
        subject=row.subject,
        subject_id=row.subject_id,
        title=title or display_name(seen[row.subject_id], row.subject),
        dwelling_id=home,
        element=row.element_id,
        label=row.element.label,
        current=(now.shown if now else "") if is_open else old,
        provenance=Provenance(now.department, now.date) if now and is_open else None,
        proposed=shown(row, level, labels),
        may_reveal=level == Level.FULL and row.element.is_veiled,
        department=row.department.name,
        user=row.user.display_name,
        template=row.template.title if row.template else "",
        reason=row.reason,
        created_at=row.created_at,
        status=row.status,
        status_label=str(ProposalStatus(row.status).label),
        decided_by=row.decided_by.display_name if row.decided_by else "",
        decided_at=row.decided_at,
        decision=row.decision,
    )


def _named(subject: str, seen: ByRow) -> set[str]:
    return {key for held in seen.values() for key in title_keys(subject) if key in held}


def places(subject: str, ids: Iterable[uuid.UUID]) -> Titles:
    """{subject's id: (area path, title, dwelling)}; who has no address is called by an element of
    his own, under the viewer's right to it."""
    if model := TITLED.get(subject):
        rows = model.objects.filter(pk__in=ids).values_list("pk", "area__path")
        return {key: (path, "", None) for key, path in rows}
    if subject == Subject.DWELLING:
        homes = Dwelling.objects.filter(pk__in=ids).values_list("pk", "area__path", "address")
        return {key: (path, address, key) for key, path, address in homes}
    households = Household.objects.filter(pk__in=ids).values_list(
        "pk", "dwelling__area__path", "dwelling__address", "dwelling_id"
    )
    return {
        key: (path, _("Household in %(address)s") % {"address": address}, home)
        for key, path, address, home in households
    }
