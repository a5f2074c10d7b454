"""Row filters of the registry: the only ones."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Q

from accounts.models import Area
from accounts.querysets import below
from accounts.viewer import Viewer
from datasharing.choices import Subject
from datasharing.policy import Access
from residents.choices import ProposalStatus
from smartcommunity.kernel.rows import Row


class VisibleQuerySet(models.QuerySet[Row]):
    """Rows with an `area`."""

    def visible_to(self, viewer: Viewer) -> VisibleQuerySet[Row]:
        """Included if and only if the row's area lies at or below a node where the viewer works.

        No staff viewer, no rows.
        """
        if not viewer.is_staff_member or viewer.is_administrator:
            return self.none()
        areas: Any = Area.objects.visible_to(viewer)
        return self.filter(area__in=areas.values("pk"))


class ResidentQuerySet(VisibleQuerySet[Row]):
    """Rows of residents; which of their elements are seen is `datasharing.policy.access`."""

    def shared_with(self, access: Access) -> ResidentQuerySet[Row]:
        """Included if and only if `access` shows something of a resident in the row's area."""
        return self.filter(below(access.reach(), "area__path"))


class ResidentManager(models.Manager[Row]):
    """Everybody who is registered: an entry merged into another one is in no list, search or
    count."""

    def get_queryset(self) -> models.QuerySet[Row]:
        return super().get_queryset().filter(merged_into=None)


class MergeQuerySet(models.QuerySet[Row]):
    """Merges of two entries."""

    def in_force(self) -> MergeQuerySet[Row]:
        """Included if and only if not undone."""
        return self.filter(undone_at=None)


class ProposalQuerySet(models.QuerySet[Row]):
    """Corrections that one department proposes to another."""

    def open(self) -> ProposalQuerySet[Row]:
        return self.filter(status=ProposalStatus.OPEN)

    def where_works(self, viewer: Viewer) -> ProposalQuerySet[Row]:
        """Included if and only if the subject's area, as it is now, lies at or below a node where
        the viewer works."""
        residents = apps.get_model("residents.Resident").objects.visible_to(viewer)
        dwellings = apps.get_model("residents.Dwelling").objects.visible_to(viewer)
        return self.filter(
            Q(subject=Subject.RESIDENT, subject_id__in=residents.values("pk"))
            | Q(subject=Subject.DWELLING, subject_id__in=dwellings.values("pk"))
            | Q(subject=Subject.HOUSEHOLD, subject_id__in=dwellings.values("households"))
        )

    def to_decide(self, viewer: Viewer) -> ProposalQuerySet[Row]:
        """Included if and only if open, where the viewer works, about an element that his
        department owns: what he owns there he sees in full."""
        return self.open().where_works(viewer).filter(element__owner_kind=viewer.department_kind)

    def made_by(self, viewer: Viewer) -> ProposalQuerySet[Row]:
        """Included if and only if the viewer's department proposed it, where the viewer works."""
        return self.where_works(viewer).filter(department=viewer.department_id)
