"""Pages of organisations: list, one whole, entry at its premises, places of work."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import reader
from accounts.middleware import StaffRequest
from datasharing.choices import Subject
from residents import actions, selectors
from residents.forms import PlaceForm, RevealForm, WorkplaceForm, usual_purpose
from residents.models import Building, Dwelling
from residents.views.belongings import Entering, briefs_page, enter
from smartcommunity.kernel.errors import NotFound
from smartcommunity.kernel.web import refusals_beside


@reader
@require_safe
def organisations(request: StaffRequest) -> HttpResponse:
    return briefs_page(request, Subject.ORGANISATION, "residents/organisations.html")


@reader
@require_safe
def organisation(request: StaffRequest, organisation_id: uuid.UUID) -> HttpResponse:
    found = selectors.organisation(viewer=request.viewer, organisation_id=organisation_id)
    context = {
        "organisation": found,
        "reveal_form": RevealForm(initial=usual_purpose(request.viewer)),
    }
    return render(request, "residents/organisation.html", context)


@reader
def register_at_dwelling(request: StaffRequest, dwelling_id: uuid.UUID) -> HttpResponse:
    place = selectors.find_dwelling(viewer=request.viewer, dwelling_id=dwelling_id)
    return _register(request, place)


@reader
def register_at_building(request: StaffRequest, building_id: uuid.UUID) -> HttpResponse:
    place = selectors.find_building(viewer=request.viewer, building_id=building_id)
    return _register(request, place)


def _register(request: StaffRequest, place: Dwelling | Building) -> HttpResponse:
    def save(entering: Entering) -> uuid.UUID:
        return actions.register_organisation(
            viewer=request.viewer,
            template=entering.template,
            premises=place,
            values=entering.values,
        )

    return enter(
        request,
        Subject.ORGANISATION,
        place,
        save,
        title=_("Enter an organisation"),
        initial={"unit_address": place.address} if isinstance(place, Dwelling) else {},
    )


@reader
def move(request: StaffRequest, organisation_id: uuid.UUID) -> HttpResponse:
    """Other premises: a dwelling found by its address."""
    found = selectors.organisation(viewer=request.viewer, organisation_id=organisation_id)
    form = PlaceForm(request.POST or None, viewer=request.viewer)
    if form.is_valid() and form.dwelling_id:
        actions.move_organisation(
            viewer=request.viewer,
            organisation_id=organisation_id,
            premises=selectors.find_dwelling(viewer=request.viewer, dwelling_id=form.dwelling_id),
        )
        messages.success(request, _("Saved."))
        return redirect("residents:organisation", organisation_id)
    context = {"organisation": found, "form": form}
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "residents/move_organisation.html", context, status=status)


@reader
def employ(request: StaffRequest, resident_id: uuid.UUID) -> HttpResponse:
    """Where a resident works: an organisation of the registry, found by its name."""
    links = selectors.resident_links(viewer=request.viewer, resident_id=resident_id)
    if not links.may_employ:
        raise NotFound
    form = WorkplaceForm(request.POST or None, viewer=request.viewer)
    if form.is_valid() and form.organisation_id:
        with refusals_beside(form):
            actions.employ(
                viewer=request.viewer,
                resident_id=resident_id,
                organisation_id=form.organisation_id,
                since=form.cleaned_data["since"],
            )
        if form.is_valid():
            messages.success(request, _("Saved."))
            return redirect("residents:resident", resident_id)
    names = selectors.names(viewer=request.viewer, resident_ids=[resident_id])
    context = {"form": form, "resident_id": resident_id, "name": names.get(resident_id, "")}
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "residents/employ.html", context, status=status)


@reader
@require_POST
def end_employment(
    request: StaffRequest, resident_id: uuid.UUID, employment_id: uuid.UUID
) -> HttpResponse:
    actions.end_employment(viewer=request.viewer, employment_id=employment_id)
    messages.success(request, _("Ended today."))
    return redirect("residents:resident", resident_id)
