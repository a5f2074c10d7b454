"""The administrative tree, departments, users and their terms of office."""

import uuid
from typing import ClassVar

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _
from treebeard.mp_tree import MP_Node

from accounts.choices import ADMINISTRATORS, AreaKind, DepartmentKind, Role
from accounts.querysets import AreaManager, MembershipQuerySet
from smartcommunity.kernel.models import UUIDModel


class Area(MP_Node):
    """区域: a node of the tree province … community - grid - estate (materialised path).

    Every row of data belongs to an area; a viewer sees the rows below the nodes he works in.
    """

    name = models.CharField(_("name"), max_length=80)
    kind = models.CharField(_("kind"), max_length=20, choices=AreaKind)
    code = models.CharField(_("code"), max_length=20, unique=True)

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
    """A person who signs in. What he may do comes from his memberships, never from here."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    display_name = models.CharField(_("display name"), max_length=50)

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")


class Membership(UUIDModel):
    """任职: user x department x area x role, in force from `valid_from` to `valid_to`."""

    user = models.ForeignKey(User, models.PROTECT, "memberships", verbose_name=_("user"))
    department = models.ForeignKey(Department, models.PROTECT, verbose_name=_("department"))
    area = models.ForeignKey(Area, models.PROTECT, verbose_name=_("area"))
    role = models.CharField(_("role"), max_length=20, choices=Role)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.CheckConstraint(
                name="membership_period",
                condition=models.Q(valid_to=None) | models.Q(valid_to__gte=models.F("valid_from")),
            ),
            models.UniqueConstraint(
                "user",
                condition=models.Q(role__in=sorted(ADMINISTRATORS)),
                name="one_administrator_role_a_user",
            ),
        ]
