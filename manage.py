#!/usr/bin/env python
"""Django's command-line entry.

A command is run by the operator, not by a viewer: it works as the platform, and long-running ones
(`ingest`) say in their own code what they need all rows for. What makes or alters tables connects
as their owner, where DATABASE_OWNER_URL says who that is.
"""

import os
import sys

AS_OWNER = frozenset({"migrate", "load_reference", "flush"})


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "smartcommunity.settings.development")
    command = sys.argv[1] if len(sys.argv) > 1 else "help"
    if command in AS_OWNER and os.environ.get("DATABASE_OWNER_URL"):
        os.environ["DATABASE_URL"] = os.environ["DATABASE_OWNER_URL"]
    from django.core.management import execute_from_command_line

    from smartcommunity.kernel import scope

    with scope.platform(f"manage.py {command}"):
        execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
