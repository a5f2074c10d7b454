"""Organisations by name or credit code, vehicles by plate: under the right to that element."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from accounts.viewer import Viewer
from datasharing import policy
from datasharing.choices import AccessKind, Subject
from datasharing.identifiers import PLATE, USCC, normalise
from residents.models import Organisation, Vehicle
from residents.selectors.briefs import Brief, briefs

FOUND_SHOWN = 20
LAST = "\U0010ffff"  # after every other character, in the columns' own order (collation C)


def begins(field: str, text: str) -> Q:
    """The field begins with the text: a range, which finds its index also under row security."""
    return Q(**{f"{field}__gte": text, f"{field}__lt": f"{text}{LAST}"})


def find_organisations(*, viewer: Viewer, text: str) -> list[Brief]:
    """Organisations whose name begins so (characters, pinyin, initials). Logged."""
    access = policy.access(viewer=viewer, subject=Subject.ORGANISATION)
    latin = "".join(text.lower().split())
    match = begins("name", text)
    if latin.isascii() and latin.isalnum():
        match |= begins("name_pinyin", latin) | Q(name_initials=latin)
    rows = Organisation.objects.shared_with_full(access, ["unit_name"]).filter(match)
    return _briefs(viewer, Subject.ORGANISATION, rows.order_by("name_pinyin", "id"), "organisation")


def find_by_credit_code(*, viewer: Viewer, text: str) -> list[Brief]:
    """The organisation with this credit code. Logged."""
    access = policy.access(viewer=viewer, subject=Subject.ORGANISATION)
    rows = Organisation.objects.shared_with_full(access, ["uscc"])
    rows = rows.filter(uscc=normalise(USCC, text)).exclude(uscc="")
    return _briefs(viewer, Subject.ORGANISATION, rows, "uscc")


def find_vehicles(*, viewer: Viewer, text: str) -> list[Brief]:
    """The vehicle with this plate. Logged."""
    access = policy.access(viewer=viewer, subject=Subject.VEHICLE)
    rows = Vehicle.objects.shared_with_full(access, ["plate_no"])
    rows = rows.filter(plate=normalise(PLATE, text)).exclude(plate="")
    return _briefs(viewer, Subject.VEHICLE, rows, "plate")


def _briefs(viewer: Viewer, subject: Subject, rows: QuerySet[Any, Any], detail: str) -> list[Brief]:
    ids = list(rows.values_list("pk", flat=True)[:FOUND_SHOWN])
    found = briefs(viewer=viewer, subject=subject, ids=ids, kind=AccessKind.SEARCH, detail=detail)
    return [found[row_id] for row_id in ids if row_id in found]
