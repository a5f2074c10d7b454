"""Answering a request for a grant: in full, in part or not; and taking a grant back."""

import uuid
from collections.abc import Collection
from datetime import date

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Area
from accounts.selectors import has_supervisor
from accounts.viewer import Viewer
from datasharing import policies
from datasharing.actions.grant_requests import REQUIRED
from datasharing.actions.grant_steps import announce
from datasharing.choices import GrantStatus, Level
from datasharing.models import DataElement, Grant
from smartcommunity.kernel import clock
from smartcommunity.kernel.errors import Conflict, Invalid, NotFound, type_text


@transaction.atomic
def approve_grant(
    *,
    viewer: Viewer,
    grant_id: uuid.UUID,
    elements: Collection[str],
    level: Level,
    may_write: bool,
    area: Area,
    valid_to: date,
    reason: str = "",
) -> None:
    """Give what was asked for, or less of it, never more; `reason` tells why it is less. Raises
    NotFound, NotAllowed, Conflict when it was answered already; Invalid naming what exceeds the
    request."""
    grant = _asked(viewer, grant_id)
    wanted = set(grant.elements.filter(owner_kind=grant.owner.kind).values_list("key", flat=True))
    errors: dict[str, type_text] = {}
    if not elements or not wanted.issuperset(elements):
        errors["elements"] = _("Choose from the elements that were asked for.")
    if not Level.HIDDEN < level <= grant.level:
        errors["level"] = _("Choose the level that was asked for, or a lower one.")
    if may_write and not grant.may_write:
        errors["may_write"] = _("Writing was not asked for.")
    if not area.path.startswith(grant.area.path):
        errors["area"] = _("Choose the area that was asked for, or a part of it.")
    if not max(clock.today(), grant.valid_from) <= valid_to <= grant.valid_to:
        errors["valid_to"] = _("Choose an end that is not past and not later than asked for.")
    if errors:
        raise Invalid(fields=errors)
    grant.level, grant.may_write, grant.area, grant.valid_to = level, may_write, area, valid_to
    grant.elements.set(DataElement.objects.filter(key__in=elements))
    _decide(viewer, grant, GrantStatus.ACTIVE, "grant approved", reason.strip())


@transaction.atomic
def refuse_grant(*, viewer: Viewer, grant_id: uuid.UUID, reason: str) -> None:
    """Raises NotFound, NotAllowed, Conflict when answered already; Invalid without a reason."""
    grant = _asked(viewer, grant_id)
    _decide(viewer, grant, GrantStatus.REFUSED, "grant refused", _required(reason))


@transaction.atomic
def revoke_grant(*, viewer: Viewer, grant_id: uuid.UUID, reason: str) -> None:
    """End a grant: the next request reads without it, since the decision is compiled per request.
    Raises NotFound, NotAllowed, Conflict when it is not in force; Invalid without a reason."""
    grant = _to_decide(viewer, grant_id)
    if grant.status != GrantStatus.ACTIVE or grant.valid_to < clock.today():
        raise Conflict(_("Only a grant in force can be revoked."))
    _decide(viewer, grant, GrantStatus.REVOKED, "grant revoked", _required(reason))


def _asked(viewer: Viewer, grant_id: uuid.UUID) -> Grant:
    grant = _to_decide(viewer, grant_id)
    if grant.status != GrantStatus.REQUESTED:
        raise Conflict(_("This request was answered already."))
    return grant


def _to_decide(viewer: Viewer, grant_id: uuid.UUID) -> Grant:
    """The grant, locked, if it is the viewer's department's to give."""
    rows = Grant.objects.select_for_update(of=("self",)).select_related("owner", "grantee", "area")
    grant = rows.filter(pk=grant_id, owner=viewer.department_id).first()
    if grant is None:
        raise NotFound
    supervised = has_supervisor(department_id=grant.owner_id)
    policies.may_decide_grant(viewer, grant, has_supervisor=supervised).require()
    return grant


def _required(text: str) -> str:
    if not text.strip():
        raise Invalid(fields={"reason": REQUIRED})
    return text.strip()


def _decide(viewer: Viewer, grant: Grant, status: GrantStatus, step: str, reason: str) -> None:
    grant.status, grant.decided_by_id, grant.decided_at = status, viewer.user_id, clock.now()
    grant.reason = reason
    grant.save()
    announce(grant, viewer=viewer, step=step, reason=reason)
