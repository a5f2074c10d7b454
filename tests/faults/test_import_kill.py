"""kill -9 of the worker in the middle of an import: it goes on, nothing lost, doubled or half."""

from collections import Counter

import pytest
from django.db.models import Count

from datasharing.actions import load_catalogue
from datasharing.defaults import grant_defaults
from datasharing.selectors import template
from residents import actions
from residents.models import ElementRecord, Import, Residence, Resident
from tests.conftest import World
from tests.processes import Platform, wait_until
from tests.residents.conftest import make_building
from tests.residents.sheets import as_workbook, person

ROWS = 2600
KILLS = 3


@pytest.mark.faults
def test_a_killed_worker_s_import_is_finished_by_the_next(
    platform: Platform, estate: World
) -> None:
    load_catalogue()
    grant_defaults(departments=list(estate.departments.values()), decided_by=None)
    make_building(estate, "estate")
    viewer = estate.viewer("collector")
    job = actions.start_import(
        viewer=viewer,
        template=template(viewer=viewer, key="police.resident"),
        file_name="表.xlsx",
        content=as_workbook([person(number) for number in range(ROWS)]),
    )
    platform.start("worker", "beat")

    def state() -> str:
        return Import.objects.get(pk=job.pk).state

    def done() -> int:
        return Resident.objects.count()

    wait_until(lambda: job.chunks.exists(), seconds=40, what="the first part")
    platform.kill("worker")  # while it reads or checks
    platform.start("worker")
    wait_until(lambda: state() == "checked", seconds=120, what="the check")
    assert done() == 0
    actions.confirm_import(viewer=viewer, import_id=job.pk)
    for _number in range(KILLS):
        before = done()
        wait_until(
            lambda before=before: done() > before or state() == "done",
            seconds=90,
            what="another part",
        )
        platform.kill("worker")
        assert done() % 500 == 0 or state() == "done"  # whole parts only
        platform.start("worker")
    wait_until(lambda: state() == "done", seconds=180, what=f"{done()} of {ROWS}")

    counts: Counter[str] = Counter()
    for chunk in job.chunks.all():
        counts.update(chunk.applied)
    assert counts == {"new": done(), **({"duplicate": d} if (d := ROWS - done()) else {})}
    assert Residence.objects.count() == done()
    current = ElementRecord.objects.filter(superseded_at=None).values("subject_id")
    whole = current.annotate(values=Count("id")).values_list("values", flat=True)
    assert len(whole) == done()
    assert len(set(whole)) == 1  # each row with all its values
