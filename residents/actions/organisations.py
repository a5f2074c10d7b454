"""Organisations: entered at their premises, moved, and the people who work there."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.viewer import Viewer
from datasharing import access_log, policy
from datasharing.choices import AccessKind, Subject
from datasharing.models import FormTemplate
from residents import policies, selectors
from residents.actions.recording import Target, save_over
from residents.actions.records import lock
from residents.models import Building, Dwelling, Employment, Organisation, Resident
from smartcommunity.kernel import clock
from smartcommunity.kernel.errors import Conflict, Invalid, NotFound


@transaction.atomic
def register_organisation(
    *,
    viewer: Viewer,
    template: FormTemplate,
    premises: Dwelling | Building,
    values: Mapping[str, str | None],
) -> uuid.UUID:
    """A new organisation in a dwelling or a building. Raises NotFound, NotAllowed, Invalid,
    DuplicateNumber."""
    require_visible(viewer, premises)
    access = policy.access(viewer=viewer, subject=Subject.ORGANISATION)
    policies.may_register_organisation(access, premises.area.path).require()
    row = Organisation(area=premises.area, **_at(premises))
    target = Target(row.pk, premises.area.path, {}, row, is_new=True)
    save_over(viewer=viewer, access=access, template=template, target=target, values=values)
    return row.pk


@transaction.atomic
def move_organisation(
    *, viewer: Viewer, organisation_id: uuid.UUID, premises: Dwelling | Building
) -> None:
    """Its premises are elsewhere, or were entered wrongly. Raises NotFound, NotAllowed."""
    require_visible(viewer, premises)
    row = lock(Subject.ORGANISATION, organisation_id)
    access = policy.access(viewer=viewer, subject=Subject.ORGANISATION)
    place = selectors.locate(
        viewer=viewer, access=access, kind=Subject.ORGANISATION, subject_id=organisation_id
    )
    for path in (place.area_path, premises.area.path):
        policies.may_set_link(access, policies.PREMISES, path).require()
    if not isinstance(row, Organisation):
        raise NotFound
    row.area = premises.area
    row.building, row.dwelling = None, None
    for name, value in _at(premises).items():
        setattr(row, name, value)
    row.version += 1
    row.save(update_fields=["area", "building", "dwelling", "version"])
    log_link(viewer, access, Subject.ORGANISATION, organisation_id, policies.PREMISES)


@transaction.atomic
def employ(
    *, viewer: Viewer, organisation_id: uuid.UUID, resident_id: uuid.UUID, since: date | None = None
) -> None:
    """The resident works at the organisation. Raises NotFound, NotAllowed, Conflict, Invalid."""
    access = _may_employ(viewer, resident_id)
    firms = policy.access(viewer=viewer, subject=Subject.ORGANISATION)
    selectors.locate(
        viewer=viewer, access=firms, kind=Subject.ORGANISATION, subject_id=organisation_id
    )
    if since and since > clock.today():
        raise Invalid(fields={"since": _("This day is in the future. Enter when it began.")})
    work = Employment.objects.present().filter(resident=resident_id)
    if work.filter(organisation=organisation_id).exists():
        raise Conflict(_("This person is registered as working there already."))
    Employment.objects.create(
        organisation_id=organisation_id, resident_id=resident_id, valid_from=since
    )
    log_link(viewer, access, Subject.RESIDENT, resident_id, policies.WORKPLACE)


@transaction.atomic
def end_employment(*, viewer: Viewer, employment_id: uuid.UUID) -> None:
    """The person works there no longer, from today on. Raises NotFound, NotAllowed."""
    work = Employment.objects.present().filter(pk=employment_id).first()
    if work is None:
        raise NotFound
    access = _may_employ(viewer, work.resident_id)
    work.valid_to = max(clock.today(), work.valid_from or clock.today())
    work.save(update_fields=["valid_to"])
    log_link(viewer, access, Subject.RESIDENT, work.resident_id, policies.WORKPLACE)


def _may_employ(viewer: Viewer, resident_id: uuid.UUID) -> policy.Access:
    """The resident, locked, whose place of work the viewer may record."""
    access = policy.access(viewer=viewer, subject=Subject.RESIDENT)
    rows = Resident.objects.shared_with(access).filter(pk=resident_id)
    row = rows.select_for_update(of=("self",)).select_related("area").first()
    if row is None:
        raise NotFound
    policies.may_set_link(access, policies.WORKPLACE, row.area.path).require()
    return access


def require_visible(viewer: Viewer, place: Dwelling | Building) -> None:
    """Raises NotFound for a place where the viewer does not work."""
    if not type(place).objects.visible_to(viewer).filter(pk=place.pk).exists():
        raise NotFound


def log_link(
    viewer: Viewer, access: policy.Access, subject: str, subject_id: uuid.UUID, link: str
) -> None:
    access_log.record(
        viewer=viewer,
        kind=AccessKind.WRITE,
        subject=subject,
        subject_ids=[subject_id],
        elements=[link],
        purpose=access.purpose,
    )


def _at(premises: Dwelling | Building) -> dict[str, Dwelling | Building]:
    return {"dwelling" if isinstance(premises, Dwelling) else "building": premises}
