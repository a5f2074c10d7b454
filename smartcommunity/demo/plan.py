"""Draws an estate's plan: a GeoJSON FeatureCollection in local metres (x east, y north).

`properties.kind` is one of KINDS, in the order of painting; `ref` links a building or a gate to
its row. `origin` (a foreign member) is the WGS-84 position of (0, 0).
"""

from typing import Any

from smartcommunity.demo.estates import CHERRY, EstateSpec
from smartcommunity.demo.shapes import (
    Point,
    Ring,
    curve,
    disc,
    rectangle,
    rounded,
    shore,
    slab,
    strip,
    turned,
)

KINDS = (
    "boundary",
    "road",
    "green",
    "court",
    "water",
    "path",
    "parking",
    "tree",
    "facility",
    "building",
    "label",
    "gate",
)
RING_WIDTH = 6.5
LANE_WIDTH = 4.5
BAY = (2.5, 5.2)
"""A parking bay, metres."""


class Drawing:
    """Features of one estate; every point is turned with the estate."""

    def __init__(self, estate: EstateSpec) -> None:
        self.estate = estate
        self.features: list[dict[str, Any]] = []

    def area(self, kind: str, *rings: Ring, ref: str = "", name: str = "") -> None:
        """A surface; rings after the first are holes."""
        self._add(kind, "Polygon", [self._closed(ring) for ring in rings], ref, name)

    def areas(self, kind: str, rings: list[Ring]) -> None:
        """Many small surfaces as one feature."""
        self._add(kind, "MultiPolygon", [[self._closed(ring)] for ring in rings])

    def point(self, kind: str, x: float, y: float, ref: str = "", name: str = "") -> None:
        self._add(kind, "Point", list(self.estate.on_plan(x, y)), ref, name)

    def road(self, line: list[Point], width: float = LANE_WIDTH) -> None:
        self.area("road", strip(line, width))

    def path(self, line: list[Point], width: float = 2.0) -> None:
        self.area("path", strip(line, width))

    def collection(self) -> dict[str, Any]:
        """The finished plan."""
        return {
            "type": "FeatureCollection",
            "origin": list(self.estate.origin),
            "features": sorted(
                self.features, key=lambda feature: KINDS.index(feature["properties"]["kind"])
            ),
        }

    def _add(self, kind: str, shape: str, coordinates: Any, ref: str = "", name: str = "") -> None:
        self.features.append(
            {
                "type": "Feature",
                "properties": {"kind": kind, "ref": ref, "name": name},
                "geometry": {"type": shape, "coordinates": coordinates},
            }
        )

    def _closed(self, ring: Ring) -> list[list[float]]:
        middle = (self.estate.width / 2, self.estate.depth / 2)
        points = turned(ring, self.estate.turn, middle)
        return [list(point) for point in (*points, points[0])]


def draw(estate: EstateSpec) -> dict[str, Any]:
    """The plan of an estate: ground and roads, gardens, buildings, names, gates."""
    drawing = Drawing(estate)
    _ground(drawing)
    (_cherry if estate is CHERRY else _lakeside)(drawing)
    for building in estate.buildings:
        outline = slab(building.x, building.y, building.units, building.unit_width, building.depth)
        ref = estate.building_ref(building.number)
        drawing.area("building", outline, ref=ref, name=building.name)
    for gate in estate.gates:
        drawing.point("gate", gate.x, gate.y, ref=gate.ref, name=gate.name)
    return drawing.collection()


def _ground(drawing: Drawing) -> None:
    """Boundary, streets outside, ring road, lanes from the ring to the gates."""
    width, depth = drawing.estate.width, drawing.estate.depth
    drawing.area("boundary", rounded(0, 0, width, depth, 7))
    drawing.area("road", rectangle(-14, -19, width + 28, 12))
    drawing.point("label", width * 0.78, -13, name=drawing.estate.road)
    inner = 8 + RING_WIDTH
    drawing.area(
        "road",
        rounded(8, 8, width - 16, depth - 16, 14),
        rounded(inner, inner, width - 2 * inner, depth - 2 * inner, 8),
    )
    for gate in drawing.estate.gates:
        if gate.y == 0:
            drawing.road([(gate.x, -8), (gate.x, 12)], 11)
        elif gate.x == 0:
            drawing.road([(-10, gate.y), (12, gate.y)], 8)
        else:
            drawing.road([(width - 12, gate.y), (width + 10, gate.y)], 8)
    _border_trees(drawing)


