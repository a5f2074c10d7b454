"""The featured resident's face, with his consent, and one approved entry of the watch-list."""

from datetime import timedelta
from pathlib import Path
from typing import Final

from accounts.models import Area, User
from accounts.selectors import viewer_for
from accounts.viewer import Viewer
from residents.actions import give_consent
from residents.choices import ConsentChannel, ConsentPurpose
from residents.models import Resident
from residents.selectors import live_consent
from security.actions import approve_watch_entry, enrol_face, request_watch_entry
from security.models import FaceEnrolment, WatchEntry
from smartcommunity.demo import pictures
from smartcommunity.kernel import clock

CASE_NUMBER: Final = "走失-演示-2026-0001"
LOOKED_FOR: Final = timedelta(days=90)


def seed_faces(resident: Resident, area: Area) -> bool:
    """Enrol what is missing; False when it was all there. `area`: where the watch-list entry holds.

    Raises PicturesUnavailableError when the photographs are not to be had.
    """
    has_face = FaceEnrolment.objects.filter(resident=resident).exists()
    watched = WatchEntry.objects.filter(
        case_number=CASE_NUMBER, removed_at=None, expires_at__gt=clock.now()
    ).exists()
    if has_face and watched:
        return False
    found = pictures.fetch()
    if not has_face:
        _enrol(resident, found[pictures.RESIDENT][0])
    if not watched:
        _watch(area, found[pictures.WATCHED][0])
    return True


def _enrol(resident: Resident, photo: Path) -> None:
    manager = _viewer("property_manager")
    purpose = ConsentPurpose.FACE_GATE
    if live_consent(resident_id=resident.pk, purpose=purpose) is None:
        give_consent(
            viewer=manager,
            resident_id=resident.pk,
            purpose=purpose,
            channel=ConsentChannel.IN_PERSON,
        )
    enrol_face(viewer=manager, resident_id=resident.pk, photo=photo.read_bytes())


def _watch(area: Area, photo: Path) -> None:
    entry = request_watch_entry(
        viewer=_viewer("police"),
        area=area,
        label="走失人员（演示）",
        case_number=CASE_NUMBER,
        legal_basis="《人民警察法》第二十一条，查找走失人员（演示）",
        expires_at=clock.now() + LOOKED_FOR,
        photo=photo.read_bytes(),
    )
    approve_watch_entry(viewer=_viewer("police_chief"), entry_id=entry.pk)


def _viewer(username: str) -> Viewer:
    return viewer_for(user=User.objects.get(username=username))
