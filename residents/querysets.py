"""Row filters of the registry: the only ones."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from operator import or_
from typing import Any, Self

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, Q

from accounts.models import Area
from accounts.querysets import below
from accounts.viewer import Viewer
from datasharing.choices import Level, Subject
from datasharing.policy import Access
from residents.choices import ProposalStatus, SealStatus
from smartcommunity.kernel import clock
from smartcommunity.kernel.rows import Row

SUBJECTS = {
    Subject.RESIDENT: "Resident",
    Subject.HOUSEHOLD: "Household",
    Subject.DWELLING: "Dwelling",
    Subject.ORGANISATION: "Organisation",
    Subject.VEHICLE: "Vehicle",
}


class VisibleQuerySet(models.QuerySet[Row]):
    """Rows with an `area`."""

    def visible_to(self, viewer: Viewer) -> Self:
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

    def shared_with(self, access: Access) -> Self:
        """Included if and only if `access` shows something of such a subject in the row's area."""
        return self.filter(below(access.reach(), "area__path"))

    def shared_with_full(self, access: Access, elements: Iterable[str]) -> Self:
        """Included if and only if shared, and `access` shows each of the elements in full in the
        row's area."""
        return self.shared_with(access).filter(
            below(access.reach(elements, Level.FULL), "area__path")
        )


class SealQuerySet(models.QuerySet[Row]):
    """Seals of protected persons."""

    def in_force(self) -> SealQuerySet[Row]:
        """Included if and only if a second person approved it, nobody lifted it, and its end, if it
        has one, is not past. A review that is overdue opens nothing."""
        not_over = Q(ends_on=None) | Q(ends_on__gte=clock.today())
        return self.filter(not_over, status=SealStatus.IN_FORCE)

    def closed_to(self, viewer: Viewer) -> SealQuerySet[Row]:
        """Included if and only if in force and the viewer is not named on it: to him the resident
        does not exist. `.values("resident")` are whom to leave out."""
        if viewer.user_id is None:
            return self.in_force()
        return self.in_force().exclude(officers=viewer.user_id)

    def named_to(self, viewer: Viewer) -> SealQuerySet[Row]:
        """Included if and only if the viewer is staff, no administrator, named on it and works in
        the resident's area: nobody else learns of a seal, not even of a proposed one. Whom a newer
        seal leaves out no longer sees the earlier ones either."""
        if not viewer.is_staff_member or viewer.is_administrator:
            return self.none()
        left_out = ~Q(status=SealStatus.PROPOSED) & Q(resident__in=_closed_to(viewer))
        return self.filter(
            below(viewer.area_paths, "resident__area__path"), ~left_out, officers=viewer.user_id
        )


class ResidentQuerySet(SharedQuerySet[Row]):
    """Rows of residents: those sealed from the viewer do not exist for him."""

    def visible_to(self, viewer: Viewer) -> Self:
        """Included if and only if the area is one where the viewer works, and no seal is closed
        to him."""
        return super().visible_to(viewer).open_to(viewer)

    def shared_with(self, access: Access) -> Self:
        """Included if and only if `access` shows something of a resident in the row's area, and no
        seal is closed to the viewer."""
        return super().shared_with(access).open_to(access.viewer)

    def open_to(self, viewer: Viewer) -> Self:
        """Included if and only if not sealed, or the viewer is named on the seal."""
        return self.exclude(pk__in=_closed_to(viewer))


class VehicleQuerySet(SharedQuerySet[Row]):
    """Rows of vehicles: one kept by a sealed person is sealed with him."""

    def visible_to(self, viewer: Viewer) -> Self:
        return super().visible_to(viewer).open_to(viewer)

    def shared_with(self, access: Access) -> Self:
        return super().shared_with(access).open_to(access.viewer)

    def open_to(self, viewer: Viewer) -> Self:
        """Included if and only if its keeper is not sealed, or the viewer is named on the seal."""
        return self.exclude(keeper__isnull=False, keeper__in=_closed_to(viewer))


class PeriodQuerySet(models.QuerySet[Row]):
    """Rows about a resident that hold from `valid_from` until `valid_to`, which is the first day
    they do not."""

    def open_to(self, viewer: Viewer) -> Self:
        """Included if and only if its resident is not sealed from the viewer."""
        return self.exclude(resident__in=_closed_to(viewer))

    def present(self) -> Self:
        """Included if and only if it has not ended by today. An end in the future needs no task:
        the row drops out when the day comes."""
        return self.filter(Q(valid_to=None) | Q(valid_to__gt=clock.today()))

    def past(self) -> Self:
        """Included if and only if it has ended."""
        return self.filter(valid_to__lte=clock.today())


class ResidenceQuerySet(PeriodQuerySet[Row]):
    """Who lives where; the right to know is the one to `live_address_id`."""


class EmploymentQuerySet(PeriodQuerySet[Row]):
    """Who works where; the right to know is the one to `workplace_id`."""


class HouseholdQuerySet(models.QuerySet[Row]):
    def visible_to(self, viewer: Viewer) -> HouseholdQuerySet[Row]:
        """Included if and only if the viewer works in the dwelling's area, and the household has
        no members yet or one who is not sealed from him."""
        homes = apps.get_model("residents.Dwelling").objects.visible_to(viewer)
        members = apps.get_model("residents.Resident").objects.filter(household=OuterRef("pk"))
        return self.filter(
            Exists(members.open_to(viewer)) | ~Exists(members), dwelling__in=homes.values("pk")
        )


def _closed_to(viewer: Viewer) -> Any:
    """The keys of the residents who do not exist for the viewer."""
    return apps.get_model("residents.Seal").objects.closed_to(viewer).values("resident")


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
        rows = {
            subject: apps.get_model("residents", name).objects.visible_to(viewer).values("pk")
            for subject, name in SUBJECTS.items()
        }
        return self.filter(
            reduce(or_, (Q(subject=kind, subject_id__in=ids) for kind, ids in rows.items()))
        )

    def to_decide(self, viewer: Viewer) -> ProposalQuerySet[Row]:
        """Included if and only if open, where the viewer works, about an element that his
        department owns: what he owns there he sees in full."""
        return self.open().where_works(viewer).filter(element__owner_kind=viewer.department_kind)

    def made_by(self, viewer: Viewer) -> ProposalQuerySet[Row]:
        """Included if and only if the viewer's department proposed it, where the viewer works."""
        return self.where_works(viewer).filter(department=viewer.department_id)
