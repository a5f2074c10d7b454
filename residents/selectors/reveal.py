"""Showing oneself a masked value: one at a time, for a purpose, in the log, so many an hour."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import cast

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.viewer import Viewer
from datasharing import access_log, policy
from datasharing.choices import AccessKind, Exit, Level, Purpose
from datasharing.models import AccessRecord, DataElement
from residents.models import Proposal
from residents.selectors.entry import locate
from residents.selectors.reading import labels_of, recorded, shown
from residents.selectors.shapes import Subject
from residents.selectors.shapes_guard import Asked
from smartcommunity.kernel import clock
from smartcommunity.kernel.errors import NotAllowed, NotFound, TooMany

HOUR = timedelta(hours=1)


def reveal(
    *,
    viewer: Viewer,
    subject: str,
    subject_id: uuid.UUID,
    element: str,
    asked: Asked,
    exit: Exit = Exit.PAGE,  # noqa: A002  the log's own word
) -> str:
    """The whole value of an element that is shown masked to the viewer though he sees it in full.
    Raises NotFound (also for what is hidden, or not recorded), NotAllowed, TooMany."""
    access = policy.access(viewer=viewer, subject=subject)
    place = locate(viewer=viewer, access=access, kind=subject, subject_id=subject_id)
    known = DataElement.objects.filter(pk=element).first()
    seen = recorded(
        access=access, subject=subject, areas={subject_id: place.area_path}, keys={element}
    )[subject_id].get(element)
    if known is None or seen is None:
        raise NotFound
    require_reveal(viewer, known, place, asked, exit)
    return seen.value or ""


def reveal_proposal(*, viewer: Viewer, proposal_id: uuid.UUID, asked: Asked) -> tuple[str, str]:
    """The recorded and the proposed value of a proposal that the viewer follows or decides. Raises
    as `reveal`."""
    concerned = Proposal.objects.to_decide(viewer) | Proposal.objects.made_by(viewer)
    row = concerned.filter(pk=proposal_id).select_related("element", "current__element").first()
    if row is None:
        raise NotFound
    access = policy.access(viewer=viewer, subject=row.subject)
    place = locate(viewer=viewer, access=access, kind=row.subject, subject_id=row.subject_id)
    require_reveal(viewer, row.element, place, asked)
    labels = labels_of([row, row.current])
    old, new = (shown(one, Level.FULL, labels, clear=True) for one in (row.current, row))
    return old, new


@transaction.atomic
def require_reveal(
    viewer: Viewer,
    element: DataElement,
    place: Subject,
    asked: Asked,
    exit: Exit = Exit.PAGE,  # noqa: A002
) -> None:
    """Raise NotAllowed unless the element is the viewer's in full for this very purpose; record the
    reveal; raise TooMany when it is one too many in this hour."""
    subject_id = cast(uuid.UUID, place.id)  # `locate` found it
    access = policy.access(viewer=viewer, subject=element.subject, purpose=asked.purpose)
    level = access.level(element.pk, place.area_path, subject_id)
    if level < Level.FULL or not element.is_veiled or asked.purpose == Purpose.OWN_DATA:
        raise NotAllowed(_("This is not shared with your department in full for this purpose."))
    access_log.record(
        viewer=viewer,
        kind=AccessKind.REVEAL,
        exit=exit,
        subject=element.subject,
        subject_ids=[subject_id],
        elements=[element.pk],
        purpose=asked.purpose,
        detail=f"reveal {asked.note.strip()}".strip(),
    )
    # Counted with the log's lock held: two at once do not both slip through.
    made = AccessRecord.objects.filter(
        user_id=viewer.user_id, kind=AccessKind.REVEAL, at__gt=clock.now() - HOUR
    )
    if made.count() > settings.REVEALS_AN_HOUR:
        raise TooMany(
            _("You have shown yourself %(count)d masked values within an hour. Wait, or ask your "
              "supervisor: reading in bulk is noticed.") % {"count": settings.REVEALS_AN_HOUR}
        )  # fmt: skip
