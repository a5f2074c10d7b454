"""Seeds the whole demonstration, part by part; what is there already stays as it is."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connection, transaction
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import Area
from datasharing.actions import load_catalogue
from residents.models import Resident
from security.actions import load_rules
from smartcommunity.demo import estates
from smartcommunity.demo.areas import seed_areas
from smartcommunity.demo.devices import seed_devices
from smartcommunity.demo.dwellings import seed_dwellings
from smartcommunity.demo.faces import seed_faces
from smartcommunity.demo.offices import seed_offices
from smartcommunity.demo.people import featured, seed_people
from smartcommunity.demo.pictures import PicturesUnavailableError
from smartcommunity.demo.records import RecordBook
from smartcommunity.demo.services import seed_services
from smartcommunity.kernel.errors import Conflict

LOCK = 0x5C_DE30  # any constant: one seeding at a time

Say = Callable[[Promise], object]
"""Hears a lazy text, so that it can print it in both languages."""


def require_demo_database() -> None:
    """Raises Conflict where invented people must not be mixed in: outside DEMO_MODE, and in a
    database that holds people who are not the demonstration's own."""
    if not settings.DEMO_MODE:
        raise Conflict(
            _("DEMO_MODE is off: the demonstration is not loaded into a real system."),
            code="not_demo_mode",
        )
    # People entered by hand into the invented community belong to the demonstration.
    real = Resident.objects.filter(synthetic=False).exclude(
        area__code__startswith=estates.COMMUNITY[2]
    )
    if real.exists():
        raise Conflict(
            _(
                "This database holds residents who are not invented. Use an empty database for "
                "the demonstration."
            ),
            code="real_residents",
        )


def seed_demo(*, say: Say, scale: float = 1.0) -> None:
    """Load the demonstration. `say` hears one sentence a part; `scale` below 1 makes lower
    buildings and fewer people. Raises Conflict (see `require_demo_database`)."""
    require_demo_database()
    with _alone():
        areas = _seed_registry(say, scale)
        devices = seed_devices(areas)
        load_rules()
        say(format_lazy(_("New: {devices} devices."), devices=devices))
        resident = featured()
        seed_services(resident, areas[estates.CHERRY.code])
        say(_("Services, notices and the resident's account are there."))
        try:
            seed_faces(resident, areas[estates.COMMUNITY[2]])
            say(_("The enrolled face and the watch-list entry are there."))
        except PicturesUnavailableError as error:
            say(
                format_lazy(
                    _("No faces were enrolled, because the photographs are not to be had: {why}"),
                    why=str(error),
                )
            )


def _seed_registry(say: Say, scale: float) -> dict[str, Area]:
    with transaction.atomic():
        load_catalogue()
        areas = seed_areas()
        departments = seed_offices(areas)
        say(_("Areas, departments and users are there."))
        book = RecordBook(departments)
        dwellings = seed_dwellings(areas, book, scale)
        people = seed_people(dwellings, book)
        records = book.save()
        say(
            format_lazy(
                _("New: {dwellings} dwellings, {people} residents, {records} recorded facts."),
                dwellings=len(dwellings),
                people=people,
                records=records,
            )
        )
    return areas


@contextmanager
def _alone() -> Iterator[None]:
    """Hold the session's advisory lock: one seeding at a time."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
