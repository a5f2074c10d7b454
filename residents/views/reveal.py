"""The whole of a masked value, as a fragment for the place where it was masked."""

import uuid
from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from accounts.access import reader
from accounts.middleware import StaffRequest
from residents import selectors
from residents.forms import RevealForm
from smartcommunity.kernel.errors import Invalid, NotAllowed, TooMany


@reader
@require_POST
def reveal(
    request: StaffRequest, subject: str, subject_id: uuid.UUID, element: str
) -> HttpResponse:
    def show() -> dict[str, Any]:
        asked = RevealForm(request.POST).asked()
        value = selectors.reveal(
            viewer=request.viewer,
            subject=subject,
            subject_id=subject_id,
            element=element,
            asked=asked,
        )
        return {"values": [value]}

    return _fragment(request, show)


@reader
@require_POST
def reveal_proposal(request: StaffRequest, proposal_id: uuid.UUID) -> HttpResponse:
    def show() -> dict[str, Any]:
        asked = RevealForm(request.POST).asked()
        found = selectors.reveal_proposal(
            viewer=request.viewer, proposal_id=proposal_id, asked=asked
        )
        return {"values": found}

    return _fragment(request, show)


def _fragment(request: StaffRequest, show: Callable[[], dict[str, Any]]) -> HttpResponse:
    """A refusal stands in the same place, in words: htmx swaps in only what went well."""
    try:
        context = show()
    except (Invalid, NotAllowed, TooMany) as error:
        context = {"refusal": error.message}
    return render(request, "residents/parts/revealed.html", context)
