"""Pages of duplicates: suspected pairs, two entries side by side, merges that can be undone."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import reader
from accounts.middleware import StaffRequest
from residents import actions, selectors
from residents.errors import Stale
from smartcommunity.kernel.errors import Conflict, Invalid
from smartcommunity.kernel.pagination import page_number
from smartcommunity.kernel.web import page_links


@reader
@require_safe
def duplicates(request: StaffRequest) -> HttpResponse:
    """Suspected pairs by kind of match (`?match=`)."""
    kinds = selectors.duplicates_for(viewer=request.viewer)
    if not kinds:
        return render(request, "residents/duplicates.html", {"tabs": None})
    chosen = request.GET.get("match") or kinds[0]
    page = selectors.suspected_pairs(
        viewer=request.viewer, match=chosen, number=page_number(request.GET.get("page"))
    )
    tabs = [
        {"label": kind.label, "url": f"?match={kind}", "active": kind == chosen} for kind in kinds
    ]
    context = {"tabs": tabs, "page": page, "match": chosen, **page_links(request, page)}
    return render(request, "residents/duplicates.html", context)


@reader
@require_POST
def tell_apart(request: StaffRequest, first_id: uuid.UUID, second_id: uuid.UUID) -> HttpResponse:
    try:
        actions.tell_apart(viewer=request.viewer, first_id=first_id, second_id=second_id)
    except Conflict as error:
        messages.error(request, str(error.message))
    else:
        messages.success(request, _("Kept as two people. You are not asked again."))
    return redirect("residents:duplicates")


@reader
def merge(request: StaffRequest, survivor_id: uuid.UUID, absorbed_id: uuid.UUID) -> HttpResponse:
    """Two entries side by side; by POST they become one."""
    if request.method == "POST":
        try:
            actions.merge_residents(
                viewer=request.viewer,
                survivor_id=survivor_id,
                absorbed_id=absorbed_id,
                picks=_picks(request),
                versions=_versions(request),
            )
        except Stale:
            text = _("One of the entries was changed meanwhile. Compare them again.")
            messages.warning(request, text)
        except Conflict as error:
            messages.error(request, str(error.message))
            return redirect("residents:duplicates")
        else:
            messages.success(request, _("Merged. You can undo it for 30 days."))
            return redirect("residents:resident", survivor_id)
    try:
        found = selectors.comparison(
            viewer=request.viewer, survivor_id=survivor_id, absorbed_id=absorbed_id
        )
    except Conflict as error:
        messages.error(request, str(error.message))
        return redirect("residents:duplicates")
    return render(request, "residents/merge.html", {"pair": found})


@reader
@require_safe
def merges(request: StaffRequest) -> HttpResponse:
    page = selectors.merges(viewer=request.viewer, number=page_number(request.GET.get("page")))
    context = {"page": page, **page_links(request, page)}
    return render(request, "residents/merges.html", context)


@reader
@require_POST
def undo_merge(request: StaffRequest, merge_id: uuid.UUID) -> HttpResponse:
    try:
        actions.undo_merge(viewer=request.viewer, merge_id=merge_id)
    except Conflict as error:
        messages.error(request, str(error.message))
    else:
        messages.success(request, _("Undone: they are two entries again."))
    return redirect("residents:merges")


def _picks(request: StaffRequest) -> dict[str, bool]:
    """{element: True for the other entry's value} as chosen."""
    prefix = "keep-"
    return {
        name.removeprefix(prefix): value == "other"
        for name, value in request.POST.items()
        if name.startswith(prefix)
    }


def _versions(request: StaffRequest) -> tuple[int, int]:
    """The versions that were compared: without them nobody knows what was chosen from."""
    mine, other = (request.POST.get(name, "") for name in ("version", "other_version"))
    if not (mine.isdecimal() and other.isdecimal()):
        raise Invalid(_("Open the comparison again and choose from it."))
    return int(mine), int(other)
