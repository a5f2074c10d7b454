"""Whoever points to a resident hands his rows over when two entries are merged."""

import uuid
from datetime import date

import pytest
from django.apps import apps

from residents import actions
from residents.events import ResidentsMerged
from residents.models import Resident
from smartcommunity.kernel import bus
from tests.residents.conftest import Registry, citizen, registry  # noqa: F401  the fixture

pytestmark = pytest.mark.django_db

# Carried over with rules of their own (residents.actions.carrying), or about the merge itself.
BY_RULE = {
    "residents.Residence.resident",
    "residents.Employment.resident",
    "residents.Consent.resident",
    "residents.DistinctPair.first",
    "residents.DistinctPair.second",
    "residents.Resident.merged_into",
    "residents.Merge.survivor",
    "residents.Merge.absorbed",
}


def references() -> set[str]:
    """Every relation of the project to a resident."""
    return {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.get_fields()
        if field.is_relation
        and (field.concrete or field.many_to_many)
        and not field.auto_created
        and field.related_model is Resident
    }


def test_every_reference_to_a_resident_is_handed_over(
    registry: Registry,  # noqa: F811
) -> None:
    heard: list[ResidentsMerged] = []
    bus.subscribe(ResidentsMerged, heard.append)
    try:
        pair: list[uuid.UUID] = [
            registry.register(doc_no=citizen(date(1985, 6, 1), sequence=number))
            for number in (1, 2)
        ]
        actions.merge_residents(
            viewer=registry.world.viewer("collector"),
            survivor_id=pair[0],
            absorbed_id=pair[1],
            picks={},
        )
    finally:
        bus._handlers[ResidentsMerged].remove(heard.append)
    covered = heard[0].covered | BY_RULE
    assert references() - covered == set(), (
        "subscribe to residents.events.ResidentsMerged and call residents.actions.repoint"
    )
    assert covered - references() == set()
