"""The simulator against the running platform: what it says it said is what was stored."""

import json
from collections import Counter
from pathlib import Path

import pytest
from django.core.management import call_command
from PIL import Image

from accounts.viewer import SYSTEM
from devices import actions
from devices.choices import CommandKind, CommandState, EventKind
from devices.models import Command, Device, DeviceEvent, DeviceProfile, DeviceState
from tests.conftest import World
from tests.processes import Platform, wait_until


@pytest.mark.faults
def test_the_truth_is_what_was_stored(platform: Platform, estate: World, tmp_path: Path) -> None:
    accounts: dict[str, dict[str, str]] = {}

    def enrol(code: str, profile: str, gateway: str = "", address: str = "") -> None:
        row, password = actions.enrol_device(
            viewer=SYSTEM,
            code=code,
            name=code,
            profile=DeviceProfile.objects.get(key=profile),
            area=estate.estate,
            gateway=Device.objects.filter(code=gateway).first(),
            address=address,
        )
        category = row.profile.category
        accounts[code] = {
            "password": password,
            "category": category,
            "gateway": gateway,
            "address": address,
        }

    enrol("gate-1", "native-gate")
    enrol("camera-1", "native-camera")
    enrol("gw-1", "zigbee-gateway")
    for number in range(3):
        enrol(f"water-{number}", "zigbee-water", "gw-1", f"home/{number}")
    (tmp_path / "accounts.json").write_text(json.dumps(accounts))
    Image.effect_noise((320, 240), 50).convert("RGB").save(tmp_path / "stranger-1.jpg")
    platform.start("ingest", "lone worker")
    wait_until(lambda: "connected" in platform.log("ingest"), seconds=30, what="ingest")
    command = actions.request_command(
        device=Device.objects.select_related("profile", "area").get(code="gate-1"),
        kind=CommandKind.OPEN,
        reason="test",
    )

    truth = tmp_path / "truth.jsonl"
    call_command(
        "simulate",
        *("--rate", "20", "--seconds", "8", "--frame-every", "1", "--leak-every", "1"),
        *("--leak-lasts", "1", "--area", estate.estate.code),
        *("--accounts", str(tmp_path / "accounts.json")),
        *("--pictures", str(tmp_path), "--truth", str(truth)),
    )
    said = [json.loads(line) for line in truth.read_text().splitlines()]
    frames = [one["event"] for one in said if "shows" in one]
    reports = sum("raised" in one for one in said)
    assert frames
    assert reports > 100

    def stored(kind: EventKind) -> int:
        return DeviceEvent.objects.filter(kind=kind).count()

    wait_until(
        lambda: stored(EventKind.TELEMETRY) == reports and stored(EventKind.FRAME) == len(frames),
        seconds=20,
        what="all events",
    )
    assert stored(EventKind.WATER_LEAK) == leaks(said)
    keys = DeviceEvent.objects.filter(kind=EventKind.FRAME).values_list("event_key", flat=True)
    assert Counter(keys) == Counter(frames)
    command.refresh_from_db()
    assert command.state == CommandState.DONE
    assert Command.objects.count() == 1
    wait_until(
        lambda: not DeviceState.objects.filter(device__code="gate-1", online=True).exists(),
        seconds=10,
        what="farewell",
    )


def leaks(said: list[dict[str, object]]) -> int:
    """How often the water came: reports that raise what the one before did not."""
    wet: dict[object, bool] = {}
    count = 0
    for one in said:
        if "raised" in one:
            now = "water_leak" in str(one["raised"])
            count += now and not wet.get(one["topic"], False)
            wet[one["topic"]] = now
    return count
