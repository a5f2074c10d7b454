"""What a resident asks for, withdraws and rates."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Area
from accounts.viewer import Viewer
from datasharing.choices import Purpose
from residents.selectors import own_record
from security.actions import issue_pass
from security.actions import revoke_pass as revoke_gate_pass
from security.choices import PassKind
from services import photos
from services.actions import catalogue
from services.actions.timeline import locked, log_write, move, open_request, write_step
from services.choices import RepairKind, Step, Where
from services.errors import NotBound, WrongState
from services.models import ServiceRequest
from services.selectors import resident as own
from smartcommunity.kernel import clock, vault
from smartcommunity.kernel.errors import Invalid

VISIT_AHEAD = timedelta(days=30)
MAX_USES = 10


@dataclass(frozen=True, slots=True)
class Asked:
    """A new request's key and the number to quote."""

    request_id: uuid.UUID
    number: str


def report_repair(
    *,
    viewer: Viewer,
    where: Where,
    place: str,
    repair_kind: RepairKind,
    description: str,
    pictures: Sequence[bytes] = (),
) -> Asked:
    """A resident asks for a repair. `pictures` are what `photos.clean` made.

    At home the place is the dwelling's address; elsewhere he says where. Raises NotBound, Invalid.
    """
    person = own_record(viewer=viewer)
    if person is None:
        raise NotBound
    if where == Where.PUBLIC and not place.strip():
        raise Invalid(fields={"place": _("Say where it is, for example “lift of building 3”.")})
    at_home = where == Where.HOME
    with vault.kept(photos.ROOM, pictures) as files, transaction.atomic():
        request = open_request(
            item=catalogue.item("repair"),
            area_id=person.area_id,
            dwelling_id=person.dwelling_id if at_home else None,
            resident_id=person.resident_id,
            repair_kind=repair_kind,
            place=(person.address or person.estate_name) if at_home else place.strip(),
            description=description.strip(),
        )
        write_step(request, Step.SUBMITTED, viewer=viewer, files=files)
        log_write(viewer, request, Purpose.OWN_DATA)
    return Asked(request.pk, request.number)


@transaction.atomic
def cancel(*, viewer: Viewer, request_id: uuid.UUID) -> None:
    """Withdraw one's request, as long as nobody has accepted it. Raises NotFound, WrongState."""
    request = _locked_own(viewer, request_id)
    move(request, Step.CANCELLED)
    request.closed_at = clock.now()
    request.save(update_fields=["state", "closed_at"])
    write_step(request, Step.CANCELLED, viewer=viewer)


@transaction.atomic
def rate(*, viewer: Viewer, request_id: uuid.UUID, stars: int, comment: str = "") -> None:
    """The person who asked rates the finished work, once, with 1 to 5 stars."""
    request = _locked_own(viewer, request_id)
    move(request, Step.RATED)
    if request.rating is not None:
        raise WrongState(_("You have rated this request already. Thank you."))
    if not 1 <= stars <= 5:
        raise Invalid(fields={"stars": _("Choose one to five stars.")})
    request.rating = stars
    request.save(update_fields=["rating"])
    write_step(request, Step.RATED, viewer=viewer, note=comment)


def invite_visitor(*, viewer: Viewer, visitor: str, day: date, uses: int) -> uuid.UUID:
    """A pass through the estate's gates on one day; from now if that is today.

    Returns the pass's key. Raises NotBound, Invalid.
    """
    mine = own.bound(viewer=viewer)
    if mine is None:
        raise NotBound
    today = clock.today()
    if not today <= day <= today + VISIT_AHEAD:
        raise Invalid(fields={"day": _("Choose a day within the next 30 days.")})
    if not 1 <= uses <= MAX_USES:
        raise Invalid(fields={"uses": _("Choose a number of uses from the list.")})
    issued = issue_pass(
        viewer=viewer,
        resident_id=mine.resident_id,
        area=Area.objects.get(pk=mine.area_id),
        kind=PassKind.VISITOR,
        bearer=visitor.strip(),
        valid_from=clock.now() if day == today else _midnight(day),
        valid_to=_midnight(day + timedelta(days=1)) - timedelta(seconds=1),
        uses=uses,
    )
    return issued.pass_id


def revoke_pass(*, viewer: Viewer, pass_id: uuid.UUID) -> None:
    """The resident takes one of his passes back. Raises NotFound."""
    mine = own.bound(viewer=viewer)
    if mine is None:
        raise NotBound
    revoke_gate_pass(viewer=viewer, pass_id=pass_id, resident_id=mine.resident_id)


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _locked_own(viewer: Viewer, request_id: uuid.UUID) -> ServiceRequest:
    mine = own.bound(viewer=viewer)
    return locked(
        ServiceRequest.objects.of_resident(mine.resident_id if mine else None), request_id
    )
