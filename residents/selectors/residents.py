"""Reads of residents: names, lists, one profile, search, the resident's own entry."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Iterable
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.querysets import below
from accounts.viewer import Viewer
from datasharing import access_log, policy
from datasharing.choices import AccessKind, Exit, Level, Purpose, Subject
from datasharing.policy import Access
from datasharing.selectors import templates_for
from residents import lookup, policies
from residents.models import Residence, Resident, ResidentAccount, Seal
from residents.selectors.consents import consents_of
from residents.selectors.opened import closed_elements, running_emergency
from residents.selectors.proposals import waiting
from residents.selectors.reading import ByRow, display_name, in_sections, recorded
from residents.selectors.shapes import Found, HomeView, OwnRecord, Person, ResidentView
from smartcommunity.kernel.errors import NotFound

# What a list shows of a person, in this order, as far as it is shared.
LISTED = ("name_cn", "head_relation", "sex", "birth_date", "residence_kind")
SEARCH_LIMIT = 50
RESIDENT = Subject.RESIDENT


def names(*, viewer: Viewer, resident_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Display names under the viewer's right to `name_cn`; ids he may not see are left out.
    Logs nothing: the caller records the read that it is part of."""
    access = policy.access(viewer=viewer, subject=RESIDENT)
    areas = _areas(_shared(access).filter(pk__in=set(resident_ids)))
    seen = recorded(access=access, subject=RESIDENT, areas=areas, keys={policies.NAME})
    return {row_id: values[policies.NAME].shown for row_id, values in seen.items() if values}


def people(
    *,
    viewer: Viewer,
    resident_ids: Collection[uuid.UUID],
    exit: Exit = Exit.PAGE,  # noqa: A002  the log's own word
    kind: AccessKind = AccessKind.LIST,
    detail: str = "",
) -> dict[uuid.UUID, Person]:
    """Residents for a list, by id; those he may not see are left out. Logged."""
    access = policy.access(viewer=viewer, subject=RESIDENT)
    rows = _shared(access).filter(pk__in=resident_ids).select_related("area")
    estates = {row.pk: row.area for row in rows.only("pk", "area")}
    areas = {row_id: area.path for row_id, area in estates.items()}
    seen = recorded(access=access, subject=RESIDENT, areas=areas, keys=LISTED)
    homes = homes_of(access, areas)
    access_log.record(
        viewer=viewer,
        kind=kind,
        exit=exit,
        subject=RESIDENT,
        subject_ids=areas,
        elements=_elements(seen) | ({policies.HOME} if any(homes.values()) else set()),
        purpose=access.purpose,
        detail=detail,
    )
    return {
        row_id: Person(
            id=row_id,
            name=display_name(values),
            facts=tuple(values[key].shown for key in LISTED[1:] if key in values),
            estate=estates[row_id].name,
            address=homes[row_id][0].address if homes[row_id] else "",
        )
        for row_id, values in seen.items()
    }


def profile(*, viewer: Viewer, resident_id: uuid.UUID, exit: Exit = Exit.PAGE) -> ResidentView:  # noqa: A002
    """Everything about one resident that is shared with the viewer. Logged. Raises NotFound."""
    access = policy.access(viewer=viewer, subject=RESIDENT)
    row = (
        _shared(access)
        .filter(pk=resident_id)
        .values_list("area__path", "area__name", "version")
        .first()
    )
    if row is None:
        raise NotFound
    path, estate, version = row
    values = recorded(access=access, subject=RESIDENT, areas={resident_id: path})[resident_id]
    homes = homes_of(access, {resident_id: path})[resident_id]
    running = running_emergency(viewer=viewer, resident_id=resident_id)
    given, to_ask = consents_of(access=access, resident_id=resident_id, path=path)
    is_sealed = Seal.objects.in_force().filter(resident=resident_id).exists()
    access_log.record(
        viewer=viewer,
        kind=AccessKind.EMERGENCY if running else AccessKind.READ,
        exit=exit,
        subject=RESIDENT,
        subject_ids=[resident_id],
        elements=[*values, *([policies.HOME] if homes else [])],
        purpose=access.purpose,
        detail="seal" if is_sealed else "",
    )
    return ResidentView(
        id=resident_id,
        name=display_name(values),
        estate=estate,
        version=version,
        sections=in_sections(
            subject=RESIDENT,
            recorded=values,
            proposable=[
                key
                for key, value in values.items()
                if policies.may_propose(access, key, path, value.department_kind)
            ],
            waiting=waiting(
                viewer=viewer, access=access, subject=RESIDENT, subject_id=resident_id, path=path
            ),
        ),
        homes=homes,
        templates=tuple(templates_for(viewer=viewer, subject=RESIDENT)),
        sees_faces=access.level("face_image", path) > Level.HIDDEN,
        consents=given,
        consents_to_ask=to_ask,
        is_sealed=is_sealed,
        may_seal=bool(policies.may_seal(viewer)),
        emergency=running,
        may_open_emergency=bool(policies.may_open_emergency(viewer))
        and running is None
        and bool(closed_elements(access, path)),
    )


