"""Row filters of gates, faces, passages, the watch-list and alerts: the only ones."""

from __future__ import annotations

from typing import Final

from django.db import models
from django.db.models import Q

from accounts.choices import DepartmentKind, Role
from accounts.models import Area
from accounts.querysets import below
from accounts.viewer import Viewer
from datasharing.choices import Level, Subject
from datasharing.policy import access
from residents.choices import ConsentPurpose
from residents.models import Seal
from security.choices import AlertKind
from smartcommunity.kernel import clock
from smartcommunity.kernel.rows import Row

# A watch-list names suspects: officers handle it, collectors of the same department do not.
WATCH_ROLES: Final = frozenset({Role.OFFICER, Role.SUPERVISOR, Role.DISPATCHER})


def handles_watch_list(viewer: Viewer) -> bool:
    """True for police officers, their supervisors and their dispatchers."""
    return viewer.department_kind == DepartmentKind.POLICE and viewer.role in WATCH_ROLES


class GateQuerySet(models.QuerySet[Row]):
    def visible_to(self, viewer: Viewer) -> GateQuerySet[Row]:
        """Included if and only if the gate lies where the viewer, no administrator, works."""
        if not viewer.is_staff_member or viewer.is_administrator:
            return self.none()
        return self.filter(below(viewer.area_paths, "area__path"))


class FaceEnrolmentQuerySet(models.QuerySet[Row]):
    def entitled(self, area_path: str) -> FaceEnrolmentQuerySet[Row]:
        """Included if and only if its person consents to it and lives in the area today.

        Withdrawing, moving out and the end of a tenancy take effect here, with nothing to run.
        """
        today = clock.today()
        not_over = Q(resident__residences__valid_to=None) | Q(
            resident__residences__valid_to__gte=today
        )
        return self.filter(
            not_over,
            resident__residences__dwelling__area__path__startswith=area_path,
            resident__consents__purpose=ConsentPurpose.FACE_GATE,
            resident__consents__withdrawn_at=None,
        ).distinct()


class WatchEntryQuerySet(models.QuerySet[Row]):
    def visible_to(self, viewer: Viewer) -> WatchEntryQuerySet[Row]:
        """Included if and only if the viewer handles the watch-list and the entry's area lies
        where he works."""
        if not handles_watch_list(viewer):
            return self.none()
        return self.filter(below(viewer.area_paths, "area__path"))

    def in_force(self) -> WatchEntryQuerySet[Row]:
        """Included if and only if approved by a second officer, not removed, not expired."""
        return self.filter(approved_by__isnull=False, removed_at=None, expires_at__gt=clock.now())

    def covering(self, area_path: str) -> WatchEntryQuerySet[Row]:
        """Included if and only if the area lies at or below the entry's area."""
        ends = range(Area.steplen, len(area_path) + 1, Area.steplen)
        return self.filter(area__path__in=[area_path[:end] for end in ends])


class PassageQuerySet(models.QuerySet[Row]):
    def visible_to(self, viewer: Viewer) -> PassageQuerySet[Row]:
        """Included if and only if the viewer reads the element `access_event` (行踪, whereabouts)
        in full in the passage's area: the property company that owns it, and whom it granted; and
        neither its person nor his host is sealed from the viewer."""
        rights = access(viewer=viewer, subject=Subject.RESIDENT)
        rows = self.filter(below(rights.reach(["access_event"], Level.FULL), "area__path"))
        sealed = Seal.objects.closed_to(viewer).values("resident")
        return rows.exclude(resident__in=sealed).exclude(visitor_pass__resident__in=sealed)


class AlertQuerySet(models.QuerySet[Row]):
    def visible_to(self, viewer: Viewer) -> AlertQuerySet[Row]:
        """Included if and only if the viewer's department kind is a party of the alert, its area
        lies where he works and, for a watch-list hit, he handles the watch-list; administrators
        see none."""
        if not viewer.is_staff_member or viewer.is_administrator:
            return self.none()
        rows = self.filter(
            below(viewer.area_paths, "area__path"), parties__contains=[viewer.department_kind]
        )
        return rows if handles_watch_list(viewer) else rows.exclude(kind=AlertKind.WATCH_HIT)
