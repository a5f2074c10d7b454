"""Pages of residences in time: moving out, mending what was entered, a household that moves."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.access import reader
from accounts.middleware import StaffRequest
from residents import actions, selectors
from residents.choices import ResidenceKind
from residents.forms import MoveForm, MoveOutForm, ResidenceDatesForm
from smartcommunity.kernel.errors import Conflict
from smartcommunity.kernel.web import refusals_beside


@reader
def residence(request: StaffRequest, residence_id: uuid.UUID) -> HttpResponse:
    """Moving out, and the correction of kind and days."""
    found = selectors.residence(viewer=request.viewer, residence_id=residence_id)
    leaving = request.POST.get("then") == "leave"
    held = {"kind": found.kind, "since": found.since, "until": found.until}
    leave = MoveOutForm(request.POST if leaving else None)
    mend = ResidenceDatesForm(request.POST if request.POST and not leaving else None, initial=held)
    asked = leave if leaving else mend
    if asked.is_valid():
        with refusals_beside(asked):
            if leaving:
                actions.move_out(
                    viewer=request.viewer, residence_id=residence_id, on=leave.cleaned_data["on"]
                )
            else:
                actions.correct_residence(
                    viewer=request.viewer,
                    residence_id=residence_id,
                    kind=ResidenceKind(mend.cleaned_data["kind"]),
                    since=mend.cleaned_data["since"],
                    until=mend.cleaned_data["until"],
                )
        if asked.is_valid():
            messages.success(request, _("Saved."))
            return redirect("residents:dwelling", found.dwelling_id)
    context = {"residence": found, "leave": leave, "mend": mend}
    status = 422 if asked.is_bound else 200
    return render(request, "residents/residence.html", context, status=status)


@reader
def move(request: StaffRequest, household_id: uuid.UUID) -> HttpResponse:
    """All members move, or some: then they are a household of their own."""
    household = selectors.household_to_move(viewer=request.viewer, household_id=household_id)
    form = MoveForm(request.POST or None, viewer=request.viewer, members=household.members)
    if form.is_valid() and form.is_decided:
        dwelling_id = form.chosen or household.dwelling_id
        home = selectors.find_dwelling(viewer=request.viewer, dwelling_id=dwelling_id)
        try:
            with refusals_beside(form):
                actions.move_together(
                    viewer=request.viewer,
                    household_id=household_id,
                    resident_ids=[uuid.UUID(key) for key in form.cleaned_data["members"]],
                    dwelling=home,
                    on=form.cleaned_data["on"],
                )
        except Conflict as error:
            form.add_error(None, str(error.message))
        if form.is_valid():
            messages.success(request, _("Saved."))
            return redirect("residents:dwelling", home.pk)
    context = {"household": household, "form": form}
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "residents/move_household.html", context, status=status)
