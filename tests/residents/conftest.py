"""A building to live in, and people registered through the forms as staff do it."""

import uuid
from dataclasses import dataclass
from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from datasharing.identifiers import make_citizen_id
from datasharing.models import FormTemplate
from datasharing.selectors import template
from residents import actions
from residents.models import Building, Dwelling, EstatePlan, Unit
from tests.conftest import World

REGION = "420106"


def citizen(born: date, sex: str = "1", sequence: int = 1) -> str:
    """A well-formed, fictitious number."""
    return make_citizen_id(REGION, born, sex, sequence)


POLICE = {
    "doc_type": "111",
    "doc_no": citizen(date(1985, 6, 1)),
    "name_cn": "张三丰",
    "pop_category": "1",
    "residence_kind": "owner",
    "mobile": "13800001234",
    "head_relation": "02",
}


def text(response: object) -> str:
    return response.content.decode()  # type: ignore[attr-defined]


def queries(client: Client, url: str) -> int:
    """How many a page takes, warmed up."""
    client.get(url)
    with CaptureQueriesContext(connection) as caught:
        assert client.get(url).status_code == 200
    return len(caught)


@dataclass
class Registry:
    """The first estate's building 1: two units of three floors with two rooms each."""

    world: World
    building: Building
    dwellings: list[Dwelling]

    @property
    def home(self) -> Dwelling:
        return self.dwellings[0]

    def form(self, user: str, key: str) -> FormTemplate:
        return template(viewer=self.world.viewer(user), key=key)

    def register(self, *, by: str = "collector", home: Dwelling | None = None,
                 household_id: uuid.UUID | None = None, key: str = "police.resident",
                 **values: str | None) -> uuid.UUID:  # fmt: skip
        """Register somebody; `values` over those of `POLICE`."""
        resident_id, _household = actions.register_member(
            viewer=self.world.viewer(by),
            template=self.form(by, key),
            dwelling=home or self.home,
            household_id=household_id,
            values={**POLICE, **values},
        )
        return resident_id

    def save(self, user: str, key: str, subject_id: uuid.UUID, version: int | None = None,
             **values: str | None) -> None:  # fmt: skip
        actions.record(
            viewer=self.world.viewer(user),
            template=self.form(user, key),
            subject_id=subject_id,
            values=values,
            version=version,
        )


def make_building(world: World, area_key: str, number: str = "1") -> list[Dwelling]:
    area = world.areas[area_key]
    building = Building.objects.create(
        area=area, number=number, name=f"{number}栋", floors=3, ref=f"b{number}"
    )
    units = [Unit.objects.create(building=building, number=name) for name in ("1", "2")]
    return [
        Dwelling.objects.create(
            area=area,
            unit=unit,
            floor=floor,
            room=f"{floor}0{place}",
            address=f"{area.name}{number}栋{unit.number}单元{floor}0{place}室",
        )
        for unit in units
        for floor in (1, 2, 3)
        for place in (1, 2)
    ]


@pytest.fixture
def registry(world: World) -> Registry:
    dwellings = make_building(world, "estate")
    EstatePlan.objects.create(
        area=world.estate,
        geojson={
            "type": "FeatureCollection",
            "features": [
                {
                    "type": "Feature",
                    "properties": {"kind": "building", "ref": "b1"},
                    "geometry": {
                        "type": "Polygon",
                        "coordinates": [[[0, 0], [50, 0], [50, 20], [0, 20], [0, 0]]],
                    },
                },
                {
                    "type": "Feature",
                    "properties": {"kind": "gate", "ref": "g1", "name": "东门"},
                    "geometry": {"type": "Point", "coordinates": [111.32, 0]},
                },
            ],
        },
    )
    return Registry(world, dwellings[0].unit.building, dwellings)
