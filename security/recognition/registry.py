"""Engines by name, made at first use and once per process.

dlib's networks must not be shared with a parent process: a child that was forked (a Celery worker)
forgets the engines of its parent and makes its own.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable

from security.recognition.base import Engine, EngineUnavailableError
from security.recognition.face_recognition_engine import FaceRecognitionEngine

DEFAULT = "face_recognition"

_makers: dict[str, Callable[[], Engine]] = {}
_made: dict[str, Engine] = {}
_lock = threading.Lock()


def register(name: str, make: Callable[[], Engine]) -> None:
    """Offer an engine under a name; `make` is called at most once per process."""
    with _lock:
        _makers[name] = make
        _made.pop(name, None)


def names() -> tuple[str, ...]:
    """Return the names on offer, sorted."""
    return tuple(sorted(_makers))


def get(name: str = DEFAULT) -> Engine:
    """Return this process's engine of that name.

    Raises:
        EngineUnavailableError: no engine is registered under that name.
    """
    with _lock:
        if name not in _makers:
            raise EngineUnavailableError(f"no face engine {name!r}; there are {', '.join(names())}")
        if name not in _made:
            _made[name] = _makers[name]()
        return _made[name]


def _forget_parent() -> None:
    global _lock
    _lock = threading.Lock()
    _made.clear()


os.register_at_fork(after_in_child=_forget_parent)
register(DEFAULT, FaceRecognitionEngine)
