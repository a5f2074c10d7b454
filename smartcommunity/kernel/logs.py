"""Structured logs that name no person.

An exception is logged with its frames, never with local variables, and without what it says where
that repeats a value: a ValueError quotes what it could not read, PostgreSQL quotes the refused row.
"""

import logging
import sys
import traceback
from collections.abc import Iterator

import psycopg2
import structlog
from django.core.exceptions import ValidationError
from structlog.typing import EventDict, Processor

REPEATS_VALUES = (ValueError, ValidationError)


def without_values(_logger: object, _method: str, event: EventDict) -> EventDict:
    """Turn `exc_info` into `exception`, the text of the whole chain of causes."""
    raised = event.pop("exc_info", None)
    if raised:
        error = raised if isinstance(raised, BaseException) else _current(raised)
        event["exception"] = "\n".join(_links(error))
    return event


# What every line carries, whether structlog or a library wrote it.
COMMON: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.StackInfoRenderer(),
    without_values,
]


class WithoutTaskErrors(logging.Filter):
    """Celery puts what a failed task's exception says into the line's text: leave it out."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, dict) and "exc" in record.args:
            record.args = {**record.args, "exc": "see the exception", "traceback": ""}
        return True


def _current(raised: object) -> BaseException | None:
    return raised[1] if isinstance(raised, tuple) else sys.exc_info()[1]


def _links(error: BaseException | None) -> Iterator[str]:
    """The causes first, as Python prints them."""
    if error is None:
        return
    earlier = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    yield from _links(earlier)
    frames = "".join(traceback.format_tb(error.__traceback__))
    yield f"{frames}{type(error).__qualname__}: {_said(error)}"


def _said(error: BaseException) -> str:
    if isinstance(error, psycopg2.Error) and error.pgcode:
        return f"SQLSTATE {error.pgcode} {error.diag.constraint_name or ''}"
    if isinstance(error, REPEATS_VALUES) or isinstance(error.__cause__, psycopg2.Error):
        return ""
    return str(error)
