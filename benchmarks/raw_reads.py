"""The baseline: the same rows by hand-written SQL, over the same connection, without permissions.

No viewer, no decision, no row filter, no masking, no access log, no ORM and no view objects; tuples
of texts. It opens the same sealed values with the same cryptography and looks up the same labels of
codes, departments and homes, so that what is left between the two is the platform's own.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any, Final

from django.db import connection

from residents import lookup
from residents.selectors.residents import LISTED
from smartcommunity.kernel import crypto

RECORDS: Final = """
    SELECT r.id, r.subject_id, r.element_id, r.value, r.sealed, r.recorded_at,
           e.label_zh, e.code_list_id, d.name
    FROM residents_elementrecord r
    JOIN datasharing_dataelement e ON e.key = r.element_id
    LEFT JOIN accounts_department d ON d.id = r.department_id
    WHERE r.subject = 'resident' AND r.superseded_at IS NULL AND r.subject_id = ANY(%s)"""
LABELS: Final = """
    SELECT code_list_id, code, label_zh FROM datasharing_code
    WHERE code_list_id = ANY(%s) AND code = ANY(%s)"""
HOMES: Final = """
    SELECT h.resident_id, h.dwelling_id, w.address
    FROM residents_residence h JOIN residents_dwelling w ON w.id = h.dwelling_id
    WHERE h.resident_id = ANY(%s) AND h.valid_to IS NULL ORDER BY h.valid_from, h.id"""
ESTATES: Final = """
    SELECT r.id, a.name, a.path FROM residents_resident r JOIN accounts_area a ON a.id = r.area_id
    WHERE r.id = ANY(%s)"""


def page(after: uuid.UUID, size: int) -> int:
    """A page of the list, as keyset pages go."""
    ids = _ids("SELECT id FROM residents_resident WHERE id < %s ORDER BY id DESC LIMIT %s",
               [after, size + 1])  # fmt: skip
    return len(people(ids[:size]))


def by_document(number: str) -> int:
    """Who has the document, of whatever kind it is."""
    hashes = list(lookup.document_hashes(number))
    return len(people(_ids(
        # The unique index is of entries that were not merged away: without this it is not used.
        "SELECT id FROM residents_resident WHERE doc_hash = ANY(%s) AND merged_into_id IS NULL",
        [hashes],
    )))  # fmt: skip


def by_name(name: str, size: int) -> int:
    """Whose name begins so."""
    ids = _ids("SELECT id FROM residents_resident WHERE name LIKE %s"
               " ORDER BY name_pinyin, id LIMIT %s", [f"{name}%", size + 1])  # fmt: skip
    return len(people(ids[:size]))


def people(ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, dict[str, str]]:
    """What a list shows of each."""
    found = {row[0]: {"estate": row[1]} for row in _rows(ESTATES, [list(ids)])}
    texts = _texts(_rows(f"{RECORDS} AND r.element_id = ANY(%s)", [list(ids), list(LISTED)]))
    for subject_id, element, _label, text, _department, _at in texts:
        found[subject_id][element] = text
    for resident_id, _dwelling, address in _rows(HOMES, [list(ids)]):
        found[resident_id]["address"] = address
    return found


def detail(resident_id: uuid.UUID) -> list[tuple[Any, ...]]:
    """All that is recorded of one person, with its source, and the homes."""
    _rows(ESTATES, [[resident_id]])
    texts = _texts(_rows(RECORDS, [[resident_id]]))
    return [*texts, *_rows(HOMES, [[resident_id]])]


def _texts(records: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    opened = []
    for key, subject_id, element, value, sealed, at, label, code_list, department in records:
        if sealed is not None:
            bound_to = f"residents.elementrecord.sealed:{key}"
            value = crypto.open_sealed(bytes(sealed), bound_to).decode()
        opened.append((subject_id, element, label, value, code_list, department, at))
    lists = list({row[4] for row in opened if row[4]})
    codes = list({row[3] for row in opened if row[4]})
    labels = {(a, b): c for a, b, c in _rows(LABELS, [lists, codes])} if codes else {}
    return [
        (subject_id, element, label, labels.get((code_list, text), text), department, at)
        for subject_id, element, label, text, code_list, department, at in opened
    ]


def _ids(sql: str, values: list[Any]) -> list[uuid.UUID]:
    return [row[0] for row in _rows(sql, values)]


def _rows(sql: str, values: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()
