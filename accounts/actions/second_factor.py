"""A second factor: set up by its user, removed by an administrator."""

from django.db import transaction
from django.utils.translation import gettext as _
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.models import User
from accounts.selectors import second_factor_of
from smartcommunity.kernel.errors import Conflict


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
        User.objects.filter(pk=user.pk).update(factor_removed_by=None)
    return device
