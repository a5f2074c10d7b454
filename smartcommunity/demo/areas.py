"""The administrative tree of the demonstration: real down to the district, invented below it.

Codes: GB/T 2260 for province, city and district; below them 3 digits a level. Street 980 of the
district is not assigned.
"""

from accounts.models import Area
from smartcommunity.demo import estates


def seed_areas() -> dict[str, Area]:
    """Make what is missing of the tree; returns {code: area} of the whole branch."""
    chain = (estates.PROVINCE, estates.CITY, estates.DISTRICT, estates.STREET, estates.COMMUNITY)
    community: Area | None = None
    for name, kind, code in chain:
        community = _below(community, name, kind, code)
    for name, kind, code in estates.GRIDS:
        grid = _below(community, name, kind, code)
        for estate in estates.ESTATES:
            if estate.grid_code == code:
                _below(grid, estate.name, "estate", estate.code)
    codes = [code for _name, _kind, code in (*chain, *estates.GRIDS)]
    codes += [estate.code for estate in estates.ESTATES]
    return {area.code: area for area in Area.objects.filter(code__in=codes)}


def _below(parent: Area | None, name: str, kind: str, code: str) -> Area:
    if not Area.objects.filter(code=code).exists():
        place = {"name": name, "kind": kind, "code": code}
        if parent is None:
            Area.objects.add_root(place)
        else:
            # treebeard counts children in memory: take the parent as it stands now.
            Area.objects.add_child(Area.objects.get(pk=parent.pk), place)
    area: Area = Area.objects.get(code=code)
    return area
