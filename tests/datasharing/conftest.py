"""A world without any grant."""

import pytest

from datasharing.models import Grant
from tests.conftest import World


@pytest.fixture
def strict(world: World) -> World:
    """The catalogue is loaded, and nobody shares anything."""
    Grant.objects.all().delete()
    return world
