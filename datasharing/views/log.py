"""The access log, for the auditor."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import staff
from accounts.choices import Role
from accounts.middleware import StaffRequest
from datasharing import selectors
from datasharing.forms import AccessLogFilter
from smartcommunity.kernel.pagination import page_number
from smartcommunity.kernel.web import page_links


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
    context = {"form": form, "page": page, **page_links(request, page)}
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "datasharing/access_log.html", context, status=status)
