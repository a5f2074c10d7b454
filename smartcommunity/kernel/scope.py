"""On whose behalf the database is spoken to: the second fence (row level security) reads it.

`current()` holds for the running context (thread, task, coroutine). The database connection
(`kernel.postgresql`) tells PostgreSQL before each statement; the policies (`smartcommunity.fence`)
compare each row with it. Nobody's scope, the default, sees no personal data and writes none.

    with scope.entered(scope_of(viewer)): ...                     # what the viewer may reach
    with scope.platform("a gate decides who may pass"): ...       # all rows; the reason is stated

`platform` decorates functions too. What it covers runs without a viewer, or needs rows that the
viewer must not be shown: keep it small, and hand on only what the viewer may know.
"""

import uuid
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator, Iterator
from contextlib import ContextDecorator, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from inspect import iscoroutinefunction, isgeneratorfunction
from typing import Any, Self, TypeVar

Item = TypeVar("Item")
Function = TypeVar("Function", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Scope:
    """What the database may show and take. `areas` and `works` are paths of tree nodes: all at or
    below them counts."""

    platform: str = ""
    """The reason for which all rows are open; "" for everybody but the platform itself."""
    areas: tuple[str, ...] = ()
    """Where personal data may be read and written."""
    works: tuple[str, ...] = ()
    """Where devices and their messages may be, by whoever works there, administrators included."""
    user: uuid.UUID | None = None
    """The signed-in user: what is bound to him."""
    residents: tuple[uuid.UUID, ...] = ()
    """His own registry entries: what hangs on them is his."""
    keeps_intake: bool = False
    """Messages of senders that no device is registered for."""

    def __post_init__(self) -> None:
        if not all(path.isalnum() for path in (*self.areas, *self.works)):
            raise ValueError("an area's path is letters and digits: an empty one is everywhere")


NOBODY = Scope()


class Place:
    """Holds the scope of a block. Whoever opened the block may settle it later, when the viewer
    is known, and all that runs in the block then has it."""

    __slots__ = ("scope",)

    def __init__(self, scope: Scope) -> None:
        self.scope = scope


_place: ContextVar[Place | None] = ContextVar("scope", default=None)


def current() -> Scope:
    """The scope of the running context; NOBODY outside every block."""
    place = _place.get()
    return place.scope if place else NOBODY


@contextmanager
def entered(scope: Scope) -> Iterator[Place]:
    """Run the block in this scope, whatever the scope around it."""
    place = Place(scope)
    before = _place.get()
    _place.set(place)
    try:
        yield place
    finally:
        _place.set(before)


class platform(ContextDecorator):  # noqa: N801  used as a verb
    """Run the block, or the decorated function, as the platform itself, for the stated reason."""

    def __init__(self, reason: str) -> None:
        if not reason:
            raise ValueError("say why all rows are needed")
        self.reason = reason
        self._before: list[Place | None] = []

    def _recreate_cm(self) -> Self:
        return type(self)(self.reason)  # each call of a decorated function has its own

    def __call__(self, function: Function) -> Function:
        if iscoroutinefunction(function) or isgeneratorfunction(function):
            raise TypeError("the function would run after the scope has ended: use the block in it")
        wrapped = super().__call__(function)
        wrapped.platform_reason = self.reason  # type: ignore[attr-defined]
        return wrapped

    def __enter__(self) -> Self:
        self._before.append(_place.get())
        _place.set(Place(Scope(platform=self.reason)))
        return self

    def __exit__(self, *_: object) -> None:
        _place.set(self._before.pop())


def kept(scope: Scope, items: Iterator[Item]) -> Iterator[Item]:
    """The items, each one fetched in `scope`: for what is read after its block has ended."""
    try:
        while True:
            with entered(scope):
                try:
                    item = next(items)
                except StopIteration:
                    return
            yield item
    finally:
        if isinstance(items, Generator):
            items.close()


async def kept_async(scope: Scope, items: AsyncIterator[Item]) -> AsyncIterator[Item]:
    """As `kept`, for an asynchronous stream."""
    try:
        while True:
            with entered(scope):
                try:
                    item = await anext(items)
                except StopAsyncIteration:
                    return
            yield item
    finally:
        if isinstance(items, AsyncGenerator):
            await items.aclose()
