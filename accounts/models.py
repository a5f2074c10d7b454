"""The administrative tree, departments, users, their terms of office, and changes of these."""

import uuid
from typing import ClassVar

import pgtrigger
from django.contrib.auth.models import AbstractUser
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _
from treebeard.mp_tree import MP_Node

from accounts.choices import (
    OPEN_CHANGES,
    AreaKind,
    ChangeKind,
    ChangeStatus,
    DepartmentKind,
    Role,
)
from accounts.querysets import AreaManager, TermQuerySet
from smartcommunity.kernel.models import UUIDModel


class Area(MP_Node):
    """区域: a node of the tree province … community - grid - estate (materialised path).

    Every row of data belongs to an area; a viewer sees the rows below the nodes he works in.
    """

    name = models.CharField(_("name"), max_length=80)
    kind = models.CharField(_("kind"), max_length=20, choices=AreaKind)
    code = models.CharField(_("code"), max_length=20, unique=True)
    closed_on = models.DateField(_("closed on"), null=True, blank=True)

    objects = AreaManager()
    node_order_by: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("area")
        verbose_name_plural = _("areas")
        permissions = [("work_in_area", _("Can work in this area (ad-hoc share)"))]

    def __str__(self) -> str:
        return self.name


class Department(UUIDModel):
    """部门: a police station, a housing bureau, a property company … responsible for an area."""

    name = models.CharField(_("name"), max_length=80)
    kind = models.CharField(_("kind"), max_length=30, choices=DepartmentKind)
    area = models.ForeignKey(Area, models.PROTECT, verbose_name=_("area"))

    class Meta:
        verbose_name = _("department")
        verbose_name_plural = _("departments")
        ordering = ["kind", "name"]

    def __str__(self) -> str:
        return self.name


