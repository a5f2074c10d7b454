"""Pages of the form designer."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import staff
from accounts.choices import Role
from accounts.middleware import StaffRequest
from datasharing import actions, selectors
from datasharing.catalogue import TemplateSpec
from datasharing.choices import Subject
from datasharing.design_forms import NewForm, ReasonForm, posted_design, posted_revision, step
from datasharing.models import FormTemplate
from smartcommunity.kernel.errors import Conflict, Invalid
from smartcommunity.kernel.web import refusals_beside, wants_fragment

designer = staff(roles=[Role.OFFICER, Role.SUPERVISOR])
DRAFT = FormTemplate.DRAFT_VERSION


@designer
@require_safe
def forms(request: StaffRequest) -> HttpResponse:
    found = selectors.department_forms(viewer=request.viewer)
    return render(request, "datasharing/forms.html", {"forms": found})


@designer
def new_form(request: StaffRequest) -> HttpResponse:
    form = NewForm(request.POST or None)
    if form.is_valid():
        with refusals_beside(form):
            key = actions.create_form(
                viewer=request.viewer,
                subject=Subject(form.cleaned_data["subject"]),
                title_zh=form.cleaned_data["title_zh"],
                title_en=form.cleaned_data["title_en"],
            )
        if form.is_valid():
            return redirect("datasharing:draft", key)
    status = 422 if form.is_bound else 200
    return render(request, "datasharing/new_form.html", {"form": form}, status=status)


@designer
@require_safe
def versions(request: StaffRequest, key: str) -> HttpResponse:
    return _versions(request, key, ReasonForm(), 200)


def _versions(request: StaffRequest, key: str, form: ReasonForm, status: int) -> HttpResponse:
    found = selectors.versions(viewer=request.viewer, key=key)
    context = {"form": found, "reason": form}
    return render(request, "datasharing/form_versions.html", context, status=status)


@designer
@require_POST
def start(request: StaffRequest, key: str, number: int) -> HttpResponse:
    """A new draft from a version."""
    try:
        actions.start_draft(viewer=request.viewer, key=key, version=number)
    except Conflict as error:
        messages.error(request, str(error.message))
    return redirect("datasharing:draft", key)


@designer
def draft(request: StaffRequest, key: str) -> HttpResponse:
    """The draft: shown, and changed step by step. Each step keeps the whole draft."""
    if request.method != "POST":
        return _draft(request, key)
    held = selectors.draft_spec(viewer=request.viewer, key=key)
    sent = None
    try:
        sent = posted_design(request.POST, held)
        actions.save_draft(
            viewer=request.viewer,
            key=key,
            revision=posted_revision(request.POST),
            changed=step(request.POST, sent),
        )
    except Conflict as error:
        return _draft(request, key, refusal=error)
    except Invalid as error:
        return _draft(request, key, refusal=error, sent=sent)
    if not wants_fragment(request):
        return redirect(f"{reverse('datasharing:draft', args=[key])}{_place(request)}")
    answer = _draft(request, key)
    answer["HX-Trigger-After-Swap"] = "draft-saved"
    return answer


def _place(request: StaffRequest) -> str:
    """Where on the page the step was made: the field moved, asked about or changed."""
    verb, _colon, name = request.POST.get("do", "").partition(":")
    return f"#field-{name}" if verb in {"up", "down", "refresh"} and name.isidentifier() else ""


def _draft(
    request: StaffRequest,
    key: str,
    *,
    refusal: Invalid | Conflict | None = None,
    sent: TemplateSpec | None = None,
) -> HttpResponse:
    found = selectors.designed(viewer=request.viewer, key=key, number=DRAFT, sent=sent)
    context: dict[str, Any] = {"draft": found, "refusal": refusal.message if refusal else ""}
    status, name = refusal.status if refusal else 200, "datasharing/designer.html"
    if wants_fragment(request):
        kept_in_passing = request.headers.get("HX-Target") == "draft-state"
        part = "state" if kept_in_passing else "form"
        # htmx shows what it gets with 422; a conflict has to be seen as well.
        return render(request, f"{name}#{part}", context, status=422 if refusal else 200)
    context["preview"] = selectors.preview(viewer=request.viewer, key=key, number=DRAFT)
    return render(request, name, context, status=status)


@designer
@require_safe
def preview(request: StaffRequest, key: str) -> HttpResponse:
    """The draft as collectors will meet it; for the page of the draft."""
    form = selectors.preview(viewer=request.viewer, key=key, number=DRAFT)
    return render(request, "datasharing/parts/form_preview.html", {"preview": form})


@designer
def publish(request: StaffRequest, key: str) -> HttpResponse:
    """What the draft changes, and the reason for publishing it."""
    viewer = request.viewer
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        with refusals_beside(form):
            number = actions.publish_draft(
                viewer=viewer,
                key=key,
                revision=posted_revision(request.POST),
                reason=form.cleaned_data["reason"],
            )
        if form.is_valid():
            text = _("Version %(number)d is published. Collectors use it from now on.")
            messages.success(request, text % {"number": number})
            return redirect("datasharing:versions", key)
    found = selectors.designed(viewer=viewer, key=key, number=DRAFT)
    in_use = selectors.versions(viewer=viewer, key=key).in_use
    context = {
        "draft": found,
        "form": form,
        "in_use": in_use,
        "differences": in_use
        and selectors.differences(viewer=viewer, key=key, old=in_use, new=DRAFT),
    }
    status = 422 if form.is_bound else 200
    return render(request, "datasharing/form_publish.html", context, status=status)


@designer
@require_POST
def discard(request: StaffRequest, key: str) -> HttpResponse:
    actions.discard_draft(viewer=request.viewer, key=key)
    messages.success(request, _("The draft is discarded."))
    return redirect("datasharing:forms")


@designer
@require_POST
def retire(request: StaffRequest, key: str) -> HttpResponse:
    """Take the form out of use."""
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _versions(request, key, form, 422)
    actions.retire_form(viewer=request.viewer, key=key, reason=form.cleaned_data["reason"])
    messages.success(request, _("The form is out of use. What was recorded with it stays."))
    return redirect("datasharing:versions", key)


@designer
@require_safe
def version(request: StaffRequest, key: str, number: int) -> HttpResponse:
    """One version, as it was published and never changed since."""
    if number == DRAFT:
        return redirect("datasharing:draft", key)
    context = {
        "version": selectors.designed(viewer=request.viewer, key=key, number=number),
        "preview": selectors.preview(viewer=request.viewer, key=key, number=number),
    }
    return render(request, "datasharing/form_version.html", context)


@designer
@require_safe
def compare(request: StaffRequest, key: str, old: int, new: int) -> HttpResponse:
    """What changed from one version to another."""
    context = {
        "form": selectors.versions(viewer=request.viewer, key=key),
        "old": old,
        "new": new,
        "differences": selectors.differences(viewer=request.viewer, key=key, old=old, new=new),
    }
    return render(request, "datasharing/form_compare.html", context)
