"""Every table has its place in the second fence, and whatever acts says in whose scope."""

from collections.abc import Iterator
from graphlib import TopologicalSorter

import pytest
from django.apps import apps
from django.db import models

from smartcommunity.celery import app as celery
from smartcommunity.fence.rules import APPEND_ONLY, FENCED, OPEN
from smartcommunity.kernel.fields import BlindIndexField, EncryptedTextField

APPS = ["kernel", "accounts", "datasharing", "residents", "devices", "security", "services"]
HOW = """
{label} has no place in smartcommunity/fence/rules.py. Add one line to one of its two tables:

  FENCED, if a row is about a person or hangs on one. Say how it is found, by one or more arms:
    "{label}": (InArea(),)                      the row has its own `area`
    "{label}": (HangsOn("resident"),)           open exactly when the row of this foreign key is
    "{label}": (AboutSubject("resident", "residents.Resident"), ...)   `subject` and `subject_id`
    (all kinds of arm: smartcommunity/fence/arms.py)
  OPEN, if it holds nothing about people: give the reason in a few words.

Then run `manage.py migrate` as the owner (a test run does): the policy is made from the line.
"""


def tables() -> Iterator[str]:
    for app in APPS:
        for model in apps.get_app_config(app).get_models(include_auto_created=True):
            yield model._meta.label


@pytest.mark.parametrize("label", sorted(tables()))
def test_every_table_is_fenced_or_says_why_not(label: str) -> None:
    assert (label in FENCED) + (label in OPEN) == 1, HOW.format(label=label)
    assert FENCED.get(label) or OPEN[label].strip()


def test_the_rules_name_only_tables_that_exist() -> None:
    assert {*FENCED, *OPEN, *APPEND_ONLY} <= set(tables())


@pytest.mark.parametrize("label", sorted(OPEN))
def test_an_open_table_hangs_on_nobody(label: str) -> None:
    """Neither a sealed column nor a key of a fenced row stands in it."""
    for field in apps.get_model(label)._meta.concrete_fields:
        assert not isinstance(field, EncryptedTextField | BlindIndexField), HOW.format(label=label)
        related = field.related_model
        if isinstance(related, type) and issubclass(related, models.Model):
            assert related._meta.label not in FENCED, HOW.format(label=label)


def test_no_fence_leans_on_itself() -> None:
    """PostgreSQL refuses policies that look into each other in a circle."""
    leans = {
        label: {
            model._meta.label
            for arm in arms
            for model in arm.leans_on(apps.get_model(label))
            if model._meta.label in FENCED
        }
        for label, arms in FENCED.items()
    }
    assert set(TopologicalSorter(leans).static_order()) == set(FENCED)


def test_every_task_says_why_it_needs_all_rows() -> None:
    """A task has no viewer: without `@platform("why")` (kernel.scope) below `@shared_task` it finds
    zero rows. One that works for a viewer enters `scope_of(viewer)` inside."""
    celery.loader.import_default_modules()
    ours = {
        name: task
        for name, task in celery.tasks.items()
        if name.partition(".")[0] in {*APPS, "smartcommunity"}
    }
    assert len(ours) >= 9
    assert not [name for name, task in ours.items() if not hasattr(task.run, "platform_reason")]
