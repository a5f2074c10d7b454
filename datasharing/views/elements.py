"""A department's own data elements: add one, retire one."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import reader
from accounts.middleware import StaffRequest
from datasharing import actions, policies, selectors
from datasharing.element_forms import OwnElementForm
from smartcommunity.kernel.web import refusals_beside


@reader
def add(request: StaffRequest) -> HttpResponse:
    """Add an element; what resembles it in the catalogue is shown before it is saved."""
    viewer = request.viewer
    policies.may_add_element(viewer).require()
    form = OwnElementForm(request.POST or None, code_lists=selectors.code_lists())
    if form.is_valid():
        with refusals_beside(form):
            key = actions.add_element(
                viewer=viewer, new=form.new, despite=form.cleaned_data["despite"]
            )
        if form.is_valid():
            messages.success(request, _("Added. It can be used in forms at once."))
            return redirect("datasharing:element", key)
    context = {"form": form, **_similar(request)}
    return render(
        request, "datasharing/add_element.html", context, status=422 if form.is_bound else 200
    )


@reader
@require_safe
def similar(request: StaffRequest) -> HttpResponse:
    """What the catalogue holds already under the name being typed."""
    policies.may_add_element(request.viewer).require()
    context = {
        "form": OwnElementForm(request.GET, code_lists=()),
        **_similar(request),
    }
    return render(request, "datasharing/parts/similar.html", context)


@reader
@require_POST
def retire(request: StaffRequest, key: str) -> HttpResponse:
    actions.retire_element(viewer=request.viewer, key=key)
    messages.success(request, _("Retired. What was recorded stays readable."))
    return redirect("datasharing:element", key)


def _similar(request: StaffRequest) -> dict[str, object]:
    said = request.POST if request.method == "POST" else request.GET
    label_zh, label_en = said.get("label_zh", "")[:80], said.get("label_en", "")[:80]
    if not label_zh.strip() and not label_en.strip():
        return {"similar": []}
    found = selectors.similar_elements(
        viewer=request.viewer,
        subject=said.get("subject", ""),
        label_zh=label_zh,
        label_en=label_en,
    )
    return {"similar": found}
