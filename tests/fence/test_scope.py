"""The session holds the running context's scope before every statement, whatever happened before:
another request, a rollback, an error, another thread, a task, a stream."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from celery import shared_task
from django.db import DatabaseError, connection, connections, transaction
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.test import RequestFactory

from accounts.middleware import ViewerMiddleware
from accounts.models import User
from accounts.scope import scope_of
from residents.models import Resident
from smartcommunity.kernel import scope
from smartcommunity.kernel.scope import NOBODY, Scope
from tests.conftest import World
from tests.fence.rows import own_row, saved

pytestmark = pytest.mark.django_db
HERE, THERE = Scope(areas=("0001",)), Scope(areas=("0002", "0003"))


def told() -> tuple[str, str]:
    """(platform, areas) as the session holds them, by a statement that goes through Django."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('sc.platform', true), " + AREAS)
        platform, areas = cursor.fetchone()
        return platform or "", areas or ""


AREAS = "current_setting('sc.areas', true)"


def test_a_change_of_scope_is_told_before_the_next_statement() -> None:
    assert told() == ("on", "")
    with scope.entered(HERE):
        assert told() == ("", "0001")
        with scope.platform("a step that needs all rows"):
            assert told() == ("on", "")
        assert told() == ("", "0001")
        with scope.entered(NOBODY):
            assert told() == ("", "")
    assert told() == ("on", "")


def test_a_scope_that_stays_costs_no_statement() -> None:
    with scope.entered(HERE):
        assert told() == ("", "0001")
        calls: list[str] = []
        raw = connection.connection

        class Listening:
            def __getattr__(self, name: str) -> object:
                calls.append(name)
                return getattr(raw, name)

        connection.connection = Listening()
        try:
            connection.tell_scope()  # type: ignore[attr-defined]
        finally:
            connection.connection = raw
        assert not calls


def test_an_iterator_goes_on_in_its_own_scope_between_others(bare_world: World) -> None:
    """A server-side cursor is read on while other scopes come and go."""
    for _each in range(5):
        saved("residents.Resident", bare_world.estate)
    mine = scope_of(bare_world.viewer("property_manager"))
    names = []
    with scope.entered(mine):
        for resident in Resident.objects.iterator(chunk_size=1):
            with scope.entered(NOBODY):
                assert not Resident.objects.count()
            names.append(resident.name)
    assert len(names) == 5


@pytest.mark.django_db(transaction=True)
def test_a_rollback_takes_back_what_was_told_and_it_is_told_again() -> None:
    told()
    with scope.entered(HERE):
        with suppress(ZeroDivisionError), transaction.atomic():
            assert told() == ("", "0001")
            raise ZeroDivisionError
        assert told() == ("", "0001")
    assert told() == ("on", "")


def test_a_rollback_to_a_savepoint_too() -> None:
    told()
    with transaction.atomic():
        with suppress(ZeroDivisionError), transaction.atomic(), scope.entered(HERE):
            assert told() == ("", "0001")
            raise ZeroDivisionError
        assert told() == ("on", "")
        with scope.entered(THERE):
            assert told() == ("", "0002,0003")


