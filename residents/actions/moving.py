"""Changing rows so that a merge can be undone: what stood in the changed columns is kept."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import models

from residents.events import ResidentsMerged
from residents.merge_models import MergedRow

Columns = dict[str, object]


def repoint(event: ResidentsMerged, model: type[models.Model], name: str = "resident") -> int:
    """Hand the rows of `model` that point to the absorbed entry by `name` to the survivor."""
    event.covered.add(f"{model._meta.label}.{name}")
    rows = model._base_manager.filter(**{name: event.absorbed_id})
    return change(event.merge_id, rows, **{f"{name}_id": event.survivor_id})


def change(merge_id: UUID, rows: models.QuerySet[Any, Any], **after: object) -> int:
    """`rows.update(**after)`, named by columns, remembered for undoing. How many rows."""
    model = rows.model
    found = list(rows.select_for_update().order_by("pk").values("pk", *after))
    written = {column: _text(value) for column, value in after.items()}
    MergedRow.objects.bulk_create(
        (
            MergedRow(
                merge_id=merge_id,
                table=model._meta.label,
                row_id=str(row["pk"]),
                before={column: _text(row[column]) for column in after},
                after=written,
            )
            for row in found
        ),
        batch_size=1000,
    )
    changed = model._base_manager.filter(pk__in=[row["pk"] for row in found])
    return changed.update(**after) if found else 0


def changed_since(merge_id: UUID) -> set[type[models.Model]]:
    """The tables with a row that no longer holds what the merge wrote. A row that is gone counts
    as unchanged: there is nothing to give back."""
    final: dict[tuple[str, str], Columns] = {}
    for row in MergedRow.objects.filter(merge=merge_id).order_by("pk"):
        final.setdefault((row.table, row.row_id), {}).update(row.after)
    found = set()
    for table, entries in groupby(sorted(final), key=lambda entry: entry[0]):
        model = apps.get_model(table)
        keys = [key for _table, key in entries]
        columns = {column for key in keys for column in final[table, key]}
        for now in model._base_manager.filter(pk__in=keys).values("pk", *columns):
            wrote = final[table, str(now["pk"])]
            if any(_text(now[column]) != wrote[column] for column in wrote):
                found.add(model)
    return found


def give_back(merge_id: UUID) -> None:
    """Put back what the merge found, the last change first."""
    for table, before, keys in _steps(merge_id):
        model = apps.get_model(table)
        values = {
            column: model._meta.get_field(column).to_python(text) for column, text in before.items()
        }
        model._base_manager.filter(pk__in=keys).update(**values)


def _steps(merge_id: UUID) -> Iterator[tuple[str, Columns, list[str]]]:
    """Rows of one table that were changed one after another from the same values, together."""
    rows = MergedRow.objects.filter(merge=merge_id).order_by("-pk")
    for (table, _key), group in groupby(rows, key=lambda row: (row.table, repr(row.before))):
        held = list(group)
        yield table, held[0].before, [row.row_id for row in held]


def _text(value: object) -> object:
    """A key, a state or a time as JSON holds it, to the last microsecond."""
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value
