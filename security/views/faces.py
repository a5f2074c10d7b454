"""A resident's enrolled faces: a fragment of the registry's page, and a page of its own."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import staff
from accounts.middleware import StaffRequest
from security import actions, selectors
from security.forms import FaceForm
from smartcommunity.kernel.errors import NotAllowed
from smartcommunity.kernel.web import picture, refusals_beside


@staff()
@require_http_methods(["GET", "POST"])
def resident_faces(request: StaffRequest, resident_id: uuid.UUID) -> HttpResponse:
    """Show and enrol; a refused photograph answers 422 with the reason beside the field."""
    is_fragment = bool(request.headers.get("HX-Request"))
    sent = request.method == "POST"
    form = FaceForm(request.POST, request.FILES) if sent else FaceForm()
    done = sent and _enrolled(request, resident_id, form)
    if done and not is_fragment:
        messages.success(request, _("The face was enrolled."))
        return redirect("security:resident_faces", resident_id)
    try:
        faces = selectors.faces_of_resident(viewer=request.viewer, resident_id=resident_id)
    except NotAllowed:
        if is_fragment and not sent:
            return HttpResponse()  # the registry's page has no such card for this department
        raise
    context = {
        "faces": faces,
        "form": FaceForm() if done else form,
        "done": done,
    }
    part = "#faces" if is_fragment else ""
    return render(
        request,
        f"security/resident_faces.html{part}",
        context,
        status=422 if form.errors else 200,
    )


def _enrolled(request: StaffRequest, resident_id: uuid.UUID, form: FaceForm) -> bool:
    if form.is_valid():
        with refusals_beside(form):
            actions.enrol_face(
                viewer=request.viewer,
                resident_id=resident_id,
                photo=form.cleaned_data["photo"].read(),
            )
    return not form.errors


@staff()
@require_GET
def face_photo(request: StaffRequest, enrolment_id: uuid.UUID) -> HttpResponse:
    return picture(selectors.face_photo(viewer=request.viewer, enrolment_id=enrolment_id))
