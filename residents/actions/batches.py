"""The writing of a batch of planned rows: each row whole or not at all, all in a few queries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.db.models import F

from datasharing import access_log
from datasharing.choices import AccessKind, Exit
from datasharing.models import DataElement
from residents.actions.columns import fill
from residents.actions.homes import follow
from residents.actions.plans import Plan, Sheet
from residents.actions.proposals import hold_proposals
from residents.actions.records import Write, write_all
from residents.models import Household, Residence, Resident

FOLLOWED = frozenset({"residence_kind", "live_since", "left_on"})
Named = Mapping[int, Mapping[DataElement, str | None]]


def write_batch(sheet: Sheet, plans: Iterable[Plan]) -> None:
    """Write the rows that have no fault; call it in a transaction. One record in the access log."""
    plans = [plan for plan in plans if not plan.errors and (plan.changes or plan.proposed)]
    named = {
        id(plan): {sheet.elements[key]: value for key, value in plan.changes.items()}
        for plan in plans
    }
    _register([plan for plan in plans if plan.is_new], named)
    _update([plan for plan in plans if plan.resident and not plan.is_new and plan.changes], named)
    for plan in plans:
        if plan.proposed:
            hold_proposals(
                viewer=sheet.viewer,
                area_path=plan.path,
                template=sheet.template,
                proposed=plan.proposed,
                current=plan.current,
            )
    write_all(
        viewer=sheet.viewer,
        template=sheet.template,
        subject=sheet.template.subject,
        writes=[
            Write(plan.subject_id, plan.path, named[id(plan)], plan.is_new)
            for plan in plans
            if plan.subject_id and plan.changes
        ],
    )
    log(sheet, plans, sheet.template.key)


def log(sheet: Sheet, plans: Iterable[Plan], detail: str) -> None:
    """One record of the batch: the residents and the elements that it touches."""
    plans = list(plans)
    ids = [plan.subject_id for plan in plans if plan.subject_id]
    if not ids:
        return
    access_log.record(
        viewer=sheet.viewer,
        kind=AccessKind.IMPORT,
        exit=Exit.TASK,
        subject=sheet.template.subject,
        subject_ids=ids,
        elements={key for plan in plans for key in (*plan.changes, *plan.proposed)},
        purpose=sheet.access.purpose,
        detail=detail,
    )


def _register(plans: list[Plan], named: Named) -> None:
    households = {
        plan.household: Household(id=plan.household, dwelling=plan.home)
        for plan in plans
        if plan.household and plan.home
    }
    Household.objects.bulk_create(households.values(), ignore_conflicts=True)
    residents, residences = [], []
    for plan in plans:
        if plan.resident is None or plan.home is None or plan.lives is None:
            continue
        fill(plan.resident, named[id(plan)])
        residents.append(plan.resident)
        kind, since = plan.lives
        residences.append(
            Residence(resident=plan.resident, dwelling=plan.home, kind=kind, valid_from=since)
        )
    Resident.objects.bulk_create(residents)
    Residence.objects.bulk_create(residences)


def _update(plans: list[Plan], named: Named) -> None:
    alike = []
    for plan in plans:
        if plan.resident is None:
            continue
        if fill(plan.resident, named[id(plan)]):
            plan.resident.version += 1
            plan.resident.save()
        else:
            alike.append(plan.resident.pk)
        if FOLLOWED & set(plan.changes):
            follow(plan.resident, named[id(plan)], strict=False)
    Resident.objects.filter(pk__in=alike).update(version=F("version") + 1)
