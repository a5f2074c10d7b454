"""The enrolled faces of a resident, for those who may see or enrol them."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from accounts.viewer import Viewer
from datasharing import access_log
from datasharing.choices import AccessKind, Subject
from datasharing.policy import access
from residents.choices import ConsentPurpose
from residents.models import Resident
from residents.selectors import live_consent
from security import policies
from security.models import FaceEnrolment
from security.selectors.pictures import hand_out
from smartcommunity.kernel.errors import NotFound


@dataclass(frozen=True, slots=True)
class FaceView:
    """One enrolled photograph."""

    id: uuid.UUID
    enrolled_at: datetime
    enrolled_by: str


@dataclass(frozen=True, slots=True)
class FacesView:
    """`faces` newest first; `consent_since` None: without consent nothing can be enrolled."""

    resident_id: uuid.UUID
    consent_since: datetime | None
    may_enrol: bool
    faces: tuple[FaceView, ...]


def faces_of_resident(*, viewer: Viewer, resident_id: uuid.UUID) -> FacesView:
    """What stands in the resident's face fragment. Raises NotFound, NotAllowed."""
    rights = access(viewer=viewer, subject=Subject.RESIDENT)
    rows = Resident.objects.shared_with(rights).select_related("area")
    resident = rows.filter(pk=resident_id).first()
    if resident is None:
        raise NotFound
    policies.may_see_face(rights, resident.area.path).require()
    access_log.record(
        viewer=viewer,
        kind=AccessKind.READ,
        subject=Subject.RESIDENT,
        subject_ids=[resident_id],
        elements=["face_consent", "face_image"],
        purpose=rights.purpose,
    )
    consent = live_consent(resident_id=resident_id, purpose=ConsentPurpose.FACE_GATE)
    enrolled = (
        FaceEnrolment.objects.filter(resident=resident_id)
        .select_related("enrolled_by")
        .order_by("-enrolled_at")
    )
    return FacesView(
        resident_id=resident_id,
        consent_since=consent.given_at if consent else None,
        may_enrol=bool(policies.may_enrol_face(rights, resident.area.path)),
        faces=tuple(
            FaceView(row.pk, row.enrolled_at, row.enrolled_by.display_name) for row in enrolled
        ),
    )


def face_photo(*, viewer: Viewer, enrolment_id: uuid.UUID) -> bytes:
    """An enrolled photograph. Raises NotFound, NotAllowed."""
    rights = access(viewer=viewer, subject=Subject.RESIDENT)
    rows = FaceEnrolment.objects.filter(resident__in=Resident.objects.shared_with(rights))
    row = rows.select_related("resident__area").filter(pk=enrolment_id).first()
    if row is None:
        raise NotFound
    policies.may_see_face(rights, row.resident.area.path).require()
    return hand_out(
        viewer=viewer,
        name=row.photo,
        subject=Subject.RESIDENT,
        subject_ids=[row.resident_id],
        element="face_image",
    )
