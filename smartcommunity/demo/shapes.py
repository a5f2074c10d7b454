"""Outlines for drawing a plan: lists of (x, y) in metres, x east, y north. Rings are not closed."""

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise

Point = tuple[float, float]
Ring = list[Point]


def rectangle(x: float, y: float, width: float, height: float) -> Ring:
    """South-west corner and size."""
    return [(x, y), (x + width, y), (x + width, y + height), (x, y + height)]


def rounded(x: float, y: float, width: float, height: float, radius: float) -> Ring:
    """A rectangle with round corners."""
    corners = [
        (x + width - radius, y + radius, 270),
        (x + width - radius, y + height - radius, 0),
        (x + radius, y + height - radius, 90),
        (x + radius, y + radius, 180),
    ]
    return [
        _polar(cx, cy, radius, start + step)
        for cx, cy, start in corners
        for step in range(0, 91, 15)
    ]


def disc(x: float, y: float, radius: float, sides: int = 12) -> Ring:
    return [_polar(x, y, radius, 360 * side / sides) for side in range(sides)]


def shore(x: float, y: float, half_width: float, half_height: float, wave: float = 0.12) -> Ring:
    """A closed, softly irregular line around (x, y), as of a pond."""
    ring = []
    for degrees in range(0, 360, 6):
        turn = math.radians(degrees)
        reach = 1 + wave * (math.sin(2 * turn + 0.8) + 0.6 * math.sin(3 * turn))
        ring.append(
            (x + half_width * reach * math.cos(turn), y + half_height * reach * math.sin(turn))
        )
    return ring


def strip(line: Sequence[Point], width: float) -> Ring:
    """A line drawn with a width, mitred at its bends, flat at its ends."""
    normals = [_normal(start, end) for start, end in pairwise(line)]
    left, right = [], []
    for index, (x, y) in enumerate(line):
        before, after = normals[max(index - 1, 0)], normals[min(index, len(normals) - 1)]
        nx, ny = before[0] + after[0], before[1] + after[1]
        reach = width / (nx * nx + ny * ny)
        left.append((x + nx * reach, y + ny * reach))
        right.append((x - nx * reach, y - ny * reach))
    return left + right[::-1]


def curve(points: Sequence[Point], steps: int = 8) -> list[Point]:
    """A smooth line through the points (Catmull-Rom)."""
    padded = [points[0], *points, points[-1]]
    line = [points[0]]
    for a, b, c, d in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        line += [_between(a, b, c, d, step / steps) for step in range(1, steps + 1)]
    return line


def slab(x: float, y: float, units: int, unit_width: float, depth: float) -> Ring:
    """A slab block seen from above: bays to the south, a stair core to the north in each unit."""
    south: list[Point] = []
    north: list[Point] = []
    for unit in range(units):
        west = x + unit * unit_width
        for share in (0.08, 0.62):
            bay = west + share * unit_width
            end = bay + 0.30 * unit_width
            south += [(bay, y), (bay, y - 1.3), (end, y - 1.3), (end, y)]
        core, end = west + 0.40 * unit_width, west + 0.60 * unit_width
        top = y + depth
        north += [(core, top), (core, top + 1.6), (end, top + 1.6), (end, top)]
    east = x + units * unit_width
    return [(x, y), *south, (east, y), (east, y + depth), *north[::-1], (x, y + depth)]


def turned(points: Iterable[Point], degrees: float, about: Point) -> Ring:
    """The points turned counter-clockwise, to the decimetre's tenth."""
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    ox, oy = about
    return [
        (
            round(ox + (x - ox) * cos - (y - oy) * sin, 2),
            round(oy + (x - ox) * sin + (y - oy) * cos, 2),
        )
        for x, y in points
    ]


def _polar(x: float, y: float, radius: float, degrees: float) -> Point:
    turn = math.radians(degrees)
    return x + radius * math.cos(turn), y + radius * math.sin(turn)


def _normal(start: Point, end: Point) -> Point:
    length = math.dist(start, end)
    return -(end[1] - start[1]) / length, (end[0] - start[0]) / length


def _between(a: Point, b: Point, c: Point, d: Point, t: float) -> Point:
    x, y = (
        0.5
        * (
            2 * b[i]
            + (c[i] - a[i]) * t
            + (2 * a[i] - 5 * b[i] + 4 * c[i] - d[i]) * t**2
            + (3 * b[i] - a[i] - 3 * c[i] + d[i]) * t**3
        )
        for i in (0, 1)
    )
    return x, y
