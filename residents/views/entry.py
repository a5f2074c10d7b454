"""Pages that enter: register somebody, fill in a form, settle a conflict."""

import uuid
from contextlib import suppress
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.access import reader
from accounts.middleware import StaffRequest
from datasharing.choices import Level, Subject
from datasharing.forms import EntryForm, build_form
from datasharing.identifiers import CITIZEN_ID
from datasharing.models import FormTemplate
from datasharing.selectors import template as find_template
from datasharing.selectors import templates_for
from residents import actions, selectors
from residents.choices import ResidenceKind
from residents.errors import DuplicateDocument, LikelyTheSame, Stale
from residents.forms import ResidenceForm
from residents.views.subjects import page_of
from smartcommunity.kernel import clock
from smartcommunity.kernel.errors import Invalid, NotAllowed

# What most newcomers have, and what the first of a family is (GA/T 517, GB/T 4761).
NEWCOMER = {"doc_type": CITIZEN_ID}
HEAD_OF_HOUSEHOLD = {**NEWCOMER, "head_relation": "02"}


@reader
def register(request: StaffRequest, dwelling_id: uuid.UUID) -> HttpResponse:
    """The first member of a new household: the head."""
    return _register(request, dwelling_id, None)


@reader
def add_member(request: StaffRequest, household_id: uuid.UUID) -> HttpResponse:
    """The next member of a household."""
    home = selectors.household_home(viewer=request.viewer, household_id=household_id)
    return _register(request, home, household_id)


def _register(
    request: StaffRequest, dwelling_id: uuid.UUID, household_id: uuid.UUID | None
) -> HttpResponse:
    viewer = request.viewer
    templates = templates_for(viewer=viewer, subject=Subject.RESIDENT)
    if not templates:
        raise NotAllowed(_("Your department has no form for residents."))
    key = request.GET.get("template") or templates[0].key
    template = find_template(viewer=viewer, key=key)
    opened = selectors.new_form(viewer=viewer, template=template, dwelling_id=dwelling_id)
    form = build_form(
        template,
        opened.rights,
        {},
        data=request.POST or None,
        initial=NEWCOMER if household_id else HEAD_OF_HOUSEHOLD,
    )
    residence = None if "residence_kind" in form.fields else ResidenceForm(request.POST or None)
    duplicate = None
    suspects: tuple[selectors.Suspect, ...] = ()
    # A list, so that the faults of both forms are shown together.
    if all([form.is_valid(), residence is None or residence.is_valid()]):
        try:
            _resident_id, household = actions.register_member(
                viewer=viewer,
                template=template,
                dwelling=selectors.find_dwelling(viewer=viewer, dwelling_id=dwelling_id),
                household_id=household_id,
                values=form.values,
                residence=_residency(residence),
                besides=_keys(request.POST.get("besides", "")),
            )
        except LikelyTheSame as error:
            suspects = selectors.suspects(viewer=viewer, found=error.found)
        except Invalid as error:
            form.refuse(error)
            duplicate = error.resident_id if isinstance(error, DuplicateDocument) else None
        else:
            messages.success(request, _("Saved."))
            if request.POST.get("then") == "next":
                url = reverse("residents:add_member", args=[household])
                return redirect(f"{url}?template={template.key}")
            return redirect("residents:dwelling", dwelling_id)
    context = {
        "form": form,
        "residence": residence,
        "subject": opened.subject,
        "template": template,
        "templates": templates,
        "duplicate": duplicate,
        "suspects": [
            (suspect, ResidenceForm(auto_id=f"move{place}_%s"))
            for place, suspect in enumerate(suspects)
        ],
        "besides": " ".join(str(suspect.person.id) for suspect in suspects),
        "move_in": ResidenceForm(auto_id="move_%s") if duplicate else None,
        "members": _members_so_far(request, dwelling_id, household_id),
    }
    return render(request, "residents/register.html", context, status=422 if form.is_bound else 200)


def _members_so_far(
    request: StaffRequest, dwelling_id: uuid.UUID, household_id: uuid.UUID | None
) -> list[selectors.Person]:
    if household_id is None:
        return []
    found = selectors.dwelling(viewer=request.viewer, dwelling_id=dwelling_id)
    return [
        person
        for household in found.households
        if household.id == household_id
        for person in household.members
    ]


def _keys(text: str) -> list[uuid.UUID]:
    """The keys in it; nonsense names nobody."""
    found = []
    for word in text.split():
        with suppress(ValueError):
            found.append(uuid.UUID(word))
    return found


def _residency(form: ResidenceForm | None) -> actions.Residency | None:
    if form is None:
        return None
    return actions.Residency(ResidenceKind(form.cleaned_data["kind"]), form.cleaned_data["on"])


@reader
@require_POST
def move_in(request: StaffRequest, dwelling_id: uuid.UUID, resident_id: uuid.UUID) -> HttpResponse:
    """Somebody who is registered already comes to live here."""
    form = ResidenceForm(request.POST)
    if not form.is_valid():
        raise Invalid(_("Choose how the person lives here."))
    actions.move_in(
        viewer=request.viewer,
        resident_id=resident_id,
        dwelling=selectors.find_dwelling(viewer=request.viewer, dwelling_id=dwelling_id),
        kind=ResidenceKind(form.cleaned_data["kind"]),
        on=form.cleaned_data["on"],
    )
    messages.success(request, _("Saved."))
    return redirect("residents:dwelling", dwelling_id)


