"""Every exit shows each role exactly what the table says.

An exit is a way by which recorded values leave the platform. Each test here is one of `EXITS`;
`test_routes_carry_nothing_else` walks all routes besides, so that one forgotten here is caught.
"""

import json
import uuid
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.choices import DepartmentKind
from accounts.viewer import NOBODY
from datasharing.models import FormTemplate
from datasharing.policy import PURPOSE_OF
from residents import selectors
from residents.choices import Match
from smartcommunity.kernel.models import LiveEvent
from tests.architecture.matrix import oracle
from tests.architecture.matrix.conftest import client_of
from tests.architecture.matrix.marked import Marked, Place

each_role = pytest.mark.parametrize("user", oracle.ROLES)

# The page of each subject; a household is read on its form and on its dwelling's page.
PAGES: dict[str, Callable[[Place], str]] = {
    "resident": lambda place: reverse("residents:resident", args=[place.ids["resident"]]),
    "dwelling": lambda place: reverse("residents:dwelling", args=[place.ids["dwelling"]]),
    "organisation": lambda place: reverse(
        "residents:organisation", args=[place.ids["organisation"]]
    ),
    "vehicle": lambda place: reverse("residents:vehicle", args=[place.ids["vehicle"]]),
}
FORMED = frozenset({*PAGES, "household"})  # subjects that a form of a department can be about
# By what people may be counted; none is restricted.
BREAKDOWNS = ("birth_date", "sex", "residence_kind", "pop_category", "dwelling_kind")
SEARCHES = {"name": "name_cn", "document": "doc_no", "mobile": "mobile"}


def shown_in(body: str, place: Place) -> set[str]:
    """The elements of which the whole value stands in the text."""
    return {key for key, value in place.values.items() if place.telling(key) and value in body}


def assert_no_leak(body: str, marked: Marked, user: str, where: str) -> None:
    """Nothing that the role does not see in full here, and nothing at all from far away."""
    table = oracle.table()
    leaked = {
        key for key in shown_in(body, marked.here) if table[key].sees(user) != oracle.FULL
    } | {f"far: {key}" for key in shown_in(body, marked.far)}
    assert not leaked, f"{user} is shown {sorted(leaked)} by {where}"


def body_of(answer: object) -> str:
    content: bytes = getattr(answer, "content", b"") or b"".join(
        getattr(answer, "streaming_content", ())
    )
    return content.decode("utf-8", "replace")


# --- detail -------------------------------------------------------------------------------------


@each_role
@pytest.mark.parametrize("subject", PAGES)
def test_page(marked: Marked, user: str, subject: str) -> None:
    client, url = client_of(marked, user), PAGES[subject]
    body = body_of(client.get(url(marked.here)))
    assert_no_leak(body, marked, user, f"the page of a {subject}")
    of_subject = {row.element for row in oracle.of(subject) if marked.here.telling(row.element)}
    expected = {
        row.element
        for row in oracle.of(subject)
        if row.sees(user) == oracle.FULL and not row.is_veiled
    }
    assert shown_in(body, marked.here) & of_subject == expected & of_subject
    assert client.get(url(marked.far)).status_code in {302, 403, 404}


API = {
    "resident": "/api/v1/residents/",
    "organisation": "/api/v1/registry/organisations/",
    "vehicle": "/api/v1/registry/vehicles/",
}


@each_role
@pytest.mark.parametrize("subject", API)
def test_api(marked: Marked, user: str, subject: str) -> None:
    client = client_of(marked, user)
    answer = client.get(f"{API[subject]}{marked.here.ids[subject]}/")
    body = body_of(answer)
    assert_no_leak(body, marked, user, "the API")
    rows = {row.element: row for row in oracle.of(subject)}
    found = json.loads(body).get("elements", []) if answer.status_code == 200 else []
    assert {entry["key"] for entry in found} == {
        key for key, row in rows.items() if row.sees(user) != oracle.NOTHING
    }
    for entry in found:
        row, value = rows[entry["key"]], entry["value"]
        sees = row.sees(user)
        assert entry["may_reveal"] == (sees == oracle.FULL and row.is_veiled)
        if entry["may_reveal"]:
            sees = oracle.MASK
        assert entry["level"] == {"full": "full", "mask": "masked", "yes": "yes_no"}[sees]
        if sees == oracle.FULL and marked.here.telling(row.element):
            assert value == marked.here.values[row.element]
        if sees == oracle.MASK:
            assert row.is_masked_form(value), (row.element, value)
        if row.sees(user) == oracle.YES:
            assert value in {"是", "已登记"}, (row.element, value)
    far = client.get(f"{API[subject]}{marked.far.ids[subject]}/")
    assert far.status_code in {401, 403, 404}


# --- list ---------------------------------------------------------------------------------------


