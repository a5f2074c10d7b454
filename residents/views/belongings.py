"""What the pages of organisations and vehicles share: the list, and the entry at a place."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.middleware import StaffRequest
from datasharing.choices import Subject
from datasharing.forms import build_form
from datasharing.models import FormTemplate
from datasharing.selectors import template as find_template
from datasharing.selectors import templates_for
from residents import selectors
from residents.errors import DuplicateNumber
from residents.models import Building, Dwelling
from residents.views.subjects import page_of
from smartcommunity.kernel.errors import Invalid, NotAllowed
from smartcommunity.kernel.pagination import page_number
from smartcommunity.kernel.web import page_links


@dataclass(frozen=True, slots=True)
class Entering:
    """A filled-in form on its way to the action."""

    template: FormTemplate
    values: Mapping[str, str | None]
    beside: Mapping[str, Any] = field(default_factory=dict)


def briefs_page(request: StaffRequest, subject: Subject, template: str) -> HttpResponse:
    page = selectors.page_of_briefs(
        viewer=request.viewer, subject=subject, number=page_number(request.GET.get("page"))
    )
    return render(request, template, {"page": page, **page_links(request, page)})


def enter(
    request: StaffRequest,
    subject: Subject,
    place: Dwelling | Building,
    save: Callable[[Entering], uuid.UUID],
    *,
    title: str,
    beside: forms.Form | None = None,
    initial: Mapping[str, str] | None = None,
) -> HttpResponse:
    """A form of the viewer's department for a new subject at the place; `beside` is a small form
    more that goes with it."""
    templates = templates_for(viewer=request.viewer, subject=subject)
    if not templates:
        raise NotAllowed(_("Your department has no form for this."))
    key = request.GET.get("template") or templates[0].key
    template = find_template(viewer=request.viewer, key=key)
    if template.subject != subject:
        raise NotAllowed(_("Your department has no form for this."))
    opened = selectors.new_belonging(viewer=request.viewer, template=template, place=place)
    form = build_form(template, opened.rights, {}, data=request.POST or None, initial=initial)
    duplicate = None
    # A list, so that the faults of both forms are shown together.
    if all([form.is_valid(), beside is None or beside.is_valid()]):
        try:
            made = save(Entering(template, form.values, beside.cleaned_data if beside else {}))
        except Invalid as error:
            form.refuse(error)
            if isinstance(error, DuplicateNumber) and error.subject_id:
                duplicate = page_of(subject, error.subject_id, None)
        else:
            messages.success(request, _("Saved."))
            return redirect(page_of(subject, made, None))
    context = {
        "title": title,
        "form": form,
        "beside": beside,
        "duplicate_url": duplicate,
        "place": opened.subject.title,
        "back_url": _page_of_place(place),
        "template": template,
        "templates": templates,
    }
    return render(request, "residents/enter.html", context, status=422 if form.is_bound else 200)


def _page_of_place(place: Dwelling | Building) -> str:
    name = "residents:dwelling" if isinstance(place, Dwelling) else "residents:building"
    return reverse(name, args=[place.pk])
