"""Pages of one resident: profile and consents; the search."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import reader
from accounts.middleware import StaffRequest
from residents import actions, selectors
from residents.choices import ConsentChannel, ConsentPurpose
from residents.forms import ConsentForm, RevealForm, SearchForm, usual_purpose
from smartcommunity.kernel.errors import Invalid, NotFound


@reader
@require_safe
def resident(request: StaffRequest, resident_id: uuid.UUID) -> HttpResponse:
    """The profile; of an entry that was merged into another one, that one's."""
    try:
        return _profile(request, resident_id)
    except NotFound:
        stands_for = selectors.merged_into(viewer=request.viewer, resident_id=resident_id)
        if stands_for is None:
            raise
        messages.info(request, _("That entry has been merged into this one."))
        return redirect("residents:resident", stands_for)


def _profile(
    request: StaffRequest, resident_id: uuid.UUID, asked: ConsentForm | None = None
) -> HttpResponse:
    found = selectors.profile(viewer=request.viewer, resident_id=resident_id)
    forms = [
        asked if asked and asked.ask.purpose == ask.purpose else ConsentForm(ask=ask)
        for ask in found.consents_to_ask
    ]
    links = selectors.resident_links(viewer=request.viewer, resident_id=resident_id)
    context = {
        "resident": found,
        "links": links,
        "residences": selectors.residences(viewer=request.viewer, resident_id=resident_id),
        "consent_forms": forms,
        "reveal_form": RevealForm(initial=usual_purpose(request.viewer)),
    }
    return render(request, "residents/resident.html", context, status=422 if asked else 200)


@reader
@require_POST
def give_consent(request: StaffRequest, resident_id: uuid.UUID, purpose: str) -> HttpResponse:
    ask = selectors.consent_to_ask(
        viewer=request.viewer, resident_id=resident_id, purpose=_purpose(purpose)
    )
    form = ConsentForm(request.POST, ask=ask)
    if not form.is_valid():
        return _profile(request, resident_id, form)
    guardian = form.cleaned_data.get("guardian")
    try:
        actions.give_consent(
            viewer=request.viewer,
            resident_id=resident_id,
            purpose=ask.purpose,
            channel=ConsentChannel.IN_PERSON,
            guardian_id=uuid.UUID(guardian) if guardian else None,
        )
    except Invalid as error:
        for name, text in error.fields.items() or [(None, error.message)]:
            form.add_error(name if name in form.fields else None, str(text))
        return _profile(request, resident_id, form)
    messages.success(request, _("The consent is recorded."))
    return redirect("residents:resident", resident_id)


@reader
@require_POST
def withdraw_consent(request: StaffRequest, resident_id: uuid.UUID, purpose: str) -> HttpResponse:
    actions.withdraw_consent(
        viewer=request.viewer, resident_id=resident_id, purpose=_purpose(purpose)
    )
    messages.success(request, _("The consent is withdrawn."))
    return redirect("residents:resident", resident_id)


def _purpose(text: str) -> ConsentPurpose:
    try:
        return ConsentPurpose(text)
    except ValueError:
        raise NotFound from None


@reader
def search(request: StaffRequest) -> HttpResponse:
    """The form by GET; what is looked for only ever by POST."""
    kinds = selectors.kinds_for(viewer=request.viewer)
    if not kinds:
        return render(request, "residents/search.html", {"form": None})
    form = SearchForm(request.POST or None, kinds=kinds)
    found = None
    if form.is_valid():
        found = selectors.find(viewer=request.viewer, **form.cleaned_data)
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "residents/search.html", {"form": form, "found": found}, status=status)
