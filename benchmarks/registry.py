"""The registry's reads beside the same reads in raw SQL, at 10,000, 100,000 and 1,000,000 people.

    python benchmarks/registry.py [--sizes 10000 100000 1000000] [--rounds 150]

Starts throw-away services on free ports (PostgreSQL with fsync), writes a synthetic population and
reads it in this process: through `residents.selectors`, as the pages and the API do, and by hand.
docs/benchmarks.md says what the baseline does and how to read the tables.
"""

from __future__ import annotations

import argparse
import math
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks import machine, population
from benchmarks.report import table
from smartcommunity.embedded.runtime import Runtime

if TYPE_CHECKING:
    from accounts.viewer import Viewer

ROOT: Final = Path(__file__).resolve().parent.parent
PAGE: Final = 50
WARM_UP: Final = 15
GRANTED: Final = 100_000
"""The size at which django-guardian has one permission a resident."""
GUARDIAN_ROUNDS: Final = 15


@dataclass(slots=True)
class Timed:
    """Milliseconds of each round; `log` is what the access log took of the platform's."""

    platform: list[float] = field(default_factory=list)
    log: list[float] = field(default_factory=list)
    raw: list[float] = field(default_factory=list)

    def row(self, name: str) -> tuple[str, ...]:
        bare = [whole - log for whole, log in zip(self.platform, self.log, strict=True)]
        return (
            name,
            *(f"{share(self.raw, at):.2f}" for at in (0.5, 0.95)),
            *(f"{share(self.platform, at):.2f}" for at in (0.5, 0.95)),
            *(f"{share(self.platform, at) / share(self.raw, at):.2f} x" for at in (0.5, 0.95)),
            f"{share(self.log, 0.5):.2f}",
            f"{share(bare, 0.5) / share(self.raw, 0.5):.2f} x",
        )


HEAD: Final = (
    "read", "raw p50 ms", "p95", "platform p50 ms", "p95", "ratio p50", "p95",
    "access log ms", "ratio without it",
)  # fmt: skip


def share(times: Sequence[float], at: float) -> float:
    """The time within which this share of the rounds ended."""
    return sorted(times)[math.ceil(at * len(times)) - 1]


def main(*, sizes: Sequence[int], rounds: int) -> None:
    """Start the services, measure at each size, print, and leave nothing behind."""
    print(machine.describe(), flush=True)
    with tempfile.TemporaryDirectory(prefix="sc-bench-") as scratch:
        state = Path(scratch)
        state.chmod(0o711)
        with Runtime(state, ports="free") as runtime:
            os.environ.update(
                runtime.environ(), DJANGO_SETTINGS_MODULE="smartcommunity.settings.production"
            )
            subprocess.run(
                [sys.executable, "manage.py", "migrate", "-v", "0"], cwd=ROOT, check=True
            )
            import django

            django.setup()
            plan = prepare(max(sizes))
            before = 0
            for size in sorted(sizes):
                seconds = population.load(os.environ["DATABASE_URL"], plan, before, size)
                added = size - before
                print(
                    f"\n{size:,} people: {added:,} written in {seconds:.0f} s"
                    f" ({added / seconds:.0f}/s, 8 values each, 4 of them sealed)",
                    flush=True,
                )
                meter = machine.Meter()
                rows = [timed.row(name) for name, timed in measure(size, rounds)]
                print(table(HEAD, rows))
                print(f"others' cores: {meter.read().others:.1f}", flush=True)
                if size == GRANTED:
                    print(f"\n{against_guardian(size)}", flush=True)
                before = size


def prepare(most: int) -> population.Plan:
    """The demonstration's offices, and estates with dwellings for so many people."""
    from accounts.models import Area, User
    from datasharing.actions import load_catalogue
    from datasharing.models import DataElement
    from residents.models import Building, Unit
    from smartcommunity.demo.areas import seed_areas
    from smartcommunity.demo.estates import GRIDS
    from smartcommunity.demo.offices import seed_offices

    load_catalogue()
    areas = seed_areas()
    departments = seed_offices(areas)
    grid = GRIDS[0][2]
    estates = []
    for number in range(math.ceil(most / population.PER_ESTATE)):
        parent = Area.objects.get(code=grid)
        place = {"name": f"合成{number}", "kind": "estate", "code": f"9{number:06d}"}
        estate = Area.objects.add_child(parent, place)
        building = Building.objects.create(area=estate, number="1", name="1栋", floors=30)
        unit = Unit.objects.create(building=building, number="1")
        _dwellings(estate.pk, unit.pk)
        estates.append(estate.pk)
    users = {kind: User.objects.get(username=name).pk for kind, name in
             (("police", "collector"), ("property", "property"))}  # fmt: skip
    return population.Plan(
        estates=estates,
        sources={kind: (departments[kind].pk, users[kind]) for kind in ("police", "property")},  # type: ignore[index]
        sealed=frozenset(
            element.key for element in DataElement.objects.all() if element.is_encrypted
        ),
    )


