"""The staff's pages: the queue, one request, notices."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts.access import staff
from accounts.choices import DepartmentKind
from accounts.middleware import StaffRequest
from accounts.selectors import estates
from accounts.viewer import Viewer
from services import actions, policies
from services.choices import RequestState
from services.forms import CloseForm, CommentForm, NoticeForm, QueueFilter
from services.selectors import staff as queue_of
from services.views.common import timeline
from smartcommunity.kernel.pagination import page_number
from smartcommunity.kernel.web import page_links, picture, refusals_beside, wants_fragment

handlers = staff(kinds=[DepartmentKind.PROPERTY])
publishers = staff(kinds=[DepartmentKind.PROPERTY, DepartmentKind.GRID])
TABS = {
    "to_do": gettext_lazy("To do"),
    "working": gettext_lazy("In progress"),
    "mine": gettext_lazy("Mine"),
    "overdue": gettext_lazy("Overdue"),
    "closed": gettext_lazy("Closed"),
}


def _estates(viewer: Viewer) -> list[tuple[int, str]]:
    return [(area.pk, area.name) for area in estates(viewer=viewer)]


@handlers
def queue(request: StaffRequest) -> HttpResponse:
    viewer = request.viewer
    tab = request.GET.get("tab", "to_do")
    tab = tab if tab in TABS else "to_do"
    filtered = any(request.GET.get(name) for name in QueueFilter.base_fields)
    form = QueueFilter(request.GET if filtered else None, estates=_estates(viewer))
    filters = form.cleaned_data if form.is_valid() else {}
    page = queue_of.queue(
        viewer=viewer,
        wanted=queue_of.Wanted(
            tab=tab,
            kind=filters.get("kind", ""),
            estate_id=filters.get("estate"),
            number=filters.get("number", ""),
        ),
        number=page_number(request.GET.get("page")),
    )
    context = {
        "page": page,
        "tab": tab,
        "reset_url": f"?tab={tab}",
        "tabs": _tabs(request, tab),
        "here": request.get_full_path(),
        "form": form,
        "filtered": filtered,
        **page_links(request, page),
    }
    template = "services/queue.html#rows" if wants_fragment(request) else "services/queue.html"
    response = render(request, template, context)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _tabs(request: StaffRequest, current: str) -> list[dict[str, Any]]:
    """The parts of the queue with their sizes; filters stay while one changes the tab."""
    counts = queue_of.counts(viewer=request.viewer)
    query = request.GET.copy()
    query.pop("page", None)

    def url(tab: str) -> str:
        query["tab"] = tab
        return f"?{query.urlencode()}"

    return [
        {"label": label, "url": url(tab), "active": tab == current, "count": counts[tab]}
        for tab, label in TABS.items()
    ]


@handlers
def request_page(request: StaffRequest, request_id: uuid.UUID) -> HttpResponse:
    return _request_page(request, request_id)


def _request_page(
    request: StaffRequest,
    request_id: uuid.UUID,
    *,
    comment_form: CommentForm | None = None,
    close_form: CloseForm | None = None,
) -> HttpResponse:
    found = queue_of.request(viewer=request.viewer, request_id=request_id)
    state = found.row.state
    mine = found.row.assigned_to_id == request.viewer.user_id
    context = {
        "found": found,
        "steps": list(timeline(found, photo_page="services:photo", own_name=_("Resident"))),
        "comment_form": comment_form or CommentForm(),
        "close_form": close_form or CloseForm(),
        "may_handle": request.viewer.role in policies.HANDLERS,
        "is_new": state == RequestState.SUBMITTED,
        "is_working": state == RequestState.ACCEPTED,
        "is_open": state in {RequestState.SUBMITTED, RequestState.ACCEPTED},
        "is_mine": mine,
    }
    refused = bool((comment_form and comment_form.errors) or (close_form and close_form.errors))
    template = "services/request.html"
    if wants_fragment(request):
        template += "#progress"
    response = render(request, template, context, status=422 if refused else 200)
    patch_vary_headers(response, ["HX-Request"])
    return response


@handlers
def photo(request: StaffRequest, request_id: uuid.UUID, photo_id: uuid.UUID) -> HttpResponse:
    return picture(queue_of.photo(viewer=request.viewer, request_id=request_id, photo_id=photo_id))


@require_POST
@handlers
def accept(request: StaffRequest, request_id: uuid.UUID) -> HttpResponse:
    actions.accept(viewer=request.viewer, request_id=request_id)
    messages.success(request, _("The request is yours now."))
    return redirect("services:request", request_id)


@require_POST
@handlers
def take_over(request: StaffRequest, request_id: uuid.UUID) -> HttpResponse:
    actions.take_over(viewer=request.viewer, request_id=request_id)
    messages.success(request, _("The request is yours now."))
    return redirect("services:request", request_id)


@require_POST
@handlers
def comment(request: StaffRequest, request_id: uuid.UUID) -> HttpResponse:
    form = CommentForm(request.POST)
    if form.is_valid():
        with refusals_beside(form):
            actions.comment(
                viewer=request.viewer, request_id=request_id, text=form.cleaned_data["text"]
            )
            messages.success(request, _("The resident sees your message."))
            return redirect("services:request", request_id)
    return _request_page(request, request_id, comment_form=form)


@require_POST
@handlers
def close(request: StaffRequest, request_id: uuid.UUID) -> HttpResponse:
    form = CloseForm(request.POST, request.FILES)
    if form.is_valid():
        with refusals_beside(form):
            actions.close(
                viewer=request.viewer,
                request_id=request_id,
                note=form.cleaned_data["note"],
                pictures=form.cleaned_data["photos"],
            )
            messages.success(request, _("The request is closed. The resident can rate it now."))
            return redirect("services:request", request_id)
    return _request_page(request, request_id, close_form=form)


@publishers
def notices(request: StaffRequest) -> HttpResponse:
    """The notices of my areas, and the form for a new one."""
    viewer = request.viewer
    areas = {area.pk: area for area in estates(viewer=viewer)}
    form = NoticeForm(
        request.POST or None, estates=[(key, area.name) for key, area in areas.items()]
    )
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        actions.publish_notice(
            viewer=viewer, area=areas[values["area"]], title=values["title"], body=values["body"]
        )
        messages.success(request, _("The notice is published."))
        return redirect("services:notices")
    page = queue_of.notices(viewer=viewer, number=page_number(request.GET.get("page")))
    context = {"page": page, "form": form, **page_links(request, page)}
    return render(request, "services/notices.html", context, status=422 if form.errors else 200)
