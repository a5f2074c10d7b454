"""Asking for a grant, and taking the question back.

政务数据共享条例 (Decree 809): an application states basis, scope, manner and period; the owner
answers in ten working days, for what is shared unconditionally in one.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import date

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.choices import DepartmentKind
from accounts.models import Area, Department
from accounts.viewer import Viewer
from datasharing import policies
from datasharing.actions.grant_steps import announce
from datasharing.choices import GrantStatus, Level, Purpose, Sharing
from datasharing.models import DataElement, Grant
from datasharing.selectors.owners import owners_in
from smartcommunity.kernel import clock, workdays
from smartcommunity.kernel.errors import Conflict, Invalid, NotFound, type_text

REQUIRED = _("This is required. Fill it in.")


@transaction.atomic
def request_grants(
    *,
    viewer: Viewer,
    owner_kind: DepartmentKind,
    elements: Collection[str],
    level: Level,
    may_write: bool,
    area: Area,
    purpose: Purpose,
    legal_basis: str,
    valid_from: date,
    valid_to: date,
    reason: str,
) -> list[uuid.UUID]:
    """Ask every department of `owner_kind` that is responsible in the area (`owners_in`), each
    for its part; all or none. Raises as `request_grant` does."""
    policies.may_request_grant(viewer).require()
    asked = owners_in(kind=owner_kind, area=area, but=viewer.department_id)
    if not asked:
        raise Invalid(
            fields={"area": _("No department that owns these data is responsible in this area.")}
        )
    return [
        request_grant(
            viewer=viewer,
            owner=owner,
            elements=elements,
            level=level,
            may_write=may_write,
            area=part,
            purpose=purpose,
            legal_basis=legal_basis,
            valid_from=valid_from,
            valid_to=valid_to,
            reason=reason,
        )
        for owner, part in asked
    ]


@transaction.atomic
def request_grant(
    *,
    viewer: Viewer,
    owner: Department,
    elements: Collection[str],
    level: Level,
    may_write: bool,
    area: Area,
    purpose: Purpose,
    legal_basis: str,
    valid_from: date,
    valid_to: date,
    reason: str,
) -> uuid.UUID:
    """Ask `owner` for its elements on behalf of the viewer's department. To read what is shared
    unconditionally is granted at once. Raises NotAllowed; Invalid naming the wrong fields."""
    policies.may_request_grant(viewer).require()
    # Locked, so that the same is not asked twice at one time.
    grantee = Department.objects.select_for_update(of=("self",)).select_related("area")
    asker = grantee.get(membership=viewer.membership_id)
    found = list(DataElement.objects.filter(key__in=elements, retired_at=None))
    errors: dict[str, type_text] = {}
    if refusal := _unaskable(owner, set(elements), found):
        errors["elements"] = refusal
    elif _waiting(owner, asker, area, purpose, set(elements), level, may_write):
        errors["elements"] = _("Your department has asked for this already: it waits.")
    if owner.kind == asker.kind:
        errors["owner"] = _("Your own department needs no grant from itself.")
    if level not in {Level.YES_NO, Level.MASKED, Level.FULL}:
        errors["level"] = _("Choose how much has to be seen.")
    around = (owner.area.path, asker.area.path)
    if not (viewer.works_in(area.path) and all(area.path.startswith(path) for path in around)):
        errors["area"] = _("Choose an area where both departments are responsible.")
    if purpose == Purpose.OWN_DATA:
        errors["purpose"] = _("Departments do not read for this purpose.")
    if valid_from < clock.today() or valid_to < valid_from:
        errors["valid_to"] = _("The period starts today or later and ends after it starts.")
    errors |= {
        name: REQUIRED
        for name, text in {"legal_basis": legal_basis, "reason": reason}.items()
        if not text.strip()
    }
    if errors:
        raise Invalid(fields=errors)
    unconditional = all(element.sharing == Sharing.UNCONDITIONAL for element in found)
    now, at_once = clock.now(), unconditional and not may_write
    days = (
        settings.GRANT_UNCONDITIONAL_REPLY_WORKING_DAYS
        if unconditional
        else settings.GRANT_REPLY_WORKING_DAYS
    )
    grant = Grant.objects.create(
        owner=owner,
        grantee=asker,
        area=area,
        level=level,
        may_write=may_write,
        purpose=purpose,
        legal_basis=legal_basis.strip(),
        valid_from=valid_from,
        valid_to=valid_to,
        status=GrantStatus.ACTIVE if at_once else GrantStatus.REQUESTED,
        request_reason=reason.strip(),
        requested_by_id=viewer.user_id,
        requested_at=now,
        reply_due=workdays.after(clock.today(), days),
        decided_at=now if at_once else None,
    )
    grant.elements.set(found)
    announce(grant, viewer=viewer, step="grant requested", reason=reason.strip())
    return grant.pk


@transaction.atomic
def withdraw_grant_request(*, viewer: Viewer, grant_id: uuid.UUID) -> None:
    """Take an unanswered request back. Raises NotFound, NotAllowed; Conflict when answered."""
    rows = Grant.objects.select_for_update(of=("self",)).select_related("owner", "grantee", "area")
    grant = rows.filter(pk=grant_id, grantee=viewer.department_id).first()
    if grant is None:
        raise NotFound
    policies.may_withdraw_grant(viewer, grant).require()
    if grant.status != GrantStatus.REQUESTED:
        raise Conflict(_("This request was answered already."))
    grant.status = GrantStatus.WITHDRAWN
    grant.save(update_fields=["status"])
    announce(grant, viewer=viewer, step="grant withdrawn")


def _unaskable(
    owner: Department, keys: set[str], found: Collection[DataElement]
) -> type_text | None:
    """Why these elements cannot be asked of this owner."""
    withheld = [element for element in found if element.sharing == Sharing.NONE]
    if not found or len(found) < len(keys):
        return _("Choose at least one element of the catalogue.")
    if any(element.owner_kind != owner.kind for element in found):
        return _("This department does not own all of these elements. Ask the owner.")
    return withheld[0].not_shared_because if withheld else None


def _waiting(
    owner: Department,
    asker: Department,
    area: Area,
    purpose: Purpose,
    keys: set[str],
    level: Level,
    may_write: bool,
) -> bool:
    """Whether just this waits for an answer already (a form sent twice, two colleagues)."""
    same = Grant.objects.filter(
        status=GrantStatus.REQUESTED,
        owner=owner,
        grantee=asker,
        area=area,
        purpose=purpose,
        level=level,
        may_write=may_write,
    ).prefetch_related("elements")
    return any({element.key for element in grant.elements.all()} == keys for grant in same)
