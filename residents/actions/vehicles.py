"""Vehicles: entered where they belong; whose they are."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction

from accounts.viewer import Viewer
from datasharing import policy
from datasharing.choices import Subject
from datasharing.models import FormTemplate
from residents import policies, selectors
from residents.actions.organisations import log_link, require_visible
from residents.actions.recording import Target, save_over
from residents.actions.records import lock
from residents.models import Dwelling, Vehicle
from smartcommunity.kernel.errors import NotFound


@dataclass(frozen=True, slots=True)
class Keeper:
    """Whose vehicle it is: a resident's, an organisation's (never both), or not known."""

    resident_id: uuid.UUID | None = None
    organisation_id: uuid.UUID | None = None


NOT_KNOWN = Keeper()


@transaction.atomic
def register_vehicle(
    *,
    viewer: Viewer,
    template: FormTemplate,
    dwelling: Dwelling,
    keeper: Keeper = NOT_KNOWN,
    values: Mapping[str, str | None],
) -> uuid.UUID:
    """A new vehicle that belongs to the dwelling. Raises NotFound, NotAllowed, Invalid,
    DuplicateNumber."""
    require_visible(viewer, dwelling)
    access = policy.access(viewer=viewer, subject=Subject.VEHICLE)
    path = dwelling.area.path
    policies.may_register_vehicle(access, path).require()
    if keeper != NOT_KNOWN:
        policies.may_set_link(access, policies.KEEPER, path).require()
        _require_known(viewer, keeper)
    row = Vehicle(
        area=dwelling.area,
        dwelling=dwelling,
        keeper_id=keeper.resident_id,
        organisation_id=keeper.organisation_id,
    )
    target = Target(row.pk, path, {}, row, is_new=True)
    save_over(viewer=viewer, access=access, template=template, target=target, values=values)
    return row.pk


@transaction.atomic
def set_keeper(
    *, viewer: Viewer, vehicle_id: uuid.UUID, dwelling: Dwelling, keeper: Keeper
) -> None:
    """The vehicle belongs to another dwelling or is kept by somebody else. Raises NotFound,
    NotAllowed."""
    require_visible(viewer, dwelling)
    row = lock(Subject.VEHICLE, vehicle_id)
    access = policy.access(viewer=viewer, subject=Subject.VEHICLE)
    place = selectors.locate(
        viewer=viewer, access=access, kind=Subject.VEHICLE, subject_id=vehicle_id
    )
    for path in (place.area_path, dwelling.area.path):
        for link in (policies.KEEPER, policies.KEPT_AT):
            policies.may_set_link(access, link, path).require()
    _require_known(viewer, keeper)
    if not isinstance(row, Vehicle):
        raise NotFound
    row.area, row.dwelling = dwelling.area, dwelling
    row.keeper_id, row.organisation_id = keeper.resident_id, keeper.organisation_id
    row.version += 1
    row.save(update_fields=["area", "dwelling", "keeper", "organisation", "version"])
    log_link(viewer, access, Subject.VEHICLE, vehicle_id, policies.KEEPER)


def _require_known(viewer: Viewer, keeper: Keeper) -> None:
    """Raises NotFound for a keeper of whom nothing is shared with the viewer."""
    for kind, key in (
        (Subject.RESIDENT, keeper.resident_id),
        (Subject.ORGANISATION, keeper.organisation_id),
    ):
        if key:
            access = policy.access(viewer=viewer, subject=kind)
            selectors.locate(viewer=viewer, access=access, kind=kind, subject_id=key)
