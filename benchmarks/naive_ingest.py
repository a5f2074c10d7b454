"""The loop that tutorials show: one callback, one ORM insert, automatic acknowledgement."""

import os
import uuid

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "smartcommunity.settings.development")
django.setup()

from typing import Any  # noqa: E402

import paho.mqtt.client as mqtt  # noqa: E402
from django.conf import settings  # noqa: E402

from devices.models import RawMessage  # noqa: E402
from devices.mqtt.client import Endpoint  # noqa: E402
from smartcommunity.kernel import clock  # noqa: E402


def on_message(_client: mqtt.Client, _data: Any, message: mqtt.MQTTMessage) -> None:
    RawMessage.objects.create(
        source=message.topic.split("/")[2],
        event_key=uuid.uuid4().hex,
        topic=message.topic,
        payload=message.payload,
        size=len(message.payload),
        received_at=clock.now(),
    )


def main() -> None:
    here = Endpoint.parse(settings.MQTT_URL)
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
    client.username_pw_set(here.username, here.password)
    client.on_message = on_message
    client.on_subscribe = lambda *_: print("connected", flush=True)
    client.connect(here.host, here.port)
    client.subscribe("sc/v1/+/event", qos=1)
    client.loop_forever()


if __name__ == "__main__":
    main()
