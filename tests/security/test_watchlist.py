"""Two officers, an end, and nothing left afterwards."""

from datetime import timedelta
from pathlib import Path

import pytest

from security.actions import approve_watch_entry, expire_watch_entries, remove_watch_entry
from security.gallery import galleries_for
from security.models import WatchEntry
from smartcommunity.kernel import clock, vault
from smartcommunity.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from tests.security.conftest import Estate

pytestmark = pytest.mark.faces
Faces = dict[str, list[Path]]


def test_it_takes_two_officers(estate: Estate, faces: Faces) -> None:
    entry = estate.request_watch(faces["watched"][0])
    assert len(galleries_for(area=estate.gate.area).watch) == 0
    with pytest.raises(NotAllowed):
        approve_watch_entry(viewer=estate.world.viewer("police"), entry_id=entry.pk)
    for who in ("collector", "property_manager", "civil_affairs", "system_admin", "resident"):
        with pytest.raises(NotFound):
            approve_watch_entry(viewer=estate.world.viewer(who), entry_id=entry.pk)
    approve_watch_entry(viewer=estate.world.viewer("police_chief"), entry_id=entry.pk)
    assert len(galleries_for(area=estate.gate.area).watch) == 1
    with pytest.raises(Conflict):
        approve_watch_entry(viewer=estate.world.viewer("police_chief"), entry_id=entry.pk)


def test_a_supervisor_does_not_approve_his_own(estate: Estate, faces: Faces) -> None:
    entry = estate.request_watch(faces["watched"][0])
    WatchEntry.objects.update(requested_by=estate.world.users["police_chief"])
    with pytest.raises(NotAllowed):
        approve_watch_entry(viewer=estate.world.viewer("police_chief"), entry_id=entry.pk)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"legal_basis": " "}, "legal_basis"),
        ({"case_number": ""}, "case_number"),
        ({"label": ""}, "label"),
        ({"expires_at": clock.now() - timedelta(days=1)}, "expires_on"),
        ({"expires_at": clock.now() + timedelta(days=400)}, "expires_on"),
    ],
)
def test_a_request_without_basis_or_end_is_refused(
    estate: Estate, faces: Faces, changes: dict[str, object], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        estate.request_watch(faces["watched"][0], **changes)
    assert set(refused.value.fields) == {field}


def test_the_area_must_be_the_officers_own(estate: Estate, faces: Faces) -> None:
    with pytest.raises(Invalid):
        estate.request_watch(faces["watched"][0], area=estate.world.areas["province"])


def gone(entry: WatchEntry, photo: str, estate: Estate) -> bool:
    entry.refresh_from_db()
    with pytest.raises(FileNotFoundError):
        vault.get(photo)
    emptied = entry.template is None and entry.photo == ""
    return emptied and len(galleries_for(area=estate.gate.area).watch) == 0


def test_removing_erases(estate: Estate, faces: Faces) -> None:
    entry = estate.watch(faces["watched"][0])
    remove_watch_entry(viewer=estate.world.viewer("police"), entry_id=entry.pk)
    assert gone(entry, entry.photo, estate)


def test_the_end_erases_by_itself(estate: Estate, faces: Faces) -> None:
    entry = estate.watch(faces["watched"][0])
    now = clock.now()
    WatchEntry.objects.update(
        created_at=now - timedelta(days=2), expires_at=now - timedelta(days=1)
    )
    assert expire_watch_entries() == 1
    assert expire_watch_entries() == 0
    assert gone(entry, entry.photo, estate)
