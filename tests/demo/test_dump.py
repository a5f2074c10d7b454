"""A dump of the demonstration's database shows no document number and no phone in clear."""

import os
import subprocess
from pathlib import Path

import pytest
from django.db import connection

from residents.models import ElementRecord, Resident
from smartcommunity.demo import seed
from smartcommunity.embedded.runtime import Runtime

SCALE = 0.05


@pytest.mark.django_db(transaction=True)
def test_a_dump_shows_no_document_number_and_no_phone(
    runtime: Runtime, tmp_path: Path, settings: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.STATE_DIR = tmp_path  # type: ignore[attr-defined]
    monkeypatch.setattr(seed, "seed_faces", lambda resident, area: False)
    seed.seed_demo(say=lambda text: None, scale=SCALE)
    people = list(Resident.objects.all())
    entered = {value for one in people for value in (one.doc_no, one.mobile) if value}
    records = ElementRecord.objects.filter(element__type__in=["document_no", "mobile"])
    entered |= {value for record in records.select_related("element") if (value := record.plain)}
    assert len(entered) > len(people)

    dump = _dump(runtime)
    assert people[0].name in dump  # it is the data that was dumped
    shown = [value for value in entered if value in dump or value.encode().hex() in dump]
    assert not shown, f"{len(shown)} of {len(entered)} stand in clear"


def _dump(runtime: Runtime) -> str:
    """As an installation without a superuser backs up: the owner, in the platform's scope."""
    assert runtime.postgres
    url = runtime.postgres.url(database=str(connection.settings_dict["NAME"]))
    done = subprocess.run(
        [runtime.postgres.bin / "pg_dump", "--enable-row-security", "--inserts", url],
        env={**os.environ, "PGOPTIONS": "-c sc.platform=on"},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout
