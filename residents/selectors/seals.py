"""Reads of seals, for the officers named on them and nobody else."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from django.utils.translation import gettext as _

from accounts.choices import ADMINISTRATORS, DepartmentKind, Role
from accounts.models import Membership
from accounts.viewer import Viewer
from datasharing import policy
from datasharing.choices import AccessKind, Subject
from residents import policies
from residents.choices import SealStatus
from residents.models import Resident, Seal
from residents.selectors.residents import people
from residents.selectors.shapes_guard import Nameable, SealView
from smartcommunity.kernel import clock
from smartcommunity.kernel.errors import NotFound
from smartcommunity.kernel.pagination import Page, paginate


def seals(*, viewer: Viewer, number: int) -> Page[SealView]:
    """The seals that name the viewer, those to decide first. Logged."""
    rows = (
        Seal.objects.named_to(viewer)
        .select_related("resident__area", "proposed_by", "decided_by", "lift_asked_by", "lifted_by")
        .prefetch_related("officers")
        .order_by("ended_at", "-proposed_at", "id")
    )
    return paginate(rows, number).map(lambda found: _views(viewer, found))


def seals_to_decide(*, viewer: Viewer) -> int:
    """How many seals wait for the viewer as the second supervisor. One query."""
    named = Seal.objects.named_to(viewer)
    proposed = named.filter(status=SealStatus.PROPOSED).exclude(proposed_by=viewer.user_id)
    asked = Seal.objects.in_force().filter(lift_asked_by__isnull=False)
    lifting = named.filter(pk__in=asked.exclude(lift_asked_by=viewer.user_id).values("pk"))
    return (proposed | lifting).distinct().count()


def sealed_for(*, resident_id: uuid.UUID | None) -> list[str] | None:
    """The live stream's audience for what happens about a sealed resident: the named officers;
    None when he is not sealed."""
    rows = Seal.objects.in_force().filter(resident=resident_id)
    officers = list(rows.values_list("officers", flat=True)) if resident_id else []
    return [f"user:{key}" for key in officers] or None


def sealable(*, viewer: Viewer, resident_id: uuid.UUID) -> str:
    """The name of a resident whom the viewer may propose to seal. Raises NotAllowed, NotFound."""
    policies.may_seal(viewer).require()
    found = people(viewer=viewer, resident_ids=[resident_id], kind=AccessKind.READ, detail="seal")
    if resident_id not in found:
        raise NotFound
    return found[resident_id].name


def nameable(*, viewer: Viewer, resident_id: uuid.UUID) -> list[Nameable]:
    """The staff who could be named on a seal beside the viewer: in office, reading personal data,
    and working in the resident's area."""
    access = policy.access(viewer=viewer, subject=Subject.RESIDENT)
    row = Resident.objects.shared_with(access).filter(pk=resident_id).select_related("area").first()
    if row is None:
        raise NotFound
    found: dict[uuid.UUID, Nameable] = {}
    terms = (
        Membership.objects.in_force()
        .exclude(role__in=ADMINISTRATORS)
        .exclude(user=viewer.user_id)
        .select_related("user", "department", "area")
        .order_by("department__kind", "department__name", "user__display_name", "user_id")
    )
    for term in terms:
        if not row.area.path.startswith(term.area.path):
            continue
        approves = (term.department.kind, term.role) == (DepartmentKind.POLICE, Role.SUPERVISOR)
        name = f"{term.user.display_name} · {term.department.name} · {term.get_role_display()}"
        earlier = found.get(term.user_id)
        if earlier is None or approves:
            found[term.user_id] = Nameable(term.user_id, name, approves)
    return list(found.values())


def _views(viewer: Viewer, rows: Sequence[Seal]) -> list[SealView]:
    known = people(viewer=viewer, resident_ids={row.resident_id for row in rows}, detail="seals")
    supervises = bool(policies.may_seal(viewer))
    today = clock.today()

    def view(row: Seal) -> SealView:
        person = known.get(row.resident_id)
        over = bool(row.ends_on and row.ends_on < today)
        in_force = row.status == SealStatus.IN_FORCE and not over
        asked = row.lift_asked_by_id if in_force else None
        return SealView(
            id=row.pk,
            resident_id=row.resident_id if person else None,
            name=person.name if person else _("Name not shared"),
            place=person.meta if person else row.resident.area.name,
            state="expired" if over and row.status == SealStatus.IN_FORCE else row.status,
            state_label=str(
                _("Expired")
                if over and row.status == SealStatus.IN_FORCE
                else row.get_status_display()
            ),
            legal_basis=row.legal_basis,
            review_on=row.review_on,
            review_overdue=in_force and row.review_on < today,
            ends_on=row.ends_on,
            officers=tuple(sorted(officer.display_name for officer in row.officers.all())),
            proposed_by=row.proposed_by.display_name,
            proposed_at=row.proposed_at,
            decided_by=row.decided_by.display_name if row.decided_by else "",
            lift_asked_by=row.lift_asked_by.display_name if row.lift_asked_by else "",
            lifted_by=row.lifted_by.display_name if row.lifted_by else "",
            reason=row.reason,
            may_approve=row.status == SealStatus.PROPOSED
            and bool(policies.may_second(viewer, row.proposed_by_id)),
            may_refuse=row.status == SealStatus.PROPOSED and supervises,
            may_ask_lift=in_force and supervises and asked is None,
            may_lift=asked is not None and bool(policies.may_second(viewer, asked)),
            may_keep=asked is not None and supervises,
        )

    return [view(row) for row in rows]
