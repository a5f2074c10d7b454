"""Row filters of the registry: the only ones."""

from __future__ import annotations

from typing import Any, cast

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, Q

from accounts.models import Area
from accounts.querysets import below
from accounts.viewer import Viewer
from datasharing.choices import Subject
from datasharing.policy import Access
from residents.choices import ProposalStatus, SealStatus
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


class ResidentQuerySet(VisibleQuerySet[Row]):
    """Rows of residents; which of their elements are seen is `datasharing.policy.access`."""

    def visible_to(self, viewer: Viewer) -> ResidentQuerySet[Row]:
        """Included if and only if the area is one where the viewer works, and no seal is closed
        to him."""
        return cast("ResidentQuerySet[Row]", super().visible_to(viewer)).open_to(viewer)

    def shared_with(self, access: Access) -> ResidentQuerySet[Row]:
        """Included if and only if `access` shows something of a resident in the row's area, and no
        seal is closed to the viewer."""
        return self.filter(below(access.reach(), "area__path")).open_to(access.viewer)

    def open_to(self, viewer: Viewer) -> ResidentQuerySet[Row]:
        """Included if and only if not sealed, or the viewer is named on the seal."""
        return self.exclude(pk__in=_closed_to(viewer))


class ResidenceQuerySet(models.QuerySet[Row]):
    def open_to(self, viewer: Viewer) -> ResidenceQuerySet[Row]:
        """Included if and only if its resident is not sealed from the viewer."""
        return self.exclude(resident__in=_closed_to(viewer))


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


class ProposalQuerySet(models.QuerySet[Row]):
    """Corrections that one department proposes to another."""

    def open(self) -> ProposalQuerySet[Row]:
        return self.filter(status=ProposalStatus.OPEN)

    def where_works(self, viewer: Viewer) -> ProposalQuerySet[Row]:
        """Included if and only if the subject's area, as it is now, lies at or below a node where
        the viewer works."""
        residents = apps.get_model("residents.Resident").objects.visible_to(viewer)
        dwellings = apps.get_model("residents.Dwelling").objects.visible_to(viewer)
        households = apps.get_model("residents.Household").objects.visible_to(viewer)
        return self.filter(
            Q(subject=Subject.RESIDENT, subject_id__in=residents.values("pk"))
            | Q(subject=Subject.DWELLING, subject_id__in=dwellings.values("pk"))
            | Q(subject=Subject.HOUSEHOLD, subject_id__in=households.values("pk"))
        )

    def to_decide(self, viewer: Viewer) -> ProposalQuerySet[Row]:
        """Included if and only if open, where the viewer works, about an element that his
        department owns: what he owns there he sees in full."""
        return self.open().where_works(viewer).filter(element__owner_kind=viewer.department_kind)

    def made_by(self, viewer: Viewer) -> ProposalQuerySet[Row]:
        """Included if and only if the viewer's department proposed it, where the viewer works."""
        return self.where_works(viewer).filter(department=viewer.department_id)
