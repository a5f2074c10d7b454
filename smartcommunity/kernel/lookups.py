"""`name__prefix="张"`: text that begins so, by comparison instead of LIKE.

Behind row level security PostgreSQL must not run a function that could betray a row before the
policy has let the row through, so `LIKE` (`__startswith`) becomes a filter over all rows there.
`>=` and `<` are known to betray nothing (leakproof), and an index serves them. The comparison is
by code point: the database's collation is C.UTF-8 (docs/operations.md).
"""

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import CharField, Lookup, TextField

LAST = "\U0010ffff"  # no character comes after it


class Prefix(Lookup[Any]):
    lookup_name = "prefix"

    def as_sql(self, compiler: Any, connection: BaseDatabaseWrapper) -> tuple[str, Any]:
        column, column_params = self.process_lhs(compiler, connection)
        text = str(self.rhs)
        params = (*column_params, text, *column_params, text + LAST)
        return f"({column} >= %s AND {column} < %s)", params


def register() -> None:
    for field in (CharField, TextField):
        field.register_lookup(Prefix)
