"""Both brokers: who gets in, what they may say, what the operator sees, what survives."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from smartcommunity.embedded import sieve
from smartcommunity.embedded.broker import (
    MAX_PACKET,
    SAVE_SECONDS,
    Broker,
    Credential,
    Refusal,
    hash_password,
    read_refusals,
    reload,
    write_credentials,
)
from smartcommunity.embedded.refusals import parse_line
from tests.embedded.support import Client, device, wait_until

Connect = Callable[..., Client]


def refusals(broker: Broker, kind: str) -> list[Refusal]:
    """Wait until the broker's log tells of a refusal of the kind."""
    found: list[Refusal] = []

    def look() -> bool:
        found[:] = [one for one in read_refusals(broker.log)[0] if one.kind == kind]
        return bool(found)

    wait_until(look)
    return found


def test_own_topic_arrives_at_the_platform(connect: Connect) -> None:
    platform, camera = connect("platform"), connect("cam1")
    platform.subscribe("sc/v1/+/event")
    answer = camera.publish("sc/v1/cam1/event", b"leak")
    assert answer is not None
    assert not answer.is_failure
    wait_until(lambda: platform.messages == [("sc/v1/cam1/event", b"leak")])


@pytest.mark.parametrize("username", ["cam1", "stranger"])
def test_wrong_password_is_refused_and_seen(
    broker: Broker, connect: Connect, username: str
) -> None:
    assert connect(username, "wrong").refused
    (refusal, *_) = refusals(broker, "bad_password")
    assert refusal.username_or_client.startswith(
        "127.0.0.1" if broker.kind == "mosquitto" else username
    )
    assert abs(refusal.at.timestamp() - time.time()) < 30


def test_foreign_topic_is_refused_and_seen(broker: Broker, connect: Connect) -> None:
    platform, camera = connect("platform"), connect("cam1", client_id="cam1-at-the-gate")
    platform.subscribe("sc/#")
    answer = camera.publish("sc/v1/cam2/event", b"not mine")
    assert answer is not None
    if broker.kind == "mosquitto":
        assert answer.value == 0x87
    (refusal,) = refusals(broker, "foreign_topic")
    assert refusal.username_or_client == "cam1-at-the-gate"
    assert refusal.topic == "sc/v1/cam2/event"
    camera.publish("sc/v1/cam1/event", b"mine")
    wait_until(lambda: platform.messages)
    assert platform.messages == [("sc/v1/cam1/event", b"mine")]


def test_foreign_subscription_receives_nothing(connect: Connect) -> None:
    platform, camera = connect("platform"), connect("cam1")
    for topic in ("#", "sc/v1/cam2/cmd", "sc/v1/+/cmd", "$share/g/sc/#", "sc/v1/cam1/cmd"):
        camera.subscribe(topic)
    platform.publish("sc/v1/cam2/cmd", b"not for cam1")
    platform.publish("sc/v1/cam1/cmd", b"open")
    wait_until(lambda: camera.messages)
    time.sleep(0.2)
    assert set(camera.messages) == {("sc/v1/cam1/cmd", b"open")}


def test_the_largest_frame_passes(connect: Connect) -> None:
    platform, camera = connect("platform"), connect("cam1")
    platform.subscribe("sc/v1/+/frame")
    camera.publish("sc/v1/cam1/frame", b"\xff" * (1024 * 1024))
    wait_until(lambda: platform.messages)


@pytest.mark.parametrize("size", [MAX_PACKET + 1, 50_000_000])
def test_oversize_is_refused_and_seen(broker: Broker, connect: Connect, size: int) -> None:
    platform, camera = connect("platform"), connect("cam1", client_id="cam1-large")
    platform.subscribe("sc/#")
    assert camera.publish("sc/v1/cam1/frame", b"\xff" * size) is None
    assert refusals(broker, "oversize")[0].username_or_client == "cam1-large"
    assert platform.publish("other", b"the broker lives") is not None
    assert platform.messages == []


def test_reload_adds_and_removes_devices_without_dropping_others(
    broker: Broker, connect: Connect
) -> None:
    camera = connect("cam1")
    write_credentials(broker.home, [device("cam1"), device("cam2")])
    assert reload(broker.home)
    wait_until(lambda: not connect("cam2").refused)
    assert not camera.disconnected.is_set()

    write_credentials(broker.home, [device("cam1")])
    assert reload(broker.home)
    wait_until(lambda: connect("cam2").refused)
    assert not camera.disconnected.is_set()