@reader
def edit(request: StaffRequest, key: str, subject_id: uuid.UUID) -> HttpResponse:
    """A form of the viewer's department over what is recorded already."""
    now = clock.now()
    template = find_template(viewer=request.viewer, key=key)
    opened = selectors.open_form(viewer=request.viewer, template=template, subject_id=subject_id)
    data, undecided = _as_chosen(request.POST, opened)
    form = _filled(opened, data or None)
    if form.is_valid():
        differing = _differing(request, opened, subject_id, form, undecided)
        if differing:
            return _conflict(request, opened, form, differing, bool(undecided))
        try:
            saved = actions.save_form(
                viewer=request.viewer,
                template=template,
                subject_id=subject_id,
                values=form.values,
                version=opened.subject.version,
            )
        except Stale:  # in this very moment: look again
            return edit(request, key, subject_id)
        except Invalid as error:
            form.refuse(error)
        else:
            _tell(request, template, saved)
            return redirect(_page_of(opened))
    context = {
        "form": form,
        "subject": opened.subject,
        "template": template,
        "opened": request.POST.get("opened") or now.isoformat(),
        "back_url": _page_of(opened),
        "stale": sum(
            held.stale_since is not None and held.level == Level.FULL
            for held in opened.recorded.values()
        ),
        "confirm_url": reverse("residents:confirm", args=[template.subject, subject_id]),
    }
    return render(request, "residents/edit.html", context, status=422 if form.is_bound else 200)


def _filled(opened: selectors.OpenForm, data: Any) -> EntryForm:
    return build_form(
        opened.template,
        opened.rights,
        opened.recorded,
        data=data,
        version=opened.subject.version,
        notes={key: _note(waiting) for key, waiting in opened.waiting.items()},
    )


def _note(waiting: selectors.Waiting) -> str:
    """What stands beside a field whose value somebody proposed to correct."""
    if waiting.proposed is None:
        return ngettext(
            "%(count)d proposed correction waits for your decision.",
            "%(count)d proposed corrections wait for your decision.",
            waiting.to_decide,
        ) % {"count": waiting.to_decide}
    return _("Your department proposed “%(value)s” on %(date)s. The owner has not decided yet.") % {
        "value": waiting.proposed or _("no value"),
        "date": waiting.date,
    }


def _as_chosen(data: QueryDict, opened: selectors.OpenForm) -> tuple[dict[str, Any], list[str]]:
    """What was typed, with the recorded value where the conflict page's answer prefers it; and the
    elements of that page without an answer."""
    typed, undecided = data.dict(), []
    for key in data.getlist("meanwhile"):
        answer = data.get(f"keep-{key}")
        if answer == "recorded":
            held = opened.recorded.get(key)
            typed[key] = (held.value if held else None) or ""
        elif answer != "typed":
            undecided.append(key)
    return typed, undecided


def _differing(
    request: StaffRequest,
    opened: selectors.OpenForm,
    subject_id: uuid.UUID,
    form: EntryForm,
    undecided: list[str],
) -> tuple[selectors.Difference, ...]:
    """What is still to be chosen before the form can be saved over the present version."""
    left = {key: form.values[key] for key in undecided if key in form.values}
    found = selectors.differences(
        viewer=request.viewer, opened=opened, subject_id=subject_id, typed=left, since=None
    )
    if form.cleaned_data["version"] in {None, opened.subject.version}:
        return found
    rest = {key: text for key, text in form.values.items() if key not in left}
    since = _moment(request.POST.get("opened", ""))
    return found + selectors.differences(
        viewer=request.viewer, opened=opened, subject_id=subject_id, typed=rest, since=since
    )


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def _conflict(
    request: StaffRequest,
    opened: selectors.OpenForm,
    form: EntryForm,
    differing: tuple[selectors.Difference, ...],
    was_asked: bool,
) -> HttpResponse:
    """Somebody saved meanwhile: both values side by side, and the rest of the form kept hidden."""
    context = {
        "differing": differing,
        "kept": [form[entry.key] for entry in form.entries if entry.editable],
        "was_asked": was_asked,
        "subject": opened.subject,
        "template": opened.template,
        "opened": clock.now().isoformat(),
        "back_url": _page_of(opened),
    }
    return render(request, "residents/conflict.html", context, status=Stale.status)


def _page_of(opened: selectors.OpenForm) -> str:
    return page_of(opened.template.subject, opened.subject.id, opened.subject.dwelling_id)


def _tell(request: StaffRequest, template: FormTemplate, saved: actions.Saved) -> None:
    """What became of a saved form."""
    if saved.written or not saved.proposed:
        messages.success(request, f"{_('Saved.')} {_already_there(saved)}".strip())
    if saved.proposed:
        names = [
            field.element.label
            for field in template.fields.all()
            if field.element_id in saved.proposed
        ]
        text = _("Proposed to the responsible department, which decides: %(elements)s")
        messages.info(request, text % {"elements": "、".join(names)})


def _already_there(saved: actions.Saved) -> str:
    """What the collector was spared."""
    if not saved.there:
        return ""
    text = _("%(there)d of %(fields)d fields were already there.")
    return text % {"there": saved.there, "fields": saved.fields}
