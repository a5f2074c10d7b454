"""The catalogue, and asking other departments for what stands in it."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.access import reader
from accounts.choices import DepartmentKind
from accounts.middleware import StaffRequest
from datasharing import actions, policies, selectors
from datasharing.grant_forms import CatalogueFilterForm, RequestForm
from datasharing.policy import PURPOSE_OF
from smartcommunity.kernel.errors import NotFound
from smartcommunity.kernel.pagination import page_number
from smartcommunity.kernel.web import page_links, refusals_beside, wants_fragment

BASKET, BASKET_LIMIT = "grant_basket", 60


@reader
@require_safe
def catalogue(request: StaffRequest) -> HttpResponse:
    viewer = request.viewer
    form = CatalogueFilterForm(request.GET)
    chosen = form.cleaned_data if form.is_valid() else {}
    page = selectors.catalogue(
        viewer=viewer,
        text=chosen.get("q") or "",
        subject=chosen.get("subject") or "",
        owner=chosen.get("owner") or "",
        sharing=chosen.get("sharing") or "",
        number=page_number(request.GET.get("page")),
    )
    context = {
        "form": form,
        "page": page,
        "may_request": bool(policies.may_request_grant(viewer)),
        "may_add": bool(policies.may_add_element(viewer)),
        "here": request.get_full_path(),
        **_basket_context(request),
        **page_links(request, page),
    }
    return render(request, "datasharing/catalogue.html", context)


@reader
@require_safe
def element(request: StaffRequest, key: str) -> HttpResponse:
    found = selectors.element(viewer=request.viewer, key=key)
    context = {"element": found, "here": request.get_full_path(), **_basket_context(request)}
    return render(request, "datasharing/element.html", context)


@reader
@require_POST
def choose(request: StaffRequest, key: str) -> HttpResponse:
    """Put an element into the basket, or take it out. By script, the answer is the button and the
    basket; without, the page again."""
    policies.may_request_grant(request.viewer).require()
    chosen = _chosen(request)
    if key in chosen:
        chosen.remove(key)
    elif not selectors.askable(viewer=request.viewer, keys=[key]):
        raise NotFound
    elif len(chosen) >= BASKET_LIMIT:
        messages.error(request, _("Ask for what is chosen before you choose more."))
    else:
        chosen.append(key)
    request.session[BASKET] = chosen
    here = request.POST.get("next", "")
    if wants_fragment(request):
        context = {"key": key, "here": here, "swap": True, **_basket_context(request)}
        return render(request, "datasharing/parts/choose.html", context)
    safe = url_has_allowed_host_and_scheme(here, allowed_hosts={request.get_host()})
    return redirect(here if safe else "datasharing:catalogue")


@reader
@require_POST
def empty_basket(request: StaffRequest) -> HttpResponse:
    request.session.pop(BASKET, None)
    return redirect("datasharing:catalogue")


@reader
def request_grant(request: StaffRequest, owner_kind: str) -> HttpResponse:
    """Ask the departments of one kind for the elements in the basket, or for those in `?element=`
    (where a page sends somebody who misses just this)."""
    wanted = request.GET.getlist("element") or _chosen(request)
    return _request_page(request, owner_kind, wanted, {})


@reader
def renew(request: StaffRequest, grant_id: uuid.UUID) -> HttpResponse:
    """Ask again for what a grant covered."""
    found = selectors.renewal(viewer=request.viewer, grant_id=grant_id)
    return _request_page(request, found.owner_kind, found.elements, found.initial)


@reader
@require_safe
def asked(request: StaffRequest, owner_kind: str) -> HttpResponse:
    """Who will be asked, for the area chosen in the form."""
    return render(request, "datasharing/parts/asked.html", _asked(request, owner_kind, request.GET))


def _request_page(
    request: StaffRequest, owner_kind: str, wanted: Any, initial: dict[str, Any]
) -> HttpResponse:
    viewer = request.viewer
    policies.may_request_grant(viewer).require()
    elements = selectors.askable(viewer=viewer, keys=wanted).get(owner_kind, [])
    if not elements or viewer.department_kind is None:
        messages.info(request, _("Choose what you need first."))
        return redirect(f"{reverse('datasharing:catalogue')}?owner={owner_kind}")
    areas = selectors.request_areas(viewer=viewer)
    form = RequestForm(
        request.POST or None,
        elements=elements,
        areas=areas,
        purpose=PURPOSE_OF[viewer.department_kind],
        initial=initial,
    )
    if form.is_valid():
        with refusals_beside(form):
            values = form.cleaned_data
            made = actions.request_grants(
                viewer=viewer,
                owner_kind=DepartmentKind(owner_kind),
                elements=values["elements"],
                level=values["level"],
                may_write=values["may_write"],
                area=values["area"],
                purpose=values["purpose"],
                legal_basis=values["legal_basis"],
                valid_from=values["valid_from"],
                valid_to=values["valid_to"],
                reason=values["reason"],
            )
        if form.is_valid():
            asked_for = set(values["elements"])
            request.session[BASKET] = [k for k in _chosen(request) if k not in asked_for]
            return _requested(request, made)
    context = {
        "form": form,
        "owner_kind": owner_kind,
        "owner_label": DepartmentKind(owner_kind).label,
        **_asked(request, owner_kind, request.POST or {"area": form["area"].value()}),
    }
    status = 422 if form.is_bound else 200
    return render(request, "datasharing/request.html", context, status=status)


def _requested(request: StaffRequest, made: list[uuid.UUID]) -> HttpResponse:
    found = [selectors.grant(viewer=request.viewer, grant_id=key) for key in made]
    if all(not grant.is_waiting for grant in found):
        messages.success(request, _("Granted at once: this is shared unconditionally."))
    else:
        text = ngettext(
            "Requested from %(count)d department. You see here when it answers.",
            "Requested from %(count)d departments. You see here when they answer.",
            len(found),
        )
        messages.success(request, text % {"count": len(found)})
    if len(made) == 1:
        return redirect("datasharing:grant", made[0])
    return redirect("datasharing:grants")


def _asked(
    request: StaffRequest, owner_kind: str, data: QueryDict | dict[str, Any]
) -> dict[str, Any]:
    areas = {str(area.pk): area for area in selectors.request_areas(viewer=request.viewer)}
    area = areas.get(str(data.get("area", "")))
    owners = (
        selectors.owners_in(kind=owner_kind, area=area, but=request.viewer.department_id)
        if area
        else []
    )
    return {"owners": owners, "area_chosen": area is not None}


def _chosen(request: StaffRequest) -> list[str]:
    return list(request.session.get(BASKET, []))


def _basket_context(request: StaffRequest) -> dict[str, Any]:
    """What is chosen, by whom to ask; one query, none for an empty basket."""
    chosen = _chosen(request)
    groups = selectors.askable(viewer=request.viewer, keys=chosen) if chosen else {}
    return {
        "chosen": {key for group in groups.values() for key, _label in group},
        "basket": [
            (kind, DepartmentKind(kind).label, elements) for kind, elements in groups.items()
        ],
    }
