"""Commands over the real broker: sent after commit, acknowledged, never late."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from devices import actions
from devices.choices import CommandKind, CommandState
from devices.errors import TakesNoCommands
from devices.models import Command
from smartcommunity.kernel import clock
from smartcommunity.kernel.errors import NotAllowed
from tests.devices.conftest import Estate
from tests.devices.test_intake import Receive, fault_of_last
from tests.processes import Sender, wait_until

pytestmark = pytest.mark.django_db


@pytest.fixture
def gate(estate: Estate) -> Iterator[Sender]:
    """gate-1, connected with its own password."""
    actions.sync_broker_credentials()
    gate = Sender("gate-1", estate.passwords["gate-1"])
    yield gate
    gate.close()


def request(estate: Estate, **more: Any) -> Command:
    more = {"kind": CommandKind.OPEN, "reason": "test"} | more
    return actions.request_command(device=estate.devices["gate-1"], **more)


def state_of(command: Command) -> str:
    command.refresh_from_db()
    return command.state


def test_open_is_sent_and_acknowledged(estate: Estate, gate: Sender, receive: Receive) -> None:
    command = request(estate)
    assert state_of(command) == CommandState.QUEUED
    assert actions.send_commands(ids=[command.pk]) == 1
    assert actions.send_commands(ids=[command.pk]) == 0, "sent once"
    wait_until(lambda: gate.inbox, seconds=5)
    ((topic, payload),) = gate.inbox
    told = json.loads(payload)
    assert topic == "sc/v1/gate-1/cmd"
    assert (told["id"], told["kind"]) == (str(command.pk), "open")
    assert datetime.fromisoformat(told["expires"]) > clock.now()
    assert state_of(command) == CommandState.SENT
    ack = json.dumps({"id": str(command.pk), "result": "done"}).encode()
    receive("sc/v1/gate-1/ack", ack)
    assert state_of(command) == CommandState.DONE


def test_nobody_else_acknowledges_it(estate: Estate, receive: Receive) -> None:
    command = request(estate)
    ack = json.dumps({"id": str(command.pk), "result": "done"}).encode()
    receive("sc/v1/gate-2/ack", ack)
    assert fault_of_last() == "wrong_shape"
    assert state_of(command) == CommandState.QUEUED


def test_an_expired_command_is_never_sent(estate: Estate, gate: Sender) -> None:
    command = request(estate, valid_for=timedelta(0))
    assert actions.send_commands(ids=[command.pk]) == 0
    assert state_of(command) == CommandState.EXPIRED
    late = request(estate, valid_for=timedelta(seconds=-1))
    assert actions.sweep_commands() == 1
    assert state_of(late) == CommandState.EXPIRED
    assert gate.inbox == []


def test_the_sweep_sends_what_no_wake_up_reached(estate: Estate, gate: Sender) -> None:
    command = request(estate)
    Command.objects.update(created_at=clock.now() - timedelta(seconds=5))
    assert actions.sweep_commands() == 1
    wait_until(lambda: gate.inbox, seconds=5)
    Command.objects.update(expires_at=clock.now() - timedelta(minutes=1))
    assert actions.sweep_commands() == 1, "sent, and no word came back"
    assert state_of(command) == CommandState.EXPIRED


def test_a_word_that_comes_late_still_counts(estate: Estate, receive: Receive) -> None:
    command = request(estate)
    Command.objects.update(state=CommandState.EXPIRED)
    receive("sc/v1/gate-1/ack", json.dumps({"id": str(command.pk), "result": "failed"}).encode())
    assert state_of(command) == CommandState.FAILED


def test_without_a_broker_it_stays_queued(
    estate: Estate, settings: Any, unused_tcp_port: int
) -> None:
    settings.MQTT_URL = f"mqtt://platform:x@127.0.0.1:{unused_tcp_port}"
    from devices.mqtt import publisher

    publisher._forget()
    command = request(estate)
    assert actions.send_commands(ids=[command.pk]) == 0
    assert state_of(command) == CommandState.QUEUED
    assert command.attempts == 1


def test_who_may_open(estate: Estate) -> None:
    viewer = estate.world.viewer
    assert request(estate, viewer=viewer("property")).requested_by_id
    for name in ("police", "system_admin", "auditor"):
        with pytest.raises(NotAllowed):
            request(estate, viewer=viewer(name))
    with pytest.raises(NotAllowed):
        actions.request_command(
            device=estate.devices["gate-2"],
            kind=CommandKind.OPEN,
            reason="not my estate",
            viewer=viewer("property_manager"),
        )
    with pytest.raises(TakesNoCommands):
        actions.request_command(
            device=estate.devices["gw-1"], kind=CommandKind.OPEN, reason="no dialect"
        )
