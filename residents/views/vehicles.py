"""Pages of vehicles: list, one whole, entry at the dwelling, change of keeper."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import reader
from accounts.middleware import StaffRequest
from datasharing.choices import Subject
from residents import actions, selectors
from residents.forms import KeeperForm, PlaceForm, RevealForm, usual_purpose
from residents.views.belongings import Entering, briefs_page, enter


@reader
@require_safe
def vehicles(request: StaffRequest) -> HttpResponse:
    return briefs_page(request, Subject.VEHICLE, "residents/vehicles.html")


@reader
@require_safe
def vehicle(request: StaffRequest, vehicle_id: uuid.UUID) -> HttpResponse:
    found = selectors.vehicle(viewer=request.viewer, vehicle_id=vehicle_id)
    context = {"vehicle": found, "reveal_form": RevealForm(initial=usual_purpose(request.viewer))}
    return render(request, "residents/vehicle.html", context)


@reader
def register(request: StaffRequest, dwelling_id: uuid.UUID) -> HttpResponse:
    place = selectors.find_dwelling(viewer=request.viewer, dwelling_id=dwelling_id)
    keepers = selectors.keepers_at(viewer=request.viewer, dwelling=place)

    def save(entering: Entering) -> uuid.UUID:
        return actions.register_vehicle(
            viewer=request.viewer,
            template=entering.template,
            dwelling=place,
            keeper=entering.beside["keeper"],
            values=entering.values,
        )

    beside = KeeperForm(request.POST or None, keepers=keepers)
    title = _("Enter a vehicle")
    return enter(request, Subject.VEHICLE, place, save, title=title, beside=beside)


@reader
def keeper(request: StaffRequest, vehicle_id: uuid.UUID) -> HttpResponse:
    """Another dwelling, found by its address; then who of it keeps the vehicle."""
    found = selectors.vehicle(viewer=request.viewer, vehicle_id=vehicle_id)
    place = PlaceForm(request.POST or None, viewer=request.viewer)
    form, home = None, None
    if not place.is_bound or place.is_valid():
        dwelling_id = place.dwelling_id or (found.place.dwelling_id if found.place else None)
        if dwelling_id:
            home = selectors.find_dwelling(viewer=request.viewer, dwelling_id=dwelling_id)
            keepers = selectors.keepers_at(viewer=request.viewer, dwelling=home)
            save = request.POST.get("then") == "save"
            form = KeeperForm(request.POST if save else None, keepers=keepers)
            if save and form.is_valid():
                actions.set_keeper(
                    viewer=request.viewer,
                    vehicle_id=vehicle_id,
                    dwelling=home,
                    keeper=form.cleaned_data["keeper"],
                )
                messages.success(request, _("Saved."))
                return redirect("residents:vehicle", vehicle_id)
    context = {"vehicle": found, "place": place, "form": form, "home": home}
    failed = (place.is_bound and place.errors) or (form is not None and form.errors)
    return render(request, "residents/keeper.html", context, status=422 if failed else 200)