class User(AbstractUser):
    """A person who signs in. What he may do comes from his memberships, never from here.

    `is_official`: an account for an office, made by a system administrator; the others are
    residents' own, and no administrator sees them. `initial_password_until`: the password was
    given by somebody else; it must be changed at the first sign-in and ends at that time.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    display_name = models.CharField(_("display name"), max_length=50)
    is_official = models.BooleanField(_("account for an office"), default=False)
    initial_password_until = models.DateTimeField(
        _("initial password valid until"), null=True, blank=True
    )
    # Whoever gave the password does not also remove the second factor: he could sign in himself.
    password_given_by = models.ForeignKey(
        "self", models.SET_NULL, "+", null=True, blank=True, verbose_name=_("password given by")
    )
    factor_removed_by = models.ForeignKey(
        "self",
        models.SET_NULL,
        "+",
        null=True,
        blank=True,
        verbose_name=_("second factor removed by"),
    )

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")


class Term(UUIDModel):
    """Something a user holds from `valid_from` to `valid_to`, unless it was ended early."""

    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended early at"), null=True, blank=True)

    objects = TermQuerySet.as_manager()

    class Meta:
        abstract = True


class Membership(Term):
    """任职: user x department x area x role.

    The three administrators exclude each other and every other role on every day. The trigger
    holds whoever writes (a form, Django's admin, `bulk_create`, SQL): it locks the user, so that
    two terms given at once see each other.
    """

    user = models.ForeignKey(User, models.PROTECT, "memberships", verbose_name=_("user"))
    department = models.ForeignKey(Department, models.PROTECT, verbose_name=_("department"))
    area = models.ForeignKey(Area, models.PROTECT, verbose_name=_("area"))
    role = models.CharField(_("role"), max_length=20, choices=Role)

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.CheckConstraint(
                name="membership_period",
                condition=models.Q(valid_to=None) | models.Q(valid_to__gte=models.F("valid_from")),
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.Trigger(
                name="administrators_exclude",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func="""
                PERFORM 1 FROM accounts_user WHERE id = NEW.user_id FOR NO KEY UPDATE;
                IF NEW.ended_at IS NULL AND EXISTS (
                    SELECT 1 FROM accounts_membership AS other
                    WHERE other.user_id = NEW.user_id AND other.id <> NEW.id
                      AND other.ended_at IS NULL
                      AND daterange(other.valid_from, other.valid_to, '[]')
                          && daterange(NEW.valid_from, NEW.valid_to, '[]')
                      AND (other.role IN ('system_admin', 'security_admin', 'auditor')
                           OR NEW.role IN ('system_admin', 'security_admin', 'auditor'))
                ) THEN
                    RAISE EXCEPTION 'administrator roles exclude every other role'
                        USING ERRCODE = 'exclusion_violation';
                END IF;
                RETURN NEW;
                """,
            ),
        ]


class AreaShare(Term):
    """临时区域授权: for a time, a user works in one more area, whatever his membership.

    django-guardian's `work_in_area` on the node follows this row; guardian knows no end, so its
    permission counts only while a row here is in force.
    """

    user = models.ForeignKey(User, models.PROTECT, "area_shares", verbose_name=_("user"))
    area = models.ForeignKey(Area, models.PROTECT, "shares", verbose_name=_("area"))
    reason = models.CharField(_("reason"), max_length=300)

    class Meta:
        verbose_name = _("area share")
        verbose_name_plural = _("area shares")
        constraints = [
            models.CheckConstraint(
                name="area_share_period",
                condition=models.Q(valid_to__isnull=False, valid_to__gte=models.F("valid_from")),
            ),
        ]


class PermissionChange(UUIDModel):
    """权限变更: what one administrator proposes and another decides.

    The columns from `user` to `valid_to` say what is wanted; `seen` is the target's state when it
    was proposed, so that an approval never lands on something else.
    """

    kind = models.CharField(_("kind"), max_length=20, choices=ChangeKind)
    status = models.CharField(
        _("status"), max_length=12, choices=ChangeStatus, default=ChangeStatus.PROPOSED
    )
    user = models.ForeignKey(
        User, models.PROTECT, "changes", null=True, blank=True, verbose_name=_("user")
    )
    membership = models.ForeignKey(
        Membership, models.PROTECT, null=True, blank=True, verbose_name=_("membership")
    )
    share = models.ForeignKey(
        AreaShare, models.PROTECT, null=True, blank=True, verbose_name=_("area share")
    )
    department = models.ForeignKey(
        Department, models.PROTECT, null=True, blank=True, verbose_name=_("department")
    )
    department_kind = models.CharField(
        _("department's kind"), max_length=30, choices=DepartmentKind, blank=True
    )
    area = models.ForeignKey(
        Area, models.PROTECT, "changes", null=True, blank=True, verbose_name=_("area")
    )
    parent = models.ForeignKey(
        Area, models.PROTECT, "+", null=True, blank=True, verbose_name=_("area above")
    )
    role = models.CharField(_("role"), max_length=20, choices=Role, blank=True)
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    seen = models.JSONField(_("state when proposed"), default=dict, encoder=DjangoJSONEncoder)
    reason = models.CharField(_("reason"), max_length=300)
    proposed_by = models.ForeignKey(
        User, models.PROTECT, "changes_proposed", verbose_name=_("proposed by")
    )
    proposed_at = models.DateTimeField(_("proposed at"))
    expires_at = models.DateTimeField(_("answer needed until"))
    decided_by = models.ForeignKey(
        User, models.PROTECT, "changes_decided", null=True, blank=True, verbose_name=_("decided by")
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    decision = models.CharField(_("reason of the decision"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("permission change")
        verbose_name_plural = _("permission changes")
        indexes = [models.Index(fields=["status", "-proposed_at"], name="change_by_status")]
        constraints = [
            models.CheckConstraint(
                name="change_decided_by_another",
                condition=models.Q(decided_by=None)
                | models.Q(status=ChangeStatus.WITHDRAWN)
                | ~models.Q(decided_by=models.F("proposed_by")),
            ),
            models.CheckConstraint(
                name="change_decided_by_somebody",
                condition=models.Q(decided_by__isnull=False)
                | models.Q(status__in=sorted({*OPEN_CHANGES, ChangeStatus.EXPIRED})),
            ),
            *(
                models.UniqueConstraint(
                    target,
                    condition=models.Q(status=ChangeStatus.PROPOSED),
                    name=f"one_open_change_a_{target}",
                )
                for target in ("membership", "share")
            ),
        ]
