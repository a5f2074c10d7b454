"""Every route, by every role: whatever it answers, nothing stands in it that the table hides.

The routes come from the URL configuration and are called about the marked people, so that an exit
that nobody wrote a test for is caught here.
"""

from collections.abc import Iterator
from uuid import UUID

import pytest
from django.http import HttpResponse
from django.test import Client

from tests.architecture.matrix import oracle
from tests.architecture.matrix.conftest import client_of
from tests.architecture.matrix.marked import Marked
from tests.architecture.matrix.test_exits import assert_no_leak, body_of
from tests.architecture.test_routes import ours

# Routes that answer for ever, or end the session that asks.
NOT_WALKED = {"live", "sign_out"}
# A resident's own pages show him his own entry, which the marked world lays far away.
OWN = "/m/"


def parameters(marked: Marked) -> dict[str, object]:
    """What the parameters of routes are filled with, by their names; others name nothing."""
    ids = marked.here.ids
    return {
        **{f"{subject}_id": key for subject, key in ids.items()},
        "subject_id": ids["resident"],
        "subject": "resident",
        "element": "doc_no",
        "area_id": marked.here.area.pk,
        "key": "police.resident",
        "purpose": "care",
        "survivor_id": marked.newcomer_id,
        "absorbed_id": ids["resident"],
        "first_id": marked.far.ids["resident"],
        "second_id": ids["resident"],
    }


def paths(marked: Marked) -> Iterator[str]:
    known = parameters(marked)
    for pattern, route in ours():
        if route.name in NOT_WALKED:
            continue
        path = "/" + pattern
        for name, converter in route.pattern.converters.items():
            unknown = {"uuid": UUID(int=0), "int": 0}
            kind = type(converter).__name__.removesuffix("Converter").lower()
            value = str(known.get(name, unknown.get(kind, "none")))
            for spelled in (f"<{kind}:{name}>", f"<{'str' if kind == 'string' else kind}:{name}>",
                            f"<{name}>"):  # fmt: skip
                path = path.replace(spelled, value)
        assert "<" not in path, path
        yield path


def answers(client: Client, path: str) -> Iterator[HttpResponse]:
    yield client.get(path)
    yield client.get(path, headers={"HX-Request": "true"})
    yield client.post(path, {})


@pytest.mark.parametrize("user", oracle.ROLES)
def test_routes_carry_nothing_else(marked: Marked, user: str) -> None:
    client = client_of(marked, user)
    for path in paths(marked):
        if user == "resident" and path.startswith(OWN):
            continue
        for answer in answers(client, path):
            assert answer.status_code < 500, (user, path)
            assert_no_leak(body_of(answer), marked, user, path)


def test_the_walk_reaches_people(marked: Marked) -> None:
    """The walk is worth something: it meets the marked person on the owner's pages."""
    client = client_of(marked, "police")
    met = [
        path for path in paths(marked) if marked.here.values["name_cn"] in body_of(client.get(path))
    ]
    assert len(met) >= 4, met