@each_role
@pytest.mark.parametrize("subject", API)
def test_list(marked: Marked, user: str, subject: str) -> None:
    answer = client_of(marked, user).get(API[subject])
    body = body_of(answer)
    assert_no_leak(body, marked, user, f"the list of {subject}s")
    sees_anything = any(row.sees(user) != oracle.NOTHING for row in oracle.of(subject))
    listed = str(marked.here.ids[subject]) in body
    assert listed == sees_anything
    assert str(marked.far.ids[subject]) not in body


# --- form ---------------------------------------------------------------------------------------


def templates_of(user: str) -> Iterable[FormTemplate]:
    kind = oracle.ROLES[user]
    return FormTemplate.objects.filter(department_kind=kind or "", status="published")


@each_role
def test_form(marked: Marked, user: str) -> None:
    """Filled in with what is seen in full; masked and read-only otherwise; nothing hidden."""
    client = client_of(marked, user)
    for template in templates_of(user):
        if template.subject not in FORMED:
            continue
        args = [template.key, marked.here.ids[template.subject]]
        body = body_of(client.get(reverse("residents:edit", args=args)))
        assert_no_leak(body, marked, user, f"the form {template.key}")
        for key in template.fields.values_list("element", flat=True):
            row = oracle.table()[key]
            can_enter = f'name="{key}"' in body
            assert not can_enter or row.writes(user), f"{user} may enter {key}"
            if row.sees(user) == oracle.FULL and row.writes(user) and marked.here.telling(key):
                assert marked.here.values[key] in body, f"{user}: {key} is not filled in"
        far = client.get(
            reverse("residents:edit", args=[template.key, marked.far.ids[template.subject]])
        )
        assert far.status_code in {403, 404}


# --- history ------------------------------------------------------------------------------------


@each_role
def test_history(marked: Marked, user: str) -> None:
    client = client_of(marked, user)
    for row in oracle.table().values():
        if row.subject not in FORMED:
            continue
        if user in {"nobody", "resident", "auditor"} and row.element != "name_cn":
            continue  # the door is shut: one element shows it
        for page in ("history", "correct"):
            args = [row.subject, marked.here.ids[row.subject], row.element]
            answer = client.get(reverse(f"residents:{page}", args=args))
            body = body_of(answer)
            assert_no_leak(body, marked, user, f"{page} of {row.element}")
            if row.sees(user) in {oracle.NOTHING, oracle.YES}:
                assert answer.status_code in {302, 403, 404}, (page, row.element)
        whole = marked.here.values[row.element]
        body = body_of(client.get(reverse("residents:history", args=args)))
        if row.sees(user) == oracle.FULL and marked.here.telling(row.element):
            assert (whole in body) != row.is_veiled, row.element


# --- reveal -------------------------------------------------------------------------------------


@each_role
def test_reveal(marked: Marked, user: str, settings: Any) -> None:
    """Shown to who sees it in full and asks for it; to nobody else."""
    settings.REVEALS_AN_HOUR = 100
    client = client_of(marked, user)
    kind = oracle.ROLES[user]
    purpose = PURPOSE_OF[DepartmentKind(kind)] if kind else "care"
    for row in oracle.table().values():
        if row.subject not in PAGES or not row.is_veiled:
            continue
        for place, may in ((marked.here, row.sees(user) == oracle.FULL), (marked.far, False)):
            args = [row.subject, place.ids[row.subject], row.element]
            body = body_of(
                client.post(reverse("residents:reveal", args=args), {"purpose": purpose})
            )
            assert (place.values[row.element] in body) == may, row.element
            assert_no_leak(body, marked, user, f"the reveal of {row.element}")


# --- search, count ------------------------------------------------------------------------------


@each_role
@pytest.mark.parametrize("by", SEARCHES)
def test_search(marked: Marked, user: str, by: str) -> None:
    """Found if and only if the element is seen in full: a match tells the value."""
    client, element = client_of(marked, user), SEARCHES[by]
    may = oracle.table()[element].sees(user) == oracle.FULL
    for place, expected in ((marked.here, may), (marked.far, False)):
        asked = {"by": by, "text": place.values[element]}
        body = body_of(client.post(reverse("residents:search"), asked))
        found = str(place.ids["resident"]) in body
        assert found == expected, (by, "far" if place is marked.far else "here")


@each_role
def test_count(marked: Marked, user: str) -> None:
    """The building's chart counts people only for who may know who lives where."""
    url = reverse("residents:building", args=[marked.here.ids["building"]])
    answer = client_of(marked, user).get(url)
    may = oracle.table()["live_address_id"].sees(user) == oracle.FULL
    counted = answer.status_code == 200 and answer.context["chart"].sees_people
    assert counted == may
    if answer.status_code == 200:
        assert answer.context["chart"].people == (1 if may else 0)
        assert_no_leak(body_of(answer), marked, user, "the building's chart")


