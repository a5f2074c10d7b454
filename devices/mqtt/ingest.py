"""`manage.py ingest`: from the broker to the durable inbox, acknowledged after commit, in order.

One thread drives the connection and writes the batches, so nothing dies unseen: whatever is not
expected ends the process with an error and the supervisor starts it again. The broker keeps what
is not acknowledged, at most RECEIVE_MAXIMUM messages are on their way at a time: while the
database is away nothing is acknowledged, so the broker queues and nothing is lost.
"""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import paho.mqtt.client as mqtt
import structlog
from django.db import InterfaceError, OperationalError, connection
from paho.mqtt.reasoncodes import ReasonCode

from devices.broker_watch import count_refusals
from devices.mqtt import figures, inbox, topics
from devices.mqtt.client import Endpoint, Session, connect, speaks_5
from devices.mqtt.inbox import Incoming
from smartcommunity.kernel import clock

log = structlog.get_logger(__name__)

GROUP = "ingest"
SESSION_SECONDS = 30 * 24 * 3600
RECEIVE_MAXIMUM = 256
BATCH_MESSAGES = 1000
BATCH_SECONDS = 0.02
PENDING_BYTES = 256 * 1024 * 1024
WATCH_SECONDS = 2.0
REPORT_SECONDS = 10.0
QUIET_SECONDS = 2.0
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 15.0


class SubscriptionRefused(Exception):
    """The broker does not let us listen: its permissions are wrong, waiting would not help."""


@dataclass(slots=True)
class Pause:
    """Waiting times that double: until when, and how long next."""

    until: float = 0.0
    seconds: float = FIRST_PAUSE

    def lengthen(self) -> None:
        self.until = time.monotonic() + self.seconds
        self.seconds = min(self.seconds * 2, LONGEST_PAUSE)

    def clear(self) -> None:
        self.until, self.seconds = 0.0, FIRST_PAUSE

    @property
    def over(self) -> bool:
        return time.monotonic() >= self.until


