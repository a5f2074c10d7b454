"""What staff do with a request, and what they tell the residents."""

import uuid
from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Area
from accounts.viewer import Viewer
from datasharing.policy import PURPOSE_OF
from services import photos, policies
from services.actions.timeline import locked, log_write, move, write_step
from services.choices import Step
from services.events import RequestClosed
from services.models import Notice, ServiceRequest
from smartcommunity.kernel import bus, clock, vault
from smartcommunity.kernel.errors import Invalid


@transaction.atomic
def accept(*, viewer: Viewer, request_id: uuid.UUID) -> None:
    """Take a new request on; it is assigned to whoever accepts it."""
    request = _locked_for(viewer, request_id)
    move(request, Step.ACCEPTED)
    request.assigned_to_id = viewer.user_id
    request.save(update_fields=["state", "assigned_to"])
    write_step(request, Step.ACCEPTED, viewer=viewer)
    _log_handling(viewer, request)


@transaction.atomic
def take_over(*, viewer: Viewer, request_id: uuid.UUID) -> None:
    """Take an accepted request over from a colleague. Taking one's own changes nothing."""
    request = _locked_for(viewer, request_id)
    move(request, Step.TAKEN_OVER)
    if request.assigned_to_id == viewer.user_id:
        return
    request.assigned_to_id = viewer.user_id
    request.save(update_fields=["assigned_to"])
    write_step(request, Step.TAKEN_OVER, viewer=viewer)
    _log_handling(viewer, request)


@transaction.atomic
def comment(*, viewer: Viewer, request_id: uuid.UUID, text: str) -> None:
    """Tell the person who asked something; it stands in his timeline."""
    request = _locked_for(viewer, request_id)
    move(request, Step.COMMENTED)
    if not text.strip():
        raise Invalid(fields={"text": _("Write what the resident should know.")})
    write_step(request, Step.COMMENTED, viewer=viewer, note=text)
    _log_handling(viewer, request)


def close(
    *, viewer: Viewer, request_id: uuid.UUID, note: str, pictures: Sequence[bytes] = ()
) -> None:
    """Close with proof: what was done, in words, and pictures where there are some."""
    with vault.kept(photos.ROOM, pictures) as files, transaction.atomic():
        request = _locked_for(viewer, request_id)
        move(request, Step.DONE)
        if not note.strip():
            raise Invalid(fields={"note": _("Write what was done: it is the proof of the repair.")})
        request.closed_at = clock.now()
        request.save(update_fields=["state", "closed_at"])
        write_step(request, Step.DONE, viewer=viewer, note=note, files=files)
        _log_handling(viewer, request)
        bus.announce(RequestClosed(request.pk, request.alert_id))


@transaction.atomic
def publish_notice(*, viewer: Viewer, area: Area, title: str, body: str) -> uuid.UUID:
    """Tell the residents of an area something."""
    policies.may_publish_notice(viewer, area_path=area.path).require()
    notice = Notice.objects.create(
        area=area,
        title=title.strip(),
        body=body.strip(),
        published_by_id=viewer.user_id,
        published_at=clock.now(),
    )
    return notice.pk


def _locked_for(viewer: Viewer, request_id: uuid.UUID) -> ServiceRequest:
    request = locked(ServiceRequest.objects.visible_to(viewer), request_id)
    policies.may_handle(
        viewer, handler_kind=request.item.handler_kind, area_path=request.area.path
    ).require()
    return request


def _log_handling(viewer: Viewer, request: ServiceRequest) -> None:
    if viewer.department_kind:
        log_write(viewer, request, PURPOSE_OF[viewer.department_kind])
