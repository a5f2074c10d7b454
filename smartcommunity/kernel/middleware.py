"""Request identity and the one place where domain errors become answers."""

import re
import secrets
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse

from smartcommunity.kernel.error_pages import error_response
from smartcommunity.kernel.errors import DomainError

VALID_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
GetResponse = Callable[[HttpRequest], HttpResponse]


class RequestIdMiddleware:
    """Gives each request an id: in every log line, on error pages, and in X-Request-ID.

    It is always made here, since the access log relies on it; the one that a proxy (or anybody)
    sent is only logged beside it.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request_id = secrets.token_hex(8)
        request.request_id = request_id  # type: ignore[attr-defined]
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        given = request.headers.get("X-Request-ID", "")
        if VALID_ID.fullmatch(given):
            structlog.contextvars.bind_contextvars(upstream_request_id=given)
        response = self.get_response(request)
        response["X-Request-ID"] = request_id
        return response


class DomainErrorMiddleware:
    """Turns a DomainError that left a view into a page, a fragment or a JSON body."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, DomainError):
            return error_response(request, exception)
        return None