class Ingest:
    """One copy. `name` makes its session; two copies of a name would take it from each other."""

    def __init__(self, *, url: str, name: str, broker_log: str = "") -> None:
        self.endpoint = Endpoint.parse(url)
        self.session = Session(
            client_id=f"ingest-{name}",
            expiry=SESSION_SECONDS,
            receive_maximum=RECEIVE_MAXIMUM,
            manual_ack=True,
        )
        self.name = name
        self.broker_log = broker_log
        self.stopping = False
        self.client: mqtt.Client | None = None
        self.generation = 0
        self.pending: list[Incoming] = []
        self.pending_bytes = 0
        self.pending_since = 0.0
        self.counts = figures.Counts()
        self.database_pause, self.broker_pause = Pause(), Pause()
        self.watch_at = self.report_at = 0.0

    def run(self) -> None:
        """Work until `stopping`; finishes the batch in hand."""
        while not self.stopping:
            self.receive()
            if self.due():
                self.flush()
            self.look_around()
        if self.pending:
            self.flush()
        self.report()
        self.leave()

    def retire(self) -> None:
        """Store what the broker holds for this copy, then give its session up for good.

        A stopped copy keeps its session, and the broker goes on setting its share of the messages
        aside for it. Raises ConnectionError when the broker is lost meanwhile: retire again.
        """
        while self.client is None:
            self.receive()
        self.client.unsubscribe(self.filters())
        quiet_at = time.monotonic() + QUIET_SECONDS
        while self.pending or time.monotonic() < quiet_at:
            self.receive()
            if self.client is None:
                raise ConnectionError("the broker was lost")
            if self.pending:
                quiet_at = time.monotonic() + QUIET_SECONDS
            if self.due():
                self.flush()
        self.report()
        self.leave(for_good=True)
        figures.retire(self.name)

    def leave(self, *, for_good: bool = False) -> None:
        """Say farewell; the session stays unless `for_good`."""
        if self.client is None:
            return
        self.client.disconnect()
        self.client.loop(0.1)
        self.client = None
        if for_good:  # a session without expiry takes the place of the kept one, and ends with us
            connect(self.endpoint, Session(self.session.client_id)).disconnect()

    # --- the wire ---------------------------------------------------------------------------

    def receive(self) -> None:
        """Take what the broker sends, for at most the time until the batch is due."""
        if self.pending_bytes > PENDING_BYTES:
            time.sleep(BATCH_SECONDS)
        elif self.client is None:
            self.connect()
        elif self.client.loop(BATCH_SECONDS) != mqtt.MQTT_ERR_SUCCESS:
            log.warning("broker_lost")
            self.client = None

    def connect(self) -> None:
        """Come back to our session; on failure wait longer each time."""
        if not self.broker_pause.over:
            time.sleep(BATCH_SECONDS)
            return
        try:
            client = connect(self.endpoint, self.session)
        except OSError as error:
            log.warning("broker_away", error=str(error))
            self.broker_pause.lengthen()
            return
        self.broker_pause.clear()
        self.generation += 1
        client.on_message = self.on_message
        client.on_subscribe = self.on_subscribe
        self.client = client
        client.subscribe([(one, 1) for one in self.filters()])
        log.info("connected", version=5 if speaks_5(client) else 3)

    def filters(self) -> list[str]:
        """What this copy subscribes to, shared with the other copies where the broker can."""
        share = f"$share/{GROUP}/" if self.client and speaks_5(self.client) else ""
        return [share + one for one in topics.filters()]

    def on_message(self, _client: mqtt.Client, _data: Any, message: mqtt.MQTTMessage) -> None:
        if not self.pending:
            self.pending_since = time.monotonic()
        self.pending_bytes += len(message.payload)
        self.pending.append(
            Incoming(
                topic=message._topic.decode("utf-8", "replace"),
                payload=bytes(message.payload),
                qos=message.qos,
                mid=message.mid,
                client_id=self.session.client_id,
                generation=self.generation,
                received_at=clock.now(),
            )
        )

    def on_subscribe(
        self, _client: mqtt.Client, _data: Any, _mid: int, reasons: list[ReasonCode], _more: Any
    ) -> None:
        if refused := [str(reason) for reason in reasons if reason.is_failure]:
            raise SubscriptionRefused(", ".join(refused))

    # --- the inbox --------------------------------------------------------------------------

    def due(self) -> bool:
        """A full batch, or one that has waited long enough; not while the database is away."""
        if not self.pending or not self.database_pause.over:
            return False
        waited = time.monotonic() - self.pending_since
        return len(self.pending) >= BATCH_MESSAGES or waited >= BATCH_SECONDS

    def flush(self) -> None:
        """Store one batch, then acknowledge it in the order in which it came."""
        batch = self.pending[:BATCH_MESSAGES]
        try:
            stored = inbox.store(batch)
        except (OperationalError, InterfaceError, OSError) as error:
            log.warning("storage_away", error=type(error).__name__, waiting=len(self.pending))
            connection.close()
            self.database_pause.lengthen()
            return
        self.database_pause.clear()
        self.acknowledge(batch)
        self.send_receipts(stored.receipts)
        self.pending = self.pending[BATCH_MESSAGES:]
        self.pending_bytes = sum(len(message.payload) for message in self.pending)
        self.counts.add(stored)

    def acknowledge(self, batch: list[Incoming]) -> None:
        """A message of a lost connection comes again and is acknowledged then: its packet
        identifier may by now stand for another one."""
        for message in batch:
            if self.client is not None and message.qos and message.generation == self.generation:
                self.client.ack(message.mid, message.qos)

    def send_receipts(self, receipts: dict[str, list[str]]) -> None:
        for topic, ids in receipts.items():
            if self.client is not None:
                self.client.publish(topic, json.dumps({"ids": ids}), qos=0)

    # --- the surroundings -------------------------------------------------------------------

    def look_around(self) -> None:
        """Now and then: count what the broker refused, tell what we did."""
        now = time.monotonic()
        if self.broker_log and now >= self.watch_at:
            self.watch_at = now + WATCH_SECONDS
            self.note(lambda: count_refusals(self.broker_log))
        if now >= self.report_at:
            self.report_at = now + REPORT_SECONDS
            self.report()

    def report(self) -> None:
        log.info("intake", **self.counts.as_dict(), pending=len(self.pending))
        if self.note(lambda: figures.save(self.name, self.counts)):
            self.counts = figures.Counts()

    def note(self, write: Callable[[], object]) -> bool:
        """Figures are worth less than messages: without a database they wait."""
        if not self.database_pause.over:
            return False
        try:
            write()
        except (OperationalError, InterfaceError) as error:
            log.warning("figures_not_saved", error=type(error).__name__)
            connection.close()
            return False
        return True
