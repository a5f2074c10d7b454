"""What the edges of every app share: links of a paged list, refusals beside their fields,
fragments, private pictures."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse

from smartcommunity.kernel.errors import Invalid
from smartcommunity.kernel.pagination import Page


def is_read_by_a_program(request: HttpRequest) -> bool:
    """True for the API, a fragment or the stream: sent to another page, it would only stumble."""
    return (
        request.path.startswith("/api/")
        or request.headers.get("HX-Request") == "true"
        or request.headers.get("Accept") == "text/event-stream"
    )


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


@contextmanager
def refusals_beside(form: forms.BaseForm) -> Iterator[None]:
    """What an action refuses inside the block stands beside the fields that it names, else on top
    of the form: the form has errors then, always."""
    try:
        yield
    except Invalid as error:
        for name, text in (error.fields or {"": error.message}).items():
            form.add_error(name if name in form.fields else None, str(text))


def wants_fragment(request: HttpRequest) -> bool:
    """True when htmx asks: the answer is the changing part of the page only."""
    return "HX-Request" in request.headers


def picture(content: bytes, content_type: str = "image/jpeg") -> HttpResponse:
    """Private bytes: shown, never kept by a cache, never run as a page."""
    response = HttpResponse(content, content_type=content_type)
    response["Cache-Control"] = "private, no-store"
    response["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    return response
