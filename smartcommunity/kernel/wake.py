"""Start a Celery task after commit; a lost start is found by the task's sweep."""

from typing import Any

import structlog
from celery import Task
from django.db import transaction
from kombu.exceptions import OperationalError

log = structlog.get_logger(__name__)


def after_commit(task: "Task[Any, Any]", *args: Any) -> None:
    """Queue `task(*args)` once the transaction commits. Redis being away is not an error:
    the row is the truth, and the beat sweep takes it up."""

    def start() -> None:
        try:
            task.apply_async(args=args)
        except (OperationalError, OSError) as error:
            log.warning("wake_up_lost", task=task.name, error=type(error).__name__)

    transaction.on_commit(start)
