"""Bad input over the real broker: counted, visible, with a reason; the next good message passes."""

import io
from collections.abc import Callable

import pytest
from django.test import Client
from PIL import Image

from devices.choices import Fault
from devices.models import DeviceEvent, IntakeHour, RawMessage, Refusal
from devices.mqtt.client import ConnectionRefused
from tests.conftest import World
from tests.processes import Platform, Sender, wait_until


def jpeg() -> bytes:
    content = io.BytesIO()
    Image.effect_noise((200, 150), 60).convert("RGB").save(content, "JPEG")
    return content.getvalue()


def with_dimensions(picture: bytes, width: int, height: int) -> bytes:
    """The picture with another size in its header."""
    at = picture.index(b"\xff\xc0") + 5
    return picture[:at] + height.to_bytes(2) + width.to_bytes(2) + picture[at + 4 :]


@pytest.mark.faults
def test_nothing_stops_and_everything_is_seen(
    platform: Platform,
    estate: World,
    device: Callable[..., Sender],
    client_for: Callable[[str], Client],
) -> None:
    camera = device("42010000001320000001", "native-camera")
    gate = device("42010000001320000002", "native-gate")
    platform.start("ingest", "worker")
    wait_until(lambda: "connected" in platform.log("ingest"), seconds=30, what="ingest")

    picture = jpeg()
    camera.publish("frame/broken", picture[:2000])
    camera.publish("frame/words", b"not a picture")
    camera.publish("frame/huge", with_dimensions(picture, 30_000, 30_000))
    camera.publish("frame/heavy", b"\xff" * (1024 * 1024 + 1))
    gate.publish("event", b"not json")
    gate.publish_to("sc/v1/42010000001320000001/event", b'{"id": "x", "kind": "sos"}')
    repeated = b'{"id": "twice", "kind": "sos"}'
    for _ in range(2):
        gate.publish("event", repeated)
    with pytest.raises(ConnectionRefused):
        Sender("42010000001320000001", "wrong password")
    unknown = Sender(*platform_account())  # the platform's own account may say anything
    unknown.publish_to("sc/v1/nobody/event", b'{"id": "1", "kind": "sos"}')
    unknown.close()
    camera.publish("frame/fifty", b"\xff" * 50_000_000, wait=False)
    good = gate.event("sos")

    wait_until(
        lambda: DeviceEvent.objects.filter(event_key=good).exists(), seconds=30, what="good one"
    )
    wait_until(
        lambda: (
            set(Refusal.objects.values_list("kind", flat=True))
            >= {Fault.BAD_PASSWORD, Fault.FOREIGN_TOPIC, Fault.OVERSIZE}
        ),
        seconds=15,
        what="refusals of the broker",
    )
    wait_until(
        lambda: not RawMessage.objects.filter(state="new").exists(), seconds=15, what="the others"
    )
    faults = dict(RawMessage.objects.filter(state="quarantined").values_list("event_key", "fault"))
    assert faults.pop("event:1") == Fault.UNKNOWN_DEVICE
    assert {faults.pop(f"frame:{name}") for name in ("broken", "words")} == {
        Fault.TRUNCATED_IMAGE,
        Fault.NOT_AN_IMAGE,
    }
    assert faults.pop("frame:huge") == Fault.TOO_MANY_PIXELS
    assert sorted(faults.values()) == [Fault.NOT_JSON, Fault.TOO_MANY_BYTES]
    assert DeviceEvent.objects.filter(event_key="twice").count() == 1
    wait_until(
        lambda: IntakeHour.objects.filter(duplicates=1).exists(), seconds=15, what="duplicate"
    )
    foreign = Refusal.objects.get(kind=Fault.FOREIGN_TOPIC)
    assert foreign.source == gate.code
    assert foreign.topic == "sc/v1/42010000001320000001/event"

    page = client_for("system_admin").get("/devices/intake/").content.decode()
    for fault in faults.values():
        assert str(Fault(fault).label) in page
    page = client_for("system_admin").get("/devices/intake/refused/").content.decode()
    assert str(Fault.BAD_PASSWORD.label) in page
    assert platform.stop("ingest") == 0


def platform_account() -> tuple[str, str]:
    from django.conf import settings

    from devices.mqtt.client import Endpoint

    here = Endpoint.parse(settings.MQTT_URL)
    return here.username, here.password
