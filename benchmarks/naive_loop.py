"""What a first attempt looks like: one MQTT callback, face_recognition's example, the ORM.

    python benchmarks/naive_loop.py gates KNOWN.npy [--quarter]
    python benchmarks/naive_loop.py sensors

KNOWN.npy: raw descriptors, shape (people, 128). Settings and MQTT_URL come from the environment.
`gates` follows examples/facerec_from_webcam.py of face_recognition 1.3.0: locate faces, encode
them, compare with a list. `--quarter` is the shortcut of facerec_from_webcam_faster.py: everything,
encoding too, on the picture at a quarter of its width and height. paho acknowledges by itself once
the callback returns.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import cv2
import django
import face_recognition
import numpy as np
import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
django.setup()

from django.utils import timezone  # noqa: E402

from devices.models import RawMessage  # noqa: E402  models need Django set up
from security.models import Gate  # noqa: E402

Handler = Callable[[mqtt.Client, Any, mqtt.MQTTMessage], None]


def gates(known: list[Any], *, quarter: bool) -> Handler:
    """Return the callback for frames."""

    def on_frame(client: mqtt.Client, _data: Any, message: mqtt.MQTTMessage) -> None:
        _, _, camera, _, frame_id = message.topic.split("/")
        picture: Any = cv2.imdecode(np.frombuffer(message.payload, np.uint8), cv2.IMREAD_COLOR)
        if quarter:
            picture = cv2.resize(picture, (0, 0), fx=0.25, fy=0.25)
        picture = cv2.cvtColor(picture, cv2.COLOR_BGR2RGB)
        places = face_recognition.face_locations(picture)
        for face in face_recognition.face_encodings(picture, places):
            if any(face_recognition.compare_faces(known, face)):
                save(message, frame_id)
                gate = Gate.objects.select_related("controller").get(camera__code=camera)
                command = json.dumps({"id": frame_id, "kind": "open"})
                client.publish(f"sc/v1/{gate.controller.code}/cmd", command, qos=1)

    return on_frame


def on_reading(_client: mqtt.Client, _data: Any, message: mqtt.MQTTMessage) -> None:
    save(message, json.loads(message.payload)["id"])


def save(message: mqtt.MQTTMessage, event_key: str) -> None:
    RawMessage.objects.create(
        source=message.topic.split("/")[2],
        event_key=event_key,
        topic=message.topic,
        payload=message.payload if len(message.payload) < 1000 else b"",
        size=len(message.payload),
        received_at=timezone.now(),
        state="done",
    )


def serve(topic: str, handler: Handler) -> None:
    broker = urlsplit(os.environ["MQTT_URL"])
    client = mqtt.Client(CallbackAPIVersion.VERSION2)
    client.username_pw_set(broker.username, broker.password)
    client.on_subscribe = lambda *_: print("connected", flush=True)
    client.on_message = handler
    client.connect(str(broker.hostname), broker.port or 1883)
    client.subscribe(topic, qos=1)
    client.loop_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=["gates", "sensors"])
    parser.add_argument("known", nargs="?", type=Path)
    parser.add_argument("--quarter", action="store_true")
    options = parser.parse_args()
    if options.what == "sensors":
        serve("sc/v1/+/event", on_reading)
    else:
        serve("sc/v1/+/frame/+", gates(list(np.load(options.known)), quarter=options.quarter))
