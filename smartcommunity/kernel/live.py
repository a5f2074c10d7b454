"""The live stream: one outbox, one Server-Sent-Events door.

`publish` writes a thin `LiveEvent` in the caller's transaction and wakes the streams through
Redis after commit. A stream reads the outbox, so nothing is lost while Redis or the page is away:
the browser comes back with Last-Event-ID, and without Redis the outbox is polled.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterable

import redis
import redis.asyncio as redis_async
from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import close_old_connections, transaction
from django.db.models import Max, Min

from smartcommunity.kernel import wake
from smartcommunity.kernel.models import LiveEvent

CHANNEL = "sc:live"
POLL_SECONDS = 2.0
HEARTBEAT_SECONDS = 20.0
# Identifiers commit out of order: each look goes back this far and skips what was already sent.
LOOK_BACK = 200
CATCH_UP_LIMIT = 500


def publish(*, name: str, key: str, area_path: str, audience: Iterable[str]) -> None:
    """Tell the audience (department kinds) inside the area that `key` of kind `name` changed."""
    event = LiveEvent.objects.create(
        name=name, key=key, area_path=area_path, audience=sorted(set(audience))
    )
    transaction.on_commit(
        lambda: wake.ring(CHANNEL, lambda: wake.client().publish(CHANNEL, str(event.pk)))
    )


def cursor() -> int:
    """The newest event's id: a page made now starts its stream here and misses nothing."""
    return LiveEvent.objects.order_by("-id").values_list("id", flat=True).first() or 0


def _bounds() -> tuple[int, int]:
    """(oldest, newest) id in the outbox; zeros when it is empty."""
    close_old_connections()
    try:
        ends = LiveEvent.objects.aggregate(oldest=Min("id"), newest=Max("id"))
        return ends["oldest"] or 0, ends["newest"] or 0
    finally:
        close_old_connections()


def _read(after: int) -> list[LiveEvent]:
    close_old_connections()
    try:
        return list(
            LiveEvent.objects.filter(id__gt=after - LOOK_BACK).order_by("id")[
                : CATCH_UP_LIMIT + LOOK_BACK
            ]
        )
    finally:
        close_old_connections()


def _format(event: LiveEvent) -> str:
    data = json.dumps({"name": event.name, "key": event.key}, ensure_ascii=False)
    return f"id: {event.pk}\nevent: {event.name}\ndata: {data}\n\n"


async def stream(
    *, may_hear: Callable[[LiveEvent], bool], still_signed_in: Callable[[], bool], after: int | None
) -> AsyncIterator[str]:
    """Yield SSE text until the viewer signs out or goes away.

    `may_hear` decides per event; `still_signed_in` (sync, may query) is asked at each heartbeat.
    `after` is the browser's Last-Event-ID; None starts at the newest event.
    """
    oldest, newest = await sync_to_async(_bounds)()
    position = newest if after is None else min(after, newest)
    sent = {event.pk for event in await sync_to_async(_read)(position) if event.pk <= position}
    yield "retry: 2000\n: hello\n\n"
    if after is not None and not oldest - 1 <= after <= newest:
        yield "event: reset\ndata: {}\n\n"  # pruned, or another database: fetch everything
    client = redis_async.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=1)
    subscription = client.pubsub(ignore_subscribe_messages=True)
    heartbeat_due = asyncio.get_running_loop().time() + HEARTBEAT_SECONDS
    try:
        while True:
            for event in await sync_to_async(_read)(position):
                if event.pk in sent:
                    continue
                sent.add(event.pk)
                position = max(position, event.pk)
                if may_hear(event):
                    yield _format(event)
            sent = {pk for pk in sent if pk > position - LOOK_BACK}
            await _wait(subscription)
            if asyncio.get_running_loop().time() >= heartbeat_due:
                if not await sync_to_async(still_signed_in)():
                    yield "event: signed-out\ndata: {}\n\n"
                    return
                yield ": beat\n\n"
                heartbeat_due = asyncio.get_running_loop().time() + HEARTBEAT_SECONDS
    finally:
        await subscription.aclose()  # type: ignore[no-untyped-call]
        await client.aclose()


async def _wait(subscription: redis_async.client.PubSub) -> None:
    """Return on a wake-up, or after POLL_SECONDS when Redis is silent or away."""
    try:
        if not subscription.subscribed:
            await subscription.subscribe(CHANNEL)
        await subscription.get_message(timeout=POLL_SECONDS)
    except (redis.RedisError, OSError):
        await asyncio.sleep(POLL_SECONDS)
