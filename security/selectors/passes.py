"""A resident's passes, for himself."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.viewer import Viewer
from datasharing import access_log
from datasharing.choices import AccessKind, Purpose, Subject
from residents.models import ResidentAccount
from security.models import Pass
from smartcommunity.kernel import clock
from smartcommunity.kernel.errors import NotFound

SHOWN = 50


@dataclass(frozen=True, slots=True)
class PassView:
    """`state`: scheduled, active, used, expired or revoked; `token` is empty once it opens no
    more."""

    id: uuid.UUID
    kind: str
    kind_label: str
    bearer: str
    area_name: str
    valid_from: datetime
    valid_to: datetime
    uses_left: int
    state: str
    state_label: str
    token: str


def passes_of_resident(*, viewer: Viewer, resident_id: uuid.UUID) -> list[PassView]:
    """The latest 50 passes of the resident who is signed in. Raises NotFound for anybody else."""
    if not ResidentAccount.objects.filter(user=viewer.user_id, resident=resident_id).exists():
        raise NotFound
    access_log.record(
        viewer=viewer,
        kind=AccessKind.LIST,
        subject=Subject.RESIDENT,
        subject_ids=[resident_id],
        elements=["visitor"],
        purpose=Purpose.OWN_DATA,
    )
    rows = Pass.objects.filter(resident=resident_id).select_related("area")
    return [_view(row) for row in rows.order_by("-created_at")[:SHOWN]]


def _view(row: Pass) -> PassView:
    state, label = _state(row)
    return PassView(
        id=row.pk,
        kind=row.kind,
        kind_label=row.get_kind_display(),
        bearer=row.bearer or "",
        area_name=row.area.name,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        uses_left=row.uses_left,
        state=state,
        state_label=label,
        token=row.sealed_token or "" if state in {"scheduled", "active"} else "",
    )


def _state(row: Pass) -> tuple[str, str]:
    now = clock.now()
    if row.revoked_at:
        return "revoked", pgettext("pass", "Revoked")
    if row.uses_left < 1:
        return "used", _("Used up")
    if row.valid_to <= now:
        return "expired", _("Expired")
    if row.valid_from > now:
        return "scheduled", _("Not valid yet")
    return "active", _("Valid now")
