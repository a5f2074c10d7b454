"""The live stream: one outbox, one Server-Sent-Events door.

`publish` writes a thin `LiveEvent` in the caller's transaction and wakes the streams through
Redis after commit. The streams are told what stands in the outbox, so nothing is lost while Redis,
PostgreSQL or the page is away: without Redis the outbox is polled, and the browser comes back with
Last-Event-ID.

However many streams a process holds, one `Hub` reads the outbox for all of them. A stream that
waits holds no database connection.
"""

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from itertools import islice
from typing import TypeVar

import redis
import redis.asyncio as redis_async
import structlog
from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import Error, connections, transaction
from django.db.models import Max, Min, Q
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from smartcommunity.kernel import wake
from smartcommunity.kernel.models import LiveEvent

log = structlog.get_logger(__name__)
CHANNEL = "sc:live"
POLL_SECONDS = 2.0
HEARTBEAT_SECONDS = 20.0
# Identifiers commit out of order. The hub's looks go back so many ids and skip what is known; a
# browser that comes back hears again what was written so shortly before its last event.
LOOK_BACK = 200
STRAGGLERS = timedelta(seconds=10)
CATCH_UP_LIMIT = 500
RESET = "event: reset\ndata: {}\n\n"

Answer = TypeVar("Answer")
_readers = ThreadPoolExecutor(max_workers=2, thread_name_prefix="live")
_hub: "Hub | None" = None


def publish(*, name: str, key: str, area_path: str, audience: Iterable[str]) -> None:
    """Tell the audience (as in `LiveEvent`) inside the area that `key` of kind `name` changed."""
    event = LiveEvent.objects.create(
        name=name, key=key, area_path=area_path, audience=sorted(set(audience))
    )
    transaction.on_commit(
        lambda: wake.ring(CHANNEL, lambda: wake.client().publish(CHANNEL, str(event.pk)))
    )


def cursor() -> int:
    """The newest event's id: a page made now starts its stream here and misses nothing."""
    return LiveEvent.objects.order_by("-id").values_list("id", flat=True).first() or 0


async def stream(
    *,
    may_hear: Callable[[LiveEvent], bool],
    still_signed_in: Callable[[], bool],
    after: int | None,
    unsettles: Callable[[LiveEvent], bool] = lambda event: False,
) -> AsyncIterator[str]:
    """Yield SSE text until the viewer signs out or goes away.

    `may_hear` decides per event; `still_signed_in` (sync, may query) is asked at each heartbeat
    and, before anything more is told, when an event `unsettles`.
    `after` is the browser's Last-Event-ID; None starts at the newest event.
    """
    now = asyncio.get_running_loop().time
    await sync_to_async(connections.close_all)()  # the request's own
    try:
        async with _listening() as hub:
            place = hub.count
            missed = await _apart(lambda: _missed(after))
            yield "retry: 2000\n: hello\n\n"
            if missed is None:
                yield RESET
                missed = []
            told = {event.pk for event in missed}
            for event in filter(may_hear, missed):
                yield _format(event)
            beat_at = now() + HEARTBEAT_SECONDS
            while True:
                news, place = await hub.after(place, beat_at - now())
                if now() >= beat_at or news is None or any(map(unsettles, news)):
                    if not await _apart(still_signed_in):
                        yield "event: signed-out\ndata: {}\n\n"
                        return
                    yield ": beat\n\n"
                    beat_at = now() + HEARTBEAT_SECONDS
                if news is None:
                    yield RESET
                for event in filter(may_hear, news or []):
                    if event.pk not in told:
                        yield _format(event)
    except Error as error:  # the browser comes back by itself
        log.warning("live_stream_ended", error=type(error).__name__)


