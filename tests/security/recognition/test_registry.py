"""Engines are made late, once a process, and never inherited over a fork."""

import multiprocessing
import subprocess
import sys
from multiprocessing.connection import Connection

import pytest

from security.recognition import registry
from security.recognition.base import Engine, EngineUnavailableError
from security.recognition.face_recognition_engine import FaceRecognitionEngine


def test_importing_loads_neither_dlib_nor_django() -> None:
    check = (
        "import sys, security.recognition.walks, security.recognition.registry as r, "
        "security.recognition.gallery; r.get().info; "
        "sys.exit([m for m in ('dlib', 'face_recognition', 'face_recognition_models', 'django')"
        " if m in sys.modules] or 0)"
    )
    subprocess.run([sys.executable, "-c", check], check=True)


def test_an_engine_is_made_once() -> None:
    made: list[Engine] = []

    def make() -> Engine:
        made.append(FaceRecognitionEngine())
        return made[-1]

    registry.register("counted", make)
    assert registry.get("counted") is registry.get("counted")
    assert len(made) == 1
    assert registry.names() == ("counted", "face_recognition")


def test_an_unknown_engine_is_named_with_those_on_offer() -> None:
    with pytest.raises(EngineUnavailableError, match="face_recognition"):
        registry.get("nonesuch")


def _engine_of_child(parent_engine: Engine, answer: Connection) -> None:
    engine = registry.get()
    answer.send((engine is parent_engine, registry.get() is engine))


def test_a_forked_worker_makes_its_own_engine() -> None:
    parent_engine = registry.get()
    mine, theirs = multiprocessing.Pipe()
    fork = multiprocessing.get_context("fork")
    child = fork.Process(target=_engine_of_child, args=(parent_engine, theirs))
    child.start()
    inherited, own_is_kept = mine.recv()
    child.join(10)
    assert not inherited
    assert own_is_kept
    assert registry.get() is parent_engine
