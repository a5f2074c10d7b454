"""Thin Celery tasks around `devices.actions`; ids in, idempotent."""

import uuid

from celery import shared_task

from devices import actions
from smartcommunity.kernel.scope import platform


@shared_task
@platform("devices' messages become events before anybody looks")
def process(ids: list[int]) -> int:
    """Handle a batch of raw messages."""
    return actions.process(ids=ids)


@shared_task
@platform("devices' messages become events before anybody looks")
def sweep() -> int:
    """Handle raw messages whose wake-up was lost or whose worker died."""
    return actions.sweep()


@shared_task
@platform("commands are sent to whatever device they are for")
def send_commands(ids: list[str]) -> int:
    """Send commands that were just asked for."""
    return actions.send_commands(ids=[uuid.UUID(one) for one in ids])


@shared_task
@platform("commands are sent to whatever device they are for")
def sweep_commands() -> int:
    """Send commands whose wake-up was lost; expire those that are too late."""
    return actions.sweep_commands()
