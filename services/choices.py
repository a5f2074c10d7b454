"""Codes of services."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class RequestState(models.TextChoices):
    SUBMITTED = "submitted", _("Submitted")
    ACCEPTED = "accepted", _("Accepted")
    DONE = "done", _("Done")
    CANCELLED = "cancelled", _("Cancelled")


class Step(models.TextChoices):
    """What happened in a request's timeline."""

    SUBMITTED = "submitted", _("Submitted")
    ACCEPTED = "accepted", _("Accepted")
    COMMENTED = "commented", _("Comment")
    DONE = "done", _("Done")
    CANCELLED = "cancelled", _("Cancelled")
    RATED = "rated", _("Rated")


class RepairKind(models.TextChoices):
    WATER = "water", _("Water and drains")
    POWER = "power", _("Electricity and lights")
    DOOR = "door", _("Doors and windows")
    LIFT = "lift", _("Lift")
    PUBLIC = "public", _("Public area")
    OTHER = "other", _("Other")
