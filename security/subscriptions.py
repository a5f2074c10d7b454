"""What security hears from the floors below, in their transactions (wired in apps.ready)."""

import uuid

from django.db.models import Q

from devices.choices import EventKind
from devices.events import EventRecorded
from residents.actions import repoint
from residents.events import MergeUndone, ResidentsMerged
from security import actions, tasks
from security.actions.faces import erase_faces
from security.gallery import bump_version
from security.models import FaceEnrolment, Gate, Pass, Passage
from smartcommunity.kernel.wake import after_commit


def on_event(event_recorded: EventRecorded) -> None:
    """A frame is compared after commit; a code opens, and a hazard alerts, in this transaction."""
    event = event_recorded.event
    if event.kind == EventKind.FRAME:
        after_commit(tasks.match_frames, [str(event.pk)])
    elif event.kind == EventKind.PASSAGE:
        token = event.data.get("token")
        gate = _gate_of(event.device_id) if token else None
        if gate and isinstance(token, str):
            actions.present_token(gate=gate, token=token, event=event)
    else:
        actions.raise_for_event(event=event)


def _gate_of(device_id: uuid.UUID) -> Gate | None:
    """The gate whose reader sits in this controller or camera."""
    rows = Gate.objects.select_related("area", "controller__area", "controller__profile")
    return rows.filter(Q(controller=device_id) | Q(camera=device_id)).first()


def on_residents_merged(event: ResidentsMerged) -> None:
    """Faces, passes and passages of both entries are one person's now."""
    for model in (FaceEnrolment, Pass, Passage):
        repoint(event, model)
    bump_version()


def on_merge_undone(event: MergeUndone) -> None:
    """A face enrolled in between may be either's: nobody consented for the other, so it goes."""
    erase_faces(resident_id=event.survivor_id, since=event.merged_at)
    bump_version()
