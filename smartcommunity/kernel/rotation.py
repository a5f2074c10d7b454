"""Sealing anew what is sealed with an old key or another cipher: columns and files of the vault.

Values stay readable throughout, since all keys of the ring open. Every value says by its head with
what it is sealed, so the work needs no memory: a stopped rotation, started again, finds what is
left. A value that somebody writes meanwhile is left as he wrote it.
"""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import connection, models, transaction

from smartcommunity.kernel import crypto, vault
from smartcommunity.kernel.fields import EncryptedTextField

BATCH = 500


@dataclass(frozen=True)
class Column:
    """One sealed column."""

    model: type[models.Model]
    field: EncryptedTextField

    @property
    def name(self) -> str:
        return f"{self.model._meta.label}.{self.field.name}"

    @property
    def _names(self) -> tuple[str, str, str]:
        quote = connection.ops.quote_name
        meta: Any = self.model._meta
        return quote(meta.db_table), quote(str(meta.pk.column)), quote(str(self.field.column))

    @property
    def _old(self) -> str:
        _table, _pk, column = self._names
        return f"{column} IS NOT NULL AND substring({column} FROM 1 FOR %s) <> %s"

    def left(self) -> int:
        """How many values are not sealed as new ones are."""
        table, _pk, _column = self._names
        head = crypto.head_of_new()
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT count(*) FROM {table} WHERE {self._old}",  # noqa: S608  our own names
                [len(head), head],
            )
            return int(cursor.fetchone()[0])

    def is_done(self) -> bool:
        table, _pk, _column = self._names
        head = crypto.head_of_new()
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT 1 FROM {table} WHERE {self._old} LIMIT 1",  # noqa: S608  our own names
                [len(head), head],
            )
            return cursor.fetchone() is None

    def rotate(self, size: int = BATCH) -> Iterator[int]:
        """Seal anew batch by batch, each in a transaction of its own; yields how many each."""
        table, pk, column = self._names
        head = crypto.head_of_new()
        select = (
            f"SELECT {pk}, {column} FROM {table} WHERE {self._old}"  # noqa: S608  our own names
            f" AND (%s OR {pk} > %s) ORDER BY {pk} LIMIT %s FOR UPDATE"
        )
        update = f"UPDATE {table} SET {column} = %s WHERE {pk} = %s"  # noqa: S608  our own names
        first = self.model._meta.pk.get_db_prep_value(_least(self.model), connection)
        last = None
        while True:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(select, [len(head), head, last is None, last or first, size])
                rows = cursor.fetchall()
                for key, sealed in rows:
                    row = self.model(pk=key)
                    bound = self.field.bound_to(row)
                    plain = crypto.open_sealed(bytes(sealed), bound)
                    cursor.execute(update, [crypto.seal(plain, bound), key])
            if not rows:
                return
            last = rows[-1][0]
            yield len(rows)


def _least(model: type[models.Model]) -> object:
    """A key that comes before all others: only its type matters to the statement."""
    return uuid.UUID(int=0) if isinstance(model._meta.pk, models.UUIDField) else 0


def columns() -> list[Column]:
    """Every sealed column of every table."""
    return [
        Column(model, field)
        for model in apps.get_models()
        for field in model._meta.local_concrete_fields
        if isinstance(field, EncryptedTextField)
    ]


def files_left() -> int:
    """How many files of the vault are not sealed as new ones are."""
    return sum(not vault.is_sealed_as_new(name) for name in vault.names())


def rotate_files() -> Iterator[str]:
    """Seal the files of the vault anew; yields the name of each one that was."""
    for name in vault.names():
        if vault.seal_anew(name):
            yield name
