"""What a lower floor announces and a higher floor hears, inside the announcer's transaction.

An app's `events.py` declares a frozen dataclass; a higher app subscribes in AppConfig.ready().
Handlers run in order, in the same transaction: either everything happened or nothing did. Work
that may be slow belongs into a task started with `transaction.on_commit`, backed by a sweep.
"""

from collections import defaultdict
from collections.abc import Callable
from typing import Any, TypeVar

Event = TypeVar("Event")

_handlers: dict[type[Any], list[Callable[[Any], None]]] = defaultdict(list)


def subscribe(event_type: type[Event], handler: Callable[[Event], None]) -> None:
    """Have `handler(event)` called for each `event_type`. Subscribing twice counts once."""
    if handler not in _handlers[event_type]:
        _handlers[event_type].append(handler)


def announce(event: object) -> None:
    """Call the handlers of the event's exact type."""
    for handler in _handlers[type(event)]:
        handler(event)
