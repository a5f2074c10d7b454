"""Pages of imports: choose a form, fetch its sheet, upload it, look at the check, confirm."""

import uuid
from collections.abc import Callable
from urllib.parse import quote

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import reader
from accounts.middleware import StaffRequest
from datasharing.selectors import template as find_template
from residents import actions, selectors
from residents.forms import SheetForm
from residents.sheets.choices import SheetFormat
from smartcommunity.kernel.errors import Conflict, NotFound, TooMany
from smartcommunity.kernel.pagination import page_number
from smartcommunity.kernel.web import page_links, refusals_beside, wants_fragment

TYPES = {
    SheetFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    SheetFormat.CSV: "text/csv; charset=utf-8",
}
STEPS: dict[str, Callable[..., None]] = {
    "confirm": actions.confirm_import,
    "pause": actions.pause_import,
    "resume": actions.resume_import,
    "cancel": actions.cancel_import,
    "erase": actions.erase_import,
}


@reader
@require_safe
def index(request: StaffRequest) -> HttpResponse:
    """The forms that can be filled in by a sheet, and the viewer's imports."""
    page = selectors.imports(viewer=request.viewer, number=page_number(request.GET.get("page")))
    context = {
        "forms": selectors.import_forms(viewer=request.viewer),
        "page": page,
        **page_links(request, page),
    }
    return render(request, "residents/imports.html", context)


@reader
@require_safe
def blank(request: StaffRequest, key: str, kind: str) -> HttpResponse:
    """The empty sheet of a form, to fill in."""
    if kind not in SheetFormat.values:
        raise NotFound
    template = find_template(viewer=request.viewer, key=key)
    sheet = SheetFormat(kind)
    content = selectors.blank_sheet(viewer=request.viewer, template=template, kind=sheet)
    return as_file(content, sheet, template.title)


@reader
def upload(request: StaffRequest, key: str) -> HttpResponse:
    """Send in a filled-in sheet of a form."""
    template = find_template(viewer=request.viewer, key=key)
    forms = {one.key for one in selectors.import_forms(viewer=request.viewer)}
    if template.key not in forms:
        raise NotFound
    form = SheetForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            with refusals_beside(form):
                job = actions.start_import(
                    viewer=request.viewer,
                    template=template,
                    file_name=file.name,
                    content=file.read(),
                )
        except TooMany as error:
            form.add_error(None, str(error.message))
        if form.is_valid():
            return redirect("residents:import", job.pk)
    context = {"form": form, "template": template}
    return render(
        request, "residents/import_upload.html", context, status=422 if form.is_bound else 200
    )


@reader
@require_safe
def detail(request: StaffRequest, import_id: uuid.UUID) -> HttpResponse:
    """One import: how far it is, what the check found, what to do next."""
    job = selectors.import_view(viewer=request.viewer, import_id=import_id)
    name = "residents/import.html"
    return render(request, f"{name}#state" if wants_fragment(request) else name, {"job": job})


@reader
@require_POST
def step(request: StaffRequest, import_id: uuid.UUID, step: str) -> HttpResponse:
    """Confirm, pause, go on, cancel or erase."""
    if step not in STEPS:
        raise NotFound
    try:
        STEPS[step](viewer=request.viewer, import_id=import_id)
    except Conflict as error:
        messages.error(request, str(error.message))
    return redirect("residents:import", import_id)


@reader
@require_safe
def faults(request: StaffRequest, import_id: uuid.UUID) -> HttpResponse:
    """The faulty rows, each with what is wrong, to mend and upload again."""
    content = selectors.faulty_rows(viewer=request.viewer, import_id=import_id)
    return as_file(content, SheetFormat.XLSX, _("Rows with faults"))


def as_file(content: bytes, kind: SheetFormat, title: str) -> HttpResponse:
    """A private download."""
    response = HttpResponse(content, content_type=TYPES[kind])
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(title)}.{kind}"
    response["Cache-Control"] = "private, no-store"
    return response
