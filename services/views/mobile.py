"""The resident's phone pages."""

import io
import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

import segno
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import resident
from accounts.middleware import StaffRequest
from residents.selectors import own_record
from security.selectors import PassView, passes_of_resident
from services import actions
from services.choices import RepairKind, RequestState, Where
from services.forms import PassForm, RateForm, RepairForm
from services.selectors import resident as own
from services.selectors.resident import Bound
from services.views.common import timeline
from smartcommunity.kernel.errors import NotFound
from smartcommunity.kernel.pagination import page_number
from smartcommunity.kernel.web import page_links, picture, refusals_beside, wants_fragment

HOME_REQUESTS = 5
HOME_NOTICES = 3

Page = Callable[..., HttpResponse]


def bound_resident(view: Page) -> Page:
    """A resident whose account is bound to his registry entry; others are told where to go."""

    @wraps(view)
    def checked(request: StaffRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        mine = own.bound(viewer=request.viewer)
        if mine is None:
            return render(request, "mobile/not_bound.html", status=403)
        return view(request, mine, *args, **kwargs)

    return resident(checked)


def _page(
    request: StaffRequest, mine: Bound, template: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    """Render with the estate's name on the bar."""
    response = render(request, template, {"place_name": mine.estate_name, **context}, status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response


@bound_resident
def home(request: StaffRequest, mine: Bound) -> HttpResponse:
    template = "mobile/home.html"
    context: dict[str, Any] = {
        "requests": own.requests(viewer=request.viewer, open_only=True, size=HOME_REQUESTS),
    }
    if wants_fragment(request):
        return _page(request, mine, f"{template}#open_requests", context)
    context |= {
        "items": _tiles(request),
        "notices": own.notices(viewer=request.viewer, size=HOME_NOTICES),
        "search_url": reverse("mobile:search"),
    }
    return _page(request, mine, template, context)


def _tiles(request: StaffRequest) -> list[dict[str, str]]:
    return [
        {"label": item.name, "icon": item.icon, "tone": item.tone, "url": reverse(item.page)}
        for item in own.services(viewer=request.viewer)
    ]


@bound_resident
def services(request: StaffRequest, mine: Bound) -> HttpResponse:
    context = {"items": _tiles(request), "search_url": reverse("mobile:search")}
    return _page(request, mine, "mobile/services.html", context)


@bound_resident
def search(request: StaffRequest, mine: Bound) -> HttpResponse:
    text = request.GET.get("q", "")[:50]
    items, notices = own.search(viewer=request.viewer, text=text)
    found = [
        {"label": item.name, "icon": item.icon, "tone": item.tone, "url": reverse(item.page)}
        for item in items
    ]
    context = {
        "items": found,
        "notices": notices,
        "search_url": reverse("mobile:search"),
        "search_query": text,
    }
    return _page(request, mine, "mobile/search.html", context)


@bound_resident
def messages_page(request: StaffRequest, mine: Bound) -> HttpResponse:
    template = "mobile/messages.html"
    context: dict[str, Any] = {"updates": own.updates(viewer=request.viewer)}
    if wants_fragment(request):
        return _page(request, mine, f"{template}#updates", context)
    context["notices"] = own.notices(viewer=request.viewer, size=5)
    return _page(request, mine, template, context)


@resident
def me(request: StaffRequest) -> HttpResponse:
    """Name, address, settings; open to accounts that are not bound yet."""
    record = own_record(viewer=request.viewer)
    context = {"place_name": record.estate_name if record else "", "record": record}
    return render(request, "mobile/me.html", context)


@bound_resident
def looks(request: StaffRequest, mine: Bound) -> HttpResponse:
    """Who looked at my data."""
    page = own.looks(viewer=request.viewer, number=page_number(request.GET.get("page")))
    context = {"looks": page, **page_links(request, page)}
    return _page(request, mine, "mobile/looks.html", context)


@bound_resident
def notices(request: StaffRequest, mine: Bound) -> HttpResponse:
    page = own.notices(viewer=request.viewer, number=page_number(request.GET.get("page")))
    context = {"notices": page, **page_links(request, page)}
    return _page(request, mine, "mobile/notices.html", context)


@bound_resident
def notice(request: StaffRequest, mine: Bound, notice_id: uuid.UUID) -> HttpResponse:
    found = own.notice(viewer=request.viewer, notice_id=notice_id)
    return _page(request, mine, "mobile/notice.html", {"notice": found})


# --- repairs --------------------------------------------------------------------------------------


@bound_resident
def repair(request: StaffRequest, mine: Bound) -> HttpResponse:
    form = RepairForm()
    if request.method == "POST":
        form = RepairForm(request.POST, request.FILES)
        if form.is_valid():
            values = form.cleaned_data
            with refusals_beside(form):
                asked = actions.report_repair(
                    viewer=request.viewer,
                    where=Where(values["where"]),
                    place=values["place"],
                    repair_kind=RepairKind(values["repair_kind"]),
                    description=values["description"],
                    pictures=values["photos"],
                )
                text = _("We have received your request. Its number is %(number)s.")
                messages.success(request, text % {"number": asked.number})
                return redirect("mobile:request", asked.request_id)
    context = {"form": form, "record": own_record(viewer=request.viewer)}
    return _page(request, mine, "mobile/repair.html", context, 422 if form.errors else 200)


@bound_resident
def requests(request: StaffRequest, mine: Bound) -> HttpResponse:
    page = own.requests(viewer=request.viewer, number=page_number(request.GET.get("page")))
    context = {"requests": page, **page_links(request, page)}
    template = "mobile/requests.html"
    if wants_fragment(request):
        template += "#rows"
    return _page(request, mine, template, context)


@bound_resident
def request_page(request: StaffRequest, mine: Bound, request_id: uuid.UUID) -> HttpResponse:
    return _request_page(request, mine, request_id, RateForm())


def _request_page(
    request: StaffRequest, mine: Bound, request_id: uuid.UUID, form: RateForm
) -> HttpResponse:
    found = own.request(viewer=request.viewer, request_id=request_id)
    context = {
        "found": found,
        "steps": list(timeline(found, photo_page="mobile:photo", own_name=_("You"))),
        "form": form,
        "may_cancel": found.row.state == RequestState.SUBMITTED,
        "may_rate": found.row.state == RequestState.DONE and found.row.rating is None,
    }
    template = "mobile/request.html"
    if wants_fragment(request):
        template += "#progress"
    return _page(request, mine, template, context, 422 if form.errors else 200)


@bound_resident
def photo(
    request: StaffRequest, mine: Bound, request_id: uuid.UUID, photo_id: uuid.UUID
) -> HttpResponse:
    return picture(own.photo(viewer=request.viewer, request_id=request_id, photo_id=photo_id))


@require_POST
@bound_resident
def cancel(request: StaffRequest, mine: Bound, request_id: uuid.UUID) -> HttpResponse:
    actions.cancel(viewer=request.viewer, request_id=request_id)
    messages.success(request, _("The request is withdrawn."))
    return redirect("mobile:request", request_id)


@require_POST
@bound_resident
def rate(request: StaffRequest, mine: Bound, request_id: uuid.UUID) -> HttpResponse:
    form = RateForm(request.POST)
    if not form.is_valid():
        return _request_page(request, mine, request_id, form)
    actions.rate(
        viewer=request.viewer,
        request_id=request_id,
        stars=form.cleaned_data["stars"],
        comment=form.cleaned_data["comment"],
    )
    messages.success(request, _("Thank you for your rating."))
    return redirect("mobile:request", request_id)


# --- visitor passes -------------------------------------------------------------------------------


@bound_resident
def passes(request: StaffRequest, mine: Bound) -> HttpResponse:
    rows = passes_of_resident(viewer=request.viewer, resident_id=mine.resident_id)
    return _page(request, mine, "mobile/passes.html", {"passes": rows})


@bound_resident
def pass_new(request: StaffRequest, mine: Bound) -> HttpResponse:
    form = PassForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        with refusals_beside(form):
            pass_id = actions.invite_visitor(
                viewer=request.viewer,
                visitor=values["bearer"],
                day=values["day"],
                uses=values["uses"],
            )
            return redirect("mobile:pass", pass_id)
    return _page(request, mine, "mobile/pass_new.html", {"form": form}, 422 if form.errors else 200)


def _pass(request: StaffRequest, mine: Bound, pass_id: uuid.UUID) -> PassView:
    rows = passes_of_resident(viewer=request.viewer, resident_id=mine.resident_id)
    found = next((row for row in rows if row.id == pass_id), None)
    if found is None:
        raise NotFound
    return found


@bound_resident
def pass_page(request: StaffRequest, mine: Bound, pass_id: uuid.UUID) -> HttpResponse:
    return _page(request, mine, "mobile/pass.html", {"found": _pass(request, mine, pass_id)})


@bound_resident
def pass_code(request: StaffRequest, mine: Bound, pass_id: uuid.UUID) -> HttpResponse:
    """The QR code that a gate reads, as a picture; a pass that opens no more has none."""
    token = _pass(request, mine, pass_id).token
    if not token:
        raise NotFound
    out = io.BytesIO()
    segno.make(token, error="m", micro=False).save(out, kind="svg", scale=8, border=3)
    return picture(out.getvalue(), "image/svg+xml")


@require_POST
@bound_resident
def pass_revoke(request: StaffRequest, mine: Bound, pass_id: uuid.UUID) -> HttpResponse:
    actions.revoke_pass(viewer=request.viewer, pass_id=pass_id)
    messages.success(request, _("The pass is revoked. It opens no gate any more."))
    return redirect("mobile:passes")
