"""A new key comes first; what the old one sealed is sealed anew, in batches, readable meanwhile."""

import base64
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.checks import run_checks
from django.core.management import call_command
from django.db import connection

from residents.models import Resident
from smartcommunity.kernel import crypto, rotation, vault
from tests.conftest import World
from tests.fence.rows import saved

pytestmark = pytest.mark.django_db
NEW = base64.b64decode("bmV3LWtleS1uZXcta2V5LW5ldy1rZXktbmV3LWtleSE=")
NUMBERS = [f"4201011990010100{number:02d}" for number in range(7)]


@pytest.fixture
def people(bare_world: World, settings: Any, tmp_path: Path) -> list[Resident]:
    settings.MEDIA_ROOT = tmp_path  # a vault of its own: other tests leave files of other keys
    settings.FIELD_KEYS = {"old": next(iter(settings.FIELD_KEYS.values()))}
    return [saved("residents.Resident", bare_world.estate, doc_no=number) for number in NUMBERS]  # type: ignore[misc]


@pytest.fixture
def new_key(people: list[Resident], settings: Any) -> Any:
    settings.FIELD_KEYS = {"new": NEW, **settings.FIELD_KEYS}
    return settings


def documents() -> rotation.Column:
    return next(one for one in rotation.columns() if one.name == "residents.Resident.doc_no")


def heads() -> set[bytes]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT doc_no FROM residents_resident")
        return {bytes(blob)[: 3 + blob[1]] for (blob,) in map(tuple, _bytes(cursor))}


def _bytes(cursor: Any) -> list[tuple[bytes]]:
    return [(bytes(blob),) for (blob,) in cursor.fetchall()]


def numbers() -> list[str]:
    return sorted(str(one.doc_no) for one in Resident.objects.all())


def test_a_stopped_rotation_goes_on_and_all_stays_readable(new_key: Any) -> None:
    steps = documents().rotate(size=3)
    assert next(steps) == 3
    steps.close()  # killed here
    assert documents().left() == len(NUMBERS) - 3
    assert numbers() == NUMBERS
    assert sum(documents().rotate(size=3)) == len(NUMBERS) - 3
    assert numbers() == NUMBERS
    assert heads() == {crypto.head_of_new()}


def test_the_command_tells_what_is_left_and_the_old_key_may_go(new_key: Any) -> None:
    name = vault.put("test", b"a picture")
    new_key.FIELD_KEYS = {"newer": bytes(range(32)), **new_key.FIELD_KEYS}
    out = StringIO()
    call_command("rotate_keys", "--report", stdout=out)
    assert f"residents.Resident.doc_no: {len(NUMBERS)} to seal anew" in out.getvalue()
    assert "still need an old key" in out.getvalue()
    call_command("rotate_keys", stdout=out)
    assert "nothing needs an old key" in out.getvalue()
    new_key.FIELD_KEYS = {"newer": bytes(range(32))}
    assert numbers() == NUMBERS
    assert vault.get(name) == b"a picture"
    vault.delete(name)


def test_two_ciphers_live_in_one_table(new_key: Any) -> None:
    new_key.FIELD_CIPHER = "SM4-GCM"
    next(documents().rotate(size=3))
    assert {head[-1] for head in heads()} == {crypto.AES_GCM, crypto.SM4_GCM}
    assert numbers() == NUMBERS
    new_key.FIELD_CIPHER = "AES-GCM"
    assert sum(documents().rotate())
    assert {head[-1] for head in heads()} == {crypto.AES_GCM}
    assert numbers() == NUMBERS


def test_a_check_warns_while_old_keys_are_needed(new_key: Any) -> None:
    def found() -> list[str]:
        messages = run_checks(databases=["default"], include_deployment_checks=True)
        return [one.msg for one in messages if one.id == "kernel.W001"]

    assert "residents.Resident.doc_no" in found()[0]
    call_command("rotate_keys", stdout=StringIO())
    assert not found()


def test_what_is_erased_meanwhile_does_not_come_back(new_key: Any) -> None:
    name = vault.put("test", b"a picture")
    new_key.FIELD_KEYS = {"newer": bytes(range(32)), **new_key.FIELD_KEYS}
    vault.delete(name)
    assert not vault.seal_anew(name)
    with pytest.raises(FileNotFoundError):
        vault.get(name)
