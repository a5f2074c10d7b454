"""PostgreSQL goes away and comes back: ingest waits, the broker keeps, nothing is lost."""

from collections.abc import Callable

import pytest
from django.db import connection

from devices.choices import RawState
from devices.models import RawMessage
from smartcommunity.embedded.runtime import Runtime
from tests.processes import Platform, Sender, wait_until


@pytest.mark.faults
def test_what_comes_meanwhile_is_stored_afterwards(
    platform: Platform, device: Callable[..., Sender], runtime: Runtime
) -> None:
    if runtime.postgres is None:
        pytest.skip("the database is not ours to stop")
    sensor = device("42010000001320000001", "native-water")
    platform.start("ingest", "worker", "beat")
    wait_until(lambda: "connected" in platform.log("ingest"), seconds=30, what="ingest")
    ids = [sensor.event("telemetry") for _ in range(50)]
    connection.close()
    runtime.postgres.stop()
    try:
        ids += [sensor.event("telemetry") for _ in range(50)]
        wait_until(lambda: "storage_away" in platform.log("ingest"), seconds=15, what="notice")
    finally:
        runtime.postgres.start()
    done = RawMessage.objects.filter(state=RawState.DONE)
    wait_until(lambda: done.count() == 100, seconds=60, what="all hundred")
    keys = set(done.values_list("event_key", flat=True))
    assert keys == {f"event:{one}" for one in ids}
    wait_until(
        lambda: any(topic.endswith("/receipt") for topic, _ in sensor.inbox),
        seconds=5,
        what="receipts",
    )
    assert platform.stop("ingest") == 0
