"""The platform's voice towards devices: one connection a process, made when first needed.

A forked worker makes its own: a socket shared with its parent would mix two streams of packets.
"""

import os
import threading
import uuid
from datetime import timedelta

import paho.mqtt.client as mqtt
from django.conf import settings
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from devices.mqtt.client import Endpoint, Session, connect, speaks_5
from smartcommunity.kernel.errors import Unavailable

PUBLISH_SECONDS = 2.0

_lock = threading.Lock()
_owner = 0
_client: mqtt.Client | None = None


def publish(topic: str, payload: bytes, *, expires_in: timedelta) -> None:
    """Publish with QoS 1 and wait for the broker's acknowledgement.

    `expires_in` lets an MQTT 5 broker drop the message for a device that comes back later.

    Raises:
        Unavailable: no acknowledgement in time; the caller's sweep tries again.
    """
    try:
        client = _connected()
        message = client.publish(topic, payload, qos=1, properties=_expiry(client, expires_in))
        message.wait_for_publish(PUBLISH_SECONDS)
    except (OSError, RuntimeError, ValueError) as error:
        _forget()
        raise Unavailable from error
    if not message.is_published():
        _forget()
        raise Unavailable


def _connected() -> mqtt.Client:
    global _client, _owner
    with _lock:
        if _client is None or _owner != os.getpid() or not _client.is_connected():
            session = Session(client_id=f"commands-{os.getpid()}-{uuid.uuid4().hex[:8]}")
            _client, _owner = connect(Endpoint.parse(settings.MQTT_URL), session), os.getpid()
            _client.loop_start()
        return _client


def _forget() -> None:
    """The next message gets a new connection; what this one still holds is not sent late."""
    global _client
    with _lock:
        if _client is not None:
            _client.disconnect()
            _client.loop_stop()
        _client = None


def _expiry(client: mqtt.Client, expires_in: timedelta) -> Properties | None:
    if not speaks_5(client):
        return None
    properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
    properties.MessageExpiryInterval = max(1, round(expires_in.total_seconds()))
    return properties
