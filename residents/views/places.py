"""Pages of estates, buildings and dwellings."""

import uuid

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.access import reader
from accounts.middleware import StaffRequest
from residents import selectors
from residents.forms import RevealForm, usual_purpose
from smartcommunity.kernel.errors import NotFound


@reader
@require_safe
def estates(request: StaffRequest) -> HttpResponse:
    found = selectors.estates(viewer=request.viewer)
    return render(request, "residents/estates.html", {"estates": found})


@reader
@require_safe
def estate(request: StaffRequest, area_id: int) -> HttpResponse:
    found = selectors.estate(viewer=request.viewer, area_id=area_id)
    return render(request, "residents/estate.html", {"estate": found})


@reader
@require_safe
def plan(request: StaffRequest, area_id: int) -> HttpResponse:
    """The plan as GeoJSON, each building linked to its chart."""
    area = selectors.estate_area(viewer=request.viewer, area_id=area_id)
    drawn = selectors.plan(viewer=request.viewer, area=area)
    if drawn is None:
        raise NotFound
    for feature in drawn["features"]:
        if building := feature["properties"].pop("building", None):
            feature["properties"]["url"] = reverse("residents:building", args=[building])
    return JsonResponse(drawn, content_type="application/geo+json")


@reader
@require_safe
def building(request: StaffRequest, building_id: uuid.UUID) -> HttpResponse:
    chart = selectors.building_chart(viewer=request.viewer, building_id=building_id)
    links = selectors.building_links(viewer=request.viewer, building_id=building_id)
    return render(request, "residents/building.html", {"chart": chart, "links": links})


@reader
@require_safe
def dwelling(request: StaffRequest, dwelling_id: uuid.UUID) -> HttpResponse:
    found = selectors.dwelling(viewer=request.viewer, dwelling_id=dwelling_id)
    links = selectors.dwelling_links(viewer=request.viewer, dwelling_id=dwelling_id)
    former = selectors.former_residents(viewer=request.viewer, dwelling_id=dwelling_id)
    context = {
        "dwelling": found,
        "links": links,
        "former": former,
        "reveal_form": RevealForm(initial=usual_purpose(request.viewer)),
    }
    return render(request, "residents/dwelling.html", context)


@reader
@require_POST
def address_choices(request: StaffRequest) -> HttpResponse:
    """A fragment: the dwellings meant by the address typed, to choose one."""
    text = request.POST.get("place", "")[:100]
    found = selectors.find_addresses(viewer=request.viewer, text=text)
    context = {"found": found, "asked": bool(text.strip())}
    return render(request, "residents/parts/address_choices.html", context)
