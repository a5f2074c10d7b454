"""The one door through which recorded values are read: only allowed elements are fetched."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from functools import reduce
from operator import or_
from types import MappingProxyType

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from datasharing import freshness, values
from datasharing.choices import Level, Subject
from datasharing.models import DataElement
from datasharing.policy import Access
from datasharing.selectors import code_labels, sections
from datasharing.values import Recorded
from residents import policies
from residents.models import ElementRecord, ElementValue, Resident
from residents.selectors.shapes import ElementView, Provenance, Section, Waiting
from residents.selectors.unsaid import without_unsaid
from smartcommunity.kernel import clock

AGED_FLAG, AGED = "aged_flag", 80  # 高龄: 80 years and over
LEVEL_NAMES = {Level.YES_NO: "yes_no", Level.MASKED: "masked", Level.FULL: "full"}

ByRow = dict[uuid.UUID, dict[str, Recorded]]


def recorded(
    *,
    access: Access,
    subject: Subject | str,
    areas: Mapping[uuid.UUID, str],
    keys: Collection[str] | None = None,
) -> ByRow:
    """{row id: {element key: value as the viewer sees it}}; `areas` maps row ids to area paths.

    A constant number of queries: the rows are grouped by what the viewer may see of them.
    """
    found: ByRow = {row_id: {} for row_id in areas}
    groups: dict[frozenset[str], list[uuid.UUID]] = defaultdict(list)
    for row_id, path in areas.items():
        allowed = frozenset(
            key
            for key, right in access.rights(path, row_id).items()
            if right.level > Level.HIDDEN and (keys is None or key in keys)
        )
        groups[allowed].append(row_id)
    choices = (Q(subject_id__in=ids, element__in=group) for group, ids in groups.items())
    wanted = reduce(or_, choices, Q(pk__in=[]))
    records = list(
        ElementRecord.objects.filter(wanted, subject=subject, superseded_at=None)
        .filter(Q(value__isnull=False) | Q(sealed__isnull=False))
        .select_related("element", "department")
    )
    records = without_unsaid(access.viewer, subject, records)
    labels = labels_of(records)
    for record in records:
        row_id, key = record.subject_id, record.element_id
        level = access.level(key, areas[row_id], row_id)
        clear = key in access.opened.get(row_id, ())
        found[row_id][key] = _as_seen(record, level, labels, clear=clear)
    if subject == Subject.RESIDENT:
        aged = [ids for group, ids in groups.items() if AGED_FLAG in group]
        _add_aged(found, [row_id for ids in aged for row_id in ids])
    return found


def labels_of(rows: Iterable[ElementValue]) -> dict[tuple[str, str], str]:
    """{(code list, code): label} of the coded ones among these values: one query."""
    return code_labels(
        pairs=(
            (row.element.code_list_id, row.plain)
            for row in rows
            if row.element.code_list_id and row.plain
        )
    )


def level_shown(element: DataElement, level: Level) -> Level:
    """A veiled element is shown masked even to who sees it in full."""
    return Level.MASKED if level == Level.FULL and element.is_veiled else level


def shown(
    row: ElementValue,
    level: Level,
    labels: Mapping[tuple[str, str], str],
    *,
    clear: bool = False,
) -> str:
    """A value as a page shows it at this level; "" for none. A veiled element is shown masked even
    at the full level, unless `clear`: revealed, opened in an emergency, or typed by the viewer."""
    text = row.plain
    if text is None:
        return ""
    if not clear:
        level = level_shown(row.element, level)
    label = labels.get((row.element.code_list_id or "", text), text)
    return values.show(row.element, text, level, {text: label})


def _as_seen(
    record: ElementRecord, level: Level, labels: Mapping[tuple[str, str], str], *, clear: bool
) -> Recorded:
    """At the yes/no level not even who recorded it is told."""
    source = record.department if level > Level.YES_NO else None
    platform = _("the platform") if level > Level.YES_NO else ""
    confirmed = record.confirmed_at and timezone.localdate(record.confirmed_at)
    return Recorded(
        value=record.plain if level == Level.FULL else None,
        shown=shown(record, level, labels, clear=clear),
        level=level,
        department=source.name if source else platform,
        department_kind=source.kind if source else "",
        date=timezone.localdate(record.recorded_at),
        veiled=not clear and level_shown(record.element, level) < level,
        record_id=record.id,
        confirmed=confirmed,
        stale_since=freshness.stale_since(
            confirmed or timezone.localdate(record.recorded_at), record.element.valid_months
        ),
    )


def _add_aged(found: ByRow, ids: Collection[uuid.UUID]) -> None:
    """The one element that is worked out on reading: whether somebody is 80 or over."""
    if not ids:
        return
    births = Resident.objects.filter(pk__in=ids, birth_date__isnull=False)
    for row_id, born in births.values_list("pk", "birth_date"):
        value = values.TRUE if born and values.age(born) >= AGED else values.FALSE
        found[row_id][AGED_FLAG] = Recorded(
            value=value,
            shown=str(values.YES if value == values.TRUE else values.NO),
            level=Level.FULL,
            department=_("the platform"),
            department_kind="",
            date=clock.today(),
        )


def title_keys(subject: str) -> set[str]:
    """The element that a page calls such a subject by, if it is one."""
    return {policies.TITLES[subject]} if subject in policies.TITLES else set()


def display_name(values: Mapping[str, Recorded], subject: str = Subject.RESIDENT) -> str:
    """What the subject is called as far as the viewer may see it; who has no right to it sees
    that there is one."""
    title = values.get(policies.TITLES[subject])
    if title:
        return title.shown
    return _("Vehicle without a plate") if subject == Subject.VEHICLE else _("Name not shared")


def in_sections(
    *,
    subject: Subject,
    recorded: Mapping[str, Recorded],
    proposable: Collection[str] = (),
    waiting: Mapping[str, Waiting] = MappingProxyType({}),
) -> tuple[Section, ...]:
    """What is recorded, under the section titles of the departments' forms, the name's first.
    `proposable` are the elements that the viewer may propose to correct."""
    titles = sections(subject=subject)
    elements = DataElement.objects.in_bulk(list(recorded))
    order = {key: place for place, key in enumerate(titles)}
    rows: dict[str, list[ElementView]] = defaultdict(list)
    for key in sorted(recorded, key=lambda key: (order.get(key, len(order)), key)):
        view = recorded[key]
        rows[titles.get(key) or _("Further information")].append(
            ElementView(
                key=key,
                label=elements[key].label,
                value=view.shown,
                level=LEVEL_NAMES[Level.MASKED if view.veiled else view.level],
                provenance=Provenance(view.department, view.date, view.confirmed, view.stale_since)
                if view.department
                else None,
                may_reveal=view.veiled,
                may_propose=key in proposable,
                has_history=bool(view.department_kind),
                waiting=waiting.get(key),
            )
        )
    first = policies.TITLES.get(subject, "")
    named = sorted(rows, key=lambda title: all(row.key != first for row in rows[title]))
    return tuple(Section(title, tuple(rows[title])) for title in named)
