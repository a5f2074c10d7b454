"""What the pages of both shells share."""

import uuid
from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from services.selectors.shapes import RequestDetail, StepView
from smartcommunity.kernel.pagination import Page


def timeline(request: RequestDetail, *, photo_page: str, own_name: str) -> Iterable[dict[str, Any]]:
    """Steps for components/timeline.html: the expected one on top, then newest first."""
    if request.expected:
        yield {"title": request.expected, "state": "pending"}
    for index, step in enumerate(request.steps):
        yield {
            "title": step.title,
            "state": "done" if index else "current",
            "at": step.at,
            "who": own_name if step.own else step.who,
            "note": step.note,
            "photos": _photos(request.row.id, step, photo_page),
        }


def _photos(request_id: uuid.UUID, step: StepView, page: str) -> list[tuple[str, str]]:
    return [
        (
            reverse(page, args=[request_id, photo_id]),
            _("Photograph %(number)d: %(step)s") % {"number": number, "step": step.title},
        )
        for number, photo_id in enumerate(step.photo_ids, start=1)
    ]


def wants_fragment(request: HttpRequest) -> bool:
    """True when htmx asks: the answer is the changing part of the page only."""
    return "HX-Request" in request.headers


def page_links(request: HttpRequest, page: Page[Any]) -> dict[str, str]:
    """`next_url` and `previous_url` for components/pagination.html; filters are kept."""

    def link(number: int) -> str:
        query = request.GET.copy()
        query["page"] = str(number)
        return f"?{query.urlencode()}"

    return {
        "next_url": link(page.next_number) if page.has_next else "",
        "previous_url": link(page.previous_number) if page.has_previous else "",
    }


def picture(content: bytes, content_type: str = "image/jpeg") -> HttpResponse:
    """Private bytes: shown, never kept by a cache, never run as a page."""
    response = HttpResponse(content, content_type=content_type)
    response["Cache-Control"] = "private, no-store"
    response["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    return response
