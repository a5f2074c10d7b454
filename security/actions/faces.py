"""Enrol a resident's face; erase it when the consent ends."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.viewer import SYSTEM, Viewer
from datasharing import access_log
from datasharing.choices import AccessKind, Exit, Purpose, Subject
from datasharing.policy import access
from residents.choices import ConsentPurpose
from residents.events import ConsentWithdrawn
from residents.models import Residence, Resident
from residents.selectors import live_consent
from security import policies
from security.actions.photographs import accept
from security.gallery import bump_version, engine, pack, unpack
from security.models import FaceEnrolment
from security.recognition.base import Template, distance
from smartcommunity.kernel import clock, vault
from smartcommunity.kernel.errors import Conflict, Invalid, NotFound

MAX_PHOTOGRAPHS = 5
"""More than five photographs of one person add nothing measurable (docs/face-accuracy.md)."""


@dataclass(frozen=True, slots=True)
class EnrolmentResult:
    """`photographs`: how many of this resident are enrolled now."""

    enrolment_id: uuid.UUID
    photographs: int


def enrol_face(*, viewer: Viewer, resident_id: uuid.UUID, photo: bytes) -> EnrolmentResult:
    """Enrol one photograph of a resident who consented to opening gates by face.

    Raises NotFound, NotAllowed, Invalid(fields={"photo"}) with the reason in words, or Conflict
    when there are enough photographs.
    """
    rights = access(viewer=viewer, subject=Subject.RESIDENT)
    rows = Resident.objects.shared_with(rights).select_related("area")
    resident = rows.filter(pk=resident_id).first()
    if resident is None or viewer.user_id is None:
        raise NotFound
    policies.may_enrol_face(rights, resident.area.path).require()
    accepted = accept(photo)  # slow, so before any lock is taken
    with vault.kept("faces", [accepted.jpeg]) as files, transaction.atomic():
        Resident.objects.select_for_update().get(pk=resident_id)
        consent = live_consent(resident_id=resident_id, purpose=ConsentPurpose.FACE_GATE)
        if consent is None:
            text = _("There is no consent to opening gates by face. Record the consent first.")
            raise Invalid(code="no_consent", fields={"photo": text})
        earlier = list(FaceEnrolment.objects.filter(resident_id=resident_id))
        _check_fits(accepted.template, earlier)
        access_log.record(
            viewer=viewer,
            kind=AccessKind.WRITE,
            subject=Subject.RESIDENT,
            subject_ids=[resident_id],
            elements=["face_image", "face_template"],
            purpose=rights.purpose,
        )
        enrolment = FaceEnrolment(
            resident_id=resident_id,
            consent=consent,
            engine=accepted.template.engine,
            engine_version=accepted.template.version,
            template=pack(accepted.template),
            photo=files[0],
            enrolled_by_id=viewer.user_id,
            enrolled_at=clock.now(),
        )
        enrolment.save()
        bump_version()
    return EnrolmentResult(enrolment.pk, len(earlier) + 1)


def _check_fits(template: Template, earlier: list[FaceEnrolment]) -> None:
    if len(earlier) >= MAX_PHOTOGRAPHS:
        raise Conflict(_("There are enough photographs. Erase them before taking new ones."))
    known = [unpack(row) for row in earlier if row.engine_version == template.version]
    if known and min(distance(one, template) for one in known) > engine().info.threshold:
        text = _("This does not look like the person of the earlier photographs.")
        raise Invalid(code="another_person", fields={"photo": text})


@transaction.atomic
def erase_faces(
    *,
    resident_id: uuid.UUID,
    viewer: Viewer = SYSTEM,
    exit: Exit = Exit.TASK,  # noqa: A002
    since: datetime | None = None,
) -> int:
    """Erase every template and photograph of a resident, or those enrolled `since` then; returns
    how many there were.

    Files go before the commit: if one cannot be deleted the withdrawal fails and is tried again,
    rather than leave a photograph that nobody knows of.
    """
    rows = FaceEnrolment.objects.select_for_update().filter(resident_id=resident_id)
    enrolments = list(rows.filter(enrolled_at__gt=since) if since else rows)
    if not enrolments:
        return 0
    access_log.record(
        viewer=viewer,
        kind=AccessKind.ERASE,
        exit=exit,
        subject=Subject.RESIDENT,
        subject_ids=[resident_id],
        elements=["face_image", "face_template"],
        purpose=Purpose.OWN_DATA,
    )
    FaceEnrolment.objects.filter(pk__in=[row.pk for row in enrolments]).delete()
    bump_version()
    for enrolment in enrolments:
        vault.delete(enrolment.photo)
    return len(enrolments)


def erase_departed() -> int:
    """Erase the faces of everybody whose residences are all over: the consent's notice promises to
    keep them only as long as the person lives here. Returns how many faces."""
    at_home = Residence.objects.filter(Q(valid_to=None) | Q(valid_to__gte=clock.today()))
    departed = FaceEnrolment.objects.exclude(resident__in=at_home.values("resident"))
    people = set(departed.values_list("resident_id", flat=True))
    return sum(erase_faces(resident_id=resident_id) for resident_id in people)


def on_consent_withdrawn(event: ConsentWithdrawn) -> None:
    """The consent that faces rest on ended: erase them in the same transaction."""
    if event.purpose == ConsentPurpose.FACE_GATE:
        erase_faces(resident_id=event.resident_id)
