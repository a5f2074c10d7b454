"""The table of kept list queries; `residents.models` offers it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from smartcommunity.kernel.fields import EncryptedTextField
from smartcommunity.kernel.models import UUIDModel


class ListQuery(UUIDModel):
    """What somebody asked of a list, so that pages of it have an address without personal data.

    It is sealed, opened by its own user only, and dropped after a day. It holds the question, never
    an answer: the rights are those of the moment when a page is read.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="+", verbose_name=_("user"))
    sealed = EncryptedTextField(_("question"))
    created_at = models.DateTimeField(_("created at"), db_index=True)

    class Meta:
        verbose_name = _("list query")
        verbose_name_plural = _("list queries")
