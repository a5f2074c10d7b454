"""The ingest loop itself: both protocol versions, the database away, what may be acknowledged."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import OperationalError

from devices.models import RawMessage
from devices.mqtt import inbox
from devices.mqtt.client import ConnectionRefused, Endpoint, Session, connect, speaks_5
from devices.mqtt.ingest import Ingest
from smartcommunity.embedded.broker import Broker
from smartcommunity.embedded.runtime import Runtime
from tests.processes import wait_until

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module", params=["mosquitto", "nats"])
def broker(request: pytest.FixtureRequest, tmp_path_factory: Any) -> Iterator[Broker]:
    state: Path = tmp_path_factory.mktemp(request.param) / "state"
    given = {"DATABASE_URL": "-", "REDIS_URL": "-"}
    with Runtime(
        state, ports="free", durable=False, broker=request.param, environment=given
    ) as running:
        assert running.broker is not None
        yield running.broker


@pytest.fixture
def ingest(broker: Broker) -> Iterator[Ingest]:
    """Connected and subscribed; the test turns its crank."""
    ingest = copy(broker, "1")
    yield ingest
    ingest.leave(for_good=True)


def copy(broker: Broker, name: str) -> Ingest:
    ingest = Ingest(url=broker.url(), name=name)
    crank(ingest, until=lambda: ingest.client is not None)
    for _ in range(10):
        ingest.receive()
    return ingest


def crank(ingest: Ingest, *, until: Any, seconds: float = 15) -> None:
    def turn() -> bool:
        ingest.receive()
        if ingest.due():
            ingest.flush()
        return bool(until())

    wait_until(turn, seconds=seconds)


def publish(broker: Broker, *ids: str) -> None:
    client = connect(Endpoint.parse(broker.url()), Session(client_id="publisher"))
    client.loop_start()
    for one in ids:
        body = f'{{"id": "{one}", "kind": "sos"}}'.encode()
        client.publish("sc/v1/gate-1/event", body, qos=1).wait_for_publish(5)
    client.disconnect()
    client.loop_stop()


def test_stored_then_acknowledged_and_not_delivered_again(broker: Broker, ingest: Ingest) -> None:
    assert ingest.client is not None
    assert speaks_5(ingest.client) == (broker.protocol == "5")
    publish(broker, "a", "b", "c")
    crank(ingest, until=lambda: RawMessage.objects.count() == 3)
    again(broker, ingest)
    publish(broker, "d")
    crank(ingest, until=lambda: RawMessage.objects.count() == 4)
    assert ingest.counts.duplicates == 0


@pytest.mark.django_db(transaction=True)
def test_what_was_not_stored_is_delivered_again(
    broker: Broker, ingest: Ingest, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(messages: Any) -> None:
        raise OperationalError

    with monkeypatch.context() as patch:
        patch.setattr(inbox, "store", away)
        publish(broker, "a", "b")
        crank(ingest, until=lambda: len(ingest.pending) == 2 and not ingest.database_pause.over)
    ingest.pending.clear()
    again(broker, ingest)
    crank(ingest, until=lambda: RawMessage.objects.count() == 2, seconds=40)


def test_an_old_delivery_is_not_acknowledged_on_a_new_connection(
    broker: Broker, ingest: Ingest
) -> None:
    if broker.kind == "nats":
        pytest.skip("delivers again after half a minute only, as the test before has shown")
    publish(broker, "a")
    while not ingest.pending:
        ingest.receive()
    again(broker, ingest)
    ingest.flush()
    crank(ingest, until=lambda: ingest.counts.duplicates == 1, seconds=40)
    assert RawMessage.objects.count() == 1


def test_a_retired_copy_leaves_nothing_behind(broker: Broker, ingest: Ingest) -> None:
    """A copy that is merely stopped would go on being given its share of the messages."""
    if broker.protocol != "5":
        pytest.skip("without shared subscriptions every copy hears everything")
    second = copy(broker, "2")
    ids = [str(number) for number in range(20)]
    publish(broker, *ids)
    second.retire()
    assert RawMessage.objects.exists(), "it stored its share before it went"
    assert second.client is None
    crank(ingest, until=lambda: RawMessage.objects.count() == 20)
    publish(broker, *(f"later-{one}" for one in ids))
    crank(ingest, until=lambda: RawMessage.objects.count() == 40)


def test_a_wrong_password_is_named(broker: Broker) -> None:
    wrong = broker.url().replace(broker.password, "wrong")
    with pytest.raises(ConnectionRefused, match="Not authorized"):
        connect(Endpoint.parse(wrong), Session(client_id="x"))


def again(broker: Broker, ingest: Ingest) -> None:
    """Lose the connection without a farewell and come back."""
    assert ingest.client is not None
    ingest.client._sock_close()
    ingest.client = None
    while ingest.client is None:
        ingest.receive()


@pytest.mark.parametrize("url", ["http://x", "mqtt://", "nonsense"])
def test_a_url_that_is_none(url: str) -> None:
    with pytest.raises(ValueError, match="MQTT_URL"):
        Endpoint.parse(url)


def test_a_url_in_full() -> None:
    assert Endpoint.parse("mqtts://a%40b:p%2Fw@host") == Endpoint("host", 8883, "a@b", "p/w", True)
    assert Endpoint.parse(settings.MQTT_URL).tls is False