def test_accounts_survive_a_restart(broker: Broker, connect: Connect) -> None:
    broker.restart()
    assert not connect("cam1").refused


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_queue_of_an_absent_consumer_survives(broker: Broker, connect: Connect, end: str) -> None:
    """Acknowledged messages are kept: by mosquitto when killed only after its next save."""
    absent = connect("platform", client_id="ingest", persistent=True)
    absent.subscribe("sc/v1/+/event")
    absent.close()
    expected = [("sc/v1/cam1/event", str(number).encode()) for number in range(200)]
    connect("cam1").publish_all(expected)
    if end == "kill" and broker.kind == "mosquitto":
        time.sleep(SAVE_SECONDS + 1.5)
    getattr(broker, end)()
    broker.start()
    back = connect("platform", client_id="ingest", persistent=True)
    if broker.kind == "mosquitto":
        wait_until(lambda: len(back.messages) >= len(expected))
    else:
        back.subscribe("sc/v1/+/event")
        wait_until(lambda: len(back.messages) >= len(expected), seconds=40)
    assert sorted(set(back.messages)) == sorted(expected)


def test_a_stopped_broker_cannot_be_reloaded(broker: Broker) -> None:
    broker.stop()
    assert not reload(broker.home)
    broker.start()


def test_refusals_are_read_on_from_the_offset(broker: Broker, connect: Connect) -> None:
    connect("cam1", "wrong")
    refusals(broker, "bad_password")
    time.sleep(0.1)
    _, offset = read_refusals(broker.log)
    assert read_refusals(broker.log, offset) == ([], offset)
    connect("cam1").publish("sc/v1/cam2/event", b"")
    wait_until(lambda: read_refusals(broker.log, offset)[0])
    assert [one.kind for one in read_refusals(broker.log, offset)[0]] == ["foreign_topic"]


def test_offsets_stay_valid_across_rotation(tmp_path: Path) -> None:
    log = tmp_path / "broker.log"
    denied = "2026-01-02T03:04:05Z Denied PUBLISH from c{} (d0, q1, r0, m1, 'a/b', ... (1 bytes))"
    file, base = sieve.open_at_end(str(log))
    file.write((denied.format(1) + "\n").encode())
    first, offset = read_refusals(log)
    file.write((denied.format(2) + "\n").encode())
    file, base = sieve.rotate(file, str(log), base)
    file.write((denied.format(3) + "\nhalf a li").encode())
    second, later = read_refusals(log, offset)
    assert [one.username_or_client for one in (*first, *second)] == ["c1", "c2", "c3"]
    assert read_refusals(log, later) == ([], later)
    log.unlink()
    log.with_name("broker.log.1").unlink()
    file, base = sieve.open_at_end(str(log))
    file.write((denied.format(4) + "\n").encode())
    assert [one.username_or_client for one in read_refusals(log, later)[0]] == ["c4"]


def test_a_log_with_its_own_stamp_is_understood() -> None:
    """mosquitto in a container stamps lines itself, with a colon."""
    line = "2026-01-02T03:04:05Z: Client cam1 disconnected due to oversize packet."
    refusal = parse_line(line)
    assert refusal is not None
    assert (refusal.kind, refusal.username_or_client) == ("oversize", "cam1")


@pytest.mark.parametrize("username", ["", "a b", "x\ny", "a:b", "../x", "x" * 200])
def test_user_names_cannot_break_the_files(username: str) -> None:
    with pytest.raises(ValueError, match="user name"):
        Credential(username, hash_password("x"), [], [])


@pytest.mark.parametrize("topic", ["", "a b", "a\ntopic readwrite #"])
def test_topics_cannot_break_the_files(topic: str) -> None:
    with pytest.raises(ValueError, match="topic"):
        Credential("cam1", hash_password("x"), [topic], [])


def test_an_account_without_topics_may_nothing(broker: Broker, connect: Connect) -> None:
    broker.write_credentials([Credential("cam1", hash_password("first-camera"))])
    platform = connect("platform")
    platform.subscribe("sc/#")
    wait_until(lambda: not connect("cam1").refused)
    mute = connect("cam1")
    mute.publish("sc/v1/cam1/event", b"")
    refusals(broker, "foreign_topic")
    assert platform.messages == []
