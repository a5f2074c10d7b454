"""Searches use their indexes behind the fence: the application's role plans them as the owner did.

The planner is told not to scan the whole table if it can help it, since the tests' tables are
small; what it must not do behind a policy (run LIKE in an index) it then does not do either.
"""

import re
from collections.abc import Iterator

import pytest
from django.db import connection
from django.db.models import Q, QuerySet

from accounts.models import Area
from accounts.querysets import below
from accounts.scope import scope_of
from residents.models import ElementRecord, Resident
from security.models import Pass
from smartcommunity.kernel import scope
from tests.conftest import World
from tests.fence.rows import saved

pytestmark = pytest.mark.django_db


@pytest.fixture
def behind_the_fence(bare_world: World) -> Iterator[World]:
    with scope.entered(scope_of(bare_world.viewer("property_manager"))):
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
        yield bare_world


def plan(rows: "QuerySet[object]") -> str:
    return rows.explain()


@pytest.mark.parametrize(
    ("search", "index"),
    [
        (Q(name_pinyin__prefix="zhang"), "resident_(pinyin|by_name)"),
        (Q(name_initials="zs"), "resident_initials"),
        (Q(mobile_hash=bytes(32)), "resident_mobile"),
    ],
)
def test_a_search_uses_its_index(behind_the_fence: World, search: Q, index: str) -> None:
    """Asked without the default manager, whose own condition has an index too: of two indexes on
    a small table the planner takes either."""
    assert re.search(index, plan(Resident.with_merged.filter(search)))


def test_a_document_is_looked_up_by_its_index(behind_the_fence: World) -> None:
    """That index leaves merged entries out, so only the default manager's rows can use it; asked
    for in its order, for on a small table the index of that condition would do as well."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_sort = off")
    numbers = Resident.objects.filter(doc_hash__in=[bytes(32), b"1" * 32])
    found = plan(numbers.order_by("doc_hash"))
    assert "one_resident_a_document" in found
    assert "Index Cond: (doc_hash" in found


def test_a_search_for_either_spelling_uses_both(behind_the_fence: World) -> None:
    spelt = Q(name_pinyin__prefix="zhang") | Q(name_initials="zhang")
    found = plan(Resident.with_merged.filter(spelt))
    assert "resident_pinyin" in found or "resident_by_name" in found
    assert "resident_initials" in found


def test_like_would_not(behind_the_fence: World) -> None:
    """Why `prefix` exists: the same search by LIKE reads every row."""
    found = plan(Resident.objects.filter(name_pinyin__startswith="zhang"))
    assert "Index Cond: ((name_pinyin" not in found
    assert "Filter" in found


def test_the_areas_below_a_path_are_found_by_index(behind_the_fence: World) -> None:
    path = behind_the_fence.estate.path
    assert "accounts_area_path" in plan(Area.objects.filter(below((path,))))


def test_the_fence_finds_the_areas_once_a_statement(behind_the_fence: World) -> None:
    """A set made once and asked by each row, or one value: never a question a row."""
    found = plan(Resident.objects.all())
    assert "hashed SubPlan" in found
    assert "InitPlan" in found
    assert "FunctionScan" not in plan(Pass.objects.all()).replace(" ", "")[:200]


def test_prefix_takes_the_text_as_it_is(bare_world: World) -> None:
    for name in ("100%", "100", "1000", "10", "李_", "李梅"):
        saved("residents.Resident", bare_world.estate, name=name)

    def found(text: str) -> set[str]:
        return set(Resident.objects.filter(name__prefix=text).values_list("name", flat=True))

    assert found("100") == {"100%", "100", "1000"}
    assert found("100%") == {"100%"}
    assert found("李_") == {"李_"}
    assert found("李") == {"李_", "李梅"}
    assert found("无") == set()


def test_the_values_of_a_page_of_people_are_looked_up_by_key(behind_the_fence: World) -> None:
    keys = [behind_the_fence.users["police"].pk]
    assert "element_record_history" in plan(
        ElementRecord.objects.filter(subject="resident", subject_id__in=keys)
    ) or "one_current_value" in plan(
        ElementRecord.objects.filter(subject="resident", subject_id__in=keys)
    )
