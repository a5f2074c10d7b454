"""Django's PostgreSQL backend, telling the database in whose scope each statement runs.

The scope stands in settings of the session (`sc.*`), which the policies read. Before a statement
the connection compares the running context's scope with what it last told, and tells anew when
they differ: one short statement at a change of scope, none otherwise. What a rollback may have
taken back is forgotten, and so is what an earlier connection was told. In doubt it tells again.

Session settings need a session: a pooler between us and PostgreSQL must pool sessions, not
transactions or statements (docs/operations.md).
"""

from collections.abc import Callable
from typing import Any

from django.db.backends.postgresql import base
from psycopg2.extensions import TRANSACTION_STATUS_INERROR

from smartcommunity.kernel import scope
from smartcommunity.kernel.scope import Scope

TELL = "SELECT " + ", ".join(
    f"set_config('sc.{name}', %s, false)"
    for name in ("platform", "areas", "works", "user", "residents", "keeps_intake")
)


def settings_of(said: Scope) -> list[str]:
    """The values of the `sc.*` settings, in the order of `TELL`."""
    return [
        "on" if said.platform else "",
        ",".join(said.areas),
        ",".join(said.works),
        str(said.user or ""),
        ",".join(map(str, said.residents)),
        "on" if said.keeps_intake else "",
    ]


class DatabaseWrapper(base.DatabaseWrapper):  # type: ignore[misc]
    """`_told` is the scope that the session is known to hold; None: not known."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._told: Scope | None = None
        self.execute_wrappers.append(self._in_scope)

    def _in_scope(
        self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any
    ) -> Any:
        self.tell_scope()
        return execute(sql, params, many, context)

    def tell_scope(self) -> None:
        """Make the session hold the running context's scope. In a failed transaction nothing can
        be told, and nothing but its rollback runs."""
        wanted = scope.current()
        if self._told == wanted:
            return
        if self.connection.info.transaction_status == TRANSACTION_STATUS_INERROR:
            return
        self._told = None
        with self.wrap_database_errors, self.connection.cursor() as cursor:
            cursor.execute(TELL, settings_of(wanted))
        self._told = wanted

    def get_new_connection(self, conn_params: Any) -> Any:
        self._told = None
        return super().get_new_connection(conn_params)

    def _commit(self) -> Any:
        try:
            return super()._commit()  # type: ignore[misc]
        except BaseException:
            self._told = None
            raise

    def _rollback(self) -> Any:
        self._told = None
        return super()._rollback()  # type: ignore[misc]

    def _savepoint_rollback(self, sid: str) -> None:
        super()._savepoint_rollback(sid)  # type: ignore[misc]
        self._told = None
