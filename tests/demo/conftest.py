"""The demonstration in small: buildings of two floors, about 450 people."""

from collections.abc import Iterator

import pytest
from django.db import transaction
from django.test import override_settings
from pytest_django import DjangoDbBlocker

from smartcommunity.demo import seed

SCALE = 0.05


@pytest.fixture(scope="module")
def seeded(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[list[str]]:
    """A seeded database for a whole module, and what the seeding said; rolled back at its end.

    The faces have a test of their own.
    """
    said: list[str] = []
    with (
        django_db_blocker.unblock(),
        override_settings(STATE_DIR=tmp_path_factory.mktemp("demo")),
        pytest.MonkeyPatch.context() as patch,
        transaction.atomic(),
    ):
        patch.setattr(seed, "seed_faces", lambda resident, area: False)
        seed.seed_demo(say=lambda text: said.append(str(text)), scale=SCALE)
        yield said
        transaction.set_rollback(True)


@pytest.fixture
def demo(seeded: list[str], db: None) -> None:
    """The seeded database; what the test changes is undone after it."""
