"""Take typed values out of a parsed TOML table, naming file and place when one is wrong."""

import difflib
import tomllib
from collections.abc import Iterable
from enum import Enum
from pathlib import Path
from typing import Any, NoReturn, Self, TypeVar

from datasharing.catalogue.specs import CatalogueError

E = TypeVar("E", bound=Enum)


class Table:
    """One TOML table. Each value is taken once; `done()` refuses what nobody took."""

    def __init__(self, file: str, where: str, values: object) -> None:
        self.file = file
        self.where = where
        if not isinstance(values, dict):
            self.fail("expected a table of keys and values")
        self._left: dict[str, Any] = dict(values)
        self._taken: list[str] = []

    @classmethod
    def of_file(cls, path: Path) -> Self:
        """Parse a whole file. Raises `CatalogueError` on unreadable TOML."""
        try:
            return cls(path.name, "top level", tomllib.loads(path.read_text(encoding="utf-8")))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise CatalogueError(path.name, "top level", f"not valid TOML: {error}") from error

    def fail(self, problem: str) -> NoReturn:
        raise CatalogueError(self.file, self.where, problem)

    def text(self, key: str, *, limit: int, default: str | None = None) -> str:
        """A string of 1 to `limit` characters; `default` when absent, else it is required."""
        if default is not None and key not in self._left:
            self._taken.append(key)
            return default
        value = self._take(key)
        if not isinstance(value, str) or not value.strip() or len(value) > limit:
            self.fail(f"'{key}' must be text of 1 to {limit} characters")
        return value

    def bilingual(self, key: str, *, limit: int, optional: bool = False) -> tuple[str, str]:
        """The Chinese and the English text of `{ zh = "", en = "" }`."""
        if optional and key not in self._left:
            return "", ""
        table = self.table(key)
        pair = table.text("zh", limit=limit), table.text("en", limit=limit)
        table.done()
        return pair

    def choice(self, key: str, choices: type[E]) -> E:
        return self._choose(key, self._take(key), choices)

    def choices(self, key: str, choices: type[E]) -> tuple[E, ...]:
        """A list without repetition; absent means empty."""
        chosen = [self._choose(key, value, choices) for value in self._list(key, [])]
        if len(set(chosen)) < len(chosen):
            self.fail(f"'{key}' names the same value twice")
        return tuple(chosen)

    def flag(self, key: str) -> bool:
        """A boolean; absent means false."""
        value = self._take(key, False)
        if not isinstance(value, bool):
            self.fail(f"'{key}' must be true or false")
        return value

    def length(self, key: str) -> int | None:
        value = self._take(key, None)
        if value is not None and (type(value) is not int or not 1 <= value <= 10_000):
            self.fail(f"'{key}' must be a whole number from 1 to 10000")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of at least one string."""
        values = self._list(key)
        if not values or not all(isinstance(value, str) for value in values):
            self.fail(f"'{key}' must be a list of at least one text")
        return tuple(values)

    def rows(self, key: str, *, width: int) -> list[list[str]]:
        """A list of lists of `width` strings each."""
        rows = self._list(key)
        for row in rows:
            if not (
                isinstance(row, list)
                and len(row) == width
                and all(isinstance(cell, str) and cell for cell in row)
            ):
                self.fail(f"'{key}': {row!r} must be a list of {width} texts")
        return rows

    def has(self, key: str) -> bool:
        """Whether `key` is given and not taken yet."""
        return key in self._left

    def table(self, key: str) -> "Table":
        return Table(self.file, f"{self.where}, {key}", self._take(key))

    def tables(self, key: str) -> list["Table"]:
        """A list of tables, at least one."""
        values = self._list(key)
        if not values:
            self.fail(f"'{key}' must not be empty")
        return [
            Table(self.file, f"{self.where}, {key} {number}", value)
            for number, value in enumerate(values, 1)
        ]

    def items(self) -> Iterable[tuple[str, "Table"]]:
        """Every remaining key as a table of its own."""
        for key in list(self._left):
            yield key, Table(self.file, key, self._take(key))

    def lists(self) -> Iterable[tuple[str, tuple[str, ...]]]:
        """Every remaining key with its list of at least one string."""
        for key in list(self._left):
            yield key, self.texts(key)

    def done(self) -> None:
        """Refuse keys that nobody took: a mistyped key must not be ignored."""
        for key in self._left:
            near = difflib.get_close_matches(key, self._taken, 1)
            self.fail(f"unknown key '{key}'" + (f", did you mean '{near[0]}'?" if near else ""))

    def _take(self, key: str, *default: object) -> Any:
        self._taken.append(key)
        if key in self._left:
            return self._left.pop(key)
        if not default:
            self.fail(f"'{key}' is missing")
        return default[0]

    def _list(self, key: str, *default: list[object]) -> list[Any]:
        value = self._take(key, *default)
        if not isinstance(value, list):
            self.fail(f"'{key}' must be a list")
        return value

    def _choose(self, key: str, value: object, choices: type[E]) -> E:
        try:
            return choices(value)
        except ValueError:
            self.fail(
                f"'{key}' is {value!r}; choose one of {', '.join(each.value for each in choices)}"
            )