def _dwellings(area: int, unit: Any) -> None:
    from residents.models import Dwelling

    Dwelling.objects.bulk_create(
        Dwelling(
            id=population.dwelling_key(area, place),
            area_id=area,
            unit_id=unit,
            floor=place // 70 + 1,
            room=str(place),
            address=f"合成路{area}号1栋1单元{place}室",
        )
        for place in range(population.PER_ESTATE // population.PER_DWELLING)
    )


def measure(size: int, rounds: int) -> Iterator[tuple[str, Timed]]:
    """Each read, the platform's and the raw one in turn, about the same people."""
    from benchmarks import raw_reads as raw
    from residents import selectors

    civil, police = _viewer("civil_affairs"), _viewer("police")
    rng = random.Random(size)
    people = [population.person(rng.randrange(size)) for _ in range(rounds + WARM_UP)]

    def listed(viewer: Viewer, after: Any) -> int:
        rows = selectors.listed(viewer=viewer).filter(pk__lt=after).order_by("-pk")[: PAGE + 1]
        ids = [row["id"] for row in rows][:PAGE]
        return len(selectors.people(viewer=viewer, resident_ids=ids))

    reads: dict[str, tuple[Callable[[Any], int], Callable[[Any], int]]] = {
        "list, civil affairs": (
            lambda one: listed(civil, one.id),
            lambda one: raw.page(one.id, PAGE),
        ),
        "list, police": (lambda one: listed(police, one.id), lambda one: raw.page(one.id, PAGE)),
        "document": (
            lambda one: len(
                selectors.search(viewer=police, by="document", text=one.document).people
            ),
            lambda one: raw.by_document(one.document),
        ),
        "name": (
            lambda one: len(selectors.search(viewer=civil, by="name", text=one.name).people),
            lambda one: raw.by_name(one.name, PAGE),
        ),
        "detail, civil affairs": (
            lambda one: bool(selectors.profile(viewer=civil, resident_id=one.id)),
            lambda one: bool(raw.detail(one.id)),
        ),
        "detail, police": (
            lambda one: bool(selectors.profile(viewer=police, resident_id=one.id)),
            lambda one: bool(raw.detail(one.id)),
        ),
    }
    for name, (platform, plain) in reads.items():
        timed = Timed()
        with log_watched() as log:
            for number, one in enumerate(people):
                log.clear()
                began = time.perf_counter()
                ours = platform(one)
                between = time.perf_counter()
                theirs = plain(one)
                ended = time.perf_counter()
                if ours != theirs:
                    raise RuntimeError(f"{name}: {ours} people here, {theirs} by raw SQL")
                if number >= WARM_UP:
                    timed.platform.append(1000 * (between - began))
                    timed.log.append(1000 * sum(log))
                    timed.raw.append(1000 * (ended - between))
        yield name, timed


@contextmanager
def log_watched() -> Iterator[list[float]]:
    """Seconds of each append to the access log, which is made all the same."""
    from datasharing import access_log

    record, spent = access_log.record, []

    def timed(**said: Any) -> Any:
        began = time.perf_counter()
        try:
            return record(**said)
        finally:
            spent.append(time.perf_counter() - began)

    access_log.record = timed  # type: ignore[assignment]
    try:
        yield spent
    finally:
        access_log.record = record


def against_guardian(size: int) -> str:
    """The first page of visible rows: one grant over an area, or one permission a resident."""
    from django.contrib.auth.models import Permission
    from django.contrib.contenttypes.models import ContentType
    from django.db import connection
    from guardian.shortcuts import get_objects_for_user

    from accounts.models import User
    from residents import selectors
    from residents.models import Resident

    user, viewer = User.objects.get(username="civil_affairs"), _viewer("civil_affairs")
    kind = ContentType.objects.get_for_model(Resident)
    permission = Permission.objects.get(content_type=kind, codename="view_resident")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO guardian_userobjectpermission"
            " (object_pk, content_type_id, permission_id, user_id)"
            " SELECT id::text, %s, %s, %s FROM residents_resident",
            [kind.pk, permission.pk, user.pk],
        )
        cursor.execute("ANALYZE guardian_userobjectpermission")

    def ours() -> int:
        return len(selectors.listed(viewer=viewer).order_by("-pk")[: PAGE + 1])

    def theirs() -> int:
        rows = get_objects_for_user(user, "residents.view_resident", klass=Resident)
        return len(rows.order_by("-pk").values("id")[: PAGE + 1])

    mine, guardian = [], []
    for number in range(GUARDIAN_ROUNDS + 2):
        for call, times in ((ours, mine), (theirs, guardian)):
            began = time.perf_counter()
            if call() != PAGE + 1:
                raise RuntimeError("a page is full")
            if number >= 2:
                times.append(1000 * (time.perf_counter() - began))
    fast, slow = statistics.median(mine), statistics.median(guardian)
    title = f"The first page of {size:,} visible people: ids, rights included (p50 ms)"
    rows = [
        ("grants over areas", f"{fast:.2f}", ""),
        ("get_objects_for_user, one permission a resident", f"{slow:.2f}", f"{slow / fast:.0f} x"),
    ]
    return f"{title}\n\n{table(('', 'p50 ms', 'slower'), rows)}"


def _viewer(name: str) -> Viewer:
    from accounts.models import User
    from accounts.selectors import viewer_for

    return viewer_for(user=User.objects.get(username=name))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="The registry's reads beside raw SQL.")
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--rounds", type=int, default=150, help="of each read (150)")
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    main(sizes=given.sizes, rounds=given.rounds)
