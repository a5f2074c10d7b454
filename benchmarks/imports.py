"""Import of one CSV file: the platform's importer beside django-import-export.

    pip install -r benchmarks/requirements.txt
    python benchmarks/imports.py [--sizes 10000 100000] [--theirs-up-to 100000]

Starts throw-away services on free ports (PostgreSQL with fsync). Each run is a process of its own,
so that its peak memory is its own. docs/benchmarks.md says what each of the two does.
"""

from __future__ import annotations

import argparse
import csv
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks import machine, population
from benchmarks.report import table
from smartcommunity.embedded.runtime import Runtime

ROOT: Final = Path(__file__).resolve().parent.parent
HEADINGS: Final = (
    "小区", "楼栋", "单元", "房号", "证件类型", "证件号码", "姓名", "人口类别", "居住类型",
    "联系电话", "与户主关系",
)  # fmt: skip


def main(*, sizes: Sequence[int], theirs_up_to: int) -> None:
    """Start the services, import, print, and leave nothing behind."""
    print(machine.describe(), flush=True)
    with tempfile.TemporaryDirectory(prefix="sc-bench-") as scratch:
        state = Path(scratch)
        state.chmod(0o711)
        with Runtime(state, ports="free") as runtime:
            os.environ.update(
                runtime.environ(),
                DJANGO_SETTINGS_MODULE="smartcommunity.settings.production",
                SC_MEDIA_ROOT=str(state / "media"),
            )
            subprocess.run(
                [sys.executable, "manage.py", "migrate", "-v", "0"], cwd=ROOT, check=True
            )
            import django

            django.setup()
            from benchmarks.registry import prepare

            prepare(max(sizes))
            for size in sizes:
                file = write_file(state / f"{size}.csv", size)
                meter = machine.Meter()
                runs = [
                    run(name, file, size) for name in RUNS if name == "ours" or size <= theirs_up_to
                ]
                print(f"\n{size:,} rows, {file.stat().st_size / 1e6:.1f} MB of CSV")
                print(table(("", "seconds", "rows/s", "peak MiB", "platform ahead"), rows(runs)))
                print(f"others' cores: {meter.read().others:.1f}", flush=True)


def write_file(file: Path, size: int) -> Path:
    """So many people, each in a dwelling of the synthetic estates."""
    with file.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(HEADINGS)
        for number in range(size):
            one = population.person(number)
            estate = number // population.PER_ESTATE
            room = number % population.PER_ESTATE // population.PER_DWELLING
            writer.writerow((
                f"合成{estate}", "1栋", "1", room, "居民身份证", one.document, one.name, "1",
                "owner", one.mobile, "02",
            ))  # fmt: skip
    return file


def run(name: str, file: Path, size: int) -> tuple[str, int, float, float]:
    """(name, rows, seconds, peak MiB) of one contender in a process and a registry of its own."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE residents_resident, residents_household CASCADE")
        cursor.execute("DELETE FROM residents_elementrecord")
    connection.close()
    done = subprocess.run(
        [sys.executable, __file__, "--run", name, str(file)],
        cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    seconds, peak, written = done.stdout.split()[-3:]
    if int(written) != size:
        raise RuntimeError(f"{name} wrote {written} of {size} people")
    return name, size, float(seconds), float(peak)


def rows(runs: Sequence[tuple[str, int, float, float]]) -> list[tuple[str, ...]]:
    ours = runs[0]
    return [
        (
            LABELS[name],
            f"{seconds:.1f}",
            f"{size / seconds:.0f}",
            f"{peak:.0f}",
            "" if name == "ours" else f"{seconds / ours[2]:.2f} x",
        )
        for name, size, seconds, peak in runs
    ]


def import_ours(file: Path) -> None:
    """Upload, check, the officer's word, write: all that the importer does, in one process."""
    from accounts.models import User
    from accounts.selectors import viewer_for
    from datasharing.selectors import template
    from residents import actions

    viewer = viewer_for(user=User.objects.get(username="collector"))
    job = actions.start_import(
        viewer=viewer,
        template=template(viewer=viewer, key="police.resident"),
        file_name=file.name,
        content=file.read_bytes(),
    )
    while actions.work_on_import(import_id=job.pk):
        pass
    actions.confirm_import(viewer=viewer, import_id=job.pk)
    while actions.work_on_import(import_id=job.pk):
        pass
    job.refresh_from_db()
    if job.refusal:
        raise RuntimeError(job.refusal)


