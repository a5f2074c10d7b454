"""Households and where people live."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from datetime import date

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.viewer import Viewer
from datasharing import access_log, policy
from datasharing.choices import AccessKind, Subject
from datasharing.models import DataElement
from residents import policies
from residents.choices import ResidenceKind
from residents.models import Dwelling, Household, Residence, Resident
from smartcommunity.kernel import clock
from smartcommunity.kernel.errors import Conflict, Invalid, NotFound


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
    if Residence.objects.present().filter(resident=resident, dwelling=dwelling).exists():
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


def follow(
    resident: Resident, changes: Mapping[DataElement, str | None], *, strict: bool = True
) -> None:
    """Bring the residence that the person's form speaks of in line with what was recorded about it:
    its kind, beginning and end. His other homes stay as they are. An end before the beginning
    raises Invalid, or (not `strict`: a sheet's row among many) leaves the residence as it is."""
    said = {element.key: value for element, value in changes.items()}
    home = main_home(resident)
    if home is None or not {"residence_kind", "live_since", "left_on"} & set(said):
        return
    if kind := said.get("residence_kind"):
        home.kind = kind
    if since := said.get("live_since"):
        home.valid_from = date.fromisoformat(since)
    if "left_on" in said:
        left = said["left_on"]
        home.valid_to = date.fromisoformat(left) if left else None
    try:
        require_order(home.valid_from, home.valid_to, field="left_on")
    except Invalid:
        if strict:
            raise
        return
    home.save()


def main_home(resident: Resident) -> Residence | None:
    """Of several present homes the one where the person's household is, else the one begun last;
    of none, the one that ended last."""
    homes = list(
        Residence.objects.filter(resident=resident)
        .select_related("resident__household")
        .order_by("valid_from", "id")
    )
    ended = [home for home in homes if not home.is_present]
    present = [home for home in homes if home.is_present]
    household = resident.household
    at_household = [h for h in present if household and h.dwelling_id == household.dwelling_id]
    if chosen := at_household or present:
        return chosen[-1]
    return max(ended, key=lambda home: home.valid_to or date.min, default=None)


def require_order(since: date | None, until: date | None, *, field: str) -> None:
    if since and until and until < since:
        raise Invalid(fields={field: _("This day is before the person moved in. Check both.")})


@transaction.atomic
def move_out(*, viewer: Viewer, residence_id: uuid.UUID, on: date) -> None:
    """The person lives there until `on`, which may lie ahead. Raises NotFound, NotAllowed, Invalid,
    Conflict when that residence is over already."""
    home, access = _to_change(viewer, residence_id)
    if not home.is_present:
        raise Conflict(_("This residence has ended already."))
    require_order(home.valid_from, on, field="on")
    home.valid_to = on
    _keep(viewer, access, home, ["left_on"])


@transaction.atomic
def correct_residence(
    *,
    viewer: Viewer,
    residence_id: uuid.UUID,
    kind: ResidenceKind,
    since: date | None,
    until: date | None,
) -> None:
    """What was entered wrongly about a residence, present or past. Raises NotFound, NotAllowed,
    Invalid, Conflict."""
    home, access = _to_change(viewer, residence_id)
    require_order(since, until, field="until")
    home.kind, home.valid_from, home.valid_to = kind, since, until
    others = Residence.objects.present().filter(resident=home.resident, dwelling=home.dwelling)
    if home.is_present and others.exclude(pk=home.pk).exists():
        raise Conflict(_("This person is registered in this dwelling already."))
    _keep(viewer, access, home, ["residence_kind", "live_since", "left_on"])


def _to_change(viewer: Viewer, residence_id: uuid.UUID) -> tuple[Residence, policy.Access]:
    access = policy.access(viewer=viewer, subject=Subject.RESIDENT)
    home = (
        Residence.objects.filter(pk=residence_id, resident__in=Resident.objects.shared_with(access))
        .select_for_update(of=("self",))
        .select_related("dwelling__area", "resident__area")
        .first()
    )
    if home is None or not policies.may_see_homes(access, home.resident.area.path):
        raise NotFound
    policies.may_change_homes(access, home.resident.area.path).require()
    return home, access


def _keep(viewer: Viewer, access: policy.Access, home: Residence, elements: list[str]) -> None:
    home.save()
    Resident.objects.filter(pk=home.resident_id).update(version=F("version") + 1)
    access_log.record(
        viewer=viewer,
        kind=AccessKind.WRITE,
        subject=Subject.RESIDENT,
        subject_ids=[home.resident_id],
        elements=[policies.HOME, *elements],
        purpose=access.purpose,
    )


@transaction.atomic
def move_together(
    *,
    viewer: Viewer,
    household_id: uuid.UUID,
    resident_ids: Collection[uuid.UUID],
    dwelling: Dwelling,
    on: date,
) -> uuid.UUID:
    """The chosen members go to the dwelling on that day: all of them take the household along, some
    form a household of their own (in the same dwelling: it is only split). Returns the key of their
    household. Raises NotFound, NotAllowed, Invalid, Conflict."""
    access = policy.access(viewer=viewer, subject=Subject.RESIDENT)
    household = (
        Household.objects.filter(pk__in=Household.objects.visible_to(viewer), pk=household_id)
        .select_for_update(of=("self",))
        .select_related("dwelling__area")
        .first()
    )
    if household is None or not Dwelling.objects.visible_to(viewer).filter(pk=dwelling.pk).exists():
        raise NotFound
    old = household.dwelling
    policies.may_change_homes(access, old.area.path).require()
    policies.may_register(access, dwelling.area.path).require()
    members = Resident.objects.shared_with(access).filter(household=household)
    chosen = list(members.filter(pk__in=resident_ids))
    if not chosen or len(chosen) != len(set(resident_ids)):
        raise Invalid(fields={"members": _("Choose who moves, from the members offered.")})
    if on > clock.today():
        raise Invalid(fields={"on": _("This day is in the future. Enter it when they have moved.")})
    all_go = Resident.objects.filter(household=household).count() == len(chosen)
    if all_go and old == dwelling:
        raise Conflict(_("They all live there already, in one household."))
    if old != dwelling:
        for resident in chosen:
            _move(resident, old, dwelling, on)
    target = household if all_go else Household(dwelling=dwelling)
    target.dwelling = dwelling
    target.save()
    for resident in chosen:
        resident.household = target
        resident.version += 1
        resident.save(update_fields=["household", "area", "version"])
    access_log.record(
        viewer=viewer,
        kind=AccessKind.WRITE,
        subject=Subject.RESIDENT,
        subject_ids=[resident.pk for resident in chosen],
        elements=[policies.HOME],
        purpose=access.purpose,
    )
    return target.pk


def _move(resident: Resident, old: Dwelling, new: Dwelling, on: date) -> None:
    """End the residence in the old dwelling, begin one of the same kind in the new."""
    here = Residence.objects.present().filter(resident=resident)
    left = here.filter(dwelling=old).order_by("valid_from", "id").last()
    if left:
        require_order(left.valid_from, on, field="on")
        left.valid_to = on
        left.save(update_fields=["valid_to"])
    if not here.filter(dwelling=new).exists():
        settle(resident, new, ResidenceKind(left.kind) if left else ResidenceKind.OTHER, on)
    if resident.area_id == old.area_id:
        resident.area = new.area
