"""The ways in which a row is found to belong to a scope. A row is open if one of its arms says so.

Each arm is a condition in SQL over the row. What does not depend on the row stands in a sub-select
of its own, which PostgreSQL evaluates once a statement; what depends on it is one look-up by key,
or a hashed set, as the planner sees fit. A sub-select on a fenced table meets that table's own
fence, so what hangs on a person is open exactly when the person is.
"""

from dataclasses import dataclass
from typing import Any, Protocol

from django.apps import apps
from django.db import models


class Arm(Protocol):
    def sql(self, model: type[models.Model]) -> str:
        """The condition, over the columns of the model's table."""
        ...

    def leans_on(self, model: type[models.Model]) -> set[type[models.Model]]:
        """The models whose tables the condition looks into."""
        ...


def setting(name: str) -> str:
    """A setting of the session; null when it was never told, and after a rollback of that."""
    return f"nullif(current_setting('sc.{name}', true), '')"


PLATFORM = f"(SELECT {setting('platform')} = 'on')"


def _column(model: type[models.Model], field: str) -> str:
    """`table.column`, quoted."""
    column = model._meta.pk.column if field == "pk" else model._meta.get_field(field).column  # type: ignore[union-attr]
    return f'"{model._meta.db_table}"."{column}"'


def _target(model: type[models.Model], field: str) -> type[models.Model]:
    related: Any = model._meta.get_field(field).related_model
    return related  # type: ignore[no-any-return]


def _areas(name: str) -> str:
    """The keys of the areas at or below the paths of a setting: evaluated once a statement."""
    area = apps.get_model("accounts.Area")._meta.db_table
    paths = f"unnest(string_to_array({setting(name)}, ',')) AS root(path)"
    below = "starts_with(a.path, root.path)"
    return f'(SELECT a.id FROM "{area}" a JOIN {paths} ON {below})'  # noqa: S608  our own names


@dataclass(frozen=True)
class InArea:
    """The row's own area, where the scope reads personal data; with `within="works"` where it works
    at all, administrators included."""

    field: str = "area"
    within: str = "areas"

    def sql(self, model: type[models.Model]) -> str:
        return f"{_column(model, self.field)} IN {_areas(self.within)}"

    def leans_on(self, model: type[models.Model]) -> set[type[models.Model]]:
        return {_target(model, self.field)}


@dataclass(frozen=True)
class HangsOn:
    """The row that a foreign key names is open."""

    field: str

    def sql(self, model: type[models.Model]) -> str:
        target = _target(model, self.field)
        here, there = _column(model, self.field), target._meta.pk.column  # type: ignore[union-attr]
        return f'EXISTS (SELECT FROM "{target._meta.db_table}" x WHERE x."{there}" = {here})'

    def leans_on(self, model: type[models.Model]) -> set[type[models.Model]]:
        return {_target(model, self.field)}


@dataclass(frozen=True)
class NamedBy:
    """An open row of another table names this one by its foreign key."""

    label: str
    field: str

    def sql(self, model: type[models.Model]) -> str:
        other = apps.get_model(self.label)
        there = other._meta.get_field(self.field).column  # type: ignore[union-attr]
        table = other._meta.db_table
        return f'EXISTS (SELECT FROM "{table}" x WHERE x."{there}" = {_column(model, "pk")})'

    def leans_on(self, model: type[models.Model]) -> set[type[models.Model]]:
        return {apps.get_model(self.label)}


@dataclass(frozen=True)
class AboutSubject:
    """`subject` and `subject_id` name an open row: a value recorded about it."""

    subject: str
    label: str

    def sql(self, model: type[models.Model]) -> str:
        other = apps.get_model(self.label)
        here, there = _column(model, "subject_id"), other._meta.pk.column  # type: ignore[union-attr]
        return (
            f"({_column(model, 'subject')} = '{self.subject}' AND EXISTS"
            f' (SELECT FROM "{other._meta.db_table}" x WHERE x."{there}" = {here}))'
        )

    def leans_on(self, model: type[models.Model]) -> set[type[models.Model]]:
        return {apps.get_model(self.label)}


@dataclass(frozen=True)
class OfUser:
    """Bound to the signed-in user."""

    field: str = "user"

    def sql(self, model: type[models.Model]) -> str:
        return f"{_column(model, self.field)} = (SELECT {setting('user')}::uuid)"

    def leans_on(self, model: type[models.Model]) -> set[type[models.Model]]:
        return set()


@dataclass(frozen=True)
class OwnEntry:
    """One of the signed-in resident's own registry entries."""

    field: str = "pk"

    def sql(self, model: type[models.Model]) -> str:
        keys = f"string_to_array({setting('residents')}, ',')::uuid[]"
        return f"{_column(model, self.field)} = ANY ((SELECT {keys})::uuid[])"

    def leans_on(self, model: type[models.Model]) -> set[type[models.Model]]:
        return set()


@dataclass(frozen=True)
class OfDevice:
    """Its device stands in an area where the scope works; found by the device's `key`."""

    field: str
    key: str = "id"

    def sql(self, model: type[models.Model]) -> str:
        device = apps.get_model("devices.Device")._meta.db_table
        return (
            f'EXISTS (SELECT FROM "{device}" x WHERE x."{self.key}" = {_column(model, self.field)}'
            f" AND x.area_id IN {_areas('works')})"
        )

    def leans_on(self, model: type[models.Model]) -> set[type[models.Model]]:
        return {apps.get_model("devices.Device"), apps.get_model("accounts.Area")}


@dataclass(frozen=True)
class FromStranger:
    """Sent by what no device is registered for: whoever keeps the intake."""

    field: str

    def sql(self, model: type[models.Model]) -> str:
        device = apps.get_model("devices.Device")._meta.db_table
        known = f'EXISTS (SELECT FROM "{device}" x WHERE x.code = {_column(model, self.field)})'
        return f"((SELECT {setting('keeps_intake')} = 'on') AND NOT {known})"

    def leans_on(self, model: type[models.Model]) -> set[type[models.Model]]:
        return {apps.get_model("devices.Device")}
