"""Row filters of datasharing."""

from __future__ import annotations

from datetime import date, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q

from accounts.choices import Role
from accounts.models import Membership
from accounts.querysets import below
from accounts.viewer import Viewer
from datasharing.choices import GrantState, GrantStatus, TemplateStatus
from smartcommunity.kernel import clock
from smartcommunity.kernel.rows import Row


class EmergencyQuerySet(models.QuerySet[Row]):
    """紧急查阅: one officer's look at one subject."""

    def in_force(self) -> EmergencyQuerySet[Row]:
        """Included if and only if not ended and its time is not over: it ends by itself."""
        return self.filter(ended_at=None, expires_at__gt=clock.now())

    def to_review(self) -> EmergencyQuerySet[Row]:
        """Included if and only if over and not reviewed yet."""
        over = models.Q(ended_at__isnull=False) | models.Q(expires_at__lte=clock.now())
        return self.filter(over, reviewed_at=None)


class GrantQuerySet(models.QuerySet[Row]):
    def in_force(self) -> GrantQuerySet[Row]:
        """Included if and only if active and today lies in its period."""
        today = clock.today()
        return self.filter(status=GrantStatus.ACTIVE, valid_from__lte=today, valid_to__gte=today)

    def in_state(self, state: GrantState) -> GrantQuerySet[Row]:
        """Included if and only if `Grant.state` is this today."""
        return self.filter(_state(state))

    def visible_to(self, viewer: Viewer) -> GrantQuerySet[Row]:
        """Included if and only if the viewer's department gives or receives it, and his role reads
        personal data."""
        if not viewer.is_staff_member or viewer.is_administrator:
            return self.none()
        return self.filter(Q(owner=viewer.department_id) | Q(grantee=viewer.department_id))

    def to_decide(self, viewer: Viewer) -> GrantQuerySet[Row]:
        """Included if and only if it waits and `policies.may_decide_grant` allows the viewer."""
        if viewer.role not in {Role.SUPERVISOR, Role.OFFICER}:
            return self.none()
        waiting = (
            self.filter(status=GrantStatus.REQUESTED, owner=viewer.department_id)
            .filter(below(viewer.area_paths, "area__path"))
            .exclude(requested_by=viewer.user_id)
        )
        if viewer.role == Role.SUPERVISOR:
            return waiting
        supervisors = Membership.objects.in_force().filter(
            department=OuterRef("owner"), role=Role.SUPERVISOR
        )
        return waiting.filter(~Exists(supervisors))


def _soon() -> date:
    return clock.today() + timedelta(days=settings.GRANT_EXPIRING_DAYS)


def _state(state: GrantState) -> Q:
    today = clock.today()
    begun = Q(status=GrantStatus.ACTIVE, valid_from__lte=today)
    match state:
        case GrantState.REQUESTED:
            return Q(status=state) & (Q(reply_due=None) | Q(reply_due__gte=today))
        case GrantState.OVERDUE:
            return Q(status=GrantStatus.REQUESTED, reply_due__lt=today)
        case GrantState.SCHEDULED:
            return Q(status=GrantStatus.ACTIVE, valid_from__gt=today)
        case GrantState.ACTIVE:
            return begun & Q(valid_to__gt=_soon())
        case GrantState.EXPIRING:
            return begun & Q(valid_to__gte=today, valid_to__lte=_soon())
        case GrantState.EXPIRED:
            return begun & Q(valid_to__lt=today)
        case _:
            return Q(status=state)


class TemplateQuerySet(models.QuerySet[Row]):
    """Versions of form templates; a draft is one that was never published."""

    def of_department(self, viewer: Viewer) -> TemplateQuerySet[Row]:
        """Included if and only if the form belongs to the viewer's kind of department."""
        if not viewer.is_staff_member or viewer.is_administrator:
            return self.none()
        return self.filter(department_kind=viewer.department_kind)

    def drafts(self) -> TemplateQuerySet[Row]:
        return self.filter(status=TemplateStatus.DRAFT)

    def published_once(self) -> TemplateQuerySet[Row]:
        """The versions that were ever in use, the newest first."""
        return self.exclude(status=TemplateStatus.DRAFT).order_by("-version")
