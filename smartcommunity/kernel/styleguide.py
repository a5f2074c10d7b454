"""The component library on one page, with made-up data and no personal data (debug only)."""

import datetime as dt
from typing import Any
from xml.etree import ElementTree

from django import forms
from django.contrib.staticfiles import finders
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

_SHELLS = ("console", "mobile")
_ORIGIN = (114.30, 30.59)
_METRE = 1 / 111_320


class SampleForm(forms.Form):
    """One field of every kind that ``components/field.html`` lays out."""

    name = forms.CharField(label=_("Name"), help_text=_("As written on the document"))
    number = forms.CharField(label=_("Document number"))
    kind = forms.ChoiceField(
        label=_("Kind of residence"),
        choices=[("own", _("Owner")), ("rent", _("Tenant")), ("visit", _("Guest"))],
        widget=forms.RadioSelect,
    )
    lease_ends = forms.DateField(
        label=_("Lease ends"), widget=forms.DateInput(attrs={"type": "date"})
    )
    building = forms.ChoiceField(
        label=_("Building"), choices=[("", "—"), ("1", "1"), ("2", "2")], required=False
    )
    needs = forms.MultipleChoiceField(
        label=_("Help needed"),
        choices=[("meal", _("Meals")), ("visit", _("Visits")), ("lift", _("Lift"))],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    photo = forms.FileField(
        label=_("Photograph"),
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png"}),
        required=False,
    )
    remark = forms.CharField(label=_("Remark"), widget=forms.Textarea, required=False)
    agree = forms.BooleanField(label=_("I have read the notice on personal data"))


class FilterForm(forms.Form):
    """Two filters, as above a list."""

    q = forms.CharField(label=_("Search"), required=False)
    status = forms.ChoiceField(
        label=_("Status"), choices=[("", _("All")), ("open", _("To do"))], required=False
    )


def _icons() -> list[str]:
    sprite = finders.find("img/icons.svg")
    return [symbol.attrib["id"] for symbol in ElementTree.parse(str(sprite)).getroot()]  # noqa: S314  our own file


def _nav(shell: str) -> list[dict[str, Any]]:
    entries = {
        "mobile": [
            ("home", _("Home")),
            ("services", _("Services")),
            ("message", _("Messages")),
            ("me", _("Me")),
        ],
        "console": [
            ("chart", _("Overview")),
            ("building", _("Buildings")),
            ("family", _("Residents")),
            ("alert", _("Alerts")),
            ("repair", _("Repairs")),
            ("device", _("Devices")),
            ("share", _("Sharing")),
            ("eye", _("Access log")),
        ],
    }[shell]
    return [
        {"icon": icon, "label": label, "url": "#main", "active": i == 0, "badge": i == 2 and 3}
        for i, (icon, label) in enumerate(entries)
    ]


def styleguide(request: HttpRequest) -> HttpResponse:
    """Every component; ``?shell=console|mobile``, ``?size=large`` for 长辈版."""
    if request.GET.get("data") == "plan":
        return JsonResponse(_plan(), content_type="application/geo+json")
    shell = request.GET.get("shell", "console")
    shell = shell if shell in _SHELLS else "console"
    now = dt.datetime(2026, 5, 1, 9, 30, tzinfo=dt.UTC)
    provenance = {"department": _("Police"), "date": now}
    context = {
        "shell_template": f"shells/{shell}.html",
        "shell": shell,
        "text_size": request.GET.get("size", "normal"),
        "nav": _nav(shell),
        "viewer": {
            "display_name": _("Sample user"),
            "department_name": _("Property company"),
            "role_label": _("Property staff"),
            "area_name": _("Sample estate"),
        },
        "search_url": request.path,
        "icons": _icons(),
        "form": SampleForm(),
        "refused_form": SampleForm({"name": "", "number": "110105194912310020", "kind": "rent"}),
        "filter_form": FilterForm({"status": "open"}),
        "provenance": provenance,
        "page": Paginator(range(95), 20).page(2),
        "statuses": [
            ("new", _("New")),
            ("in_progress", _("In progress")),
            ("pending", _("Pending")),
            ("done", _("Done")),
            ("closed", _("Closed")),
            ("refused", _("Refused")),
            ("critical", _("Critical")),
            ("offline", _("Offline")),
            ("draft", _("Draft")),
            ("reopened", _("Reopened")),
        ],
        "tones": ["info", "success", "warning", "danger"],
        "services": [
            {"icon": "repair", "label": _("Repairs"), "url": "#main"},
            {"icon": "visitor", "label": _("Visitors"), "url": "#main", "tone": "success"},
            {
                "icon": "notice",
                "label": _("Notices"),
                "url": "#main",
                "badge": 2,
                "tone": "warning",
            },
            {"icon": "elder", "label": _("Elder care"), "url": "#main", "tone": "danger"},
            {"icon": "certificate", "label": _("Certificates"), "url": "#main", "tone": "special"},
            {"icon": "bill", "label": _("Bills"), "url": "#main"},
            {"icon": "key", "label": _("Gate key"), "url": "#main", "tone": "success"},
            {"icon": "phone", "label": _("Hotline"), "url": "#main", "tone": "warning"},
        ],
        "timeline": [
            {
                "title": _("Worker on the way"),
                "state": "current",
                "at": now,
                "who": _("Property staff"),
                "note": _("Arrives between 10:00 and 11:00."),
            },
            {"title": _("Accepted"), "at": now - dt.timedelta(minutes=20), "who": _("Front desk")},
            {
                "title": _("Reported"),
                "at": now - dt.timedelta(hours=1),
                "note": _("Tap in the kitchen drips."),
            },
        ],
        "steps": [
            {"label": _("Choose"), "state": "done"},
            {"label": _("Fill in"), "state": "current"},
            {"label": _("Done"), "state": "pending"},
        ],
        "tabs": [
            {"label": _("To do"), "url": "#main", "active": True, "count": 12},
            {"label": _("In progress"), "url": "#main", "count": 4},
            {"label": _("Closed"), "url": "#main", "count": 230},
        ],
        "rows": [
            {"label": _("Name"), "value": "张*", "level": "masked"},
            {
                "label": _("Document number"),
                "value": "1****************X",
                "level": "masked",
                "provenance": provenance,
            },
            {"label": _("Ethnicity"), "level": "hidden"},
            {"label": _("Building"), "value": "3-2-1201", "level": "full"},
            {"label": _("Phone"), "value": "", "level": "full"},
        ],
        "chart": {
            "labels": ["04-25", "04-26", "04-27", "04-28", "04-29", "04-30", "05-01"],
            "series": [
                {"name": str(_("Residents")), "data": [812, 932, 901, 934, 1290, 1330, 1320]},
                {"name": str(_("Visitors")), "data": [120, 132, 101, 134, 190, 230, 310]},
            ],
        },
        "shares": {
            "labels": [str(_("Water")), str(_("Fire")), str(_("Gate"))],
            "series": [{"name": str(_("Alerts")), "data": [12, 5, 8]}],
        },
    }
    return render(request, "styleguide.html", context)


def _polygon(east: float, north: float, width: float, height: float) -> list[list[list[float]]]:
    corners = [(0, 0), (width, 0), (width, height), (0, height), (0, 0)]
    return [[_point(east + x, north + y) for x, y in corners]]


def _point(east: float, north: float) -> list[float]:
    return [_ORIGIN[0] + east * _METRE * 1.16, _ORIGIN[1] + north * _METRE]


def _feature(kind: str, coordinates: Any, **properties: Any) -> dict[str, Any]:
    return {
        "type": "Feature",
        "geometry": {"type": kind, "coordinates": coordinates},
        "properties": properties,
    }


def _plan() -> dict[str, Any]:
    buildings = [
        _feature(
            "Polygon",
            _polygon(30 + 70 * (i % 3), 30 + 55 * (i // 3), 50, 20),
            layer="building",
            key=f"b{i + 1}",
            name=str(i + 1),
            url="#main",
        )
        for i in range(6)
    ]
    return {
        "type": "FeatureCollection",
        "features": [
            _feature("Polygon", _polygon(0, 0, 260, 150), layer="boundary", key="estate"),
            _feature("Polygon", _polygon(225, 60, 28, 60), layer="green", key="park"),
            _feature("Polygon", _polygon(0, 64, 220, 8), layer="road", key="road"),
            *buildings,
            _feature("Point", _point(2, 68), layer="gate", key="g1", name=str(_("West gate"))),
            _feature(
                "Point",
                _point(190, 105),
                layer="device",
                key="d1",
                name=str(_("Water sensor")),
                status="alert",
            ),
            _feature(
                "Point", _point(60, 50), layer="device", key="d2", name=str(_("Smoke sensor"))
            ),
        ],
    }
