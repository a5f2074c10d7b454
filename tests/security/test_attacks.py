"""Attacks on gates, faces and the watch-list, and what ends a worker in the middle of them."""

import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.db import connection, connections

from accounts.live_view import hears
from datasharing.models import AccessRecord
from devices.choices import EventKind
from devices.models import Command, DeviceEvent
from residents.actions import withdraw_consent
from residents.choices import ConsentPurpose
from residents.models import Residence
from security import gallery
from security.actions import match_frame, present_token
from security.models import FaceEnrolment, Pass, Passage
from security.tasks import erase_departed, sweep_frames
from smartcommunity.kernel import clock, scope, vault
from smartcommunity.kernel.errors import DomainError, TooMany
from smartcommunity.kernel.models import LiveEvent
from tests.security.conftest import Estate
from tests.security.test_passes import issue


@pytest.mark.parametrize("late", [timedelta(seconds=11), timedelta(hours=3)])
def test_a_code_handled_late_opens_nothing_and_keeps_its_use(
    estate: Estate, late: timedelta
) -> None:
    """Workers that were away, or a replayed quarantine: whoever held the code is gone."""
    token = issue(estate, valid_from=clock.now() - timedelta(hours=4)).token
    event = estate.unheard(EventKind.PASSAGE, device=estate.gate.controller)
    event.received_at = clock.now() - late
    event.save()
    passage = present_token(gate=estate.gate, token=token, event=event)
    assert (passage.outcome, passage.reason) == ("refused", "too_late")
    assert not Command.objects.exists()
    assert Pass.objects.get().uses_left == 2


class _WorkerDied(BaseException):
    """Stands for the end of the process: nothing of it is caught, its transaction is lost."""


def test_a_frame_that_kills_its_worker_is_given_up(
    estate: Estate, faces: dict[str, list[Path]], monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = []

    def dies(**_: object) -> None:
        tries.append(1)
        raise _WorkerDied

    monkeypatch.setattr("security.actions.passages.look", dies)
    event = estate.frame(next(iter(faces.values()))[0])
    for _ in range(3):
        with pytest.raises(_WorkerDied):
            match_frame(event_id=event.pk)
    passage = match_frame(event_id=event.pk)
    assert passage is not None
    assert (passage.outcome, passage.reason) == ("unusable", "engine_crashed")
    assert len(tries) == 3
    assert DeviceEvent.objects.get(pk=event.pk).handled_at
    assert match_frame(event_id=event.pk) is None


def test_untried_frames_go_before_suspect_ones(
    estate: Estate, monkeypatch: pytest.MonkeyPatch
) -> None:
    queued: list[str] = []
    monkeypatch.setattr("security.tasks.match_frames.delay", queued.extend)
    suspect, fresh = (estate.frame(b"one"), estate.frame(b"two"))
    old = clock.now() - timedelta(minutes=1)
    DeviceEvent.objects.update(received_at=old)
    DeviceEvent.objects.filter(pk=suspect.pk).update(attempts=1, received_at=old - timedelta(1))
    sweep_frames()
    assert queued == [str(fresh.pk), str(suspect.pk)]


def test_a_watch_hit_is_heard_by_those_who_handle_the_list(
    estate: Estate, faces: dict[str, list[Path]]
) -> None:
    one = next(iter(faces.values()))
    estate.watch(one[0])
    match_frame(event_id=estate.frame(one[0]).pk)
    event = LiveEvent.objects.get(name="alert")
    assert hears(estate.world.viewer("police"))(event)
    assert hears(estate.world.viewer("police_chief"))(event)
    for who in ("collector", "property_manager", "auditor", "resident"):
        assert not hears(estate.world.viewer(who))(event), who


def test_an_idle_process_forgets_whose_consent_ended(
    estate: Estate, faces: dict[str, list[Path]]
) -> None:
    estate.enrol(next(iter(faces.values()))[0])
    gallery.galleries_for(area=estate.world.estate)
    assert gallery._held[estate.world.estate.path].faces
    withdraw_consent(
        viewer=estate.world.viewer("collector"),
        resident_id=estate.resident.pk,
        purpose=ConsentPurpose.FACE_GATE,
    )
    gallery.refresh()
    assert not gallery._held[estate.world.estate.path].faces


def test_the_faces_of_who_moved_out_are_erased(
    estate: Estate, faces: dict[str, list[Path]]
) -> None:
    """As the notice of the consent promises: kept for as long as the person lives here."""
    estate.enrol(next(iter(faces.values()))[0])
    photo = FaceEnrolment.objects.get().photo
    home = Residence.objects.filter(resident=estate.resident)
    home.update(valid_to=clock.today())
    assert erase_departed() == 0
    home.update(valid_to=clock.today() - timedelta(days=1))
    assert erase_departed() == 1
    assert not FaceEnrolment.objects.exists()
    with pytest.raises(FileNotFoundError):
        vault.get(photo)
    assert AccessRecord.objects.filter(kind="erase", subject_ids=[estate.resident.pk]).exists()
    assert erase_departed() == 0


def _files(room: str) -> list[str]:
    found: list[str] = []
    todo = [f"{vault.ROOT}/{room}"]
    while todo:
        folder = todo.pop()
        try:
            folders, files = default_storage.listdir(folder)
        except FileNotFoundError:
            continue
        found += [f"{folder}/{name}" for name in files]
        todo += [f"{folder}/{name}" for name in folders]
    return found


@pytest.mark.parametrize("room", ["faces", "watch"])
def test_no_photograph_stays_behind_when_its_row_is_not_written(
    estate: Estate, faces: dict[str, list[Path]], monkeypatch: pytest.MonkeyPatch, room: str
) -> None:
    picture = next(iter(faces.values()))[0]
    estate.consent()

    def fails(*_: object, **__: object) -> None:
        raise RuntimeError

    model = {"faces": "FaceEnrolment", "watch": "WatchEntry"}[room]
    monkeypatch.setattr(f"security.models.{model}.save", fails)
    before = _files(room)
    with pytest.raises(RuntimeError):
        estate.enrol(picture) if room == "faces" else estate.request_watch(picture)
    assert _files(room) == before


@pytest.mark.django_db(transaction=True)
def test_many_at_once_get_no_more_than_the_open_passes_allowed(
    estate: Estate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("security.actions.passes.MOST_OPEN", 1)
    refused = _at_once(4, lambda: issue(estate))
    assert Pass.objects.count() == 1
    assert [type(error) for error in refused] == [TooMany] * 3


@pytest.mark.django_db(transaction=True)
def test_a_code_for_one_use_held_before_the_gate_four_times_at_once(estate: Estate) -> None:
    token = issue(estate, uses=1).token
    assert not _at_once(4, lambda: present_token(gate=estate.gate, token=token))
    outcomes = sorted(Passage.objects.values_list("outcome", flat=True))
    assert outcomes == ["opened", "refused", "refused", "refused"]


def _at_once(count: int, act: Callable[[], object]) -> list[DomainError]:
    refused: list[DomainError] = []
    together = threading.Barrier(count)

    def run() -> None:
        try:
            connection.ensure_connection()
            together.wait()
            with scope.platform("several act at once"):
                act()
        except DomainError as error:
            refused.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return refused
