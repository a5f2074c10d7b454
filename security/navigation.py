"""Entries of the staff rail. The pages decide again; this only spares people dead ends."""

from django.utils.translation import gettext_lazy as _

from accounts.choices import DepartmentKind
from accounts.navigation import Entry
from accounts.viewer import Viewer
from security.querysets import handles_watch_list

BOARD_KINDS = frozenset({DepartmentKind.POLICE, DepartmentKind.GRID, DepartmentKind.PROPERTY})
PASSAGE_KINDS = frozenset({DepartmentKind.POLICE, DepartmentKind.PROPERTY})


def _board(viewer: Viewer) -> bool:
    return viewer.department_kind in BOARD_KINDS and not viewer.is_administrator


def _passages(viewer: Viewer) -> bool:
    return viewer.department_kind in PASSAGE_KINDS and not viewer.is_administrator


ENTRIES = (
    Entry(_("Alerts"), "security:dashboard", "alert", 30, _board),
    Entry(_("Passages"), "security:passages", "gate", 32, _passages),
    Entry(_("Watch-list"), "security:watch_list", "eye", 34, handles_watch_list),
    Entry(_("Gates"), "security:gates", "key", 36, _board),
)
