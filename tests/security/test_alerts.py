"""Rules about hazards, and what people do with alerts."""

from datetime import timedelta

import pytest

from accounts.choices import DepartmentKind
from devices.choices import EventKind
from security.actions import acknowledge_alert, close_alert, load_rules, raise_alert
from security.choices import AlertKind, AlertState, Severity
from security.events import AlertClosed, AlertRaised
from security.models import Alert, Rule
from smartcommunity.kernel import bus
from smartcommunity.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from smartcommunity.kernel.models import LiveEvent
from tests.security.conftest import Estate


@pytest.fixture
def leak(estate: Estate) -> Alert:
    estate.event(EventKind.WATER_LEAK)
    return Alert.objects.get()


def test_a_leak_becomes_one_alert_for_the_property_company(estate: Estate) -> None:
    heard: list[Alert] = []
    bus.subscribe(AlertRaised, lambda event: heard.append(event.alert))
    for _ in range(3):
        estate.event(EventKind.WATER_LEAK)
    alert = Alert.objects.get()
    assert (alert.kind, alert.parties, alert.occurrences) == ("water_leak", ["property"], 3)
    assert [one.pk for one in heard] == [alert.pk]
    assert LiveEvent.objects.filter(name="alert", key=str(alert.pk)).count() == 3


def test_it_is_a_new_alert_after_the_window_and_after_closing(estate: Estate, leak: Alert) -> None:
    viewer = estate.world.viewer("property")
    close_alert(viewer=viewer, alert_id=leak.pk, finding="handled", note="已关阀")
    estate.event(EventKind.WATER_LEAK)
    assert Alert.objects.count() == 2
    Alert.objects.update(last_at=leak.last_at - timedelta(hours=1))
    estate.event(EventKind.WATER_LEAK)
    assert Alert.objects.count() == 3


def test_another_device_or_kind_is_another_alert(estate: Estate, leak: Alert) -> None:
    estate.event(EventKind.WATER_LEAK, device=estate.camera)
    estate.event(EventKind.SMOKE)
    assert Alert.objects.count() == 3


def test_without_a_rule_or_with_it_switched_off_nothing_happens(estate: Estate) -> None:
    Rule.objects.filter(event_kind="gas").update(enabled=False)
    estate.event(EventKind.GAS)
    estate.event(EventKind.TELEMETRY)
    estate.event(EventKind.BATTERY_LOW)
    assert not Alert.objects.exists()


def test_loading_rules_again_keeps_what_was_edited(estate: Estate) -> None:
    Rule.objects.filter(event_kind="gas").update(enabled=False)
    Rule.objects.filter(event_kind="smoke").delete()
    assert load_rules() == 1
    assert not Rule.objects.get(event_kind="gas").enabled


def test_acknowledge_then_close(estate: Estate, leak: Alert) -> None:
    viewer = estate.world.viewer("property")
    acknowledge_alert(viewer=viewer, alert_id=leak.pk)
    with pytest.raises(Conflict):
        acknowledge_alert(viewer=viewer, alert_id=leak.pk)
    heard: list[AlertClosed] = []
    bus.subscribe(AlertClosed, heard.append)
    close_alert(viewer=viewer, alert_id=leak.pk, finding="confirmed", note="厨房软管破裂")
    leak.refresh_from_db()
    assert leak.state == AlertState.CLOSED
    assert leak.closed_by_id == viewer.user_id
    assert heard
    with pytest.raises(Conflict):
        close_alert(viewer=viewer, alert_id=leak.pk, finding="confirmed", note="again")


def test_closing_needs_a_finding_that_fits_and_a_note(estate: Estate, leak: Alert) -> None:
    viewer = estate.world.viewer("property")
    with pytest.raises(Invalid) as refused:
        close_alert(viewer=viewer, alert_id=leak.pk, finding="false_match", note="  ")
    assert set(refused.value.fields) == {"finding", "note"}


def test_who_is_no_party_cannot_touch_it(estate: Estate, leak: Alert) -> None:
    for who in ("police", "civil_affairs", "grid", "system_admin", "auditor", "resident"):
        with pytest.raises(NotFound):
            acknowledge_alert(viewer=estate.world.viewer(who), alert_id=leak.pk)


def test_collectors_see_hazards_and_leave_them_to_others(estate: Estate) -> None:
    estate.event(EventKind.SMOKE)
    alert = Alert.objects.get()
    with pytest.raises(NotAllowed):
        acknowledge_alert(viewer=estate.world.viewer("grid"), alert_id=alert.pk)
    acknowledge_alert(viewer=estate.world.viewer("dispatcher"), alert_id=alert.pk)


def test_every_rule_names_a_hazard_and_no_watch_hit() -> None:
    """Principle: no rule on who people are."""
    import tomllib

    from security.actions.alerts import RULES

    rules = tomllib.loads(RULES.read_text("utf-8"))["rules"]
    assert {rule["alert_kind"] for rule in rules}.isdisjoint({AlertKind.WATCH_HIT})
    assert {rule["event_kind"] for rule in rules} <= {
        *(EventKind.WATER_LEAK, EventKind.SMOKE, EventKind.GAS, EventKind.SOS),
        *(EventKind.FALL, EventKind.DOOR_FORCED, EventKind.DOOR_HELD, EventKind.TAMPER),
    }


def test_a_watch_hit_is_for_the_police_alone(estate: Estate) -> None:
    event = estate.unheard(EventKind.SMOKE)
    with pytest.raises(ValueError, match="police alone"):
        raise_alert(
            event=event,
            kind=AlertKind.WATCH_HIT,
            severity=Severity.CRITICAL,
            parties=[DepartmentKind.POLICE, DepartmentKind.PROPERTY],
            repeat_seconds=60,
        )