def test_a_failed_statement_leaves_the_scope_true() -> None:
    with scope.entered(HERE):
        with suppress(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            with scope.entered(THERE):
                told()
            cursor.execute("SELECT 1 / 0")
        assert told() == ("", "0001")


def test_a_change_of_scope_in_a_failed_transaction_waits_for_its_end() -> None:
    with scope.entered(HERE):
        with suppress(DatabaseError), transaction.atomic():
            with suppress(DatabaseError), connection.cursor() as cursor:
                cursor.execute("SELECT 1 / 0")
            with scope.entered(THERE):
                told()
            pytest.fail("the transaction had failed before")
        assert told() == ("", "0001")


@pytest.mark.django_db(transaction=True)
def test_a_commit_that_fails_forgets_what_was_told(bare_world: World) -> None:
    told()
    no_household = bare_world.users["police"].pk  # the foreign key is checked at the commit
    with suppress(DatabaseError), transaction.atomic():
        with scope.entered(HERE):
            told()
        saved("residents.Resident", bare_world.estate, household_id=no_household)
    assert told() == ("on", "")
    assert not Resident.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_new_connection_knows_nothing_and_is_told() -> None:
    with scope.entered(HERE):
        told()
        connection.close()
        assert told() == ("", "0001")
    connection.close()
    with scope.entered(NOBODY):
        assert told() == ("", "")


@pytest.mark.django_db(transaction=True)
def test_a_thread_of_its_own_is_nobody(bare_world: World) -> None:
    saved("residents.Resident", bare_world.estate)
    seen: list[int] = []

    def look() -> None:
        try:
            seen.append(Resident.objects.count())
            with scope.platform("the thread's own work"):
                seen.append(Resident.objects.count())
        finally:
            connections.close_all()

    thread = threading.Thread(target=look)
    thread.start()
    thread.join(30)
    assert seen == [0, 1]


def test_sync_to_async_carries_the_scope_there_and_back() -> None:
    async def ask() -> tuple[tuple[str, str], ...]:
        with scope.entered(HERE):
            inside = await sync_to_async(told)()
            with scope.entered(THERE):
                deeper = await sync_to_async(told)()
            return inside, deeper, await sync_to_async(told)()

    here, there = ("", "0001"), ("", "0002,0003")
    assert async_to_sync(ask)() == (here, there, here)


def test_coroutines_side_by_side_keep_their_own_scopes() -> None:
    async def hold(mine: Scope) -> list[Scope]:
        held = []
        with scope.entered(mine):
            for _each in range(5):
                await asyncio.sleep(0)
                held.append(scope.current())
        return held

    async def both() -> list[list[Scope]]:
        return await asyncio.gather(hold(HERE), hold(THERE))

    assert async_to_sync(both)() == [[HERE] * 5, [THERE] * 5]


@shared_task(name="tests.counts_residents")
def counts_residents() -> int:
    return Resident.objects.count()


@shared_task(name="tests.counts_residents_as_platform")
@scope.platform("the test's task")
def counts_as_platform() -> int:
    return Resident.objects.count()


def test_a_task_without_a_stated_reason_finds_nothing(bare_world: World) -> None:
    saved("residents.Resident", bare_world.estate)
    with scope.entered(NOBODY):  # as in a worker
        assert counts_residents.apply().get() == 0
        assert counts_as_platform.apply().get() == 1
        assert scope.current() == NOBODY
        with pytest.raises(ZeroDivisionError), scope.platform("fails"):
            raise ZeroDivisionError
        assert scope.current() == NOBODY


def test_what_would_outlive_the_scope_cannot_be_decorated() -> None:
    def later() -> Iterator[int]:
        yield 1

    async def much_later() -> None: ...

    for function in (later, much_later):
        with pytest.raises(TypeError, match="block"):
            scope.platform("too short")(function)


# --- requests ---------------------------------------------------------------------------------


class Answers:
    """Runs requests through the middleware, one after the other on one connection."""

    def __init__(self, world: World) -> None:
        self.world = world

    def __call__(self, name: str, view: Callable[[HttpRequest], HttpResponse]) -> HttpResponse:
        request = RequestFactory().get("/")
        request.session = {}  # type: ignore[assignment]
        request.user = self.world.users[name]
        return ViewerMiddleware(view)(request)


@pytest.fixture
def answer(bare_world: World) -> Answers:
    return Answers(bare_world)


def counted(request: HttpRequest) -> HttpResponse:
    """How many residents the request sees before its viewer is known, and after."""
    before = Resident.objects.count()
    assert request.viewer.is_signed_in  # type: ignore[attr-defined]
    return HttpResponse(f"{before} {Resident.objects.count()}")


def failing(request: HttpRequest) -> HttpResponse:
    assert request.viewer.is_signed_in  # type: ignore[attr-defined]
    with transaction.atomic():
        assert Resident.objects.count()
        raise ZeroDivisionError


def test_a_request_is_nobodys_until_its_viewer_is_known(answer: Answers) -> None:
    for area in (answer.world.estate, answer.world.estate, answer.world.other_estate):
        saved("residents.Resident", area)
    assert answer("property_manager", counted).content == b"0 2"
    assert answer("police", counted).content == b"0 3"
    assert answer("auditor", counted).content == b"0 0"
    assert answer("property_manager", counted).content == b"0 2"
    with pytest.raises(ZeroDivisionError):
        answer("police", failing)
    assert answer("neighbour", counted).content == b"0 0"
    assert scope.current().platform  # the test's own again


def test_a_viewer_first_looked_at_in_a_platform_step_is_known_after_it(answer: Answers) -> None:
    saved("residents.Resident", answer.world.estate)

    def view(request: HttpRequest) -> HttpResponse:
        with scope.platform("looks up a door"):
            assert request.viewer.is_signed_in  # type: ignore[attr-defined]
            assert Resident.objects.count() == 1
        return HttpResponse(str(Resident.objects.count()))

    assert answer("property_manager", view).content == b"1"
    assert answer("auditor", view).content == b"0"


def test_a_residents_request_sees_his_entry(answer: Answers) -> None:
    own_row("residents.Consent", answer.world.estate, answer.world.users["resident"])
    saved("residents.Resident", answer.world.estate)
    assert answer("resident", counted).content == b"0 1"


def test_a_streamed_answer_is_made_in_the_requests_scope_to_its_end(answer: Answers) -> None:
    saved("residents.Resident", answer.world.estate)

    def view(request: HttpRequest) -> HttpResponse:
        assert request.viewer.is_signed_in  # type: ignore[attr-defined]

        def pieces() -> Iterator[str]:
            for _each in range(2):
                yield f"{Resident.objects.count()} "

        return StreamingHttpResponse(pieces())  # type: ignore[return-value]

    for name, expected in {"property_manager": b"1 1 ", "neighbour": b"0 0 "}.items():
        response = answer(name, view)
        assert scope.current().platform
        assert response.getvalue() == expected
        assert scope.current().platform


def test_an_asynchronous_stream_too(answer: Answers) -> None:
    saved("residents.Resident", answer.world.estate)
    ended: list[str] = []

    def view(request: HttpRequest) -> HttpResponse:
        assert request.viewer.is_signed_in  # type: ignore[attr-defined]

        async def pieces() -> AsyncIterator[str]:
            try:
                while True:
                    yield str(await sync_to_async(Resident.objects.count)())
            finally:
                ended.append("closed")

        return StreamingHttpResponse(pieces())  # type: ignore[return-value]

    async def first_two(response: StreamingHttpResponse) -> list[bytes]:
        stream = response._iterator  # type: ignore[attr-defined]
        found = [await anext(stream), await anext(stream)]
        await stream.aclose()
        return found

    response = answer("property_manager", view)
    assert async_to_sync(first_two)(response) == [b"1", b"1"]  # type: ignore[arg-type]
    assert ended == ["closed"]


def test_signing_in_does_not_borrow_the_last_ones_scope(answer: Answers) -> None:
    """The same connection serves one after the other: each statement is told anew."""
    saved("residents.Resident", answer.world.estate)

    def before_anybody(request: HttpRequest) -> HttpResponse:
        assert User.objects.exists()  # what a sign-in asks
        return HttpResponse(str(Resident.objects.count()))

    assert answer("property_manager", counted).content == b"0 1"
    assert answer("property_manager", before_anybody).content == b"0"
