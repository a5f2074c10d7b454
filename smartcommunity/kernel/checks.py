"""Does anything still need an old key? Asked by `manage.py check --deploy --database default`."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Tags, register
from django.core.checks import Warning as Caution

from smartcommunity.kernel import rotation


@register(Tags.database, deploy=True)
def old_keys_are_needed(databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """While FIELD_KEYS holds more than one key: which tables keep the old ones in use."""
    if not databases or len(settings.FIELD_KEYS) < 2:
        return []
    waiting = [column.name for column in rotation.columns() if not column.is_done()]
    if not waiting:
        return []
    return [
        Caution(
            f"Old keys are still needed by {', '.join(waiting)}.",
            hint="Run `manage.py rotate_keys`, and keep the old keys in FIELD_KEYS until it says "
            "that nothing needs them.",
            id="kernel.W001",
        )
    ]
