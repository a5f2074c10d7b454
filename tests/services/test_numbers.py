"""Numbers are unique and without gaps, however many people ask at once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from services.actions.timeline import _next_number
from services.models import NumberSeries
from smartcommunity.kernel import clock


def _take(_: int) -> str:
    try:
        with transaction.atomic():
            return _next_number("BX", clock.today())
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_forty_at_once() -> None:
    with ThreadPoolExecutor(8) as pool:
        numbers = list(pool.map(_take, range(40)))
    day = f"{clock.today():%Y%m%d}"
    assert sorted(numbers) == [f"BX{day}-{n:04d}" for n in range(1, 41)]


@pytest.mark.django_db(transaction=True)
def test_a_failed_request_leaves_no_gap() -> None:
    with transaction.atomic():
        _next_number("BX", clock.today())
        transaction.set_rollback(True)
    assert not NumberSeries.objects.exists()
    assert _take(0).endswith("-0001")
