"""The matrix of rights, for the security administrator."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.choices import Role
from accounts.middleware import StaffRequest
from datasharing import selectors
from datasharing.choices import Purpose, Subject
from datasharing.permission_forms import MatrixFilter
from datasharing.views.permissions import security_administrator
from smartcommunity.kernel.pagination import page_number
from smartcommunity.kernel.web import page_links


@security_administrator
@require_safe
def matrix(request: StaffRequest) -> HttpResponse:
    form = MatrixFilter(request.GET, viewer=request.viewer)
    chosen = form.cleaned_data if form.is_valid() else {}
    found = selectors.matrix(
        viewer=request.viewer,
        subject=Subject(chosen.get("subject") or Subject.RESIDENT),
        role=Role(chosen.get("role") or Role.OFFICER),
        area_id=chosen.get("area"),
        number=page_number(request.GET.get("page")),
        purpose=Purpose(chosen["purpose"]) if chosen.get("purpose") else None,
        kind=chosen.get("kind") or "",
        text=chosen.get("text") or "",
        shared_only=chosen.get("shared_only") or False,
    )
    context = {"form": form, "matrix": found, **page_links(request, found.departments)}
    status = 422 if form.errors else 200
    return render(request, "datasharing/matrix.html", context, status=status)