class Hub:
    """What one process hears of the outbox: one reader, one subscription, for all its streams.

    The newest events are kept in the order in which they could first be read, which is not the
    order of their ids. A place is a count of events heard, so a stream knows what is new to it.
    """

    def __init__(self) -> None:
        self.count = 0
        self.streams = 0
        self.ready = asyncio.Event()
        self._news = asyncio.Event()
        self._kept: deque[LiveEvent] = deque(maxlen=CATCH_UP_LIMIT)
        self._known: set[int] = set()
        self._newest = 0
        self._task = asyncio.create_task(self._run())

    async def after(self, place: int, seconds: float) -> tuple[list[LiveEvent] | None, int]:
        """(the events after `place`, the new place), waiting for the first of them so long. None
        when some of them are not kept any more."""
        if place == self.count:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), max(seconds, 0))
        new = self.count - place
        if new > len(self._kept):
            return None, self.count
        return list(islice(self._kept, len(self._kept) - new, None)), self.count

    async def close(self) -> None:
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task

    async def _run(self) -> None:
        client = redis_async.Redis.from_url(
            settings.REDIS_URL, socket_connect_timeout=1, retry=Retry(NoBackoff(), 0)
        )
        subscription = client.pubsub(ignore_subscribe_messages=True)
        try:
            while True:
                try:
                    self._hear(await _apart(self._read))
                except Error as error:  # the streams stay open; what comes meanwhile is read later
                    log.warning("live_outbox_away", error=type(error).__name__)
                await _wait(subscription)
        finally:
            await subscription.aclose()  # type: ignore[no-untyped-call]
            await client.aclose()

    def _read(self) -> list[LiveEvent]:
        if not self.ready.is_set():
            return list(LiveEvent.objects.order_by("-id")[:LOOK_BACK])
        recent = LiveEvent.objects.filter(id__gt=self._newest - LOOK_BACK)
        return list(recent.order_by("id")[: CATCH_UP_LIMIT + LOOK_BACK])

    def _hear(self, events: list[LiveEvent]) -> None:
        news = [event for event in events if event.pk not in self._known]
        self._newest = max([self._newest, *(event.pk for event in news)])
        self._known |= {event.pk for event in news}
        self._known = {pk for pk in self._known if pk > self._newest - LOOK_BACK}
        if self.ready.is_set() and news:
            self._kept.extend(news)
            self.count += len(news)
            self._news.set()
            self._news = asyncio.Event()
        self.ready.set()


@asynccontextmanager
async def _listening() -> AsyncIterator[Hub]:
    """The process's hub, running; the first stream starts it and the last one ends it."""
    global _hub
    hub = _hub = _hub or Hub()
    hub.streams += 1
    try:
        await hub.ready.wait()
        yield hub
    finally:
        hub.streams -= 1
        if not hub.streams:
            _hub = None
            await hub.close()


async def _wait(subscription: redis_async.client.PubSub) -> None:
    """Return on a wake-up, or after POLL_SECONDS when Redis is silent or away."""
    try:
        if not subscription.subscribed:
            await subscription.subscribe(CHANNEL)
        await subscription.get_message(timeout=POLL_SECONDS)
    except (redis.RedisError, OSError):
        await asyncio.sleep(POLL_SECONDS)


def _missed(after: int | None) -> list[LiveEvent] | None:
    """What a browser has not heard since `after`. None when that cannot be told (pruned, another
    database, too much): it fetches everything again. Hearing an event twice does no harm."""
    if after is None:
        return []
    ends = LiveEvent.objects.aggregate(oldest=Min("id"), newest=Max("id"))
    if not (ends["oldest"] or 0) - 1 <= after <= (ends["newest"] or 0):
        return None
    unheard = Q(id__gt=after)
    if last := LiveEvent.objects.filter(id__lte=after).order_by("-id").first():
        unheard |= Q(created_at__gt=last.created_at - STRAGGLERS, id__lt=last.pk)
    found = list(LiveEvent.objects.filter(unheard).order_by("id")[: CATCH_UP_LIMIT + 1])
    return found if len(found) <= CATCH_UP_LIMIT else None


async def _apart(read: Callable[[], Answer]) -> Answer:
    """Ask the database on one of the few threads kept for it, and give the connection back."""

    def call() -> Answer:
        try:
            return read()
        finally:
            connections.close_all()

    return await asyncio.get_running_loop().run_in_executor(_readers, call)


def _format(event: LiveEvent) -> str:
    data = json.dumps({"name": event.name, "key": event.key}, ensure_ascii=False)
    return f"id: {event.pk}\nevent: {event.name}\ndata: {data}\n\n"
