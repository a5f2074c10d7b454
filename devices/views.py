"""Console pages of devices."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts import selectors as accounts
from accounts.access import staff
from accounts.choices import DepartmentKind, Role
from accounts.middleware import StaffRequest
from accounts.models import Area
from devices import actions, policies, selectors
from devices.choices import CommandKind
from devices.forms import DeviceFilter, EnrolForm, OpenForm, QuarantineFilter
from residents import selectors as residents
from smartcommunity.kernel.errors import Invalid, NotFound
from smartcommunity.kernel.pagination import page_number
from smartcommunity.kernel.web import page_links

KEEPERS = {"kinds": (DepartmentKind.PROPERTY, DepartmentKind.OPERATOR)}


@staff()
@require_GET
def device_list(request: StaffRequest) -> HttpResponse:
    form = DeviceFilter(request.GET or None, viewer=request.viewer)
    wanted = form.cleaned_data if form.is_valid() else {}
    page = selectors.list_devices(
        viewer=request.viewer,
        number=page_number(request.GET.get("page")),
        area_id=wanted.get("estate"),
        category=wanted.get("category", ""),
        status=wanted.get("status", ""),
        text=wanted.get("q", ""),
    )
    context = {
        "form": form,
        "page": page,
        "counts": selectors.device_counts(viewer=request.viewer),
        "may_enrol": bool(policies.may_enrol(request.viewer, _own_path(request))),
        **page_links(request, page),
    }
    return render(request, _part(request, "devices/list.html", "rows"), context)


@staff()
@require_GET
def device_map(request: StaffRequest) -> HttpResponse:
    estates = accounts.estates(viewer=request.viewer)
    if not estates:
        raise NotFound
    chosen = _estate(request) if "estate" in request.GET else estates[0]
    tabs = [
        {"label": one.name, "url": f"?estate={one.pk}", "active": one.pk == chosen.pk}
        for one in estates
    ]
    context = {"estate": chosen, "estate_key": str(chosen.pk), "tabs": tabs}
    return render(request, "devices/map.html", context)


@staff()
@require_GET
def plan(request: StaffRequest) -> JsonResponse:
    """The estate's plan with its devices, as GeoJSON for the map panel."""
    estate = _estate(request)
    drawn = residents.plan(viewer=request.viewer, area=estate)
    features = [
        {
            "type": "Feature",
            "properties": {
                "layer": "device",
                "key": str(device.id),
                "name": f"{device.name} · {device.hazard_text or device.status_text}",
                "status": "alert" if device.hazard else _on_map(device.status),
                "icon": device.icon,
                "url": reverse("devices:detail", args=[device.id]),
            },
            "geometry": {"type": "Point", "coordinates": residents.plan_point(device.x, device.y)},
        }
        for device in selectors.on_plan(viewer=request.viewer, area=estate)
        if device.x is not None and device.y is not None
    ]
    base = drawn["features"] if drawn else []
    return JsonResponse({"type": "FeatureCollection", "features": [*base, *features]})


@staff()
@require_GET
def detail(request: StaffRequest, device_id: uuid.UUID) -> HttpResponse:
    return _detail(request, device_id, OpenForm())


@staff(kinds=[DepartmentKind.PROPERTY])
@require_POST
def open_gate(request: StaffRequest, device_id: uuid.UUID) -> HttpResponse:
    form = OpenForm(request.POST)
    if not form.is_valid():
        return _detail(request, device_id, form)
    device = selectors.get_device(viewer=request.viewer, device_id=device_id)
    actions.request_command(
        device=device,
        kind=CommandKind.OPEN,
        reason=form.cleaned_data["reason"],
        viewer=request.viewer,
    )
    messages.success(request, _("The command is on its way."))
    return redirect("devices:detail", device_id=device_id)


@never_cache
@staff(kinds=KEEPERS["kinds"], roles=[Role.SUPERVISOR, Role.SYSTEM_ADMIN])
def enrol(request: StaffRequest) -> HttpResponse:
    """Register a device; the answer shows its password, this once."""
    form = EnrolForm(request.POST or None, viewer=request.viewer)
    if request.method == "POST" and form.is_valid():
        try:
            device, password = actions.enrol_device(viewer=request.viewer, **form.cleaned_data)
        except Invalid as error:
            for name, text in error.fields.items():
                form.add_error(name, str(text))
        else:
            return render(
                request, "devices/enrolled.html", {"device": device, "password": password}
            )
    return render(request, "devices/enrol.html", {"form": form}, status=422 if form.errors else 200)


@staff(kinds=KEEPERS["kinds"])
@require_GET
def intake(request: StaffRequest) -> HttpResponse:
    form = QuarantineFilter(request.GET or None)
    fault = form.cleaned_data["fault"] if form.is_valid() else ""
    number = page_number(request.GET.get("page"))
    page = selectors.list_quarantine(viewer=request.viewer, number=number, fault=fault)
    return _intake(request, "quarantine", {"form": form, "page": page})


@staff(kinds=KEEPERS["kinds"])
@require_GET
def refused(request: StaffRequest) -> HttpResponse:
    number = page_number(request.GET.get("page"))
    page = selectors.list_refusals(viewer=request.viewer, number=number)
    return _intake(request, "refused", {"page": page})


@staff(kinds=KEEPERS["kinds"])
@require_POST
def replay(request: StaffRequest, raw_id: int) -> HttpResponse:
    actions.replay(viewer=request.viewer, raw_id=raw_id)
    messages.success(request, _("The message is being handled again."))
    return redirect("devices:intake")


def _detail(request: StaffRequest, device_id: uuid.UUID, form: OpenForm) -> HttpResponse:
    page = selectors.device_page(viewer=request.viewer, device_id=device_id)
    device = page.device
    facts = [
        {"label": _("Code"), "value": device.code},
        {"label": _("Estate"), "value": device.area},
        {"label": _("Place"), "value": f"{device.building} {device.place}".strip()},
        {"label": _("Profile"), "value": f"{device.profile} {device.maker}".strip()},
        {"label": _("Dialect"), "value": device.driver},
    ]
    if device.gateway:
        facts.append({"label": _("Gateway"), "value": device.gateway})
    context = {"page": page, "facts": facts, "form": form}
    template = _part(request, "devices/detail.html", "live")
    return render(request, template, context, status=422 if form.errors else 200)


def _intake(request: StaffRequest, shown: str, context: dict[str, Any]) -> HttpResponse:
    view = selectors.intake_view(viewer=request.viewer)
    tabs = [
        {
            "label": _("Quarantine"),
            "url": reverse("devices:intake"),
            "active": shown == "quarantine",
            "count": view.quarantine,
        },
        {
            "label": _("Refused by the broker"),
            "url": reverse("devices:refused"),
            "active": shown == "refused",
            "count": view.refused,
        },
    ]
    context |= {"view": view, "tabs": tabs, **page_links(request, context["page"])}
    return render(request, f"devices/{shown}.html", context)


def _estate(request: StaffRequest) -> Area:
    wanted = request.GET.get("estate", "")
    for estate in accounts.estates(viewer=request.viewer):
        if str(estate.pk) == wanted:
            return estate
    raise NotFound


def _own_path(request: StaffRequest) -> str:
    return request.viewer.area_paths[0] if request.viewer.area_paths else ""


def _on_map(status: str) -> str:
    return "normal" if status == "online" else "offline"


def _part(request: StaffRequest, template: str, name: str) -> str:
    return f"{template}#{name}" if request.htmx else template  # type: ignore[attr-defined]
