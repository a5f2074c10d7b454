"""「仍然正确」: confirming recorded values without changing them."""

from __future__ import annotations

import uuid
from collections.abc import Collection

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.viewer import Viewer
from datasharing import access_log, policy
from datasharing.choices import AccessKind, Level
from residents import selectors
from residents.actions.records import lock
from residents.errors import Stale
from residents.models import Confirmation, ElementRecord
from residents.selectors.unsaid import without_unsaid
from smartcommunity.kernel import clock
from smartcommunity.kernel.errors import Invalid, NotFound


@transaction.atomic
def confirm(
    *, viewer: Viewer, subject: str, subject_id: uuid.UUID, record_ids: Collection[uuid.UUID]
) -> int:
    """Note that the viewer's department found these recorded values still right. They are named by
    their records, so that nobody confirms what he did not see. Returns how many. Logged.

    Raises NotFound (also for a value that he does not see in full), Invalid for none at all, Stale
    when one of them was changed meanwhile.
    """
    if viewer.department_id is None or viewer.user_id is None:
        raise NotFound
    wanted = set(record_ids)
    if not wanted:
        raise Invalid(_("Choose the values that are still right."))
    lock(subject, subject_id)
    access = policy.access(viewer=viewer, subject=subject)
    place = selectors.locate(viewer=viewer, access=access, kind=subject, subject_id=subject_id)
    rows = list(
        ElementRecord.objects.filter(
            pk__in=wanted, subject=subject, subject_id=subject_id
        ).select_related("element")
    )
    rows = without_unsaid(viewer, subject, rows)
    seen = [row for row in rows if access.level(row.element_id, place.area_path) == Level.FULL]
    if len(seen) < len(wanted):
        raise NotFound
    if any(row.superseded_at or row.plain is None for row in seen):
        raise Stale
    now = clock.now()
    ElementRecord.objects.filter(pk__in=wanted).update(confirmed_at=now)
    Confirmation.objects.bulk_create(
        Confirmation(
            record=row,
            department_id=viewer.department_id,
            user_id=viewer.user_id,
            confirmed_at=now,
        )
        for row in seen
    )
    access_log.record(
        viewer=viewer,
        kind=AccessKind.WRITE,
        subject=subject,
        subject_ids=[subject_id],
        elements={row.element_id for row in seen},
        purpose=access.purpose,
        detail="confirmed",
    )
    return len(seen)
