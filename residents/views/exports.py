"""Pages of exports: choose what and why, wait, fetch the file."""

import uuid

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from accounts.access import reader
from accounts.middleware import StaffRequest
from datasharing.choices import Purpose
from datasharing.policy import PURPOSE_OF
from residents import actions, selectors
from residents.forms import ExportForm
from residents.sheets.choices import SheetFormat
from residents.views.imports import as_file
from smartcommunity.kernel.errors import NotFound, TooMany
from smartcommunity.kernel.pagination import page_number
from smartcommunity.kernel.web import page_links, refusals_beside, wants_fragment


@reader
@require_safe
def index(request: StaffRequest) -> HttpResponse:
    """The viewer's exports; while one is being made the list renews itself."""
    page = selectors.exports(viewer=request.viewer, number=page_number(request.GET.get("page")))
    context = {
        "page": page,
        "is_at_work": any(export.is_at_work for export in page.rows),
        **page_links(request, page),
    }
    name = "residents/exports.html"
    return render(request, f"{name}#rows" if wants_fragment(request) else name, context)


@reader
def new(request: StaffRequest) -> HttpResponse:
    """Choose the elements, the purpose and the reason: for an estate (`?estate=`), a building
    (`?building=`), or residents posted as `resident` by a list, with `choose` for the first page.
    """
    viewer = request.viewer
    named = [_key(text) for text in request.POST.getlist("resident")]
    estate, building = request.GET.get("estate", ""), request.GET.get("building", "")
    scope = selectors.export_scope(
        viewer=viewer,
        estate=int(estate) if estate.isdecimal() and len(estate) < 10 else None,
        building=_key(building) if building else None,
        resident_ids=named or None,
    )
    kind = viewer.department_kind
    if kind is None or viewer.user_id is None:
        raise NotFound
    sent = request.method == "POST" and "choose" not in request.POST
    form = ExportForm(
        request.POST if sent else None,
        choices=selectors.export_choices(viewer=viewer),
        purpose=PURPOSE_OF[kind],
    )
    if form.is_valid():
        try:
            with refusals_beside(form):
                actions.request_export(
                    viewer=viewer,
                    resident_ids=scope.resident_ids,
                    elements=form.cleaned_data["elements"],
                    purpose=Purpose(form.cleaned_data["purpose"]),
                    reason=form.cleaned_data["reason"],
                    kind=SheetFormat(form.cleaned_data["kind"]),
                )
        except TooMany as error:
            form.add_error(None, str(error.message))
        if form.is_valid():
            return redirect("residents:exports")
    context = {
        "form": form,
        "scope": scope,
        "count": len(scope.resident_ids),
        "named": named,
        "left": actions.rows_left(viewer.user_id),
    }
    return render(
        request, "residents/export_new.html", context, status=422 if form.is_bound else 200
    )


def _key(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        raise NotFound from None


@reader
@require_safe
def fetch(request: StaffRequest, export_id: uuid.UUID) -> HttpResponse:
    """The file itself."""
    export, content = actions.fetch_export(viewer=request.viewer, export_id=export_id)
    return as_file(content, SheetFormat(export.format), export.code)
