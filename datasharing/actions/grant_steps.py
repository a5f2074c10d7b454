"""What every step in the life of a grant leaves behind: the timeline, the access log, the news."""

from __future__ import annotations

from accounts.viewer import Viewer
from datasharing import access_log
from datasharing.choices import AccessKind, Purpose
from datasharing.models import Grant, GrantStep
from smartcommunity.kernel import clock, live


def note_step(grant: Grant, *, viewer: Viewer, reason: str = "") -> list[str]:
    """Keep what the grant says at this step. Returns the elements' keys."""
    keys = sorted(grant.elements.values_list("key", flat=True))
    GrantStep.objects.create(
        grant=grant,
        status=grant.status,
        at=clock.now(),
        by_id=viewer.user_id,
        elements=keys,
        level=grant.level,
        may_write=grant.may_write,
        area=grant.area,
        valid_from=grant.valid_from,
        valid_to=grant.valid_to,
        reason=reason,
    )
    return keys


def announce(grant: Grant, *, viewer: Viewer, step: str, reason: str = "") -> None:
    """Note the step, log it, and tell both departments."""
    access_log.record(
        viewer=viewer,
        kind=AccessKind.DECIDE,
        subject="grant",
        subject_ids=[grant.pk],
        elements=note_step(grant, viewer=viewer, reason=reason),
        purpose=Purpose(grant.purpose),
        detail=step,
    )
    live.publish(
        name="grant",
        key=str(grant.pk),
        area_path=grant.area.path,
        audience=[grant.owner.kind, grant.grantee.kind],
    )
