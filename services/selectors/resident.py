"""What a resident sees: the services, the notices of his area, his own requests and passes, and
who looked at his data. Another person's request does not exist for him."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, Max, Q
from django.db.models.functions import TruncDate
from django.urls import NoReverseMatch, reverse

from accounts.viewer import Viewer
from datasharing import access_log
from datasharing.choices import AccessKind, Purpose, Subject
from datasharing.models import AccessRecord
from residents.models import ResidentAccount
from residents.selectors import absorbed_by
from services.choices import RequestState
from services.models import Notice, RequestPhoto, RequestStep, ServiceItem, ServiceRequest
from services.policies import public_security_shown_until
from services.selectors.shapes import (
    ItemView,
    NoticeView,
    RequestDetail,
    RequestRow,
    StepView,
    detail,
    row,
    step_view,
)
from smartcommunity.kernel import clock, vault
from smartcommunity.kernel.errors import NotFound
from smartcommunity.kernel.pagination import Page, paginate

OPEN_STATES = (RequestState.SUBMITTED, RequestState.ACCEPTED)
PAGE_SIZE = 20
FOUND_AT_MOST = 20


@dataclass(frozen=True, slots=True)
class Bound:
    """To which registry entry an account is bound, and where that person lives: no name, no
    address, so reading it is not reading personal data."""

    resident_id: uuid.UUID
    area_id: int
    area_path: str
    estate_name: str


@dataclass(frozen=True, slots=True)
class Update:
    """Something that the office did on one of my requests."""

    request_id: uuid.UUID
    number: str
    item: str
    icon: str
    step: StepView


@dataclass(frozen=True, slots=True)
class Look:
    """How often a department opened my data for a purpose on one day, and when last."""

    at: datetime
    department: str
    purpose: str
    times: int


def bound(*, viewer: Viewer) -> Bound | None:
    """The registry entry that the account is bound to, or None."""
    if not viewer.is_signed_in or viewer.is_staff_member:
        return None
    found = (
        ResidentAccount.objects.filter(user=viewer.user_id)
        .values_list(
            "resident_id", "resident__area_id", "resident__area__path", "resident__area__name"
        )
        .first()
    )
    return Bound(*found) if found else None


def _resident_id(viewer: Viewer) -> uuid.UUID | None:
    mine = bound(viewer=viewer)
    return mine.resident_id if mine else None


def services(*, viewer: Viewer) -> list[ItemView]:
    """The services whose page exists: the grid has no dead ends."""
    if not viewer.is_signed_in:
        return []
    items = [
        ItemView(item.key, item.name, item.icon, item.tone, item.page)
        for item in ServiceItem.objects.exclude(page="")
    ]
    return [item for item in items if _opens(item.page)]


def _opens(page: str) -> bool:
    try:
        reverse(page)
    except NoReverseMatch:
        return False
    return True


def _notice_view(notice: Notice) -> NoticeView:
    return NoticeView(notice.pk, notice.title, notice.body, notice.area.name, notice.published_at)


def notices(*, viewer: Viewer, number: int = 1, size: int = PAGE_SIZE) -> Page[NoticeView]:
    """The notices of the resident's area and of those above it, newest first."""
    mine = bound(viewer=viewer)
    rows = Notice.objects.for_area(mine.area_path if mine else "").select_related("area")
    return paginate(rows, number, size).map(lambda page: [_notice_view(n) for n in page])


def notice(*, viewer: Viewer, notice_id: uuid.UUID) -> NoticeView:
    """Raises NotFound, also for another area's notice."""
    mine = bound(viewer=viewer)
    found = (
        Notice.objects.for_area(mine.area_path if mine else "")
        .select_related("area")
        .filter(pk=notice_id)
        .first()
    )
    if found is None:
        raise NotFound
    return _notice_view(found)


def search(*, viewer: Viewer, text: str) -> tuple[list[ItemView], list[NoticeView]]:
    """Services and notices that contain the text; at most 20 notices."""
    wanted = text.strip().casefold()
    if not wanted:
        return [], []
    mine = bound(viewer=viewer)
    rows = (
        Notice.objects.for_area(mine.area_path if mine else "")
        .filter(Q(title__icontains=wanted) | Q(body__icontains=wanted))
        .select_related("area")[:FOUND_AT_MOST]
    )
    items = [item for item in services(viewer=viewer) if wanted in item.name.casefold()]
    return items, [_notice_view(found) for found in rows]


