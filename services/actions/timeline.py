"""The parts that every verb shares: open, number, lock, move, write a step, keep pictures."""

import uuid
from collections.abc import Sequence
from datetime import date, timedelta

from django.db import connection

from accounts.viewer import Viewer
from datasharing import access_log
from datasharing.choices import AccessKind, Purpose, Subject
from residents.models import ResidentAccount
from services import policies
from services.choices import RepairKind, RequestState, Step
from services.models import RequestPhoto, RequestStep, ServiceItem, ServiceRequest
from services.querysets import RequestQuerySet
from smartcommunity.kernel import clock, live
from smartcommunity.kernel.errors import NotFound


def open_request(
    *,
    item: ServiceItem,
    area_id: int,
    repair_kind: RepairKind,
    place: str,
    description: str | None = None,
    dwelling_id: uuid.UUID | None = None,
    resident_id: uuid.UUID | None = None,
    alert_id: uuid.UUID | None = None,
) -> ServiceRequest:
    now = clock.now()
    return ServiceRequest.objects.create(
        number=_next_number(item.number_prefix, clock.today()),
        item=item,
        area_id=area_id,
        dwelling_id=dwelling_id,
        resident_id=resident_id,
        alert_id=alert_id,
        repair_kind=repair_kind,
        place=place[:120],
        description=description,
        created_at=now,
        due_at=now + timedelta(hours=item.sla_hours),
    )


def _next_number(prefix: str, day: date) -> str:
    """BX20261124-0001: one statement counts and locks the series until the transaction ends, so
    numbers neither repeat nor leave gaps."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO services_numberseries (prefix, day, last) VALUES (%s, %s, 1)"
            " ON CONFLICT (prefix, day) DO UPDATE SET last = services_numberseries.last + 1"
            " RETURNING last",
            [prefix, day],
        )
        (number,) = cursor.fetchone()
    return f"{prefix}{day:%Y%m%d}-{number:04d}"


def locked(rows: RequestQuerySet, request_id: uuid.UUID) -> ServiceRequest:
    found = (
        rows.select_related("item", "area").select_for_update(of=("self",)).filter(pk=request_id)
    ).first()
    if found is None:
        raise NotFound
    return found


def move(request: ServiceRequest, step: Step) -> None:
    request.state = policies.state_after(RequestState(request.state), step)


def write_step(
    request: ServiceRequest,
    step: Step,
    *,
    viewer: Viewer | None = None,
    note: str = "",
    files: Sequence[str] = (),
) -> None:
    """One line of the timeline, and word to both sides' screens.

    Staff are named to the resident; the resident is not named here: who may see his name is
    decided on reading.
    """
    written = RequestStep.objects.create(
        request=request,
        step=step,
        note=note.strip() or None,
        by_id=viewer.user_id if viewer else None,
        by_name=viewer.display_name if viewer and viewer.is_staff_member else "",
        at=clock.now(),
    )
    RequestPhoto.objects.bulk_create(
        RequestPhoto(step=written, file=file, position=position)
        for position, file in enumerate(files)
    )
    accounts = ResidentAccount.objects.filter(resident=request.resident_id)
    live.publish(
        name="request",
        key=str(request.pk),
        area_path=request.area.path,
        audience=[
            request.item.handler_kind,
            *(f"user:{key}" for key in accounts.values_list("user_id", flat=True)),
        ],
    )


def log_write(viewer: Viewer, request: ServiceRequest, purpose: Purpose) -> None:
    if request.resident_id:
        access_log.record(
            viewer=viewer,
            kind=AccessKind.WRITE,
            subject=Subject.RESIDENT,
            subject_ids=[request.resident_id],
            purpose=purpose,
            detail=f"service_request {request.number}",
        )
