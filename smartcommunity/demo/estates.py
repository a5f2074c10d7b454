"""The two invented estates: where they lie, their buildings and gates. Metres on the plan."""

from dataclasses import dataclass

from smartcommunity.demo.shapes import Point, turned


@dataclass(frozen=True, slots=True)
class BuildingSpec:
    """A slab facing south; (x, y) is the south-west corner of its body."""

    number: int
    x: float
    y: float
    units: int
    floors: int
    homes: int
    """Homes on one floor of one unit."""
    unit_width: float
    depth: float

    @property
    def length(self) -> float:
        return self.units * self.unit_width

    @property
    def name(self) -> str:
        return f"{self.number}栋"


@dataclass(frozen=True, slots=True)
class GateSpec:
    """A gate of the estate on its boundary."""

    ref: str
    name: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class EstateSpec:
    """An estate; `turn` is by how many degrees its plan is turned counter-clockwise."""

    key: str
    name: str
    code: str
    grid_code: str
    road: str
    door: str
    """Number on the road."""
    built: int
    width: float
    depth: float
    turn: float
    origin: Point
    """WGS-84 longitude and latitude of the plan's (0, 0)."""
    office: Point
    """The property company's office on the plan before it is turned."""
    buildings: tuple[BuildingSpec, ...]
    gates: tuple[GateSpec, ...]

    def on_plan(self, x: float, y: float) -> Point:
        """Where a point of the estate lies once the plan is turned."""
        return turned([(x, y)], self.turn, (self.width / 2, self.depth / 2))[0]

    def building_ref(self, number: int) -> str:
        return f"{self.key}-b{number}"

    @property
    def address(self) -> str:
        return f"湖北省武汉市洪山区澄湖街道{self.road}{self.door}{self.name}"


PROVINCE = ("湖北省", "province", "42")
CITY = ("武汉市", "city", "4201")
DISTRICT = ("洪山区", "district", "420111")
STREET = ("澄湖街道", "street", "420111980")
COMMUNITY = ("澄湖社区", "community", "420111980001")
GRIDS = (
    ("澄湖社区第一网格", "grid", "420111980001001"),
    ("澄湖社区第二网格", "grid", "420111980001002"),
)


def _walk_up(number: int, x: float, y: float, units: int, floors: int) -> BuildingSpec:
    return BuildingSpec(number, x, y, units, floors, homes=2, unit_width=22, depth=12.5)


def _tower(number: int, x: float, y: float) -> BuildingSpec:
    return BuildingSpec(number, x, y, 2, floors=26, homes=4, unit_width=28, depth=16)


CHERRY = EstateSpec(
    key="cherry",
    name="樱花苑",
    code="420111980001001001",
    grid_code=GRIDS[0][2],
    road="澄湖路",
    door="18号",
    built=2009,
    width=290,
    depth=178,
    turn=0,
    origin=(114.4012, 30.5021),
    office=(171, 125),
    buildings=(
        _walk_up(1, 24, 27, units=3, floors=9),
        _walk_up(2, 112, 27, units=3, floors=9),
        _walk_up(3, 200, 27, units=3, floors=11),
        _walk_up(4, 24, 80, units=3, floors=11),
        _walk_up(5, 200, 80, units=3, floors=11),
        _walk_up(6, 24, 133, units=3, floors=11),
        _walk_up(7, 178, 133, units=4, floors=11),
    ),
    gates=(
        GateSpec("cherry-south", "南门（正门）", 101, 0),
        GateSpec("cherry-east", "东门", 290, 99),
    ),
)

LAKESIDE = EstateSpec(
    key="lakeside",
    name="澄湖家园",
    code="420111980001002001",
    grid_code=GRIDS[1][2],
    road="澄湖路",
    door="66号",
    built=2018,
    width=240,
    depth=210,
    turn=8,
    origin=(114.4071, 30.5024),
    office=(86, 38),
    buildings=(
        _tower(1, 26, 32),
        _tower(2, 158, 32),
        _tower(3, 24, 145),
        _tower(4, 92, 151),
        _tower(5, 160, 145),
    ),
    gates=(
        GateSpec("lakeside-south", "南门（正门）", 120, 0),
        GateSpec("lakeside-west", "西门", 0, 112),
    ),
)

ESTATES = (CHERRY, LAKESIDE)
