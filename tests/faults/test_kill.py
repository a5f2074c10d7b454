"""kill -9 of ingest and worker in a stream of QoS 1 messages: none lost, none doubled."""

import time
from collections import Counter
from collections.abc import Callable

import pytest

from devices.choices import RawState
from devices.models import DeviceEvent, RawMessage
from tests.processes import Platform, Sender, wait_until

MESSAGES = 2000
REPEATED = 100
KILLS = 4
SECONDS = 16.0


@pytest.mark.faults
def test_killing_ingest_and_worker_loses_none_and_doubles_none(
    platform: Platform, device: Callable[..., Sender]
) -> None:
    sensors = [device(f"4201000000132000000{number}", "native-water") for number in range(4)]
    platform.start("ingest", "worker", "beat")
    wait_until(lambda: "connected" in platform.log("ingest"), seconds=30, what="ingest")

    sent: list[tuple[str, str]] = []
    kill_at = [round(MESSAGES * (number + 0.5) / (2 * KILLS)) for number in range(2 * KILLS)]
    for number in range(MESSAGES):
        sensor = sensors[number % len(sensors)]
        sent.append((sensor.code, sensor.event("telemetry", wait=False, level=number)))
        if number in kill_at:
            victim = ("ingest", "worker")[kill_at.index(number) % 2]
            platform.kill(victim)
            platform.start(victim)
        time.sleep(SECONDS / MESSAGES)
    for code, event_id in sent[:REPEATED]:  # a device that got no receipt says it again
        body = b'{"id": "%s", "kind": "telemetry"}' % event_id.encode()
        next(one for one in sensors if one.code == code).publish("event", body)
    wait_until(
        lambda: not any(sensor.client._out_messages for sensor in sensors),
        seconds=10,
        what="broker's acknowledgements",
    )

    done = RawMessage.objects.filter(state=RawState.DONE)
    wait_until(
        lambda: done.count() >= MESSAGES,
        seconds=60,
        what=f"{done.count()} of {MESSAGES} done",
    )
    stored = Counter(RawMessage.objects.values_list("source", "event_key"))
    events = Counter(DeviceEvent.objects.values_list("device__code", "event_key"))
    assert stored == Counter((code, f"event:{event_id}") for code, event_id in sent)
    assert events == Counter(sent)
    assert not RawMessage.objects.exclude(state=RawState.DONE).exists()
