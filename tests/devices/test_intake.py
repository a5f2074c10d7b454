"""From the inbox to events: once each, in spite of repetition, disorder and bad input."""

import io
import json
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.db.models import F
from PIL import Image

from devices import actions
from devices.actions.intake import MAX_ATTEMPTS
from devices.choices import EventKind, RawState
from devices.errors import NotReplayable
from devices.events import EventRecorded
from devices.models import Device, DeviceEvent, DeviceState, RawMessage
from devices.mqtt.inbox import Stored
from smartcommunity.kernel import bus, clock
from smartcommunity.kernel.errors import NotAllowed, NotFound
from tests.devices.conftest import Estate, fault_of_last

pytestmark = pytest.mark.django_db

Receive = Callable[..., Stored]
LEAK = "zigbee2mqtt/gw-1/kitchen/sink"


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[EventRecorded]]:
    """What a floor above hears."""
    events: list[EventRecorded] = []
    monkeypatch.setitem(bus._handlers, EventRecorded, [events.append])
    return events


def jpeg(width: int = 64, height: int = 48) -> bytes:
    content = io.BytesIO()
    Image.effect_noise((width, height), 60).convert("RGB").save(content, "JPEG")
    return content.getvalue()


def test_a_leak_is_one_event_however_often_it_is_repeated(
    estate: Estate, receive: Receive, heard: list[EventRecorded]
) -> None:
    for leak, temperature in ((True, 20), (True, 21), (False, 21), (True, 21)):
        receive(LEAK, json.dumps({"water_leak": leak, "temperature": temperature}).encode())
    sensor = estate.devices["gw-1.sink"]
    assert sensor.events.filter(kind=EventKind.WATER_LEAK).count() == 2
    assert sensor.events.filter(kind=EventKind.TELEMETRY).count() == 4
    state = DeviceState.objects.get(device=sensor)
    assert state.data == {"water_leak": True, "temperature": 21}
    assert state.online
    assert [one.event.kind for one in heard if one.event.kind != EventKind.TELEMETRY] == [
        EventKind.WATER_LEAK,
        EventKind.WATER_LEAK,
    ]
    seen = Device.objects.filter(last_seen_at__isnull=False).values_list("code", flat=True)
    assert set(seen) == {"gw-1", "gw-1.sink"}


def test_the_broker_delivers_again_what_was_stored_already(
    estate: Estate, receive: Receive
) -> None:
    payload = b'{"water_leak": true}'
    assert receive(LEAK, payload, mid=7).duplicates == 0
    assert receive(LEAK, payload, mid=7).duplicates == 1
    assert receive(LEAK, payload, mid=8).duplicates == 0, "equal bytes are not the same message"
    assert [receive(LEAK, payload, qos=0).duplicates for _ in range(2)] == [0, 0]


def test_the_senders_id_is_known_whatever_the_delivery(estate: Estate, receive: Receive) -> None:
    body = b'{"id": "1", "kind": "sos"}'
    first = receive("sc/v1/gate-1/event", body)
    again = receive("sc/v1/gate-1/event", body)
    other = receive("sc/v1/gate-2/event", body)
    assert (first.duplicates, again.duplicates, other.duplicates) == (0, 1, 0)
    assert again.receipts == {"sc/v1/gate-1/receipt": ["1"]}, "told again: it may forget it"
    assert DeviceEvent.objects.count() == 2


def test_a_message_overtaken_by_a_newer_one_changes_no_state(
    estate: Estate, receive: Receive
) -> None:
    receive(LEAK, b'{"water_leak": false}')
    late = RawMessage.objects.latest("id")
    receive(LEAK, b'{"water_leak": false, "temperature": 5}')
    RawMessage.objects.filter(pk=late.pk).update(
        state=RawState.NEW, payload=b'{"water_leak": true, "temperature": 9}', leased_until=None
    )
    actions.process(ids=[late.pk])
    sensor = estate.devices["gw-1.sink"]
    assert DeviceState.objects.get(device=sensor).data == {"water_leak": False, "temperature": 5}
    assert sensor.events.filter(kind=EventKind.WATER_LEAK).exists(), "yet the leak is told"


def test_status_is_told_when_it_changes(estate: Estate, receive: Receive) -> None:
    for text in (b"online", b"online", b"offline", b"offline", b"online"):
        receive("sc/v1/gate-1/status", text)
    kinds = [event.kind for event in estate.devices["gate-1"].events.order_by("received_at")]
    assert kinds == ["online", "offline", "online"]


def test_a_passage_token_is_told_but_not_kept(
    estate: Estate, receive: Receive, heard: list[EventRecorded]
) -> None:
    body = {"id": "p1", "kind": "passage", "data": {"method": "qr", "token": "secret"}}
    receive("sc/v1/gate-1/event", json.dumps(body).encode())
    assert heard[0].event.data == {"method": "qr", "token": "secret"}
    assert DeviceEvent.objects.get().data == {"method": "qr"}
    assert bytes(RawMessage.objects.get().payload) == b""


def test_a_frame_waits_for_the_floor_above(estate: Estate, receive: Receive) -> None:
    receive("sc/v1/camera-1/frame/f1", jpeg())
    event = DeviceEvent.objects.get()
    assert (event.kind, event.event_key, event.handled_at) == (EventKind.FRAME, "f1", None)
    assert event.frame
    actions.mark_handled(event_ids=[event.pk])
    event.refresh_from_db()
    assert event.handled_at


def test_a_repeated_frame_leaves_no_file_behind(estate: Estate, receive: Receive) -> None:
    picture = jpeg()
    receive("sc/v1/camera-1/frame/f1", picture)
    before = files()
    assert receive("sc/v1/camera-1/frame/f1", picture).duplicates == 1
    assert files() == before


