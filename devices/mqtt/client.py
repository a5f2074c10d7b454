"""One way to the broker: MQTT 5, or 3.1.1 where the broker knows no newer (NATS)."""

import time
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

CONNECT_SECONDS = 5.0
KEEPALIVE_SECONDS = 30
PORTS = {"mqtt": 1883, "mqtts": 8883}
BAD_CREDENTIALS = {
    "Bad user name or password",
    "Not authorized",
    "Banned",
    "Bad authentication method",
}


class ConnectionRefused(ConnectionError):
    """The broker answered and does not let us in; the text says why."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A broker's address and our account there, from `mqtt[s]://user:password@host:port`."""

    host: str
    port: int
    username: str
    password: str
    tls: bool

    @classmethod
    def parse(cls, url: str) -> "Endpoint":
        """Raises ValueError for another scheme or a URL without a host."""
        parts = urlsplit(url)
        if parts.scheme not in PORTS or not parts.hostname:
            raise ValueError("MQTT_URL must be mqtt[s]://user:password@host[:port]")
        return cls(
            parts.hostname,
            parts.port or PORTS[parts.scheme],
            unquote(parts.username or ""),
            unquote(parts.password or ""),
            parts.scheme == "mqtts",
        )


@dataclass(frozen=True, slots=True)
class Session:
    """What we ask the broker for.

    Attributes:
        expiry: seconds for which the broker keeps subscriptions and messages of an absent client;
            0 keeps nothing.
        receive_maximum: messages the broker may send before it waits for acknowledgements.
        manual_ack: whether the caller acknowledges with `client.ack`.
        will: (topic, payload) published, retained, when the client is lost.
    """

    client_id: str
    expiry: int = 0
    receive_maximum: int = 0
    manual_ack: bool = False
    will: tuple[str, bytes] | None = None


def connect(endpoint: Endpoint, session: Session) -> mqtt.Client:
    """Return a connected client; the caller drives it (`loop` or `loop_start`).

    Raises:
        ConnectionRefused: wrong password, or no common protocol version.
        OSError: nobody there.
    """
    reason = "no answer"
    for version in (MQTTProtocolVersion.MQTTv5, MQTTProtocolVersion.MQTTv311):
        client = _client(endpoint, session, version)
        answer = _handshake(client, endpoint, session)
        if answer is not None and not answer.is_failure:
            return client
        reason = str(answer or reason)
        if reason in BAD_CREDENTIALS:
            break
    raise ConnectionRefused(reason)


def speaks_5(client: mqtt.Client) -> bool:
    """Whether shared subscriptions and message expiry are to be had."""
    return bool(client.protocol == MQTTProtocolVersion.MQTTv5)


def _client(endpoint: Endpoint, session: Session, version: MQTTProtocolVersion) -> mqtt.Client:
    old = version != MQTTProtocolVersion.MQTTv5
    client = mqtt.Client(
        CallbackAPIVersion.VERSION2,
        client_id=session.client_id,
        clean_session=not session.expiry if old else None,
        protocol=version,
        reconnect_on_failure=False,
        manual_ack=session.manual_ack,
    )
    client.username_pw_set(endpoint.username, endpoint.password)
    if endpoint.tls:
        client.tls_set()
    if session.will:
        client.will_set(*session.will, qos=1, retain=True)
    return client


def _handshake(client: mqtt.Client, endpoint: Endpoint, session: Session) -> ReasonCode | None:
    """Connect and wait for the broker's answer; None when it hung up without one."""
    answers: list[ReasonCode] = []
    client.on_connect = lambda _c, _u, _f, reason, _p: answers.append(reason)
    if speaks_5(client):
        wishes = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        wishes.SessionExpiryInterval = session.expiry
        if session.receive_maximum:
            wishes.ReceiveMaximum = session.receive_maximum
        client.connect(
            endpoint.host,
            endpoint.port,
            KEEPALIVE_SECONDS,
            clean_start=not session.expiry,
            properties=wishes,
        )
    else:
        client.connect(endpoint.host, endpoint.port, KEEPALIVE_SECONDS)
    until = time.monotonic() + CONNECT_SECONDS
    while not answers and time.monotonic() < until:
        if client.loop(0.2) != mqtt.MQTT_ERR_SUCCESS:
            break
    client.on_connect = None
    return answers[0] if answers else None
