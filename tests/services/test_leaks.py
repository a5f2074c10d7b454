"""A leak sensor's alert becomes a repair for the property company."""

from collections.abc import Iterator

import pytest
from django.test import Client

from devices.choices import EventKind
from security.choices import AlertKind
from security.events import AlertRaised
from security.models import Alert
from services import actions
from services.choices import RepairKind
from services.events import RequestClosed
from services.models import ServiceItem, ServiceRequest
from smartcommunity.kernel import bus
from smartcommunity.kernel.models import LiveEvent
from tests.services.conftest import Village


@pytest.fixture
def heard() -> Iterator[list[object]]:
    """What was announced about closed requests."""
    events: list[object] = []
    hear = events.append
    bus.subscribe(RequestClosed, hear)
    yield events
    bus._handlers[RequestClosed].remove(hear)


def test_a_leak_asks_for_a_repair_once(village: Village) -> None:
    village.leak()
    village.leak()
    alert = Alert.objects.get(kind=AlertKind.WATER_LEAK)
    actions.repair_leak(AlertRaised(alert))
    request = ServiceRequest.objects.get()
    assert request.alert == alert
    assert request.repair_kind == RepairKind.WATER
    assert request.place == "1栋 地下室水泵房"
    assert request.resident is None
    event = LiveEvent.objects.get(name="request")
    assert (event.key, event.audience) == (str(request.pk), ["property"])


def test_it_works_on_a_database_without_catalogue(village: Village) -> None:
    ServiceItem.objects.all().delete()
    village.leak()
    assert ServiceRequest.objects.count() == 1


def test_other_alerts_ask_for_nothing(village: Village) -> None:
    village.leak()
    alert = Alert.objects.get()
    alert.kind = AlertKind.SMOKE
    ServiceRequest.objects.all().delete()
    actions.repair_leak(AlertRaised(alert))
    assert not ServiceRequest.objects.exists()
    assert alert.event.kind == EventKind.WATER_LEAK


def test_staff_see_that_an_alert_raised_it_and_close_it(
    village: Village, client: Client, heard: list[object]
) -> None:
    village.leak()
    request = ServiceRequest.objects.get()
    client.force_login(village.world.users["property"], "django.contrib.auth.backends.ModelBackend")
    page = client.get(f"/services/{request.pk}/")
    assert "水浸传感器9" in page.content.decode()
    staff = village.world.viewer("property")
    actions.accept(viewer=staff, request_id=request.pk)
    actions.close(viewer=staff, request_id=request.pk, note="关阀更换水管")
    assert heard == [RequestClosed(request.pk, request.alert_id)]
