"""Row filters of the registry: the only ones."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Q

from accounts.models import Area
from accounts.querysets import below
from accounts.viewer import Viewer
from datasharing.choices import Level, Subject
from datasharing.policy import Access
from residents.choices import ProposalStatus
from smartcommunity.kernel import clock
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


class SharedQuerySet(VisibleQuerySet[Row]):
    """Rows of residents, organisations, vehicles; which of their elements are seen is
    `datasharing.policy.access`."""

    def shared_with(self, access: Access) -> SharedQuerySet[Row]:
        """Included if and only if `access` shows something of such a subject in the row's area."""
        return self.filter(below(access.reach(), "area__path"))

    def shared_with_full(self, access: Access, elements: Iterable[str]) -> SharedQuerySet[Row]:
        """Included if and only if `access` shows each of the elements in full in the row's area."""
        return self.filter(below(access.reach(elements, Level.FULL), "area__path"))


class PeriodQuerySet(models.QuerySet[Row]):
    """Rows that hold from `valid_from` until `valid_to`, which is the first day they do not."""

    def present(self) -> PeriodQuerySet[Row]:
        """Included if and only if it has not ended by today. An end in the future needs no task:
        the row drops out when the day comes."""
        return self.filter(Q(valid_to=None) | Q(valid_to__gt=clock.today()))

    def past(self) -> PeriodQuerySet[Row]:
        return self.filter(valid_to__lte=clock.today())


class ResidenceQuerySet(PeriodQuerySet[Row]):
    """Who lives where; the right to know is the one to `live_address_id`."""


class EmploymentQuerySet(PeriodQuerySet[Row]):
    """Who works where; the right to know is the one to `workplace_id`."""


class ProposalQuerySet(models.QuerySet[Row]):
    """Corrections that one department proposes to another."""

    def open(self) -> ProposalQuerySet[Row]:
        return self.filter(status=ProposalStatus.OPEN)

    def where_works(self, viewer: Viewer) -> ProposalQuerySet[Row]:
        """Included if and only if the subject's area, as it is now, lies at or below a node where
        the viewer works."""
        residents, dwellings, organisations, vehicles = (
            apps.get_model("residents", name).objects.visible_to(viewer)
            for name in ("Resident", "Dwelling", "Organisation", "Vehicle")
        )
        return self.filter(
            Q(subject=Subject.RESIDENT, subject_id__in=residents.values("pk"))
            | Q(subject=Subject.DWELLING, subject_id__in=dwellings.values("pk"))
            | Q(subject=Subject.HOUSEHOLD, subject_id__in=dwellings.values("households"))
            | Q(subject=Subject.ORGANISATION, subject_id__in=organisations.values("pk"))
            | Q(subject=Subject.VEHICLE, subject_id__in=vehicles.values("pk"))
        )

    def to_decide(self, viewer: Viewer) -> ProposalQuerySet[Row]:
        """Included if and only if open, where the viewer works, about an element that his
        department owns: what he owns there he sees in full."""
        return self.open().where_works(viewer).filter(element__owner_kind=viewer.department_kind)

    def made_by(self, viewer: Viewer) -> ProposalQuerySet[Row]:
        """Included if and only if the viewer's department proposed it, where the viewer works."""
        return self.where_works(viewer).filter(department=viewer.department_id)
