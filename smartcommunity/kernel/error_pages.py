"""Error pages: what happened, what to do, and a reference to quote."""

import structlog
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from smartcommunity.kernel.errors import DomainError, NotAllowed, NotFound

log = structlog.get_logger(__name__)
TEMPLATES = {400: "400.html", 403: "403.html", 404: "404.html", 429: "429.html", 500: "500.html"}


def reference(request: HttpRequest) -> str:
    """The id to quote to the operator; the same stands in the log."""
    return str(getattr(request, "request_id", ""))


def error_body(request: HttpRequest, error: DomainError) -> dict[str, object]:
    """The API's one error shape."""
    return {
        "error": {
            "code": error.code,
            "message": str(error.message),
            "fields": {name: str(text) for name, text in error.fields.items()},
            "reference": reference(request),
        }
    }


def error_response(request: HttpRequest, error: DomainError) -> HttpResponse:
    """The answer to a refused request in the form that the caller reads."""
    log.info("refused", code=error.code, status=error.status)
    if request.path.startswith("/api/"):
        return JsonResponse(error_body(request, error), status=error.status)
    template = TEMPLATES.get(error.status, "400.html")
    context = {"reference_id": reference(request), "message": error.message}
    return render(request, template, context, status=error.status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return error_response(request, DomainError(_("The request could not be understood.")))


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return error_response(request, NotAllowed())


def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return error_response(request, NotFound())


def server_error(request: HttpRequest) -> HttpResponse:
    """500. Renders without database and session: they may be what broke."""
    context = {"reference_id": reference(request)}
    if request.path.startswith("/api/"):
        body = {"error": {"code": "internal", "message": _("Internal error."), **context}}
        return JsonResponse(body, status=500)
    # Not `render`: what a page asks for its shell (who is looking, where to) needs both.
    return HttpResponse(render_to_string("500.html", context), status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    error = NotAllowed(
        _("The page was open for too long. Go back, reload it and send it again."), code="csrf"
    )
    return error_response(request, error)
