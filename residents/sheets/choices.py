"""Codes of imports and exports."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class SheetFormat(models.TextChoices):
    XLSX = "xlsx", _("Excel (.xlsx)")
    CSV = "csv", _("CSV")


class ImportState(models.TextChoices):
    """reading -> checking -> checked -> (confirmed) writing -> done."""

    READING = "reading", _("Reading the file")
    CHECKING = "checking", _("Checking the rows")
    CHECKED = "checked", _("Waiting for your confirmation")
    WRITING = "writing", _("Importing")
    PAUSED = "paused", _("Paused")
    DONE = "done", _("Imported")
    CANCELLED = "cancelled", _("Cancelled")
    REFUSED = "refused", _("File refused")


class ExportState(models.TextChoices):
    WAITING = "waiting", _("Being made")
    READY = "ready", _("Ready")
    REFUSED = "refused", _("Refused")
    ERASED = "erased", _("Erased")


class Outcome(models.TextChoices):
    """What becomes of a row."""

    NEW = "new", _("New")
    CHANGED = "changed", _("Changed")
    PROPOSED = "proposed", _("Proposed to the owner")
    UNCHANGED = "unchanged", _("Unchanged")
    DUPLICATE = "duplicate", _("Duplicate")
    FAULTY = "faulty", _("With faults")


AT_WORK = frozenset({ImportState.READING, ImportState.CHECKING, ImportState.WRITING})
ENDED = frozenset({ImportState.DONE, ImportState.CANCELLED, ImportState.REFUSED})
