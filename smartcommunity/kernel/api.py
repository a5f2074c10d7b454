"""The API's error shape: the same for our errors and for the framework's."""

from typing import Any

from django.http import Http404
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.response import Response

from smartcommunity.kernel.error_pages import error_body
from smartcommunity.kernel.errors import DomainError, Invalid, NotFound


def exception_handler(exception: Exception, context: dict[str, Any]) -> Response | None:
    """{"error": {"code", "message", "fields", "reference"}} for everything expected."""
    if isinstance(exception, ValidationError):
        details = exception.detail if isinstance(exception.detail, dict) else {}
        fields = {
            name: str(texts[0] if isinstance(texts, list) else texts)
            for name, texts in details.items()
        }
        error: DomainError = Invalid(fields=fields)
    elif isinstance(exception, APIException):
        error = DomainError(str(exception.detail), code=str(exception.default_code))
        error.status = exception.status_code
    elif isinstance(exception, Http404):
        error = NotFound()
    elif isinstance(exception, DomainError):
        error = exception
    else:
        return None
    return Response(error_body(context["request"]._request, error), status=error.status)
