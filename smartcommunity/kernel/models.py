"""Base model and the live stream's outbox."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _


class UUIDModel(models.Model):
    """A row whose key is known before it is saved, and says nothing when it stands in a URL."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)

    class Meta:
        abstract = True


class LiveEvent(models.Model):
    """A thin event of the live stream: what changed, never its content.

    The page that hears it fetches the fragment, so permission is applied on the fetch. `audience`
    holds department kinds, `kind:role` or `user:<key>`; `area_path` keeps it inside the tree node.
    Its id is the stream's Last-Event-ID.
    """

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(_("name"), max_length=40)
    key = models.CharField(_("key"), max_length=64)
    area_path = models.CharField(_("area path"), max_length=255)
    audience = ArrayField(models.CharField(max_length=50), verbose_name=_("audience"))
    created_at = models.DateTimeField(_("created at"), auto_now_add=True, db_index=True)

    class Meta:
        verbose_name = _("live event")
        verbose_name_plural = _("live events")
