"""The demonstration's face and watch-list entry, from the real photographs."""

import pytest

from accounts.models import Area
from residents.choices import ConsentPurpose
from residents.selectors import live_consent
from security.models import FaceEnrolment, WatchEntry
from smartcommunity.demo.estates import COMMUNITY
from smartcommunity.demo.faces import seed_faces
from smartcommunity.demo.people import featured
from tests.pictures import demo_faces


@pytest.mark.faces
@pytest.mark.usefixtures("demo")
def test_one_face_with_consent_and_one_entry_of_two_officers() -> None:
    demo_faces()
    resident, area = featured(), Area.objects.get(code=COMMUNITY[2])
    assert seed_faces(resident, area)
    enrolment = FaceEnrolment.objects.get(resident=resident)
    consent = live_consent(resident_id=resident.pk, purpose=ConsentPurpose.FACE_GATE)
    assert enrolment.consent == consent
    entry = WatchEntry.objects.get()
    assert entry.approved_by
    assert entry.approved_by != entry.requested_by
    assert not seed_faces(resident, area)
    assert FaceEnrolment.objects.count() == WatchEntry.objects.count() == 1