@each_role
def test_statistics(marked: Marked, user: str) -> None:
    """A breakdown is offered, and answered, only to who sees the element and the home in full."""
    client, url = client_of(marked, user), reverse("residents:statistics")
    table = oracle.table()
    sees_homes = table["live_address_id"].sees(user) == oracle.FULL
    offered = {key for key in BREAKDOWNS if sees_homes and table[key].sees(user) == oracle.FULL}
    answer = client.get(url)
    found = answer.context["found"] if answer.status_code == 200 else None
    assert {one.key for one in (found.offers if found else ())} == offered
    for row in oracle.of("resident"):
        asked = client.get(f"{url}?by={row.element}")
        assert (asked.status_code == 200) == (row.element in offered), row.element
        if row.element in offered:
            assert asked.context["found"].sums.total == 1, "the marked person, nobody far away"
            assert_no_leak(body_of(asked), marked, user, f"statistics by {row.element}")


# --- duplicates ---------------------------------------------------------------------------------


@each_role
def test_comparison(marked: Marked, user: str) -> None:
    """Side by side with a newcomer: of the marked person, no more than his own page shows; and
    nobody far away is compared, listed as a likely duplicate, or redirected to."""
    newcomer, known = marked.newcomer_id, marked.here.ids["resident"]
    client = client_of(marked, user)
    for survivor, absorbed in ((newcomer, known), (known, newcomer)):
        page = client.get(reverse("residents:merge", args=[survivor, absorbed]))
        assert_no_leak(body_of(page), marked, user, "the comparison of two entries")
    far = reverse("residents:merge", args=[newcomer, marked.far.ids["resident"]])
    assert client.get(far).status_code in {302, 403, 404}
    for match in Match:
        listed = body_of(client.get(reverse("residents:duplicates") + f"?match={match}"))
        assert str(marked.far.ids["resident"]) not in listed


@each_role
def test_likely_duplicates(marked: Marked, user: str) -> None:
    """A match is told only by elements that the role sees in full here, and never from far."""
    viewer = marked.world.viewer(user) if oracle.ROLES.get(user) else NOBODY
    table = oracle.table()
    for place in (marked.here, marked.far):
        values = place.values
        asked = [
            selectors.Newcomer.entered({key: values[key] for key in keys})
            for keys in (("name_cn", "birth_date"), ("mobile",))
        ]
        named, phoned = selectors.matches(viewer=viewer, newcomers=asked)
        here = place is marked.here
        full = {key for key in table if here and table[key].sees(user) == oracle.FULL}
        assert bool(named) == ({"name_cn", "birth_date"} <= full)
        assert bool(phoned) == ("mobile" in full)


# --- error texts --------------------------------------------------------------------------------


@each_role
def test_error_texts(marked: Marked, user: str) -> None:
    """A refused form tells nothing about what it is compared with."""
    client = client_of(marked, user)
    for template in templates_of(user):
        if template.subject not in FORMED:
            continue
        keys = template.fields.values_list("element", flat=True)
        args = [template.key, marked.here.ids[template.subject]]
        refused = client.post(reverse("residents:edit", args=args), dict.fromkeys(keys, "?!<>"))
        assert refused.status_code != 200
        assert_no_leak(body_of(refused), marked, user, f"the refusal of {template.key}")


@each_role
def test_a_taken_document_is_named_only_to_who_sees_it(marked: Marked, user: str) -> None:
    client = client_of(marked, user)
    url = reverse("residents:register", args=[marked.here.dwelling.pk])
    for place in (marked.here, marked.far):
        asked = {"doc_type": "111", "doc_no": place.values["doc_no"], "name_cn": "新来的"}
        body = body_of(client.post(url, asked)).replace(asked["doc_no"], "")
        assert_no_leak(body, marked, user, "the refusal of a taken document")
        assert str(marked.far.ids["resident"]) not in body


# --- live stream --------------------------------------------------------------------------------


def test_live_stream(marked: Marked, client: Client) -> None:
    """Events are thin: a name and a key, never a value, whatever was written."""
    before = LiveEvent.objects.order_by("-id").values_list("id", flat=True).first() or 0
    for user in ("collector", "property", "civil_affairs", "grid"):
        for template in templates_of(user):
            if template.subject in FORMED:
                url = reverse(
                    "residents:edit", args=[template.key, marked.here.ids[template.subject]]
                )
                client_of(marked, user).post(url, {"mobile": "13900001111", "name_cn": "改名"})
    for event in LiveEvent.objects.filter(id__gt=before):
        text = json.dumps([event.name, event.key, event.area_path, event.audience])
        assert not shown_in(text, marked.here)
        assert event.key == str(uuid.UUID(event.key)), "an event names a row, nothing else"
