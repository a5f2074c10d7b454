"""What a department's form needs: the subject, the viewer's rights there, the recorded values."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.viewer import Viewer
from datasharing import access_log, policy
from datasharing.choices import AccessKind, Level
from datasharing.choices import Subject as SubjectKind
from datasharing.models import FormTemplate
from datasharing.policy import Access, Right
from datasharing.values import Recorded
from residents import policies
from residents.models import (
    Building,
    Dwelling,
    ElementRecord,
    Household,
    Organisation,
    Resident,
    Vehicle,
)
from residents.selectors.proposals import waiting
from residents.selectors.reading import display_name, labels_of, recorded, shown, title_keys
from residents.selectors.shapes import Difference, Provenance, Subject, Waiting
from residents.selectors.unsaid import without_unsaid
from smartcommunity.kernel.errors import NotFound


@dataclass(frozen=True, slots=True)
class OpenForm:
    """A template opened for a subject by a viewer; pass it to `datasharing.forms.build_form`."""

    template: FormTemplate
    subject: Subject
    rights: Mapping[str, Right]
    recorded: Mapping[str, Recorded]
    waiting: Mapping[str, Waiting]


def locate(*, viewer: Viewer, access: Access, kind: str, subject_id: uuid.UUID) -> Subject:
    """The row that a form is about, if the viewer may know of it. Raises NotFound."""
    found = FINDERS[kind](viewer, access, subject_id) if kind in FINDERS else None
    if found is None:
        raise NotFound
    return found


def open_form(*, viewer: Viewer, template: FormTemplate, subject_id: uuid.UUID) -> OpenForm:
    """The template with what is recorded and shared with the viewer. Logged. Raises NotFound."""
    access = policy.access(viewer=viewer, subject=template.subject)
    subject = locate(viewer=viewer, access=access, kind=template.subject, subject_id=subject_id)
    keys = {field.element_id for field in template.fields.all()}
    seen = recorded(
        access=access,
        subject=template.subject,
        areas={subject_id: subject.area_path},
        keys=keys | title_keys(template.subject),
    )[subject_id]
    access_log.record(
        viewer=viewer,
        kind=AccessKind.READ,
        subject=template.subject,
        subject_ids=[subject_id],
        elements=seen,
        purpose=access.purpose,
        detail=template.key,
    )
    title = subject.title or display_name(seen, template.subject)
    return OpenForm(
        template,
        Subject(subject_id, title, subject.area_path, subject.version, subject.dwelling_id),
        access.rights(subject.area_path, subject_id),
        seen,
        waiting(
            viewer=viewer,
            access=access,
            subject=template.subject,
            subject_id=subject_id,
            path=subject.area_path,
        ),
    )


def new_form(*, viewer: Viewer, template: FormTemplate, dwelling_id: uuid.UUID) -> OpenForm:
    """The template, empty, for somebody who lives in the dwelling and is not registered yet.
    Raises NotFound, NotAllowed."""
    access = policy.access(viewer=viewer, subject=SubjectKind.RESIDENT)
    home = locate(viewer=viewer, access=access, kind=SubjectKind.DWELLING, subject_id=dwelling_id)
    policies.may_register(access, home.area_path).require()
    subject = Subject(None, home.title, home.area_path, 0, dwelling_id)
    return OpenForm(template, subject, access.rights(home.area_path), {}, {})


def new_belonging(
    *, viewer: Viewer, template: FormTemplate, place: Dwelling | Building
) -> OpenForm:
    """The template, empty, for an organisation or a vehicle of this place that is not registered
    yet. Raises NotAllowed."""
    access = policy.access(viewer=viewer, subject=template.subject)
    path = place.area.path
    if template.subject == SubjectKind.ORGANISATION:
        policies.may_register_organisation(access, path).require()
    else:
        policies.may_register_vehicle(access, path).require()
    if isinstance(place, Dwelling):
        subject = Subject(None, place.address, path, 0, place.pk)
    else:
        subject = Subject(None, f"{place.area.name}{place.name}", path, 0, None)
    return OpenForm(template, subject, access.rights(path), {}, {})


def differences(
    *,
    viewer: Viewer,
    opened: OpenForm,
    subject_id: uuid.UUID,
    typed: Mapping[str, str | None],
    since: datetime | None,
) -> tuple[Difference, ...]:
    """What somebody else recorded after the form was opened at `since` (None: at any time) and
    otherwise than it is `typed`: {element key: canonical text} of fields the viewer may fill in,
    which therefore he sees in full."""
    rows = ElementRecord.objects.filter(
        subject=opened.template.subject,
        subject_id=subject_id,
        element__in=typed,
        superseded_at=None,
    ).select_related("element", "department")
    if since:
        rows = rows.filter(recorded_at__gte=since)
    known = without_unsaid(viewer, opened.template.subject, list(rows))
    found = [row for row in known if row.plain != typed[row.element_id]]
    entered = {
        row.element_id: ElementRecord(
            element=row.element, **ElementRecord.held(row.element, typed[row.element_id])
        )
        for row in found
    }
    labels = labels_of([*found, *entered.values()])
    return tuple(
        Difference(
            key=row.element_id,
            label=row.element.label,
            recorded=shown(row, Level.FULL, labels, clear=True),
            provenance=Provenance(
                row.department.name if row.department else _("the platform"),
                timezone.localdate(row.recorded_at),
            ),
            typed=shown(entered[row.element_id], Level.FULL, labels, clear=True),
        )
        for row in found
    )


def household_home(*, viewer: Viewer, household_id: uuid.UUID) -> uuid.UUID:
    """The dwelling of a household where the viewer works. Raises NotFound."""
    rows = Household.objects.visible_to(viewer).filter(pk=household_id)
    dwelling_id = rows.values_list("dwelling_id", flat=True).first()
    if dwelling_id is None:
        raise NotFound
    return dwelling_id


def _of(
    model: type[Resident] | type[Organisation] | type[Vehicle],
) -> Callable[[Viewer, Access, uuid.UUID], Subject | None]:
    """The finder of a subject that keeps its version and is called by an element of its own."""

    def find(viewer: Viewer, access: Access, subject_id: uuid.UUID) -> Subject | None:
        rows = model.objects.shared_with(access).filter(pk=subject_id)
        row = rows.values_list("area__path", "version").first()
        return row and Subject(subject_id, "", row[0], row[1], None)

    return find


def _household(viewer: Viewer, access: Access, subject_id: uuid.UUID) -> Subject | None:
    rows = Household.objects.visible_to(viewer).filter(pk=subject_id)
    row = rows.select_related("dwelling__area").first()
    if row is None:
        return None
    title = _("Household in %(address)s") % {"address": row.dwelling.address}
    return Subject(subject_id, title, row.dwelling.area.path, _count(subject_id), row.dwelling_id)


def _dwelling(viewer: Viewer, access: Access, subject_id: uuid.UUID) -> Subject | None:
    row = Dwelling.objects.visible_to(viewer).filter(pk=subject_id).select_related("area").first()
    if row is None:
        return None
    return Subject(subject_id, row.address, row.area.path, _count(subject_id), subject_id)


def _count(subject_id: uuid.UUID) -> int:
    """A version for subjects without a column for it: it grows with every value written."""
    return ElementRecord.objects.filter(subject_id=subject_id).count()


FINDERS: dict[str, Callable[[Viewer, Access, uuid.UUID], Subject | None]] = {
    SubjectKind.RESIDENT: _of(Resident),
    SubjectKind.ORGANISATION: _of(Organisation),
    SubjectKind.VEHICLE: _of(Vehicle),
    SubjectKind.HOUSEHOLD: _household,
    SubjectKind.DWELLING: _dwelling,
}
