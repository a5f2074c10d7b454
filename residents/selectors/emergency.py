"""Reads of emergency accesses: for who opened them, for those who review them, for the auditor."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.choices import Role
from accounts.querysets import below
from accounts.viewer import Viewer
from datasharing import access_log, policy
from datasharing.choices import AccessKind, Subject
from datasharing.models import DataElement, EmergencyAccess
from residents import policies
from residents.models import Resident
from residents.selectors.opened import closed_elements
from residents.selectors.residents import people
from residents.selectors.shapes import Person
from residents.selectors.shapes_guard import EmergencyView
from smartcommunity.kernel import clock
from smartcommunity.kernel.errors import NotAllowed, NotFound
from smartcommunity.kernel.pagination import Page, paginate

Rows = QuerySet[EmergencyAccess]
MINE, REVIEW, ALL = "mine", "review", "all"


def emergency_offer(*, viewer: Viewer, resident_id: uuid.UUID) -> tuple[Person, list[DataElement]]:
    """The person, and what could be opened of him. Raises NotAllowed, NotFound."""
    policies.may_open_emergency(viewer).require()
    found = people(viewer=viewer, resident_ids=[resident_id], kind=AccessKind.READ)
    if resident_id not in found:
        raise NotFound
    access = policy.access(viewer=viewer, subject=Subject.RESIDENT)
    path = Resident.objects.values_list("area__path", flat=True).get(pk=resident_id)
    return found[resident_id], closed_elements(access, path)


def owners_of(row: EmergencyAccess) -> set[str]:
    """The kinds of department that own what was opened."""
    return {element.owner_kind for element in row.elements.all()}


def sides_for(*, viewer: Viewer) -> list[str]:
    """Which lists are for the viewer."""
    if viewer.role == Role.AUDITOR:
        return [ALL]
    mine = [MINE] if policies.may_open_emergency(viewer) else []
    return [REVIEW, *mine] if viewer.role == Role.SUPERVISOR else mine


def emergencies(*, viewer: Viewer, side: str, number: int) -> Page[EmergencyView]:
    """One of the lists of `sides_for`: those not reviewed first, the longest waiting on top. The
    auditor sees all, without names. Logged. Raises NotAllowed."""
    if side not in sides_for(viewer=viewer):
        raise NotAllowed(_("This list is not for your role."))
    rows = {MINE: _mine, REVIEW: _reviewed_by, ALL: _all}[side](viewer)
    rows = (
        rows.select_related("user", "department", "area", "reviewed_by")
        .prefetch_related("elements")
        .order_by("-reviewed_at", "review_due", "id")
    )
    return paginate(rows, number).map(lambda found: _views(viewer, side, found))


def emergencies_to_review(*, viewer: Viewer) -> int:
    """How many wait for the viewer's review. One query."""
    if viewer.role != Role.SUPERVISOR:
        return 0
    concerned = _reviewed_by(viewer).values("pk")
    return EmergencyAccess.objects.to_review().filter(pk__in=concerned).count()


def _mine(viewer: Viewer) -> Rows:
    return known_emergencies(viewer).filter(user=viewer.user_id)


def _reviewed_by(viewer: Viewer) -> Rows:
    owns = EmergencyAccess.elements.through.objects.filter(
        dataelement__owner_kind=viewer.department_kind
    )
    concerned = Q(department=viewer.department_id) | Q(pk__in=owns.values("emergencyaccess_id"))
    return known_emergencies(viewer).filter(concerned).exclude(user=viewer.user_id)


def known_emergencies(viewer: Viewer) -> Rows:
    """Where the viewer works, about residents who exist for him."""
    residents = Resident.objects.visible_to(viewer)
    return EmergencyAccess.objects.filter(
        below(viewer.area_paths, "area__path"), subject_id__in=residents.values("pk")
    )


def _all(viewer: Viewer) -> Rows:
    return EmergencyAccess.objects.all()


def _views(viewer: Viewer, side: str, rows: Sequence[EmergencyAccess]) -> list[EmergencyView]:
    known: dict[uuid.UUID, Person] = {}
    if side == ALL:
        access_log.record(
            viewer=viewer,
            kind=AccessKind.AUDIT,
            subject="emergency",
            subject_ids=[row.pk for row in rows],
        )
    else:
        known = people(viewer=viewer, resident_ids={row.subject_id for row in rows},
                       detail="emergency")  # fmt: skip
    return [_view(viewer, row, known.get(row.subject_id), owners_of(row)) for row in rows]


def _view(
    viewer: Viewer, row: EmergencyAccess, person: Person | None, owners: Collection[str]
) -> EmergencyView:
    running = row.ended_at is None and row.expires_at > clock.now()
    open_ = row.reviewed_at is None
    reviews = bool(policies.may_review_emergency(viewer, row, owners))
    state, label = _state(row, running)
    return EmergencyView(
        id=row.pk,
        resident_id=person.id if person else None,
        name=person.name if person else "",
        user=row.user.display_name,
        department=row.department.name,
        area=row.area.name,
        elements=tuple(element.label for element in row.elements.all()),
        purpose=row.get_purpose_display(),
        reason=row.reason,
        opened_at=row.opened_at,
        expires_at=row.expires_at,
        ended_at=row.ended_at,
        is_running=running,
        review_due=row.review_due,
        review_overdue=open_ and not running and row.review_due < clock.today(),
        state=state,
        state_label=label,
        reviewed_by=row.reviewed_by.display_name if row.reviewed_by else "",
        reviewed_at=row.reviewed_at,
        comment=row.comment,
        may_review=reviews and open_ and not running,
        may_end=running and (reviews or viewer.user_id == row.user_id),
    )


def _state(row: EmergencyAccess, running: bool) -> tuple[str, str]:
    if running:
        return "running", _("Running")
    if row.reviewed_at is None:
        return "pending", _("Waiting for review")
    if row.justified:
        return "justified", _("Justified")
    return "unjustified", _("Not justified")
