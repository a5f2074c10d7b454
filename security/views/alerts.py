"""The board of alerts, one alert, the plan behind both."""

import uuid

from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_POST

from accounts.access import staff
from accounts.middleware import StaffRequest
from accounts.models import Area
from accounts.selectors import estates
from security import actions, selectors
from security.forms import CloseAlertForm
from security.navigation import BOARD_KINDS
from smartcommunity.kernel.pagination import page_number
from smartcommunity.kernel.web import page_links, picture, refusals_beside

on_the_board = staff(kinds=BOARD_KINDS)


@on_the_board
@require_GET
def dashboard(request: StaffRequest) -> HttpResponse:
    """The live board: htmx fetches the part "board" again whenever an alert changed."""
    closed = request.GET.get("state") == "closed"
    page = selectors.alerts(
        viewer=request.viewer, number=page_number(request.GET.get("page")), closed=closed
    )
    here = reverse("security:dashboard")
    places = estates(viewer=request.viewer)
    context = {
        "page": page,
        "closed": closed,
        "counts": selectors.counts(viewer=request.viewer),
        "tabs": [
            {"label": pgettext("alert", "Open"), "url": here, "active": not closed},
            {"label": _("Closed alerts"), "url": f"{here}?state=closed", "active": closed},
        ],
        "estates": places,
        "shown_estate": _shown(places, request.GET.get("estate")),
        **page_links(request, page),
    }
    part = "#board" if request.headers.get("HX-Request") else ""
    return render(request, f"security/dashboard.html{part}", context)


def _shown(places: list[Area], asked: str | None) -> Area | None:
    """The estate on the map: the one asked for, else the first where the viewer works."""
    chosen = (area for area in places if str(area.pk) == asked)
    return next(chosen, places[0] if places else None)


@on_the_board
@require_GET
def alert(request: StaffRequest, alert_id: uuid.UUID) -> HttpResponse:
    """One alert; htmx fetches the part "alert" again when it changed."""
    return _alert_page(request, alert_id)


@on_the_board
@require_POST
def acknowledge(request: StaffRequest, alert_id: uuid.UUID) -> HttpResponse:
    actions.acknowledge_alert(viewer=request.viewer, alert_id=alert_id)
    return redirect("security:alert", alert_id)


@on_the_board
@require_POST
def close(request: StaffRequest, alert_id: uuid.UUID) -> HttpResponse:
    """Close with finding and note; what is missing stands beside its field (422)."""
    findings = selectors.alert(viewer=request.viewer, alert_id=alert_id).findings
    form = CloseAlertForm(request.POST, findings=findings)
    if form.is_valid():
        with refusals_beside(form):
            actions.close_alert(viewer=request.viewer, alert_id=alert_id, **form.cleaned_data)
            return redirect("security:alert", alert_id)
    return _alert_page(request, alert_id, form)


def _alert_page(
    request: StaffRequest, alert_id: uuid.UUID, form: CloseAlertForm | None = None
) -> HttpResponse:
    view = selectors.alert(viewer=request.viewer, alert_id=alert_id)
    context = {"alert": view, "form": form or CloseAlertForm(findings=view.findings)}
    part = "#alert" if request.headers.get("HX-Request") and form is None else ""
    return render(request, f"security/alert.html{part}", context, status=422 if form else 200)


@on_the_board
@require_GET
def alert_face(request: StaffRequest, alert_id: uuid.UUID) -> HttpResponse:
    return picture(selectors.alert_picture(viewer=request.viewer, alert_id=alert_id, which="face"))


@on_the_board
@require_GET
def alert_frame(request: StaffRequest, alert_id: uuid.UUID) -> HttpResponse:
    return picture(selectors.alert_picture(viewer=request.viewer, alert_id=alert_id, which="frame"))


@on_the_board
@require_GET
def alert_watched(request: StaffRequest, alert_id: uuid.UUID) -> HttpResponse:
    return picture(
        selectors.alert_picture(viewer=request.viewer, alert_id=alert_id, which="watched")
    )


@on_the_board
@require_GET
def plan(request: StaffRequest, area_id: int) -> HttpResponse:
    """The estate plan with gates and open alerts as GeoJSON."""
    drawn = selectors.plan(viewer=request.viewer, area_id=area_id)
    for feature in drawn["features"]:
        if alert_id := feature["properties"].pop("alert", None):
            feature["properties"]["url"] = reverse("security:alert", args=[alert_id])
    return JsonResponse(drawn, content_type="application/geo+json")
