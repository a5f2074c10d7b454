"""Row filters of accounts. `visible_to` is the only door: no viewer gives no rows."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q
from treebeard.mp_tree import MP_NodeManager, MP_NodeQuerySet

from smartcommunity.kernel import clock
from smartcommunity.kernel.rows import Row

if TYPE_CHECKING:
    from accounts.viewer import Viewer


def below(paths: tuple[str, ...], field: str = "path") -> Q:
    """Nodes at or below any of the paths; no path matches nothing."""
    return reduce(or_, (Q(**{f"{field}__prefix": path}) for path in paths), Q(pk__in=[]))


class AreaQuerySet(MP_NodeQuerySet):
    def visible_to(self, viewer: Viewer) -> Any:
        """Included if and only if the node lies at or below a node where the viewer works."""
        return self.filter(below(viewer.area_paths))

    def open(self) -> Any:
        """The areas that are not closed: nothing new begins in a closed one."""
        return self.filter(closed_on=None)


class AreaManager(MP_NodeManager):
    def get_queryset(self) -> Any:
        return AreaQuerySet(self.model, using=self._db).order_by("path")

    def visible_to(self, viewer: Viewer) -> Any:
        return self.get_queryset().visible_to(viewer)


class TermQuerySet(models.QuerySet[Row]):
    """Rows of a user with a period: memberships, area shares."""

    def in_force(self) -> TermQuerySet[Row]:
        """Included if and only if today lies in the period, nobody ended it early, and the user is
        active."""
        today = clock.today()
        return self.unended().filter(valid_from__lte=today, user__is_active=True)

    def unended(self) -> TermQuerySet[Row]:
        """In force, or still to begin."""
        lasts = Q(valid_to=None) | Q(valid_to__gte=clock.today())
        return self.filter(lasts, ended_at=None)