def _border_trees(drawing: Drawing) -> None:
    """A row of trees inside the boundary, open where a gate is."""
    width, depth = drawing.estate.width, drawing.estate.depth
    places = [(float(x), y) for x in range(8, int(width) - 6, 7) for y in (3.8, depth - 3.8)]
    places += [(x, float(y)) for y in range(14, int(depth) - 12, 7) for x in (3.8, width - 3.8)]
    drawing.areas(
        "tree",
        [
            disc(x, y, 2.3 + 0.5 * (index % 3))
            for index, (x, y) in enumerate(places)
            if all(abs(x - gate.x) + abs(y - gate.y) > 12 for gate in drawing.estate.gates)
        ],
    )


def _bays(x: float, y: float, count: int, *, upright: bool) -> list[Ring]:
    """`count` parking bays in a row from (x, y): northwards when `upright`, else eastwards."""
    wide, long = BAY
    if upright:
        return [rectangle(x, y + step * wide, long, wide - 0.2) for step in range(count)]
    return [rectangle(x + step * wide, y, wide - 0.2, long) for step in range(count)]


def _entrances(drawing: Drawing, lane: float, numbers: tuple[int, ...]) -> None:
    """Foot paths from the unit doors on the north side to the lane at y = `lane`."""
    for building in drawing.estate.buildings:
        if building.number not in numbers:
            continue
        top = building.y + building.depth
        for unit in range(building.units):
            middle = building.x + (unit + 0.5) * building.unit_width
            drawing.path([(middle, top), (middle, lane)], 2.2)


def _cherry(drawing: Drawing) -> None:
    """樱花苑: three columns of slabs around a garden with a pond."""
    for line in (
        [(12, 46), (278, 46)],
        [(12, 99), (98, 99)],
        [(192, 99), (278, 99)],
        [(12, 152), (278, 152)],
    ):
        drawing.road([(float(x), float(y)) for x, y in line])
    for lane, numbers in ((46, (1, 2, 3)), (99, (4, 5)), (152, (6, 7))):
        _entrances(drawing, lane, numbers)
    lawns = (
        (24, 16, 66, 7),
        (118, 16, 60, 7),
        (200, 16, 66, 7),
        (24, 51, 66, 23),
        (200, 51, 66, 23),
        (24, 104, 66, 23),
        (178, 104, 88, 23),
        (100, 122, 70, 25),
        (24, 156, 242, 5),
    )
    for x, y, width, height in lawns:
        drawing.area("green", rounded(x, y, width, height, 2.5))
    drawing.area("green", shore(145, 83, 46, 27, 0.06))
    drawing.area("water", shore(146, 82, 25, 12, 0.14))
    drawing.area("path", shore(146, 82, 33, 18, 0.1), shore(146, 82, 31, 16, 0.1))
    drawing.path([(101, 14), (101, 52)], 5)
    for walk, wide in (
        ([(101, 50), (103, 60), (116, 72)], 3.0),
        ([(90, 88), (102, 90), (113, 86)], 2.0),
        ([(200, 88), (190, 90), (179, 86)], 2.0),
        ([(145, 101), (142, 110), (146, 124)], 2.5),
        ([(178, 48), (182, 58), (174, 69)], 2.0),
        ([(24, 60), (48, 66), (66, 58), (90, 66)], 1.8),
        ([(200, 64), (226, 56), (244, 66), (266, 60)], 1.8),
        ([(178, 112), (208, 118), (238, 110), (266, 118)], 1.8),
    ):
        drawing.path(curve([(float(x), float(y)) for x, y in walk]), wide)
    drawing.area("court", rounded(103, 127, 27, 15, 1))
    drawing.area("court", disc(70, 115.5, 6.5, 24))
    drawing.area("facility", rectangle(134, 127, 34, 14))
    drawing.area("facility", rectangle(108, 17, 6, 5))
    drawing.areas("parking", _cherry_parking())
    drawing.areas("tree", _cherry_trees())
    drawing.point("label", 146, 82, name="樱花池")
    drawing.point("label", 116.5, 134.5, name="健身场")
    drawing.point("label", 70, 115.5, name="儿童乐园")
    drawing.point("label", 151, 134, name="物业服务中心")


def _cherry_parking() -> list[Ring]:
    return [
        bay
        for x in (14.7, 270.1)
        for y, count in ((52, 8), (105, 9))
        for bay in _bays(x, y, count, upright=True)
    ]


