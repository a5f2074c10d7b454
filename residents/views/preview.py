"""View as a department: the pages of an invented resident, to check what grants and roles do."""

import uuid

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import staff
from accounts.choices import Role
from accounts.middleware import StaffRequest
from datasharing.forms import build_form
from residents import selectors
from residents.forms import PreviewForm

FORM_KEY = "template"


@staff(roles=[Role.SECURITY_ADMIN, Role.SUPERVISOR])
@require_safe
def preview(request: StaffRequest) -> HttpResponse:
    chooser = PreviewForm(request.GET, viewer=request.viewer)
    chosen = chooser.cleaned_data if chooser.is_valid() else {}
    key = request.GET.get(FORM_KEY, "")
    found = selectors.preview(
        viewer=request.viewer,
        department_id=uuid.UUID(chosen["department"]) if chosen.get("department") else None,
        role=Role(chosen.get("role") or Role.OFFICER),
        area_id=chosen.get("area"),
        key=key,
    )
    form = build_form(found.template, found.rights, found.recorded) if found.template else None
    query = request.GET.copy()
    query.pop(FORM_KEY, None)
    context = {
        "chooser": chooser,
        "preview": found,
        "form": form,
        "query": query.urlencode(),
    }
    status = 422 if chooser.errors else 200
    return render(request, "residents/preview.html", context, status=status)
