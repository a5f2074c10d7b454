"""Filters, orders, counts, exports, imports and suggestions: none tells what a page would hide."""

import csv
import io

import pytest
from django.urls import reverse

from datasharing.models import DataElement, FormTemplate
from datasharing.policy import PURPOSE_OF
from residents import actions, selectors
from residents.filters import Filter, How, Listing
from residents.sheets.choices import SheetFormat
from smartcommunity.kernel.errors import DomainError
from tests.architecture.matrix import oracle
from tests.architecture.matrix.conftest import client_of, viewer_of
from tests.architecture.matrix.marked import Marked
from tests.architecture.matrix.test_exits import assert_no_leak, body_of, each_role, shown_in

# DESIGN, principle 1: these never drive a search, whoever owns them.
NEVER_ASKED = frozenset({"ethnicity", "marital", "political"})
READERS = [user for user, kind in oracle.ROLES.items() if kind]
BY_TYPE = {
    **dict.fromkeys(("code", "boolean", "integer", "decimal"), How.IS),
    "date": How.BETWEEN,
}
HASHED = {"doc_no": How.IS, "mobile": How.IS}
ORDERS = {"name": "name_cn", "birth_date": "birth_date"}
each_reader = pytest.mark.parametrize("user", READERS)


def found(marked: Marked, user: str, listing: Listing) -> set[str]:
    """The places of which the resident is found; nobody where the question is refused."""
    try:
        page = selectors.list_residents(viewer=viewer_of(marked, user), listing=listing)
    except DomainError:
        return set()
    ids = {line.id for line in page.lines}
    assert page.count == len(ids), "what is counted is what is listed"
    places = {"here": marked.here, "far": marked.far}
    return {name for name, place in places.items() if place.ids["resident"] in ids}


@each_role
def test_filter(marked: Marked, user: str) -> None:
    """Asking for a value finds its row only where the value is seen in full; asking whether
    there is one, only where at least that is seen."""
    elements = DataElement.objects.in_bulk([row.element for row in oracle.of("resident")])
    for row in oracle.of("resident"):
        may_ask = row.element not in NEVER_ASKED
        how = HASHED.get(row.element) or BY_TYPE.get(row.type, How.BEGINS)
        for place in (marked.here, marked.far):
            value = place.values[row.element]
            got = found(marked, user, Listing(filters=(Filter(row.element, how, value, value),)))
            may = may_ask and row.sees(user) == oracle.FULL
            assert "far" not in got, (row.element, how)
            assert may or not got, (row.element, how)
        there = found(marked, user, Listing(filters=(Filter(row.element, How.RECORDED),)))
        assert "far" not in there, row.element
        assert not there or (may_ask and row.sees(user) != oracle.NOTHING), row.element
        plain = not elements[row.element].is_encrypted and elements[row.element].storage == "record"
        if may and plain and row.element != "aged_flag":  # that is worked out, not recorded
            assert there == {"here"}, row.element


@each_role
@pytest.mark.parametrize("order", ORDERS)
def test_sort(marked: Marked, user: str, order: str) -> None:
    """The order of rows tells the value: only who sees it in full may have it."""
    may = oracle.table()[ORDERS[order]].sees(user) == oracle.FULL
    assert found(marked, user, Listing(sort=order)) == ({"here"} if may else set())


@each_role
def test_columns(marked: Marked, user: str) -> None:
    for row in oracle.of("resident"):
        viewer = viewer_of(marked, user)
        try:
            page = selectors.list_residents(viewer=viewer, listing=Listing(columns=(row.element,)))
        except DomainError:
            continue
        text = "\n".join(cell.text for line in page.lines for cell in line.cells)
        assert_no_leak(text, marked, user, f"the column {row.element}")


@each_role
def test_export(marked: Marked, user: str) -> None:
    """The file holds what is seen in full, masks the masked, and has no column for the rest."""
    viewer, kind = viewer_of(marked, user), oracle.ROLES[user]
    rows = {row.element: row for row in oracle.of("resident")}
    everybody = [marked.here.ids["resident"], marked.far.ids["resident"]]
    try:
        made = actions.request_export(
            viewer=viewer,
            resident_ids=everybody,
            elements=list(rows),
            purpose=PURPOSE_OF[kind] if kind else "public_security",
            reason="核对矩阵的测试",
            kind=SheetFormat.CSV,
        )
    except DomainError:
        assert all(row.sees(user) == oracle.NOTHING for row in rows.values())
        return
    actions.make_export(export_id=made.pk)
    content = actions.fetch_export(viewer=viewer, export_id=made.pk)[1].decode("utf-8-sig")
    assert_no_leak(content, marked, user, "the exported file")
    labels = {element.label: element.pk for element in DataElement.objects.filter(pk__in=rows)}
    table = list(csv.reader(io.StringIO(content)))
    head = next(line for line in table if labels.keys() & set(line))
    columns = {labels[label]: place for place, label in enumerate(head) if label in labels}
    assert all(rows[key].sees(user) != oracle.NOTHING for key in columns)
    (line,) = [line for line in table if str(marked.here.ids["resident"]) in line]
    for key, place in columns.items():
        if rows[key].sees(user) == oracle.MASK:
            assert rows[key].is_masked_form(line[place]), key
    held = DataElement.objects.filter(pk__in=rows).exclude(storage="elsewhere")
    expected = {row.pk for row in held if rows[row.pk].sees(user) == oracle.FULL}
    telling = {key for key in expected if marked.here.telling(key)}
    assert telling <= shown_in(content, marked.here)


@each_reader
def test_import(marked: Marked, user: str) -> None:
    """A blank sheet holds nobody's values and asks only what the role may write."""
    viewer = viewer_of(marked, user)
    templates = FormTemplate.objects.filter(
        department_kind=oracle.ROLES[user], status="published", subject="resident"
    )
    for template in templates:
        try:
            sheet = selectors.blank_sheet(viewer=viewer, template=template, kind=SheetFormat.CSV)
        except DomainError:
            continue
        text = sheet.decode("utf-8-sig")
        assert_no_leak(text, marked, user, f"the sheet of {template.key}")
        labels = {field.element.label: field.element_id for field in template.fields.all()}
        head = next(csv.reader(io.StringIO(text)))
        asked = {labels[name.rstrip("*＊ ")] for name in head if name.rstrip("*＊ ") in labels}
        assert asked, template.key
        assert all(oracle.table()[key].writes(user) for key in asked), template.key


@each_role
def test_suggestions(marked: Marked, user: str) -> None:
    """Addresses are suggested where one works; who lives there is not part of it."""
    client = client_of(marked, user)
    for place in (marked.here, marked.far):
        body = body_of(client.post(reverse("residents:address_choices"), {"place": "9栋101"}))
        assert_no_leak(body, marked, user, "the suggested addresses")
        known = str(place.dwelling.pk) in body
        assert known == (place is marked.here and bool(oracle.ROLES[user])), user
