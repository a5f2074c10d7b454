"""The drawn plans, without the database."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from smartcommunity.demo.estates import ESTATES, EstateSpec
from smartcommunity.demo.plan import KINDS, draw
from smartcommunity.demo.shapes import curve, slab, strip


@pytest.fixture(params=ESTATES, ids=lambda estate: estate.key)
def estate(request: pytest.FixtureRequest) -> EstateSpec:
    return request.param


def of_kind(estate: EstateSpec, kind: str) -> list[dict[str, Any]]:
    return [f for f in draw(estate)["features"] if f["properties"]["kind"] == kind]


def points(coordinates: Any) -> Iterator[tuple[float, float]]:
    if isinstance(coordinates[0], float):
        yield coordinates[0], coordinates[1]
    else:
        for part in coordinates:
            yield from points(part)


def test_each_building_and_gate_is_drawn_once(estate: EstateSpec) -> None:
    drawn = [f["properties"]["ref"] for f in of_kind(estate, "building")]
    assert drawn == [estate.building_ref(spec.number) for spec in estate.buildings]
    gates = {f["properties"]["ref"] for f in of_kind(estate, "gate")}
    assert gates == {gate.ref for gate in estate.gates}
    assert len(gates) == 2


def test_buildings_keep_inside_the_boundary_and_apart(estate: EstateSpec) -> None:
    boxes = []
    for spec in estate.buildings:
        outline = slab(spec.x, spec.y, spec.units, spec.unit_width, spec.depth)
        xs, ys = [x for x, _y in outline], [y for _x, y in outline]
        assert min(xs) > 14
        assert max(xs) < estate.width - 14
        assert min(ys) > 14
        assert max(ys) < estate.depth - 14
        boxes.append((min(xs), min(ys), max(xs), max(ys)))
    for index, (x1, y1, x2, y2) in enumerate(boxes):
        for a1, b1, a2, b2 in boxes[index + 1 :]:
            assert x2 < a1 or a2 < x1 or y2 < b1 or b2 < y1


def test_the_plan_is_geojson_in_painting_order(estate: EstateSpec) -> None:
    plan = draw(estate)
    assert json.loads(json.dumps(plan)) == plan
    kinds = [feature["properties"]["kind"] for feature in plan["features"]]
    assert kinds == sorted(kinds, key=KINDS.index)
    for feature in plan["features"]:
        if feature["geometry"]["type"] == "Polygon":
            for ring in feature["geometry"]["coordinates"]:
                assert ring[0] == ring[-1]
                assert len(ring) >= 4
        assert all(
            -60 < x < 400 and -60 < y < 300 for x, y in points(feature["geometry"]["coordinates"])
        )


def test_shapes() -> None:
    assert strip([(0, 0), (10, 0)], 2) == [(0, 1), (10, 1), (10, -1), (0, -1)]
    line = curve([(0, 0), (5, 5), (10, 0)], steps=4)
    assert line[0] == (0, 0)
    assert line[4] == (5, 5)
    assert line[-1] == (10, 0)
