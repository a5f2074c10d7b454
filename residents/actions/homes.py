"""Households and where people live."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.viewer import Viewer
from datasharing import access_log, policy
from datasharing.choices import AccessKind, Subject
from datasharing.models import DataElement
from residents import policies
from residents.choices import ResidenceKind
from residents.models import Dwelling, Household, Residence, Resident
from smartcommunity.kernel import clock
from smartcommunity.kernel.errors import Conflict, NotFound


@transaction.atomic
def register_household(*, viewer: Viewer, dwelling: Dwelling) -> Household:
    """An empty household in the dwelling. Raises NotFound, NotAllowed."""
    if not Dwelling.objects.visible_to(viewer).filter(pk=dwelling.pk).exists():
        raise NotFound
    access = policy.access(viewer=viewer, subject=Subject.RESIDENT)
    policies.may_register(access, dwelling.area.path).require()
    return Household.objects.create(dwelling=dwelling)


@transaction.atomic
def move_in(
    *,
    viewer: Viewer,
    resident_id: uuid.UUID,
    dwelling: Dwelling,
    kind: ResidenceKind,
    on: date | None,
) -> Residence:
    """A registered resident comes to live in the dwelling too. Raises NotFound, NotAllowed,
    Conflict when he lives there already."""
    access = policy.access(viewer=viewer, subject=Subject.RESIDENT)
    rows = Resident.objects.shared_with(access).filter(pk=resident_id)
    resident = rows.select_for_update(of=("self",), no_key=True).first()
    if resident is None or not Dwelling.objects.visible_to(viewer).filter(pk=dwelling.pk).exists():
        raise NotFound
    policies.may_register(access, dwelling.area.path).require()
    if Residence.objects.filter(resident=resident, dwelling=dwelling, valid_to=None).exists():
        raise Conflict(_("This person is registered in this dwelling already."))
    access_log.record(
        viewer=viewer,
        kind=AccessKind.WRITE,
        subject=Subject.RESIDENT,
        subject_ids=[resident.pk],
        elements=[policies.HOME],
        purpose=access.purpose,
    )
    return settle(resident, dwelling, kind, on)


def settle(
    resident: Resident, dwelling: Dwelling, kind: ResidenceKind, on: date | None
) -> Residence:
    return Residence.objects.create(resident=resident, dwelling=dwelling, kind=kind, valid_from=on)


def follow(resident: Resident, changes: Mapping[DataElement, str | None]) -> None:
    """Bring the residence in line with what was recorded about it: its kind, beginning and end."""
    said = {element.key: value for element, value in changes.items() if value}
    news: dict[str, object] = {}
    if kind := said.get("residence_kind"):
        news["kind"] = kind
    if since := said.get("live_since"):
        news["valid_from"] = date.fromisoformat(since)
    if (left := said.get("left_on")) and left <= clock.today().isoformat():
        news["valid_to"] = date.fromisoformat(left)
    if news:
        Residence.objects.filter(resident=resident, valid_to=None).update(**news)
