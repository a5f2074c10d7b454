"""What to confirm again, where to go for it, and what did not have to be asked again."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from accounts.access import reader
from accounts.middleware import StaffRequest
from residents import actions, selectors
from residents.errors import Stale
from residents.forms import RevisitFilter
from residents.views.subjects import page_of
from smartcommunity.kernel.errors import Invalid
from smartcommunity.kernel.pagination import page_number
from smartcommunity.kernel.web import page_links


@reader
def confirm(request: StaffRequest, subject: str, subject_id: uuid.UUID) -> HttpResponse:
    """The values of a subject that grow stale; those chosen are noted as still right."""
    refusal, status = "", 200
    if request.method == "POST":
        try:
            count = actions.confirm(
                viewer=request.viewer,
                subject=subject,
                subject_id=subject_id,
                record_ids=_records(request.POST.getlist("record")),
            )
        except (Invalid, Stale) as error:
            refusal, status = str(error.message), error.status
        else:
            text = ngettext(
                "%(count)d value is noted as still right.",
                "%(count)d values are noted as still right.",
                count,
            )
            messages.success(request, text % {"count": count})
            return redirect("residents:confirm", subject, subject_id)
    found = selectors.to_confirm(viewer=request.viewer, subject=subject, subject_id=subject_id)
    context = {
        "found": found,
        "refusal": refusal,
        "back_url": page_of(subject, subject_id, found.dwelling_id),
        "chosen": request.POST.getlist("record"),
    }
    return render(request, "residents/confirm.html", context, status=status)


def _records(sent: list[str]) -> list[uuid.UUID]:
    """The records named. What is no key names none; then nothing is confirmed."""
    try:
        return [uuid.UUID(text) for text in sent]
    except ValueError:
        return []


@reader
@require_safe
def revisits(request: StaffRequest) -> HttpResponse:
    """Where recorded values wait to be confirmed again, the longest waiting first."""
    form = RevisitFilter(request.GET or None)
    chosen = form.cleaned_data if form.is_valid() else {}
    found = selectors.revisits(
        viewer=request.viewer,
        subject=chosen.get("subject") or "",
        building_id=chosen.get("building"),
        number=page_number(request.GET.get("page")),
    )
    context = {"found": found, **(page_links(request, found.page) if found else {})}
    return render(request, "residents/revisits.html", context)


@reader
@require_safe
def fill_once(request: StaffRequest) -> HttpResponse:
    """How many fields were there already instead of being asked again."""
    found = selectors.fill_once(viewer=request.viewer)
    return render(request, "residents/fill_once.html", {"found": found})
