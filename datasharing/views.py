"""Pages of sharing: the access log for the auditor, the grants of a department."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import staff
from accounts.choices import ADMINISTRATORS, Role
from accounts.middleware import StaffRequest
from datasharing import selectors
from datasharing.forms import AccessLogFilter
from smartcommunity.kernel.pagination import Page, page_number


@staff(roles=[Role.AUDITOR])
@require_safe
def access_log(request: StaffRequest) -> HttpResponse:
    form = AccessLogFilter(request.GET or None)
    chosen = form.cleaned_data if form.is_valid() else {}
    page = selectors.access_records(
        viewer=request.viewer,
        number=page_number(request.GET.get("page")),
        username=chosen.get("username") or "",
        kind=chosen.get("kind") or "",
        on=chosen.get("day"),
    )
    context = {"form": form, "page": page, **_neighbours(request, page)}
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "datasharing/access_log.html", context, status=status)


@staff(roles=set(Role) - ADMINISTRATORS)
@require_safe
def grants(request: StaffRequest) -> HttpResponse:
    received = request.GET.get("side") != "given"
    page = selectors.grants(
        viewer=request.viewer, received=received, number=page_number(request.GET.get("page"))
    )
    context = {"page": page, "received": received, **_neighbours(request, page)}
    return render(request, "datasharing/grants.html", context)


def _neighbours(request: StaffRequest, page: Page[Any]) -> dict[str, str]:
    """The addresses of the pages before and after, with the same filter."""

    def url(number: int) -> str:
        query = request.GET.copy()
        query["page"] = str(number)
        return f"?{query.urlencode()}"

    return {
        "previous_url": url(page.previous_number) if page.has_previous else "",
        "next_url": url(page.next_number) if page.has_next else "",
    }
