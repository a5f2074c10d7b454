"""Each driver against its own sample messages, and against nonsense."""

import json
import re
import uuid
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import devices.drivers
from devices.drivers.base import Acknowledgement, Message, Normalised
from devices.drivers.registry import DRIVERS
from devices.errors import Unreadable
from devices.mqtt import topics

SAMPLES = Path(devices.drivers.__file__).parent / "samples"
ALL = [
    pytest.param(driver, sample, id=f"{driver}: {sample['name']}")
    for driver in DRIVERS
    for sample in json.loads((SAMPLES / f"{driver}.json").read_text())
]
TOPICS = [sample.values[1]["topic"] for sample in ALL]


def payload_of(sample: dict[str, Any]) -> bytes:
    return (sample["text"] if "text" in sample else json.dumps(sample["payload"])).encode()


@pytest.mark.parametrize(("driver", "sample"), ALL)
def test_sample(driver: str, sample: dict[str, Any]) -> None:
    payload = payload_of(sample)
    address = topics.locate(sample["topic"])
    assert address is not None
    assert address.driver.key == driver
    assert address.sender_id(payload) == sample.get("sender_id", "")
    message = Message(address.parts, payload, "KEY")
    if "fault" in sample:
        with pytest.raises(Unreadable) as refused:
            address.driver.read(message)
        assert refused.value.fault == sample["fault"]
        return
    readings = address.driver.read(message)
    if "acknowledged" in sample:
        expected = sample["acknowledged"]
        assert readings == [Acknowledgement(uuid.UUID(expected["command_id"]), expected["done"])]
        return
    assert [plain(reading) for reading in readings] == sample["readings"]


def plain(reading: object) -> dict[str, Any]:
    """A reading as samples write it: without what is empty."""
    assert isinstance(reading, Normalised)
    values = {key: value for key, value in asdict(reading).items() if value}
    if "device_time" in values:
        values["device_time"] = values["device_time"].isoformat()
    return values


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
NAMES = ("id", "kind", "time", "data", "result", "state", "token")
FIELDS = ("contact", "water_leak", "battery", "action", "last_seen")
words = st.sampled_from(NAMES + FIELDS)
bodies = st.dictionaries(words | st.text(max_size=4), json_values, max_size=8)
payloads = st.binary(max_size=200) | bodies.map(lambda body: json.dumps(body).encode())


@settings(max_examples=500, deadline=None)
@given(topic=st.sampled_from(TOPICS), payload=payloads)
def test_nonsense_is_refused_and_what_is_read_can_be_stored(topic: str, payload: bytes) -> None:
    address = topics.locate(topic)
    assert address is not None
    assert len(address.event_key(address.sender_id(payload) or "x")) <= topics.MAX_KEY
    try:
        readings = address.driver.read(Message(address.parts, payload, "KEY"))
    except Unreadable:
        return
    for reading in readings:
        if isinstance(reading, Normalised):
            stored = json.dumps(dict(reading.data), allow_nan=False, ensure_ascii=False)
            assert "\\u0000" not in stored.replace("\\\\", "")
            stored.encode()
            assert len(reading.event_key) <= topics.MAX_KEY
            assert len(reading.address) <= 120
            assert reading.device_time is None or isinstance(reading.device_time, datetime)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=60) | st.from_regex(r"(sc/v1|zigbee2mqtt)/[a-z/]{0,30}"))
def test_any_topic_is_located_or_unknown(topic: str) -> None:
    address = topics.locate(topic)
    assert address is None or (address.source and "/" not in address.source)


@pytest.mark.parametrize(
    "topic", ["sc/v1/a", "sc/v1/a/frame/", "sc/v2/a/event", "zigbee2mqtt/gw", "", "sc/v1//event"]
)
def test_unknown_topics(topic: str) -> None:
    assert topics.locate(topic) is None


def test_a_long_id_still_makes_a_key() -> None:
    address = topics.locate("sc/v1/a/event")
    assert address is not None
    assert re.fullmatch(r"[0-9a-f]{64}", address.event_key("x" * 200))


@pytest.mark.parametrize("driver", DRIVERS.values(), ids=str)
def test_a_device_may_use_its_own_topics_only(driver: Any) -> None:
    for topic in (*driver.publishes, *driver.receives):
        assert topic.split("/")[topic.split("/").index("{code}")] == "{code}"
        assert not set("+#") & set(topic.partition("{code}")[0])