def _log_own(viewer: Viewer, resident_id: uuid.UUID | None, kind: AccessKind, what: str) -> None:
    if resident_id:
        access_log.record(
            viewer=viewer,
            kind=kind,
            subject=Subject.RESIDENT,
            subject_ids=[resident_id],
            purpose=Purpose.OWN_DATA,
            detail=what,
        )


def requests(
    *, viewer: Viewer, open_only: bool = False, number: int = 1, size: int = PAGE_SIZE
) -> Page[RequestRow]:
    """My requests, newest first. Logs LIST."""
    resident_id = _resident_id(viewer)
    rows = ServiceRequest.objects.of_resident(resident_id)
    if open_only:
        rows = rows.filter(state__in=OPEN_STATES)
    _log_own(viewer, resident_id, AccessKind.LIST, "service_request")
    rows = rows.select_related("item", "area", "assigned_to").order_by("-created_at")
    return paginate(rows, number, size).map(lambda page: [row(found, {}) for found in page])


def request(*, viewer: Viewer, request_id: uuid.UUID) -> RequestDetail:
    """One of my requests. Raises NotFound. Logs READ."""
    resident_id = _resident_id(viewer)
    found = (
        ServiceRequest.objects.of_resident(resident_id)
        .filter(pk=request_id)
        .select_related("item", "area", "assigned_to", "alert__device")
        .prefetch_related("steps__photos")
        .first()
    )
    if found is None:
        raise NotFound
    _log_own(viewer, resident_id, AccessKind.READ, "service_request")
    return detail(found, {})


def photo(*, viewer: Viewer, request_id: uuid.UUID, photo_id: uuid.UUID) -> bytes:
    """A photograph (JPEG) of one of my requests. Raises NotFound. Logs PICTURE."""
    resident_id = _resident_id(viewer)
    mine = ServiceRequest.objects.of_resident(resident_id).filter(pk=request_id)
    found = RequestPhoto.objects.filter(pk=photo_id, step__request__in=mine).first()
    if found is None:
        raise NotFound
    _log_own(viewer, resident_id, AccessKind.PICTURE, "service_request")
    return vault.get(found.file)


def updates(*, viewer: Viewer, size: int = PAGE_SIZE) -> list[Update]:
    """The latest that others did on my requests, newest first. Logs LIST."""
    resident_id = _resident_id(viewer)
    steps = (
        RequestStep.objects.filter(request__in=ServiceRequest.objects.of_resident(resident_id))
        .exclude(by=viewer.user_id)
        .select_related("request__item")
        .prefetch_related("photos")
        .order_by("-at")[:size]
    )
    _log_own(viewer, resident_id, AccessKind.LIST, "service_request")
    return [
        Update(
            step.request_id,
            step.request.number,
            step.request.item.name,
            step.request.item.icon,
            step_view(step),
        )
        for step in steps
    ]


def looks(*, viewer: Viewer, number: int) -> Page[Look]:
    """Who opened my data, day by day, newest first, without my own openings; what was opened
    of an entry that was merged into mine is mine too.

    Reads for public security appear after a delay (`policies.PUBLIC_SECURITY_DELAY`).
    """
    resident_id = _resident_id(viewer)
    if resident_id is None:
        return Page([], 1, False)
    too_early = Q(purpose=Purpose.PUBLIC_SECURITY, at__gt=public_security_shown_until(clock.now()))
    days = (
        AccessRecord.objects.filter(
            subject_ids__overlap=[resident_id, *absorbed_by(resident_id=resident_id)]
        )
        .exclude(user_id=viewer.user_id)
        .exclude(too_early)
        .values(day=TruncDate("at"), department=F("department_name"), why=F("purpose"))
        .annotate(last=Max("at"), times=Count("pk"))
        .order_by("-last")
    )
    return paginate(days, number, PAGE_SIZE).map(
        lambda page: [
            Look(d["last"], d["department"], _purpose_label(d["why"]), d["times"]) for d in page
        ]
    )


def _purpose_label(code: str) -> str:
    return str(Purpose(code).label) if code else ""
