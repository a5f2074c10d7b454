"""Puts the fence up: policies from `rules.py`, and what the application's role may do.

Runs as the owner after every `migrate`, in one transaction, and changes only what differs: each
policy carries the digest of its text as its comment. Between the making of a new table and this
step the application's role has no privilege on it, so nothing stands open meanwhile.
"""

import hashlib
from collections.abc import Iterable, Iterator

from django.apps import apps
from django.conf import settings
from django.db import connections, transaction

from smartcommunity.fence.arms import PLATFORM
from smartcommunity.fence.rules import APPEND_ONLY, FENCED

POLICY = "fence"
MIGRATIONS = "django_migrations"
FOUND = """
SELECT c.relname, p.polname, coalesce(obj_description(p.oid, 'pg_policy'), ''),
       c.relrowsecurity AND c.relforcerowsecurity
FROM pg_class c LEFT JOIN pg_policy p ON p.polrelid = c.oid
WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')
  AND (p.oid IS NOT NULL OR c.relrowsecurity OR c.relname = ANY (%s))
"""


def condition(label: str) -> str:
    """When a row of the table is open, as SQL."""
    model = apps.get_model(label)
    return " OR ".join([PLATFORM, *(arm.sql(model) for arm in FENCED[label])])


def put_up(using: str = "default") -> None:
    """Bring policies and privileges of the whole database in line with `rules.py`."""
    connection = connections[using]
    with transaction.atomic(using=using), connection.cursor() as cursor:
        there = set(connection.introspection.table_names(cursor))
        wanted = {
            model._meta.db_table: condition(label)
            for label in FENCED
            if (model := apps.get_model(label))._meta.db_table in there
        }
        cursor.execute(FOUND, [list(wanted)])
        for statement in _policies(wanted, cursor.fetchall()):
            cursor.execute(statement)
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [settings.DATABASE_APP_ROLE])
        if cursor.fetchone():
            cursor.execute("SELECT current_database()")
            (database,) = cursor.fetchone()
            append_only = {apps.get_model(label)._meta.db_table for label in APPEND_ONLY} & there
            for statement in privileges(settings.DATABASE_APP_ROLE, database, append_only):
                cursor.execute(statement)


def _policies(
    wanted: dict[str, str], found: Iterable[tuple[str, str | None, str, bool]]
) -> Iterator[str]:
    digests = {
        table: hashlib.sha256(text.encode()).hexdigest()[:32] for table, text in wanted.items()
    }
    stands: dict[str, dict[str, str]] = {}
    forced = set()
    for table, policy, digest, is_forced in found:
        stands.setdefault(table, {}).update({policy: digest} if policy else {})
        forced |= {table} if is_forced else set()
    for table, policies in stands.items():
        if table in wanted and table in forced and policies == {POLICY: digests[table]}:
            continue
        for policy in policies:
            yield f'DROP POLICY "{policy}" ON "{table}"'
        if table not in wanted:
            yield f'ALTER TABLE "{table}" NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY'
            continue
        yield f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY'
        text = wanted[table]
        yield f'CREATE POLICY "{POLICY}" ON "{table}" USING ({text}) WITH CHECK ({text})'
        yield f"""COMMENT ON POLICY "{POLICY}" ON "{table}" IS '{digests[table]}'"""


def privileges(role: str, database: str, append_only: Iterable[str]) -> Iterator[str]:
    """The application's role reads and writes rows and sequences, and no more: it makes and alters
    nothing, empties no table, and only adds to what is append-only."""
    yield f'REVOKE ALL ON ALL TABLES IN SCHEMA public FROM "{role}"'
    yield f'GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO "{role}"'
    for table in append_only:
        yield f'REVOKE UPDATE, DELETE ON "{table}" FROM "{role}"'
    yield f'REVOKE INSERT, UPDATE, DELETE ON "{MIGRATIONS}" FROM "{role}"'
    yield f'GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO "{role}"'
    yield f'GRANT USAGE ON SCHEMA public TO "{role}"'
    yield f'REVOKE CREATE ON SCHEMA public FROM PUBLIC, "{role}"'
    yield f'REVOKE TEMPORARY ON DATABASE "{database}" FROM PUBLIC, "{role}"'


def on_migrated(*, using: str, **given: object) -> None:
    """After `migrate`; emptying the tables of a test database sends the signal without a plan."""
    if "plan" in given:
        put_up(using)
