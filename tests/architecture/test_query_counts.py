"""How many queries each page makes: checked in as numbers, and the same for few rows and for many.

After a change that is meant, run this file with UPDATE_QUERY_COUNTS=1 and read the diff of
query_counts.json.
"""

import json
import os
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from residents import actions
from tests.architecture.test_routes import described, ours
from tests.conftest import World
from tests.residents.conftest import Registry, citizen, make_building

FILE = Path(__file__).with_name("query_counts.json")
FEW, MANY = 3, 9
# Whose pages are counted: between them they open every page of the console.
WHO = ("police_chief", "property_manager", "civil_affairs", "grid", "auditor")
ClientFor = Callable[[str], Client]


def populate(registry: Registry, number: range) -> None:
    """People, each in a household of the first dwelling, with a proposal about each."""
    for n in number:
        resident_id = registry.register(
            doc_no=citizen(date(1980, 1, 1), sequence=n + 1),
            name_cn=f"钱多{'一二三四五六七八九'[n % 9]}",
            mobile=f"1380000{n:04d}",
        )
        actions.propose(
            viewer=registry.world.viewer("grid"),
            subject="resident",
            subject_id=resident_id,
            element="name_cn",
            value="钱少",
        )


def pages(registry: Registry) -> dict[str, str]:
    """{route name: url} of every page that is read, about the first rows that there are."""
    ids = {
        "area_id": registry.world.estate.pk,
        "building_id": registry.building.pk,
        "dwelling_id": registry.home.pk,
        "household_id": registry.home.households.order_by("created_at").values_list("pk")[0][0],
        "resident_id": registry.home.residences.order_by("pk").values_list("resident")[0][0],
        "key": "police.resident",
        "subject": "resident",
        "element": "name_cn",
    }
    ids["subject_id"] = ids["resident_id"]
    found = {}
    for pattern, route in ours():
        names = route.pattern.converters
        if described(route) in {"public", None} or route.name == "live" or set(names) - set(ids):
            continue
        url = "/" + pattern
        for name in names:
            before, _open, rest = url.partition("<")
            while not rest.partition(">")[0].endswith(name):
                before, _open, rest = url.partition("<")
            url = f"{before}{ids[name]}{rest.partition('>')[2]}"
        found[pattern] = url
    return found


def count(client: Client, url: str) -> int | None:
    """Queries of the page when it is opened for the second time; None when it is not for him."""
    if client.get(url).status_code != 200:
        return None
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def as_text(found: dict[str, dict[str, int]]) -> str:
    """A line a page, so that a change shows as one."""
    lines = (f"{json.dumps(name)}: {json.dumps(found[name])}" for name in sorted(found))
    return "{\n" + ",\n".join(lines) + "\n}\n"


def counts(registry: Registry, client_for: ClientFor) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for user in WHO:
        client = client_for(user)
        for name, url in pages(registry).items():
            if (number := count(client, url)) is not None:
                found.setdefault(name, {})[user] = number
    return found


@pytest.mark.django_db
def test_queries_are_as_checked_in_and_constant_in_rows(
    registry: Registry, client_for: ClientFor
) -> None:
    populate(registry, range(FEW))
    few = counts(registry, client_for)
    populate(registry, range(FEW, MANY))
    many = counts(registry, client_for)
    growing = {
        (name, user): (number, many[name][user])
        for name, by in few.items()
        for user, number in by.items()
        if number != many[name][user]
    }
    assert not growing, "these pages ask more for more rows"
    if os.environ.get("UPDATE_QUERY_COUNTS"):
        FILE.write_text(as_text(few))
    assert few == json.loads(FILE.read_text()), "see the head of this file"


@pytest.fixture
def registry(world: World) -> Registry:
    dwellings = make_building(world, "estate")
    return Registry(world, dwellings[0].unit.building, dwellings)
