"""Pages that enter and correct buildings, units and rooms."""

import uuid

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.access import reader
from accounts.middleware import StaffRequest
from residents import actions, selectors
from residents.building_forms import BuildingForm, NewBuildingForm, RoomForm, RoomsForm, UnitForm
from residents.models import Building, Unit
from smartcommunity.kernel.errors import Conflict
from smartcommunity.kernel.web import refusals_beside


@reader
def add_building(request: StaffRequest, area_id: int) -> HttpResponse:
    area = selectors.estate_area(viewer=request.viewer, area_id=area_id)
    selectors.require_entering(viewer=request.viewer, path=area.path)
    form = NewBuildingForm(request.POST or None)
    if form.is_valid():
        with refusals_beside(form):
            made = actions.enter_building(
                viewer=request.viewer, area_id=area_id, **form.cleaned_data
            )
            _say(request, made)
            return redirect("residents:building", made.id)
    trail = [(reverse("residents:estate", args=[area_id]), area.name)]
    return _page(request, form, _("Add a building"), trail)


@reader
def correct_building(request: StaffRequest, building_id: uuid.UUID) -> HttpResponse:
    building = selectors.find_building(viewer=request.viewer, building_id=building_id)
    selectors.require_correcting(viewer=request.viewer, path=building.area.path)
    held = {"number": building.number, "name": building.name, "floors": building.floors}
    form = BuildingForm(request.POST or None, initial=held)
    if form.is_valid():
        with refusals_beside(form):
            count = actions.correct_building(
                viewer=request.viewer, building_id=building_id, **form.cleaned_data
            )
            _say_followed(request, count)
            return redirect("residents:building", building_id)
    return _page(request, form, _("Correct the building"), _trail(building))


@reader
def add_unit(request: StaffRequest, building_id: uuid.UUID) -> HttpResponse:
    building = selectors.find_building(viewer=request.viewer, building_id=building_id)
    selectors.require_entering(viewer=request.viewer, path=building.area.path)
    form = UnitForm(request.POST or None)
    if form.is_valid():
        with refusals_beside(form):
            made = actions.enter_unit(
                viewer=request.viewer, building_id=building_id, **form.cleaned_data
            )
            _say(request, made)
            return redirect("residents:building", building_id)
    return _page(request, form, _("Add a unit"), _trail(building))


@reader
def correct_unit(request: StaffRequest, unit_id: uuid.UUID) -> HttpResponse:
    unit = selectors.find_unit(viewer=request.viewer, unit_id=unit_id)
    selectors.require_correcting(viewer=request.viewer, path=unit.building.area.path)
    form = UnitForm(request.POST or None, initial={"number": unit.number})
    if form.is_valid():
        with refusals_beside(form):
            count = actions.correct_unit(
                viewer=request.viewer, unit_id=unit_id, **form.cleaned_data
            )
            _say_followed(request, count)
            return redirect("residents:building", unit.building_id)
    return _page(request, form, _("Correct the unit"), _trail(unit.building))


@reader
def add_rooms(request: StaffRequest, unit_id: uuid.UUID) -> HttpResponse:
    """Rooms in one go: first looked at, then entered."""
    unit = selectors.find_unit(viewer=request.viewer, unit_id=unit_id)
    selectors.require_entering(viewer=request.viewer, path=unit.building.area.path)
    form = RoomsForm(request.POST or None, initial={"last": unit.building.floors})
    planned = None
    if form.is_valid():
        with refusals_beside(form):
            if request.POST.get("then") == "save":
                made = actions.enter_rooms(
                    viewer=request.viewer, unit_id=unit_id, layout=form.layout
                )
                text = ngettext("%(count)d room entered.", "%(count)d rooms entered.", made.new)
                messages.success(request, text % {"count": made.new})
                return redirect("residents:building", made.id)
            planned = selectors.planned_rooms(unit=unit, layout=form.layout)
    context = {"form": form, "planned": planned, "unit": unit, "trail": _trail(unit.building)}
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "residents/rooms.html", context, status=status)


@reader
def add_room(request: StaffRequest, unit_id: uuid.UUID) -> HttpResponse:
    unit = selectors.find_unit(viewer=request.viewer, unit_id=unit_id)
    selectors.require_entering(viewer=request.viewer, path=unit.building.area.path)
    form = RoomForm(request.POST or None)
    if form.is_valid():
        with refusals_beside(form):
            made = actions.enter_room(viewer=request.viewer, unit_id=unit_id, **form.cleaned_data)
            _say(request, made)
            return redirect("residents:dwelling", made.id)
    return _page(request, form, _("Add a room"), _trail(unit.building), _unit_lead(unit))


@reader
def correct_room(request: StaffRequest, dwelling_id: uuid.UUID) -> HttpResponse:
    home = selectors.find_dwelling(viewer=request.viewer, dwelling_id=dwelling_id)
    selectors.require_correcting(viewer=request.viewer, path=home.area.path)
    form = RoomForm(request.POST or None, initial={"floor": home.floor, "room": home.room})
    if form.is_valid():
        with refusals_beside(form):
            actions.correct_room(
                viewer=request.viewer, dwelling_id=dwelling_id, **form.cleaned_data
            )
            messages.success(request, _("Saved."))
            return redirect("residents:dwelling", dwelling_id)
    trail = [
        *_trail(home.unit.building),
        (reverse("residents:dwelling", args=[dwelling_id]), home.room),
    ]
    remove_url = reverse("residents:remove_room", args=[dwelling_id])
    return _page(request, form, _("Correct the room"), trail, home.address, remove_url=remove_url)


@reader
@require_POST
def remove_room(request: StaffRequest, dwelling_id: uuid.UUID) -> HttpResponse:
    try:
        building_id = actions.remove_room(viewer=request.viewer, dwelling_id=dwelling_id)
    except Conflict as error:
        messages.error(request, str(error.message))
        return redirect("residents:correct_room", dwelling_id)
    messages.success(request, _("The room was removed."))
    return redirect("residents:building", building_id)


def _trail(building: Building) -> list[tuple[str, str]]:
    return [
        (reverse("residents:estate", args=[building.area_id]), building.area.name),
        (reverse("residents:building", args=[building.pk]), building.name),
    ]


def _unit_lead(unit: Unit) -> str:
    return _("%(building)s, unit %(unit)s") % {"building": unit.building.name, "unit": unit.number}


def _say(request: StaffRequest, made: actions.Entered) -> None:
    if made.new:
        messages.success(request, _("Saved."))
    else:
        messages.info(request, _("This stood in the registry already; nothing was changed."))


def _say_followed(request: StaffRequest, count: int) -> None:
    text = ngettext(
        "Saved. %(count)d address was composed anew.",
        "Saved. %(count)d addresses were composed anew.",
        count,
    )
    messages.success(request, text % {"count": count})


def _page(
    request: StaffRequest,
    form: forms.Form,
    title: str,
    trail: list[tuple[str, str]],
    lead: str = "",
    *,
    remove_url: str = "",
) -> HttpResponse:
    context = {"form": form, "title": title, "trail": trail, "lead": lead or trail[-1][1]}
    context |= {"back_url": trail[-1][0], "remove_url": remove_url}
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "residents/place_form.html", context, status=status)
