"""What staff see: the queue of their department in their areas, and one request of it.

The requester's name is shown under the viewer's right to the element `name_cn`
(`residents.selectors.names`); each page of names is one entry in the access log.
"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q

from accounts.viewer import Viewer
from datasharing import access_log
from datasharing.choices import AccessKind, Exit, Subject
from datasharing.policy import PURPOSE_OF
from residents.selectors import names
from services.choices import RequestState
from services.models import Notice, RequestPhoto, ServiceRequest
from services.querysets import RequestQuerySet
from services.selectors.shapes import NoticeView, RequestDetail, RequestRow, detail, row
from smartcommunity.kernel import clock, vault
from smartcommunity.kernel.errors import NotFound
from smartcommunity.kernel.pagination import Page, paginate

# What a request tells about the person who asked.
ELEMENTS = ("name_cn", "live_address_id")

OPEN = Q(state__in=[RequestState.SUBMITTED, RequestState.ACCEPTED])
TABS: dict[str, Q] = {
    "to_do": Q(state=RequestState.SUBMITTED),
    "working": Q(state=RequestState.ACCEPTED),
    "closed": Q(state__in=[RequestState.DONE, RequestState.CANCELLED]),
}
TAB_NAMES = (*TABS, "mine", "overdue")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What part of the queue to show: "to_do", "working", "closed", "mine" (open, in my charge) or
    "overdue" (open, past its hour); empty means all."""

    tab: str = ""
    kind: str = ""
    estate_id: int | None = None
    number: str = ""

    def query(self, viewer: Viewer) -> Q:
        query = _tabs(viewer).get(self.tab, Q())
        if self.kind:
            query &= Q(repair_kind=self.kind)
        if self.estate_id:
            query &= Q(area=self.estate_id)
        if self.number:
            query &= Q(number__icontains=self.number.strip())
        return query


def _tabs(viewer: Viewer) -> dict[str, Q]:
    return {
        **TABS,
        "mine": OPEN & Q(assigned_to=viewer.user_id),
        "overdue": OPEN & Q(due_at__lt=clock.now()),
    }


def queue(
    *,
    viewer: Viewer,
    wanted: Wanted,
    number: int,
    exit: Exit = Exit.PAGE,  # noqa: A002
) -> Page[RequestRow]:
    """The department's requests: open ones by the hour they are due, closed ones newest first."""
    order = "-closed_at" if wanted.tab == "closed" else "due_at"
    rows = (
        ServiceRequest.objects.visible_to(viewer)
        .filter(wanted.query(viewer))
        .select_related("item", "area", "assigned_to")
        .order_by(order, "id")
    )

    def views(page: Iterable[ServiceRequest]) -> list[RequestRow]:
        shown = _names(viewer, page, AccessKind.LIST, exit)
        return [row(found, shown) for found in page]

    return paginate(rows, number).map(views)


def counts(*, viewer: Viewer) -> dict[str, int]:
    """{tab: how many requests}, in one query."""
    tallies: dict[str, Any] = {
        tab: Count("pk", filter=query) for tab, query in _tabs(viewer).items()
    }
    return ServiceRequest.objects.visible_to(viewer).aggregate(**tallies)


def _names(
    viewer: Viewer,
    requests: Iterable[ServiceRequest],
    kind: AccessKind,
    exit: Exit,  # noqa: A002
) -> dict[uuid.UUID, str]:
    asked_by = {found.resident_id for found in requests if found.resident_id}
    if not asked_by or viewer.department_kind is None:
        return {}
    access_log.record(
        viewer=viewer,
        kind=kind,
        exit=exit,
        subject=Subject.RESIDENT,
        subject_ids=asked_by,
        elements=ELEMENTS,
        purpose=PURPOSE_OF[viewer.department_kind],
        detail="service_request",
    )
    return names(viewer=viewer, resident_ids=asked_by)


def _visible(viewer: Viewer) -> RequestQuerySet:
    return ServiceRequest.objects.visible_to(viewer)


def request(
    *,
    viewer: Viewer,
    request_id: uuid.UUID,
    exit: Exit = Exit.PAGE,  # noqa: A002
) -> RequestDetail:
    """One request of the queue. Raises NotFound. Logs READ."""
    found = (
        _visible(viewer)
        .filter(pk=request_id)
        .select_related("item", "area", "assigned_to", "alert__device")
        .prefetch_related("steps__photos")
        .first()
    )
    if found is None:
        raise NotFound
    return detail(found, _names(viewer, [found], AccessKind.READ, exit))


def photo(*, viewer: Viewer, request_id: uuid.UUID, photo_id: uuid.UUID) -> bytes:
    """A photograph (JPEG) of a request of the queue. Raises NotFound. Logs PICTURE."""
    found = (
        RequestPhoto.objects.filter(
            pk=photo_id, step__request__in=_visible(viewer).filter(pk=request_id)
        )
        .select_related("step__request")
        .first()
    )
    if found is None:
        raise NotFound
    _names(viewer, [found.step.request], AccessKind.PICTURE, Exit.PAGE)
    return vault.get(found.file)


def notices(*, viewer: Viewer, number: int) -> Page[NoticeView]:
    """The notices of the areas where the viewer works, newest first."""
    rows = Notice.objects.visible_to(viewer).select_related("area")
    return paginate(rows, number).map(
        lambda page: [NoticeView(n.pk, n.title, n.body, n.area.name, n.published_at) for n in page]
    )
