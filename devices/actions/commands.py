"""Commands: asked for, sent after commit, acknowledged by the device; never carried out late.

queued -> sent -> done | failed; queued or sent -> expired. A crash between publishing and noting
it sends the command once more: devices carry out an id only once.
"""

import json
import uuid
from collections.abc import Iterable
from datetime import timedelta

import structlog
from django.db import transaction

from accounts.viewer import SYSTEM, Viewer
from devices import policies, tasks
from devices.choices import CommandKind, CommandState
from devices.drivers.registry import DRIVERS
from devices.errors import TakesNoCommands
from devices.models import Command, Device
from devices.mqtt import publisher
from smartcommunity.kernel import clock, wake
from smartcommunity.kernel.errors import Unavailable

log = structlog.get_logger(__name__)

WAKE_UP_GRACE = timedelta(seconds=2)
ACK_GRACE = timedelta(seconds=10)
SWEEP_BATCH = 200
OPEN_STATES = (CommandState.QUEUED, CommandState.SENT)


@transaction.atomic
def request_command(
    *,
    device: Device,
    kind: CommandKind,
    reason: str,
    viewer: Viewer = SYSTEM,
    valid_for: timedelta = timedelta(seconds=15),
) -> Command:
    """Queue a command; it is sent once the caller's transaction commits.

    Raises:
        NotAllowed; TakesNoCommands, when the device's dialect has none.
    """
    policies.may_command(viewer, device).require()
    driver = DRIVERS.get(device.profile.driver)
    if driver is None or not driver.command:
        raise TakesNoCommands
    now = clock.now()
    command = Command.objects.create(
        device=device,
        kind=kind,
        reason=reason[:120],
        requested_by_id=viewer.user_id,
        created_at=now,
        expires_at=now + valid_for,
    )
    wake.after_commit(tasks.send_commands, [str(command.pk)])
    return command


def send_commands(*, ids: Iterable[uuid.UUID]) -> int:
    """Send those still queued; returns how many went out. Safe to repeat."""
    return sum(_send(command_id) for command_id in ids)


def sweep_commands() -> int:
    """Expire what is too late and send what no wake-up reached; returns how many of both."""
    now = clock.now()
    late = Command.objects.filter(state=CommandState.QUEUED, expires_at__lte=now)
    silent = Command.objects.filter(state=CommandState.SENT, expires_at__lte=now - ACK_GRACE)
    expired = (late | silent).update(state=CommandState.EXPIRED, finished_at=now)
    unsent = Command.objects.filter(
        state=CommandState.QUEUED, created_at__lt=now - WAKE_UP_GRACE
    ).values_list("pk", flat=True)
    return expired + send_commands(ids=list(unsent[:SWEEP_BATCH]))


def acknowledge_command(*, device: Device, command_id: uuid.UUID, done: bool) -> bool:
    """Note the device's word. False when it is no command of this device.

    A word that comes after we gave the command up still counts: the door did open. The first word
    stands.
    """
    mine = Command.objects.filter(pk=command_id, device=device)
    mine.filter(state__in=[*OPEN_STATES, CommandState.EXPIRED]).update(
        state=CommandState.DONE if done else CommandState.FAILED, finished_at=clock.now()
    )
    return mine.exists()


@transaction.atomic
def _send(command_id: uuid.UUID) -> bool:
    command = (
        Command.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("device__profile")
        .filter(pk=command_id, state=CommandState.QUEUED)
        .first()
    )
    if command is None:
        return False
    now = clock.now()
    left = command.expires_at - now
    command.attempts += 1
    if left <= timedelta(0):
        command.state, command.finished_at = CommandState.EXPIRED, now
    else:
        topic = DRIVERS[command.device.profile.driver].command.format(code=command.device.code)
        try:
            publisher.publish(topic, _payload(command), expires_in=left)
        except Unavailable:
            log.warning("command_not_sent", command=str(command.pk), attempts=command.attempts)
        else:
            command.state, command.sent_at = CommandState.SENT, now
    command.save()
    return command.state == CommandState.SENT


def _payload(command: Command) -> bytes:
    return json.dumps(
        {
            "id": str(command.pk),
            "kind": command.kind,
            "expires": command.expires_at.isoformat(timespec="milliseconds"),
        }
    ).encode()
