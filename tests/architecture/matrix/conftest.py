"""The marked world, made once for the whole matrix and rolled back after it."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from accounts.viewer import NOBODY, Viewer
from datasharing.actions import load_catalogue
from datasharing.defaults import grant_defaults
from tests.architecture.matrix.marked import Marked, make_marked
from tests.conftest import make_world


@pytest.fixture(scope="package")
def _marked(django_db_setup: None, django_db_blocker: Any) -> Iterator[Marked]:
    with django_db_blocker.unblock(), transaction.atomic():
        world = make_world()
        load_catalogue()
        grant_defaults(departments=list(world.departments.values()), decided_by=None)
        yield make_marked(world)
        transaction.set_rollback(True)


@pytest.fixture
def marked(_marked: Marked, db: None) -> Marked:
    """Each test's own changes are rolled back to this."""
    return _marked


def viewer_of(marked: Marked, user: str) -> Viewer:
    return NOBODY if user == "nobody" else marked.world.viewer(user)


def client_of(marked: Marked, user: str) -> Client:
    client = Client()
    if user != "nobody":
        client.force_login(marked.world.users[user], "django.contrib.auth.backends.ModelBackend")
    return client
