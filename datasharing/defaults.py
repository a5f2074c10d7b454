"""The grants that departments of one area start with, from `default_grants.toml`."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import permutations
from pathlib import Path

from django.db import transaction

from accounts.choices import DepartmentKind
from accounts.models import Area, Department, User
from accounts.viewer import SYSTEM
from datasharing.actions.grant_steps import note_step
from datasharing.choices import GrantStatus, Level
from datasharing.models import DataElement, Grant
from datasharing.policy import PURPOSE_OF
from smartcommunity.kernel import clock

FILE = Path(__file__).with_name("default_grants.toml")
VALID_FOR = timedelta(days=365)
LEVELS = {"yes_no": Level.YES_NO, "masked": Level.MASKED, "full": Level.FULL}


@dataclass(frozen=True, slots=True)
class DefaultGrant:
    """Elements that every department of kind `owner` shares with one of kind `grantee`."""

    owner: DepartmentKind
    grantee: DepartmentKind
    level: Level
    may_write: bool
    legal_basis: str
    elements: tuple[str, ...]


def read(path: Path = FILE) -> list[DefaultGrant]:
    """The grants of the file. Raises KeyError or ValueError where it is wrong."""
    return [
        DefaultGrant(
            DepartmentKind(row["from"]),
            DepartmentKind(row["to"]),
            LEVELS[row["level"]],
            row.get("write", False),
            row["basis"],
            tuple(row["elements"]),
        )
        for row in tomllib.loads(path.read_text(encoding="utf-8"))["grants"]
    ]


@transaction.atomic
def grant_defaults(*, departments: list[Department], decided_by: User | None) -> int:
    """Give the default grants between these departments for a year, each in the area that the two
    have in common. A default in force already is not given again. Returns how many were given."""
    wanted, elements = read(), DataElement.objects.in_bulk()
    now, today = clock.now(), clock.today()
    given = 0
    for owner, grantee, area in _neighbours(departments):
        for default in wanted:
            if (default.owner, default.grantee) != (owner.kind, grantee.kind):
                continue
            grant, created = Grant.objects.in_force().get_or_create(
                owner=owner,
                grantee=grantee,
                area=area,
                level=default.level,
                may_write=default.may_write,
                purpose=PURPOSE_OF[default.grantee],
                legal_basis=default.legal_basis,
                defaults={
                    "valid_from": today,
                    "valid_to": today + VALID_FOR,
                    "status": GrantStatus.ACTIVE,
                    "decided_by": decided_by,
                    "decided_at": now,
                },
            )
            grant.elements.set([elements[key] for key in default.elements])
            if created:
                note_step(grant, viewer=SYSTEM)
            given += created
    return given


def _neighbours(departments: list[Department]) -> Iterator[tuple[Department, Department, Area]]:
    """Pairs of departments of which one is responsible for the other's area, and that area."""
    for owner, grantee in permutations(departments, 2):
        if grantee.area.path.startswith(owner.area.path):
            yield owner, grantee, grantee.area
        elif owner.area.path.startswith(grantee.area.path):
            yield owner, grantee, owner.area
