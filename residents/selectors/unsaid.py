"""What others' facts say of a protected person: his name and numbers in the rows of those with whom
he shares a home, such as the head of a household or whom to call in an emergency.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable

from django.db.models import Q

from accounts.viewer import Viewer
from datasharing.choices import Subject
from residents.models import ElementRecord, ElementValue, Residence, Resident, Seal

PERSONAL = frozenset({"person_name", "mobile", "document_no"})
OWN = frozenset({"name_cn", "name_latin", "former_name", "doc_no", "mobile"})

Texts = dict[uuid.UUID, set[str]]


def without_unsaid(
    viewer: Viewer, subject: str, rows: Collection[ElementRecord]
) -> list[ElementRecord]:
    """The records but those that name somebody who does not exist for the viewer. Costs nothing
    where no fact names another person, one query where nobody is sealed from the viewer."""
    naming = [row for row in rows if _names_another(row)]
    texts = _unsaid(viewer, subject, {row.subject_id for row in naming}) if naming else {}
    if not texts:
        return list(rows)
    left_out = {row.id for row in naming if row.plain in texts.get(row.subject_id, ())}
    return [row for row in rows if row.id not in left_out]


def may_name_sealed(viewer: Viewer, subject: str) -> Q:
    """Records that name another person, of rows that share a home with somebody who does not exist
    for the viewer: a count or an order that they entered could tell of him."""
    sealed = Seal.objects.closed_to(viewer).values("resident")
    homes = Residence.objects.filter(resident__in=sealed, valid_to=None).values("dwelling")
    of_sealed = Resident.objects.filter(pk__in=sealed, household__isnull=False)
    households = of_sealed.values("household")
    near = Q(subject_id__in=homes) | Q(subject_id__in=households)
    if subject == Subject.RESIDENT:
        housemates = Resident.objects.filter(
            Q(household__in=households)
            | Q(residences__dwelling__in=homes, residences__valid_to=None)
        )
        near = Q(subject_id__in=housemates.values("pk"))
    return near & Q(element__type__in=PERSONAL) & ~Q(element__in=OWN)


def _names_another(row: ElementValue) -> bool:
    return row.element.type in PERSONAL and row.element_id not in OWN


def _unsaid(viewer: Viewer, subject: str, ids: set[uuid.UUID]) -> Texts:
    """{row's key: names and numbers of the sealed residents who share its home or household}."""
    sealed = dict(
        Resident.objects.filter(
            pk__in=Seal.objects.closed_to(viewer).values("resident")
        ).values_list("pk", "household_id")
    )
    if not sealed:
        return {}
    homes = Residence.objects.filter(resident__in=sealed, valid_to=None)
    together: dict[uuid.UUID, set[uuid.UUID]] = defaultdict(set)
    for resident_id, dwelling_id in homes.values_list("resident", "dwelling"):
        together[dwelling_id].add(resident_id)
    for resident_id, household_id in sealed.items():
        if household_id:
            together[household_id].add(resident_id)
    said = _own_texts(sealed)
    return {
        row_id: {text for place in places for key in together[place] for text in said[key]}
        for row_id, places in _places(subject, ids, set(together)).items()
    }


def _places(
    subject: str, ids: set[uuid.UUID], wanted: set[uuid.UUID]
) -> dict[uuid.UUID, set[uuid.UUID]]:
    """Which of the wanted households and dwellings each row is, or lives in."""
    if subject != Subject.RESIDENT:
        return {row_id: {row_id} for row_id in ids & wanted}
    found: dict[uuid.UUID, set[uuid.UUID]] = defaultdict(set)
    near = Resident.objects.filter(pk__in=ids).filter(
        Q(household__in=wanted) | Q(residences__dwelling__in=wanted, residences__valid_to=None)
    )
    for row_id, household_id, dwelling_id in near.values_list(
        "pk", "household_id", "residences__dwelling"
    ):
        found[row_id] |= {household_id, dwelling_id} & wanted
    return found


def _own_texts(residents: Iterable[uuid.UUID]) -> Texts:
    texts: Texts = defaultdict(set)
    rows = ElementRecord.objects.filter(
        subject=Subject.RESIDENT, subject_id__in=residents, element__in=OWN, superseded_at=None
    )
    for row in rows:
        if row.plain:
            texts[row.subject_id].add(row.plain)
    return texts
