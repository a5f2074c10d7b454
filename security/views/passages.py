"""Passages and gates."""

import uuid

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.access import staff
from accounts.middleware import StaffRequest
from security import selectors
from security.forms import PassageFilterForm
from security.navigation import BOARD_KINDS
from security.selectors import PassageFilter
from smartcommunity.kernel.pagination import page_number
from smartcommunity.kernel.web import page_links, picture


@staff()
@require_GET
def passages(request: StaffRequest) -> HttpResponse:
    """Who went through which gate, for departments with which whereabouts are shared."""
    form = PassageFilterForm(
        request.GET or None, gates=list(selectors.gates(viewer=request.viewer).rows)
    )
    page = selectors.passages(
        viewer=request.viewer,
        number=page_number(request.GET.get("page")),
        wanted=_wanted(form),
    )
    context = {"page": page, "form": form, **page_links(request, page)}
    part = "#rows" if request.headers.get("HX-Request") else ""
    return render(request, f"security/passages.html{part}", context)


def _wanted(form: PassageFilterForm) -> PassageFilter:
    if not form.is_bound or not form.is_valid():
        return PassageFilter()
    gate, values = form.cleaned_data["gate"], form.cleaned_data
    return PassageFilter(uuid.UUID(gate) if gate else None, values["outcome"], values["on"])


@staff()
@require_GET
def passage_frame(request: StaffRequest, passage_id: uuid.UUID) -> HttpResponse:
    return picture(selectors.passage_frame(viewer=request.viewer, passage_id=passage_id))


@staff(kinds=BOARD_KINDS)
@require_GET
def gates(request: StaffRequest) -> HttpResponse:
    """The gates with their ways in and the state of their devices."""
    page = selectors.gates(viewer=request.viewer, number=page_number(request.GET.get("page")))
    return render(request, "security/gates.html", {"page": page, **page_links(request, page)})
