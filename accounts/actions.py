"""Writes of accounts."""

from datetime import date

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.choices import ADMINISTRATORS, Role
from accounts.models import Area, Department, Membership, User
from accounts.selectors import second_factor_of
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
    """Give a user a term of office. An administrator role (三员) excludes every other role at the
    same time, also in terms that have not begun. Raises Conflict."""
    User.objects.select_for_update().get(pk=user.pk)  # two terms are not given at once
    overlapping = user.memberships.filter(Q(valid_to=None) | Q(valid_to__gte=valid_from))
    if valid_to is not None:
        overlapping = overlapping.filter(valid_from__lte=valid_to)
    held = set(overlapping.values_list("role", flat=True))
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


@transaction.atomic
def begin_second_factor(*, user: User) -> TOTPDevice:
    """The device whose key the user reads into his app; good for nothing until confirmed. Raises
    Conflict when one is in use: whoever took over a session must not put his own in its place."""
    User.objects.select_for_update().get(pk=user.pk)
    if second_factor_of(user=user):
        raise Conflict(_("A second factor is in use. Ask your system administrator to remove it."))
    return TOTPDevice.objects.get_or_create(user=user, confirmed=False)[0]


@transaction.atomic
def confirm_second_factor(*, user: User, token: str) -> TOTPDevice:
    """Bring the device into use with a code that it shows. Raises Conflict."""
    device = begin_second_factor(user=user)
    if device.verify_token(token):
        device.confirmed = True
        device.save(update_fields=["confirmed"])
    return device
