"""Wake-ups through Redis: start a Celery task, ring the live streams.

PostgreSQL is the only truth: the sweeps and the streams' own polling find what was not woken. So a
Redis that is away, or that takes connections and never answers, must not hold a request up: one
short try, then none for a while.
"""

import time
from collections.abc import Callable
from functools import cache
from typing import Any

import redis
import structlog
from celery import Task
from django.conf import settings
from django.db import transaction
from kombu.exceptions import OperationalError
from redis.backoff import NoBackoff
from redis.retry import Retry

log = structlog.get_logger(__name__)
ANSWER_SECONDS = 0.5
# After a failure Redis is left alone for so long; the streams poll and the sweeps run meanwhile.
LEFT_ALONE_SECONDS = 5.0

_left_alone_until = 0.0


@cache
def client() -> redis.Redis:
    """A client that gives up soon; a connection dropped while idle is made anew once."""
    return redis.Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=ANSWER_SECONDS,
        socket_connect_timeout=ANSWER_SECONDS,
        retry=Retry(NoBackoff(), 1, supported_errors=(redis.ConnectionError,)),
    )


def after_commit(task: "Task[Any, Any]", *args: Any) -> None:
    """Queue `task(*args)` once the transaction commits. Redis being away is not an error:
    the row is the truth, and the beat sweep takes it up."""
    transaction.on_commit(lambda: ring(task.name, lambda: task.apply_async(args=args)))


def ring(bell: str, call: Callable[[], object]) -> None:
    """Make `call` if Redis answers. Never raises for Redis: the lost wake-up `bell` is logged."""
    global _left_alone_until
    if time.monotonic() < _left_alone_until:
        return
    try:
        client().ping()  # Celery's own producer would wait for many seconds
        call()
    except (redis.RedisError, OperationalError, OSError) as error:
        _left_alone_until = time.monotonic() + LEFT_ALONE_SECONDS
        log.warning("wake_up_lost", bell=bell, error=type(error).__name__)