def _theirs(file: Path, *, same: bool = False, **options: Any) -> None:
    """A resource as its documentation shows it: the resident's row only, sealed and hashed; checked
    by a dry run first, as its admin does. `same`: all the rows that the platform's importer leaves,
    but without rights, access log and locks."""
    import tablib
    from import_export import fields, resources

    from datasharing import identifiers
    from residents import lookup
    from residents.models import Dwelling, Resident

    areas = dict(Dwelling.objects.values_list("area__name", "area_id").distinct())

    class ResidentResource(resources.ModelResource):  # type: ignore[misc]
        name = fields.Field("name", "姓名")
        doc_no = fields.Field("doc_no", "证件号码")
        mobile = fields.Field("mobile", "联系电话")

        class Meta:
            model = Resident
            fields = ("name", "doc_no", "mobile")
            import_id_fields = ("doc_no",)
            force_init_instance = True  # all are new: it need not look each one up

        def before_save_instance(self, instance: Any, row: Any, **kwargs: Any) -> None:
            known = identifiers.check("111", instance.doc_no)
            instance.area_id = areas[row["小区"]]
            instance.doc_type, instance.sex = "111", known.sex
            instance.birth_date = known.birth_date
            instance.name_pinyin, instance.name_initials = lookup.pinyin(instance.name)
            instance.doc_hash = lookup.document_hash("111", instance.doc_no)
            instance.mobile_hash = lookup.mobile_hash(instance.mobile)

        def after_save_instance(self, instance: Any, row: Any, **kwargs: Any) -> None:
            if same:
                write_beside(instance, row)

    for key, value in options.items():
        setattr(ResidentResource._meta, key, value)
    if same:
        from accounts.models import User
        from accounts.selectors import viewer_for
        from datasharing.models import DataElement

        collector = viewer_for(user=User.objects.get(username="collector"))
        write_beside = _beside(collector, DataElement.objects.in_bulk())
    data = tablib.Dataset().load(file.read_text("utf-8-sig"), format="csv")
    for dry_run in (True, False):
        result = ResidentResource().import_data(data, dry_run=dry_run, raise_errors=True)
        if result.has_errors():
            raise RuntimeError("django-import-export found errors")


def import_theirs(file: Path) -> None:
    _theirs(file)


def _beside(collector: Any, elements: Any) -> Callable[[Any, Any], None]:
    """Writes household, residence and recorded values of a resident just saved."""
    from residents.models import Dwelling, ElementRecord, Household, Residence
    from smartcommunity.kernel import clock

    homes = {(area, room): pk for pk, area, room in
             Dwelling.objects.values_list("pk", "area_id", "room")}  # fmt: skip

    def write(instance: Any, row: Any) -> None:
        home = homes[instance.area_id, row["房号"]]
        instance.household = Household.objects.create(dwelling_id=home)
        instance.save(update_fields=["household"])
        Residence.objects.create(resident=instance, dwelling_id=home, kind=row["居住类型"])
        said = {
            "name_cn": instance.name, "doc_type": "111", "doc_no": instance.doc_no,
            "sex": instance.sex, "birth_date": instance.birth_date.isoformat(),
            "mobile": instance.mobile, "pop_category": row["人口类别"],
            "residence_kind": row["居住类型"], "head_relation": row["与户主关系"],
        }  # fmt: skip
        ElementRecord.objects.bulk_create(
            ElementRecord(
                id=uuid.uuid4(),
                subject="resident",
                subject_id=instance.pk,
                element=elements[key],
                **ElementRecord.held(elements[key], text),
                department_id=collector.department_id,
                user_id=collector.user_id,
                recorded_at=clock.now(),
            )
            for key, text in said.items()
        )

    return write


def import_theirs_the_same(file: Path) -> None:
    _theirs(file, same=True)


def import_theirs_in_bulk(file: Path) -> None:
    _theirs(file, use_bulk=True, batch_size=500, skip_diff=True)


RUNS: Final[dict[str, Callable[[Path], None]]] = {
    "ours": import_ours,
    "theirs": import_theirs,
    "theirs_the_same": import_theirs_the_same,
    "theirs_in_bulk": import_theirs_in_bulk,
}
LABELS: Final = {
    "ours": "platform: person, 9 recorded values, home, household",
    "theirs": "django-import-export: person only",
    "theirs_the_same": "django-import-export: the same rows",
    "theirs_in_bulk": "django-import-export, use_bulk, skip_diff: person only",
}


def run_here(name: str, file: Path) -> None:
    """In the process of one run: import, and say seconds, peak MiB and people written."""
    import django

    django.setup()
    from django.utils import translation

    from residents.models import Resident

    translation.activate("zh-hans")
    began = time.monotonic()
    RUNS[name](file)
    seconds = time.monotonic() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(seconds, peak, Resident.objects.count())


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Import beside django-import-export.")
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--theirs-up-to", type=int, default=100_000, help="rows (100000)")
    parser.add_argument("--run", nargs=2, metavar=("NAME", "FILE"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.run:
        run_here(given.run[0], Path(given.run[1]))
    else:
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
        main(sizes=given.sizes, theirs_up_to=given.theirs_up_to)
