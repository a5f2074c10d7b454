"""The three administrators read no personal data: every route, asked with rows that exist."""

import uuid
from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client
from django.urls.resolvers import RoutePattern

from residents.models import Household
from tests.architecture.test_routes import described, ours
from tests.residents.conftest import Registry, citizen

SECRETS = {
    "name_cn": "诸葛不见",
    "doc_no": citizen(date(1971, 3, 9), sequence=77),
    "mobile": "13912345678",
}


@pytest.mark.parametrize("role", ["system_admin", "security_admin", "auditor"])
def test_no_route_tells_an_administrator_anything_of_a_resident(
    role: str, registry: Registry, client_for: Callable[[str], Client]
) -> None:
    resident_id = registry.register(**SECRETS)
    real: dict[str, object] = {
        "resident_id": resident_id,
        "subject_id": resident_id,
        "dwelling_id": registry.home.pk,
        "household_id": Household.objects.get().pk,
        "building_id": registry.building.pk,
        "area_id": registry.world.estate.pk,
        "subject": "resident",
        "element": "name_cn",
        "key": "police.resident",
        "purpose": "face",
    }
    client, asked = client_for(role), 0
    for path, pattern in ours():
        if pattern.name == "live" or described(pattern) is None:
            continue
        for name in RoutePattern(path).converters:
            value = real.get(name, uuid.UUID(int=0) if "uuid" in path else 0)
            path = path.replace(path[path.index("<") : path.index(">") + 1], str(value), 1)
        for query in ("", "?q=诸葛", "?text=诸葛"):
            text = client.get(f"/{path}{query}").content.decode(errors="replace")
            for secret in (*SECRETS.values(), "诸葛*", "139****5678"):
                assert secret not in text, (path, query)
            asked += 1
    assert asked > 200