def listed(*, viewer: Viewer) -> QuerySet[Any, Any]:
    """Ids of the residents of whom anything is shared with the viewer, for a paginator; each row
    is {"id": ...}. Show them through `people`."""
    access = policy.access(viewer=viewer, subject=RESIDENT)
    return _shared(access).values("id")


def _by_name(access: Access, text: str) -> Q | None:
    paths = access.reach([policies.NAME], Level.FULL)
    if not paths:
        return None
    latin = "".join(text.lower().split())
    match = Q(name__prefix=text)
    if latin.isascii() and latin.isalpha():  # a name in Latin letters is its own pinyin
        match = Q(name_pinyin__prefix=latin) | Q(name_initials=latin)
    return match & below(paths, "area__path")


def _by_document(access: Access, text: str) -> Q | None:
    paths = access.reach(["doc_no"], Level.FULL)
    if not paths:
        return None
    return Q(doc_hash__in=list(lookup.document_hashes(text))) & below(paths, "area__path")


def _by_mobile(access: Access, text: str) -> Q | None:
    paths = access.reach(["mobile"], Level.FULL)
    if not paths:
        return None
    return Q(mobile_hash=lookup.mobile_hash(text)) & below(paths, "area__path")


SEARCHES: dict[str, Callable[[Access, str], Q | None]] = {
    "name": _by_name,
    "document": _by_document,
    "mobile": _by_mobile,
}
_SEARCHED = {"name": policies.NAME, "document": "doc_no", "mobile": "mobile"}


def searches_for(*, viewer: Viewer) -> list[str]:
    """The kinds of search open to the viewer: an element not seen in full is not searched, since
    whether there is a match would tell it."""
    access = policy.access(viewer=viewer, subject=RESIDENT)
    return [by for by, element in _SEARCHED.items() if access.reach([element], Level.FULL)]


def search(*, viewer: Viewer, by: str, text: str) -> Found:
    """Residents whose name begins so (characters, pinyin, initials), or whose full document or
    phone number it is. Logged by kind, never with the text. Raises NotFound for a kind of search
    that is not open to him."""
    access = policy.access(viewer=viewer, subject=RESIDENT)
    match = SEARCHES[by](access, text.strip()) if by in SEARCHES else None
    if match is None:
        raise NotFound(_("This kind of search is not shared with your department."))
    order = "name_pinyin" if by == "name" else "id"
    ids = list(
        _shared(access)
        .filter(match)
        .order_by(order, "id")
        .values_list("pk", flat=True)[: SEARCH_LIMIT + 1]
    )
    shown = ids[:SEARCH_LIMIT]
    found = people(viewer=viewer, resident_ids=shown, kind=AccessKind.SEARCH, detail=by)
    return Found(tuple(found[row_id] for row_id in shown), len(ids) > SEARCH_LIMIT)


def own_record(*, viewer: Viewer) -> OwnRecord | None:
    """The signed-in resident's own entry, None when his account is not bound. Logged."""
    if not viewer.is_signed_in:
        return None
    account = (
        ResidentAccount.objects.filter(user=viewer.user_id).select_related("resident__area").first()
    )
    if account is None:
        return None
    resident = account.resident
    home = (
        Residence.objects.present()
        .filter(resident=resident)
        .select_related("dwelling")
        .order_by("valid_from", "id")
        .first()
    )
    access_log.record(
        viewer=viewer,
        kind=AccessKind.READ,
        subject=RESIDENT,
        subject_ids=[resident.pk],
        elements=[policies.NAME, policies.HOME],
        purpose=Purpose.OWN_DATA,
    )
    return OwnRecord(
        resident_id=resident.pk,
        area_id=resident.area_id,
        area_path=resident.area.path,
        estate_name=resident.area.name,
        name=resident.name,
        dwelling_id=home.dwelling_id if home else None,
        address=home.dwelling.address if home else "",
    )


def _shared(access: Access) -> QuerySet[Resident, Resident]:
    return Resident.objects.shared_with(access)


def _areas(rows: QuerySet[Resident, Resident]) -> dict[uuid.UUID, str]:
    return dict(rows.values_list("pk", "area__path"))


def _elements(seen: ByRow) -> set[str]:
    return {key for values in seen.values() for key in values}


def homes_of(access: Access, areas: dict[uuid.UUID, str]) -> dict[uuid.UUID, tuple[HomeView, ...]]:
    """Present homes of the residents whose home is shared; empty for the others. One query."""
    ids = [key for key, path in areas.items() if policies.may_see_homes(access, path, key)]
    found: dict[uuid.UUID, tuple[HomeView, ...]] = dict.fromkeys(areas, ())
    rows = Residence.objects.present().filter(resident__in=ids).order_by("valid_from", "id")
    for resident_id, dwelling_id, address in rows.values_list(
        "resident_id", "dwelling_id", "dwelling__address"
    ):
        found[resident_id] += (HomeView(dwelling_id, address),)
    return found
