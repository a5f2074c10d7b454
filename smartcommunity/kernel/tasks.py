from datetime import timedelta

from celery import shared_task

from smartcommunity.kernel import clock
from smartcommunity.kernel.models import LiveEvent
from smartcommunity.kernel.scope import platform

KEEP_LIVE_EVENTS = timedelta(hours=24)


@shared_task
@platform("old events of every stream are dropped")
def prune_live_events() -> int:
    """Drop stream events older than a day: a page away for longer reloads anyway."""
    return LiveEvent.objects.filter(created_at__lt=clock.now() - KEEP_LIVE_EVENTS).delete()[0]