def _cherry_trees() -> list[Ring]:
    rows = ((54, (24, 200)), (71, (24, 200)), (107, (24, 178)), (124, (24, 178)))
    trees = [
        disc(west + step, y, 2 + 0.4 * (step % 3))
        for y, starts in rows
        for west in starts
        for step in (4, 14, 25, 36, 48, 61)
    ]
    trees += [disc(x, y, 2.4) for y in (19, 28, 37) for x in (94.5, 107.5) if (x, y) != (107.5, 19)]
    trees += [disc(x, 158.7, 1.9 + 0.3 * (x % 4)) for x in range(29, 264, 9)]
    trees += [disc(x, 19.5, 2.1) for x in (30, 42, 54, 66, 78, 130, 144, 158, 172, 212, 230, 248)]
    trees += [disc(x, y, 2.5) for x, y in shore(145, 83, 41, 23, 0.07)[::3]]
    return trees + [disc(x, y, 1.9) for x, y in shore(146, 82, 28.5, 14, 0.12)[2::6]]


def _lakeside(drawing: Drawing) -> None:
    """澄湖家园: five tall slabs around a lake garden."""
    drawing.road([(12, 56), (80, 56)])
    drawing.road([(160, 56), (228, 56)])
    drawing.road([(12, 175), (228, 175)])
    _entrances(drawing, 56, (1, 2))
    _entrances(drawing, 175, (3, 4, 5))
    for x in (24, 156):
        drawing.area("green", rounded(x, 16.5, 60, 11, 3))
    drawing.area("green", shore(120, 100, 84, 33, 0.07))
    drawing.area("green", rounded(28, 180, 184, 12, 3))
    drawing.area("water", shore(120, 98, 46, 20, 0.16), disc(104, 97, 6.5, 24))
    drawing.area("green", disc(104, 97, 5.4, 24))
    drawing.area("path", shore(120, 99, 63, 27, 0.1), shore(120, 99, 60.5, 24.5, 0.1))
    drawing.path([(120, 14), (120, 47)], 7)
    drawing.path([(120, 69), (120, 76)], 7)
    drawing.area("path", disc(120, 58, 12, 32), disc(120, 58, 5, 24))
    drawing.area("water", disc(120, 58, 5, 24))
    drawing.path(curve([(119, 124), (117, 133), (120, 151)]), 3)
    drawing.path(curve([(15, 112), (40, 108), (57.5, 102)]), 2.5)
    drawing.path(curve([(183.5, 97), (200, 92), (225, 96)]), 2.5)
    drawing.path(curve([(67, 118), (56, 130), (52, 146)]), 2)
    drawing.path(curve([(172, 118), (184, 130), (188, 146)]), 2)
    drawing.path([(60, 99), (101, 97)], 1.8)
    drawing.area("court", rounded(22, 66, 28, 16, 1))
    drawing.area("court", disc(196, 124, 7, 24))
    drawing.area("facility", [(190, 63), (220, 63), (220, 75), (204, 75), (204, 84), (190, 84)])
    drawing.area("facility", rectangle(84.5, 20, 27, 13))
    drawing.area("facility", rectangle(130, 22, 20, 10))
    drawing.areas("parking", _lakeside_parking())
    drawing.areas("tree", _lakeside_trees())
    drawing.point("label", 128, 100, name="镜湖")
    drawing.point("label", 36, 74, name="篮球场")
    drawing.point("label", 203, 69, name="幼儿园")
    drawing.point("label", 98, 26.5, name="物业服务中心")
    drawing.point("label", 140, 27, name="地下车库")


def _lakeside_parking() -> list[Ring]:
    bays = _bays(26, 58.6, 8, upright=False) + _bays(164, 58.6, 8, upright=False)
    bays += _bays(30, 178, 30, upright=False) + _bays(126, 178, 32, upright=False)
    return bays


def _lakeside_trees() -> list[Ring]:
    trees = [disc(x, y, 2.6) for x, y in shore(120, 99, 67, 29.5, 0.1)[::3] if abs(x - 120) > 9]
    trees += [disc(x, y, 3) for x, y in shore(120, 99, 76, 31, 0.08)[1::4] if abs(x - 120) > 14]
    for x in (28, 37, 47, 56, 66, 76, 162, 171, 181, 190, 200, 210):
        trees.append(disc(x, 22, 2.2 + 0.4 * (x % 3)))
    trees += [disc(x, 188.5, 2.3 + 0.3 * (x % 4)) for x in range(34, 210, 9)]
    for y in (22, 32, 42):
        trees += [disc(x, y, 2.3) for x in (113.5, 126.5)]
    return [*trees, disc(104, 99, 2.2), disc(106, 95, 1.8), disc(101.5, 96, 1.6)]
