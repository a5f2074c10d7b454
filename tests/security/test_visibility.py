"""Who sees alerts and passages, through every exit: list, detail, picture, plan, live, API."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import navigation
from accounts.live_view import hears
from datasharing.models import AccessRecord
from devices.choices import EventKind
from security.actions import match_frame
from security.models import Alert, FaceEnrolment, Passage
from smartcommunity.kernel.models import LiveEvent
from tests.security.conftest import Estate

pytestmark = pytest.mark.faces
ClientFor = Callable[[str], Client]
EVERYBODY = {
    *("collector", "police", "police_chief", "civil_affairs", "housing", "grid", "dispatcher"),
    *("property", "property_manager", "system_admin", "security_admin", "auditor", "resident"),
}
SEES_HIT = {"police", "police_chief"}
SEES_SMOKE = {*SEES_HIT, "collector", "grid", "dispatcher", "property", "property_manager"}
SEES_LEAK = {"property", "property_manager"}
SEES_PASSAGES = {"collector", "police", "police_chief", "property", "property_manager"}
ON_THE_BOARD = SEES_SMOKE


@pytest.fixture
def evening(estate: Estate, faces: dict[str, list[Path]]) -> dict[str, Alert]:
    """A resident came home, somebody looked for passed, a pipe broke, something smoked."""
    estate.enrol(*faces["resident"][:2])
    estate.watch(faces["watched"][0])
    for picture in (faces["resident"][2], faces["watched"][1]):
        match_frame(event_id=estate.frame(picture).pk)
    estate.event(EventKind.WATER_LEAK)
    estate.event(EventKind.SMOKE)
    return {alert.kind: alert for alert in Alert.objects.all()}


SEEN_BY = {"watch_hit": SEES_HIT, "smoke": SEES_SMOKE, "water_leak": SEES_LEAK}


def test_alerts_through_every_exit(evening: dict[str, Alert], client_for: ClientFor) -> None:
    for who in sorted(EVERYBODY):
        check_alerts(evening, client_for(who), who)


def check_alerts(evening: dict[str, Alert], client: Client, who: str) -> None:
    board = client.get(reverse("security:dashboard"))
    assert board.status_code == (200 if who in ON_THE_BOARD else 403), who
    api = client.get(reverse("security_api:alerts"))
    told = {row["id"] for row in api.json()["results"]} if api.status_code == 200 else set()
    for kind, alert in evening.items():
        sees = who in SEEN_BY[kind]
        detail = reverse("security:alert", args=[alert.pk])
        answer = client.get(detail)
        assert (answer.status_code == 200) == sees, (who, kind, answer.status_code)
        assert (detail in board.content.decode()) == sees, (who, kind)
        assert (str(alert.pk) in told) == sees, (who, kind)
        if not sees:
            assert answer.status_code in {403, 404}
            assert "对象甲" not in answer.content.decode()
        for picture in ("alert_face", "alert_frame", "alert_watched"):
            look = client.get(reverse(f"security:{picture}", args=[alert.pk]))
            assert (look.status_code == 200) == (sees and kind == "watch_hit")
        for step in ("security:acknowledge", "security:close"):
            if not sees:
                refused = client.post(reverse(step, args=[alert.pk]), {})
                assert refused.status_code in {403, 404}


def test_the_plan_shows_only_ones_own_alerts(
    evening: dict[str, Alert], client_for: ClientFor, estate: Estate
) -> None:
    at_gate = reverse("security:alert", args=[evening["watch_hit"].pk])
    url = reverse("security:plan", args=[estate.world.estate.pk])
    for who in sorted(EVERYBODY):
        answer = client_for(who).get(url)
        assert answer.status_code == (200 if who in ON_THE_BOARD else 403), who
        if answer.status_code == 200:
            features = [feature["properties"] for feature in answer.json()["features"]]
            places = {place["key"]: place.get("url", "") for place in features}
            assert (places[str(estate.gate.pk)] == at_gate) == (who in SEES_HIT), who
            assert str(estate.sensor.pk) in places


def test_passages_through_every_exit(evening: dict[str, Alert], client_for: ClientFor) -> None:
    for who in sorted(EVERYBODY):
        check_passages(client_for(who), who, sees=who in SEES_PASSAGES)


def check_passages(client: Client, who: str, *, sees: bool) -> None:
    page = client.get(reverse("security:passages"))
    api = client.get(reverse("security_api:passages"))
    assert page.status_code == (200 if sees else 403), who
    assert api.status_code == (200 if sees else 403), who
    assert ("张晓明" in page.content.decode()) == sees
    assert ("张晓明" in api.content.decode()) == sees
    for passage in Passage.objects.all():
        look = client.get(reverse("security:passage_frame", args=[passage.pk]))
        assert (look.status_code == 200) == sees
        assert look.status_code != 200 or "no-store" in look["Cache-Control"]
    kinds = set(AccessRecord.objects.filter(username=who).values_list("kind", "exit"))
    assert ({("list", "page"), ("list", "api"), ("picture", "page")} <= kinds) == sees


def test_the_stream_tells_only_its_audience(evening: dict[str, Alert], estate: Estate) -> None:
    """Thin events by department kind: a name and a key, never content."""
    for who in sorted(EVERYBODY):
        may_hear = hears(estate.world.viewer(who))
        heard = {(event.name, event.key) for event in LiveEvent.objects.all() if may_hear(event)}
        for kind in ("water_leak", "smoke"):
            told = ("alert", str(evening[kind].pk)) in heard
            assert told == (who in SEEN_BY[kind]), (who, kind)
        assert any(name == "passage" for name, _ in heard) == (who in SEES_PASSAGES), who
        if who not in {*SEES_HIT, "collector"}:
            assert ("alert", str(evening["watch_hit"].pk)) not in heard


def test_the_other_estate_is_out_of_reach(
    evening: dict[str, Alert], client_for: ClientFor, estate: Estate
) -> None:
    """The manager of the first estate sees nothing of the second."""
    other = estate.world.other_estate
    Passage.objects.update(area=other)
    Alert.objects.update(area=other)
    client = client_for("property_manager")
    assert client.get(reverse("security:plan", args=[other.pk])).status_code == 404
    assert "张晓明" not in client.get(reverse("security:passages")).content.decode()
    board = client.get(reverse("security:dashboard")).content.decode()
    assert all(str(alert.pk) not in board for alert in evening.values())


def test_watch_list_and_faces(
    evening: dict[str, Alert], client_for: ClientFor, estate: Estate
) -> None:
    face = FaceEnrolment.objects.values_list("pk", flat=True)[0]
    by_url = {
        reverse("security:watch_list"): SEES_HIT,
        reverse("security:watch_request"): SEES_HIT,
        reverse("security:watch_photo", args=[evening["watch_hit"].watch_entry_id]): SEES_HIT,
        reverse("security:resident_faces", args=[estate.resident.pk]): SEES_PASSAGES,
        reverse("security:face_photo", args=[face]): SEES_PASSAGES,
    }
    for who in sorted(EVERYBODY):
        client = client_for(who)
        for url, allowed in by_url.items():
            answer = client.get(url)
            assert (answer.status_code == 200) == (who in allowed), (who, url)
            if answer["Content-Type"] == "image/jpeg":
                assert answer["Cache-Control"] == "private, no-store"


def test_nobody_is_led_to_a_page_that_refuses_him(estate: Estate, client_for: ClientFor) -> None:
    """Every entry of the rail opens, and what does not open is not in the rail."""
    for who in sorted(EVERYBODY - {"resident"}):
        viewer, client = estate.world.viewer(who), client_for(who)
        rail = navigation.items(viewer=viewer, shell="console", path="/")  # noqa: S604
        urls = {item.url for item in rail}
        for name in ("dashboard", "passages", "watch_list", "gates"):
            url = reverse(f"security:{name}")
            assert (url in urls) == (client.get(url).status_code == 200), (who, url)


def test_the_number_of_queries_does_not_grow_with_the_rows(
    evening: dict[str, Alert], client_for: ClientFor
) -> None:
    client = client_for("police_chief")

    def cost(name: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse(name)).status_code == 200
        return len(queries)

    names = ["security:dashboard", "security:passages", "security:watch_list", "security:gates"]
    before = [cost(name) for name in names]
    for _ in range(4):
        for row in [*Passage.objects.all()[:1], evening["smoke"]]:
            row.pk = None
            row._state.adding = True
            if isinstance(row, Passage):
                row.event = row.command = None
            row.save()
    assert [cost(name) for name in names] == before
