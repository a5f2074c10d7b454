"""Can the role that we connect as climb over the fence? Asked by
`manage.py check --deploy --database default`."""

from collections.abc import Sequence
from typing import Any

from django.apps import apps
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.checks import Warning as Caution
from django.db import connections

from smartcommunity.fence.rules import FENCED

WHO = "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"
UNFENCED = """
SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace
  AND relname = ANY (%s) AND NOT (relrowsecurity AND relforcerowsecurity)
"""
OWNED = "SELECT count(*) FROM pg_tables WHERE tablename = ANY (%s) AND tableowner = current_user"


@register(Tags.database, deploy=True)
def the_fence_stands(databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    tables = [apps.get_model(label)._meta.db_table for label in FENCED]
    for alias in databases or ():
        with connections[alias].cursor() as cursor:
            cursor.execute(WHO)
            (climbs,) = cursor.fetchone()
            cursor.execute(UNFENCED, [tables])
            unfenced = [name for (name,) in cursor.fetchall()]
            cursor.execute(OWNED, [tables])
            (owned,) = cursor.fetchone()
        if climbs:
            found.append(
                Error(
                    "The database role is a superuser or bypasses row level security.",
                    hint="Connect the application as a plain role: docs/operations.md, Roles.",
                    id="fence.E001",
                )
            )
        if owned:
            found.append(
                Caution(
                    "The database role owns the tables of personal data.",
                    hint="Right for migrate. Run everything else as another role: "
                    "docs/operations.md, Roles.",
                    id="fence.W001",
                )
            )
        if unfenced:
            found.append(
                Caution(
                    f"Tables without their fence: {', '.join(sorted(unfenced))}.",
                    hint="Run `manage.py migrate` as the owner: it puts the fence up.",
                    id="fence.W002",
                )
            )
    return found
