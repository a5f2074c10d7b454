"""Enrolment and the broker accounts that follow from it."""

import os
from pathlib import Path

import pytest
from django.core.management import call_command

from devices import actions
from devices.models import Device, DeviceProfile
from smartcommunity.kernel.errors import Invalid, NotAllowed
from tests.devices.conftest import Estate

pytestmark = pytest.mark.django_db


def test_each_account_has_its_own_topics(estate: Estate, tmp_path: Path) -> None:
    Device.objects.filter(code="gate-2").update(active=False)
    call_command("broker_credentials", "--out", str(tmp_path / "broker"))
    acl = (tmp_path / "broker/acl").read_text()
    users = [line.split()[1] for line in acl.splitlines() if line.startswith("user")]
    assert users == ["camera-1", "gate-1", "gw-1"], "none for the switched off or the gateway's"
    for block in acl.split("user ")[1:]:
        code, *topics = block.splitlines()
        assert all(f"/{code}/" in topic for topic in topics if topic)
    passwords = (tmp_path / "broker/passwd").read_text()
    assert "gate-1:$7$" in passwords
    assert estate.passwords["gate-1"] not in passwords
    assert os.stat(tmp_path / "broker/passwd").st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("code", "gateway", "address", "wrong"),
    [
        ("with space", "", "", "code"),
        ("a/b", "", "", "code"),
        ("a+b", "", "", "code"),
        ("x" * 41, "", "", "code"),
        ("gate-1", "", "", "code"),
        ("new", "gw-1", "", "address"),
        ("new", "gw-1", "a/#", "address"),
        ("new", "gw-1", "kitchen/sink", "address"),
        ("new", "gw-1.sink", "x", "gateway"),
    ],
)
def test_what_cannot_be_enrolled_says_why(
    estate: Estate, code: str, gateway: str, address: str, wrong: str
) -> None:
    with pytest.raises(Invalid) as refused:
        estate.enrol(code, "zigbee-water", gateway=estate.devices.get(gateway), address=address)
    assert set(refused.value.fields) == {wrong}


def test_who_enrols(estate: Estate) -> None:
    def enrol(name: str, code: str, where: str) -> None:
        actions.enrol_device(
            viewer=estate.world.viewer(name),
            code=code,
            name=code,
            profile=DeviceProfile.objects.get(key="native-gate"),
            area=estate.world.areas[where],
        )

    enrol("property_manager", "a", "estate")
    enrol("system_admin", "b", "other_estate")
    for name, where in (("property", "estate"), ("police_chief", "estate"), ("auditor", "estate")):
        with pytest.raises(NotAllowed):
            enrol(name, "c", where)
    with pytest.raises(NotAllowed):
        enrol("property_manager", "c", "other_estate")
