"""The galleries that a process searches: the estate's consenting residents, the area's watch-list.

Templates are opened once per process and kept as matrices (`recognition.gallery`). A change of
enrolments or of the watch-list bumps `GalleryVersion`; `galleries_for` compares that one number
for every frame and opens only what is new. What changes by date alone (a tenancy that ends) is
found by looking again every `RECHECK_SECONDS`, with or without frames; the database, never the
memory, has the last word on who may pass (`actions.passages`).
"""

from __future__ import annotations

import base64
import os
import threading
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from django.conf import settings
from django.db.models import F

from accounts.models import Area
from security.models import FaceEnrolment, GalleryVersion, WatchEntry
from security.recognition import registry
from security.recognition.base import Engine, Template
from security.recognition.gallery import Gallery

RECHECK_SECONDS: Final = 60.0
WATCH_STRANGER_RATE: Final = 0.001
"""Stricter than a gate's 1%: at 1,000 passages a day it wakes the police wrongly once a day."""

Row = FaceEnrolment | WatchEntry
Opened = Mapping[uuid.UUID, tuple[str, Template]]
"""{row: (person, template)}"""


@dataclass(frozen=True, slots=True)
class Galleries:
    """What one gate's frames are compared with."""

    residents: Gallery
    watch: Gallery


@dataclass(frozen=True, slots=True)
class _Held:
    version: int
    made_at: float
    faces: Opened
    watched: Opened
    galleries: Galleries


_held: dict[str, _Held] = {}
_lock = threading.Lock()


def engine() -> Engine:
    """This process's face engine (settings.FACE_ENGINE); its models load at first use."""
    return registry.get(settings.FACE_ENGINE)


def warm_up() -> None:
    """Load the engine's models, by looking for a face where there is none."""
    engine().detect(np.zeros((120, 160, 3), dtype=np.uint8))


def pack(template: Template) -> str:
    """A template as the text that is sealed in the database."""
    return base64.b64encode(template.pack()).decode()


def unpack(row: Row) -> Template:
    """Open the template of an enrolment or of a watch-list entry."""
    return Template.unpack(row.engine, row.engine_version, base64.b64decode(row.template))


def bump_version() -> None:
    """Say that enrolments or the watch-list changed, in the caller's transaction."""
    if not GalleryVersion.objects.update(version=F("version") + 1):
        GalleryVersion.objects.create(version=1)


def current_version() -> int:
    """The number that grows with every change; 0 before the first."""
    return GalleryVersion.objects.values_list("version", flat=True).first() or 0


def galleries_for(*, area: Area) -> Galleries:
    """The galleries of the gates of an area, as of the present `GalleryVersion`."""
    version = current_version()
    with _lock:
        return _up_to_date(area.path, version).galleries


def refresh() -> None:
    """Bring the galleries of this process up to date though no frame comes: what was erased in the
    database leaves the memory too."""
    if not _held:
        return
    version = current_version()
    with _lock:
        for area_path in list(_held):
            _up_to_date(area_path, version)


def _up_to_date(area_path: str, version: int) -> _Held:
    held = _held.get(area_path)
    stale = held is None or held.version != version
    if held is None or stale or time.monotonic() - held.made_at > RECHECK_SECONDS:
        held = _held[area_path] = _make(area_path, version, held)
    return held


def _make(area_path: str, version: int, before: _Held | None) -> _Held:
    info = engine().info
    same_engine = {"engine": info.name, "engine_version": info.version}
    entitled = FaceEnrolment.objects.entitled(area_path).filter(**same_engine)
    wanted = WatchEntry.objects.in_force().covering(area_path).filter(**same_engine)
    # Whose a face is is asked anew each time: two entries may have been merged.
    owners = {key: str(owner) for key, owner in entitled.values_list("pk", "resident_id")}
    watch_keys = set(wanted.values_list("pk", flat=True))
    known = _keep(before.faces if before else {}, set(owners))
    faces = {key: (owners[key], template) for key, (_owner, template) in known.items()}
    watched = _keep(before.watched if before else {}, watch_keys)
    new_faces = FaceEnrolment.objects.filter(pk__in=owners.keys() - faces.keys())
    new_watched = WatchEntry.objects.filter(pk__in=watch_keys - watched.keys())
    faces |= {row.pk: (str(row.resident_id), unpack(row)) for row in new_faces}
    watched |= {row.pk: (str(row.pk), unpack(row)) for row in new_watched}
    galleries = Galleries(
        Gallery(info, faces.values(), version=version),
        Gallery(info, watched.values(), version=version, stranger_rate=WATCH_STRANGER_RATE),
    )
    return _Held(version, time.monotonic(), faces, watched, galleries)


def _keep(opened: Opened, keys: set[uuid.UUID]) -> dict[uuid.UUID, tuple[str, Template]]:
    return {key: opened[key] for key in opened.keys() & keys}


def forget() -> None:
    """Drop every gallery of this process: after a fork, or for another database."""
    global _lock
    _lock = threading.Lock()
    _held.clear()


os.register_at_fork(after_in_child=forget)
