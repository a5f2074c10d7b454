"""Pages of grants."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import reader
from accounts.middleware import StaffRequest
from datasharing import selectors
from smartcommunity.kernel.pagination import page_number
from smartcommunity.kernel.web import page_links


@reader
@require_safe
def grants(request: StaffRequest) -> HttpResponse:
    received = request.GET.get("side") != "given"
    page = selectors.grants(
        viewer=request.viewer, received=received, number=page_number(request.GET.get("page"))
    )
    context = {"page": page, "received": received, **page_links(request, page)}
    return render(request, "datasharing/grants.html", context)
