"""Thin Celery tasks around `security.actions`; ids in, idempotent."""

import threading
import time
import uuid
from datetime import timedelta
from typing import Any

import structlog
from celery import shared_task
from celery.signals import worker_process_init
from django.db import Error, connection

from devices.choices import EventKind
from devices.models import DeviceEvent
from security import actions, gallery
from smartcommunity.kernel import clock
from smartcommunity.kernel.scope import platform

log = structlog.get_logger(__name__)

SWEEP_AFTER = timedelta(seconds=10)
SWEEP_BATCH = 100


@worker_process_init.connect
def warm_up(**_: Any) -> None:
    """Beside the worker's work: load the face models, so that the first frame need not wait, then
    keep its galleries true, so that one without frames forgets who withdrew."""
    threading.Thread(target=_stay_true, daemon=True).start()


@platform("the galleries hold all who may pass and all who are looked for")
def _stay_true() -> None:
    gallery.warm_up()
    while True:
        time.sleep(gallery.RECHECK_SECONDS)
        try:
            gallery.refresh()
        except Error as error:
            log.warning("galleries_not_refreshed", error=type(error).__name__)
        finally:
            connection.close()


@shared_task
@platform("a gate decides who may pass")
def match_frames(event_ids: list[str]) -> int:
    """Compare camera frames and decide at their gates; returns how many were new."""
    found = [actions.match_frame(event_id=uuid.UUID(one)) for one in event_ids]
    return sum(passage is not None for passage in found)


@shared_task
@platform("frames wait at every gate")
def sweep_frames() -> int:
    """Queue frames whose wake-up was lost or whose worker died; returns how many."""
    waiting = (
        DeviceEvent.objects.filter(
            kind=EventKind.FRAME,
            handled_at=None,
            received_at__lt=clock.now() - SWEEP_AFTER,
        )
        .order_by("attempts", "received_at")  # what may end the worker comes last
        .values_list("pk", flat=True)[:SWEEP_BATCH]
    )
    ids = [str(key) for key in waiting]
    if ids:
        match_frames.delay(ids)
    return len(ids)


@shared_task
@platform("watch-list entries end everywhere")
def expire_watch_entries() -> int:
    """Erase what is kept of watch-list entries past their end."""
    return actions.expire_watch_entries()


@shared_task
@platform("faces end with the residence, everywhere")
def erase_departed() -> int:
    """Erase the faces of those who moved out."""
    return actions.erase_departed()
