"""Console pages and API: who sees which device, and at what cost."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from devices.models import Command, Device, RawMessage, Refusal
from smartcommunity.kernel import clock
from tests.devices.conftest import Estate
from tests.devices.test_intake import LEAK, Receive

pytestmark = pytest.mark.django_db

ClientFor = Callable[[str], Client]


def codes(client: Client, **filters: Any) -> set[str]:
    answer = client.get(reverse("devices:list"), filters)
    assert answer.status_code == 200
    return {row.code for row in answer.context["page"].rows}


def test_staff_see_the_devices_of_their_areas(estate: Estate, client_for: ClientFor) -> None:
    everything = {"gate-1", "camera-1", "gw-1", "gw-1.sink", "gate-2"}
    assert codes(client_for("property")) == everything
    assert codes(client_for("system_admin")) == everything
    assert codes(client_for("property_manager")) == everything - {"gate-2"}
    assert codes(client_for("auditor")) == set()


def test_filters(estate: Estate, receive: Receive, client_for: ClientFor) -> None:
    receive("sc/v1/gate-1/status", b"online")
    Device.objects.filter(code="gate-2").update(active=False)
    client = client_for("property")
    assert codes(client, category="gate") == {"gate-1", "gate-2"}
    assert codes(client, status="online") == {"gate-1"}
    assert codes(client, status="inactive") == {"gate-2"}
    assert codes(client, q="南门") == {"gate-1"}
    assert codes(client, estate=estate.world.other_estate.pk) == {"gate-2"}
    assert (
        client.get(reverse("devices:list"), {"estate": "nonsense", "page": "x"}).status_code == 200
    )


def test_the_list_costs_the_same_for_any_number(
    estate: Estate, client_for: ClientFor, django_assert_max_num_queries: Any
) -> None:
    for number in range(30):
        estate.enrol(f"more-{number}", "native-camera")
    client = client_for("property")
    client.get(reverse("devices:list"))
    with django_assert_max_num_queries(12):
        client.get(reverse("devices:list"))


def test_a_device_shows_its_state_events_and_commands(
    estate: Estate, receive: Receive, client_for: ClientFor
) -> None:
    receive(LEAK, b'{"water_leak": true, "battery": 55}')
    sensor = estate.devices["gw-1.sink"]
    page = client_for("property").get(reverse("devices:detail", args=[sensor.pk]))
    text = page.content.decode()
    assert "55 %" in text
    assert page.context["page"].device.hazard == "water_leak"
    other = reverse("devices:detail", args=[estate.devices["gate-2"].pk])
    assert client_for("property_manager").get(other).status_code == 404


def test_the_property_company_opens_a_gate_with_a_reason(
    estate: Estate, client_for: ClientFor
) -> None:
    address = reverse("devices:open", args=[estate.devices["gate-1"].pk])
    assert client_for("police").post(address, {"reason": "x"}).status_code == 403
    assert client_for("property").post(address, {}).status_code == 422
    assert client_for("property").post(address, {"reason": "搬家"}).status_code == 302
    assert Command.objects.get().reason == "搬家"


def test_the_map_holds_the_devices_with_a_place(estate: Estate, client_for: ClientFor) -> None:
    address = reverse("devices:plan") + f"?estate={estate.world.estate.pk}"
    features = client_for("property").get(address).json()["features"]
    assert [one["properties"]["name"].split(" ")[1] for one in features] == ["gate-1"]
    assert client_for("property").get(reverse("devices:map")).status_code == 200
    other = reverse("devices:plan") + f"?estate={estate.world.other_estate.pk}"
    assert client_for("property_manager").get(other).status_code == 404


def test_enrolment_shows_the_password_once(estate: Estate, client_for: ClientFor) -> None:
    values = {
        "code": "42010000001320000009",
        "name": "东门相机",
        "profile": "native-camera",
        "area": estate.world.estate.pk,
    }
    address = reverse("devices:enrol")
    assert client_for("property").post(address, values).status_code == 403
    client = client_for("property_manager")
    answer = client.post(address, values)
    assert answer.context["password"] in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    device = Device.objects.get(code=values["code"])
    assert answer.context["password"] not in device.credential
    again = client.post(address, values)
    assert again.status_code == 422
    assert again.context["form"].errors.keys() == {"code"}
    wrong = client.post(address, values | {"code": "a b", "gateway": estate.devices["gw-1"].pk})
    assert wrong.context["form"].errors.keys() == {"code", "address"}


def test_quarantine_and_refusals(estate: Estate, receive: Receive, client_for: ClientFor) -> None:
    receive("sc/v1/gate-1/event", b"?")
    receive("sc/v1/gate-2/event", b"?")
    receive("sc/v1/nobody/event", b"{}")
    for source in ("gate-1", "somebody"):
        Refusal.objects.create(
            hour=clock.now(), kind="oversize", source=source, count=2, last_at=clock.now()
        )

    def shown(name: str, page: str) -> set[str]:
        answer = client_for(name).get(reverse(f"devices:{page}"))
        assert answer.status_code == 200
        return {row.source for row in answer.context["page"].rows}

    assert shown("system_admin", "intake") == {"gate-1", "gate-2", "nobody"}
    assert shown("property_manager", "intake") == {"gate-1"}
    assert shown("system_admin", "refused") == {"gate-1", "somebody"}
    assert shown("property_manager", "refused") == {"gate-1"}
    assert client_for("police").get(reverse("devices:intake")).status_code == 403
    row = RawMessage.objects.get(source="gate-1")
    address = reverse("devices:replay", args=[row.pk])
    assert client_for("property_manager").post(address).status_code == 302
    row.refresh_from_db()
    assert row.state == "new"


def test_api(estate: Estate, client_for: ClientFor) -> None:
    client = client_for("property_manager")
    rows = client.get("/api/v1/devices/").json()["results"]
    assert {row["code"] for row in rows} == {"gate-1", "camera-1", "gw-1", "gw-1.sink"}
    assert "credential" not in rows[0]
    one = client.get(f"/api/v1/devices/{rows[0]['id']}/").json()
    assert one["device"]["code"] == rows[0]["code"]
    assert client_for("resident").get("/api/v1/devices/").status_code == 403
