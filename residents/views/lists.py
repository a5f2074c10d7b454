"""The list of residents with its filters. What is asked travels by POST and is kept sealed."""

import uuid

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.access import reader
from accounts.middleware import StaffRequest
from residents import actions, selectors
from residents.filters import Listing
from residents.listing_forms import ListingForm


@reader
def residents(request: StaffRequest) -> HttpResponse:
    """By GET a page of a kept question (or the usual list); by POST another question."""
    viewer = request.viewer
    key = _key(request.GET.get("q"))
    listing = (
        selectors.kept_listing(viewer=viewer, query_id=key)
        if key
        else selectors.usual_listing(viewer=viewer)
    )
    if request.method == "POST":
        return _ask(request, listing)
    form = _form(request, listing, None)
    page = selectors.list_residents(
        viewer=viewer,
        listing=listing,
        after=_key(request.GET.get("after")),
        before=_key(request.GET.get("before")),
    )
    context = {
        "form": form,
        "page": page,
        "has_filters": bool(listing.filters),
        **_links(key, page),
    }
    return render(request, "residents/residents.html", context)


def _ask(request: StaffRequest, listing: Listing) -> HttpResponse:
    """Another filter to fill in (`add`), one less (`remove`), or the question itself."""
    data = request.POST.copy()
    if removed := data.get("remove"):
        data.setlist("on", [key for key in data.getlist("on") if key != removed])
    if data.get("then") == "add" and data.get("more"):
        data.appendlist("on", str(data["more"]))
    form = _form(request, listing, data)
    is_whole = form.is_valid()
    if not is_whole or data.get("then") == "add" or removed:
        status = 200 if is_whole else 422
        return render(request, "residents/residents.html", {"form": form}, status=status)
    key = actions.keep_query(viewer=request.viewer, listing=form.listing)
    return redirect(f"{reverse('residents:residents')}?q={key}")


def _form(request: StaffRequest, listing: Listing, data: object) -> ListingForm:
    viewer = request.viewer
    return ListingForm(
        data,
        listing=listing,
        offered=selectors.offered(viewer=viewer),
        sorts=selectors.sorts_for(viewer=viewer),
        areas=selectors.areas_for(viewer=viewer),
    )


def _key(text: str | None) -> uuid.UUID | None:
    try:
        return uuid.UUID(text) if text else None
    except ValueError:
        return None


def _links(key: uuid.UUID | None, page: selectors.ListPage) -> dict[str, str]:
    kept = f"q={key}&" if key else ""
    return {
        "next_url": f"?{kept}after={page.after}" if page.after else "",
        "previous_url": f"?{kept}before={page.before}" if page.before else "",
    }
