"""Writes of accounts."""

from datetime import date

from django.db import transaction

from accounts.choices import ADMINISTRATORS, Role
from accounts.models import Area, Department, Membership, User
from smartcommunity.kernel.errors import Conflict


@transaction.atomic
def appoint(
    *,
    user: User,
    department: Department,
    area: Area,
    role: Role,
    valid_from: date,
    valid_to: date | None = None,
) -> Membership:
    """Give a user a term of office. An administrator role (三员) excludes every other role."""
    held = set(user.memberships.in_force().values_list("role", flat=True))
    if (role in ADMINISTRATORS and held) or held & ADMINISTRATORS:
        raise Conflict(code="administrator_roles_exclude")
    return Membership.objects.create(
        user=user,
        department=department,
        area=area,
        role=role,
        valid_from=valid_from,
        valid_to=valid_to,
    )
