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
    TAKEN_OVER = "taken_over", _("Taken over")
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


class Where(models.TextChoices):
    """Where a resident's repair is needed."""

    HOME = "home", _("At home")
    PUBLIC = "public", _("In a public area")


class When(models.TextChoices):
    """The day of a visit."""

    TODAY = "today", _("Today")
    TOMORROW = "tomorrow", _("Tomorrow")
    OTHER = "other", _("Another day")


class Clock(models.TextChoices):
    """How a request stands against the hour it is due."""

    ON_TIME = "on_time", _("On time")
    DUE_SOON = "due_soon", _("Due soon")
    OVERDUE = "overdue", _("Overdue")
    IN_TIME = "in_time", _("Finished in time")
    LATE = "late", _("Finished late")
    STOPPED = "stopped", _("Withdrawn")
