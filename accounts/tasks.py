"""Thin Celery tasks around `accounts.actions`; idempotent."""

from celery import shared_task

from accounts import actions
from smartcommunity.kernel.scope import platform


@shared_task
@platform("proposals and shares end everywhere")
def sweep() -> None:
    """Proposals that nobody answered fall; guardian's permissions of ended shares go."""
    actions.expire_changes()
    actions.forget_ended_shares()