def files() -> int:
    def walk(folder: str) -> int:
        folders, names = default_storage.listdir(folder)
        return len(names) + sum(walk(f"{folder}/{one}") for one in folders)

    return walk("vault/frames")


PNG = io.BytesIO()
Image.new("RGB", (8, 8)).save(PNG, "PNG")
HUGE = bytearray(jpeg())
AT = HUGE.index(b"\xff\xc0") + 5
HUGE[AT : AT + 4] = (30_000).to_bytes(2) + (30_000).to_bytes(2)


@pytest.mark.parametrize(
    ("topic", "payload", "fault"),
    [
        ("sc/v1/gate-1/event", b"\xff\xfe", "not_json"),
        ("sc/v1/gate-1/event", b"[" * 50_000, "not_json"),
        ("sc/v1/gate-1/event", b'{"id": "1"}', "wrong_shape"),
        ("sc/v1/gate-1/event", b" " * 70_000, "too_many_bytes"),
        ("sc/v1/nobody/event", b'{"id": "1", "kind": "sos"}', "unknown_device"),
        ("zigbee2mqtt/gw-1/attic", b'{"smoke": true}', "unknown_device"),
        ("zigbee2mqtt/gw-1", b"{}", "unknown_topic"),
        ("a/b\0c", b"", "unknown_topic"),
        ("sc/v1/camera-1/frame", b"", "not_an_image"),
        ("sc/v1/camera-1/frame", b"no picture", "not_an_image"),
        ("sc/v1/camera-1/frame", PNG.getvalue(), "not_an_image"),
        ("sc/v1/camera-1/frame", jpeg(400, 300)[:3000], "truncated"),
        ("sc/v1/camera-1/frame", bytes(HUGE), "too_many_pixels"),
        ("sc/v1/camera-1/frame", b"\xff" * (1024 * 1024 + 1), "too_many_bytes"),
        ("sc/v1/gate-1/ack", b'{"id": "no uuid", "result": "done"}', "wrong_shape"),
    ],
)
def test_bad_input_is_quarantined_with_its_reason(
    estate: Estate, receive: Receive, topic: str, payload: bytes, fault: str
) -> None:
    receive(topic, payload)
    assert fault_of_last() == fault
    receive("sc/v1/gate-1/event", b'{"id": "good", "kind": "sos"}')
    assert DeviceEvent.objects.get().event_key == "good"


def test_a_handler_that_fails_quarantines_the_message_and_undoes_it(
    estate: Estate, receive: Receive, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(event: EventRecorded) -> None:
        raise RuntimeError("no rule")

    with monkeypatch.context() as patch:
        patch.setitem(bus._handlers, EventRecorded, [fail])
        receive("sc/v1/gate-1/event", b'{"id": "1", "kind": "sos"}')
    row = RawMessage.objects.get()
    assert (row.state, row.fault, row.fault_detail) == (
        "quarantined",
        "driver_error",
        "RuntimeError",
    )
    assert not DeviceEvent.objects.exists()

    actions.replay(viewer=estate.world.viewer("property"), raw_id=row.pk)
    actions.process(ids=[row.pk])
    assert DeviceEvent.objects.get().event_key == "1"


def test_replay_after_the_device_was_registered(estate: Estate, receive: Receive) -> None:
    receive("sc/v1/gate-9/event", b'{"id": "1", "kind": "sos"}')
    row = RawMessage.objects.get()
    with pytest.raises(NotAllowed):
        actions.replay(viewer=estate.world.viewer("police"), raw_id=row.pk)
    with pytest.raises(NotFound):
        actions.replay(viewer=estate.world.viewer("property"), raw_id=row.pk)
    estate.enrol("gate-9", "native-gate", area=estate.world.other_estate)
    with pytest.raises(NotFound):
        actions.replay(viewer=estate.world.viewer("property_manager"), raw_id=row.pk)
    actions.replay(viewer=estate.world.viewer("system_admin"), raw_id=row.pk)
    actions.process(ids=[row.pk])
    assert DeviceEvent.objects.get().device.code == "gate-9"


def test_what_was_not_kept_cannot_be_replayed(estate: Estate, receive: Receive) -> None:
    receive("sc/v1/gate-1/event", b" " * 70_000)
    with pytest.raises(NotReplayable):
        actions.replay(viewer=estate.world.viewer("property"), raw_id=RawMessage.objects.get().pk)


def test_a_switched_off_device_is_not_heard(estate: Estate, receive: Receive) -> None:
    Device.objects.filter(code="gate-1").update(active=False)
    receive("sc/v1/gate-1/event", b'{"id": "1", "kind": "sos"}')
    assert fault_of_last() == "inactive_device"


def test_the_sweep_takes_what_a_dead_worker_left(estate: Estate, receive: Receive) -> None:
    receive("sc/v1/gate-1/event", b'{"id": "1", "kind": "sos"}')
    past = clock.now() - timedelta(minutes=1)
    rows = RawMessage.objects.all()
    rows.update(state=RawState.NEW, received_at=past, leased_until=clock.now() + timedelta(9))
    assert actions.sweep() == 0, "leased to somebody"
    rows.update(leased_until=past)
    assert actions.sweep() == 1
    assert DeviceEvent.objects.count() == 1, "the event is not doubled"
    rows.update(state=RawState.NEW, leased_until=None, attempts=F("attempts") + MAX_ATTEMPTS)
    assert actions.sweep() == 1
    assert fault_of_last() == "driver_error"
