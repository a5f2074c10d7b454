"""Reads of security, by what they are about. Import the questions from here."""

from security.selectors.alerts import (
    AlertCounts,
    AlertRow,
    AlertView,
    alert,
    alert_picture,
    alerts,
    counts,
)
from security.selectors.audience import hears_passages
from security.selectors.faces import FacesView, face_photo, faces_of_resident
from security.selectors.gates import GateRow, gates
from security.selectors.passages import PassageFilter, PassageRow, passage_frame, passages
from security.selectors.passes import PassView, passes_of_resident
from security.selectors.plan import plan
from security.selectors.watchlist import WatchRow, watch_areas, watch_list, watch_photo

__all__ = [
    "AlertCounts",
    "AlertRow",
    "AlertView",
    "FacesView",
    "GateRow",
    "PassView",
    "PassageFilter",
    "PassageRow",
    "WatchRow",
    "alert",
    "alert_picture",
    "alerts",
    "counts",
    "face_photo",
    "faces_of_resident",
    "gates",
    "hears_passages",
    "passage_frame",
    "passages",
    "passes_of_resident",
    "plan",
    "watch_areas",
    "watch_list",
    "watch_photo",
]
