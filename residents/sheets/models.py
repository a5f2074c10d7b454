"""Tables of imports and exports. They hold whose, when and how far; the rows themselves lie sealed
in the vault and go when they are done with."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Area, Department, Membership, User
from datasharing.choices import Purpose
from datasharing.models import FormTemplate
from residents.sheets.choices import ExportState, ImportState, SheetFormat
from smartcommunity.kernel.models import UUIDModel


class SheetJob(UUIDModel):
    """Work on a table that goes on in the background, for one officer in one of his terms."""

    user = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("user"))
    membership = models.ForeignKey(
        Membership, models.PROTECT, related_name="+", verbose_name=_("membership")
    )
    department = models.ForeignKey(
        Department, models.PROTECT, related_name="+", verbose_name=_("department")
    )
    area = models.ForeignKey(Area, models.PROTECT, related_name="+", verbose_name=_("area"))
    format = models.CharField(_("format"), max_length=4, choices=SheetFormat)
    created_at = models.DateTimeField(_("created at"))
    touched_at = models.DateTimeField(_("last step at"))
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    refusal = models.CharField(_("reason of the refusal"), max_length=300, blank=True)

    class Meta:
        abstract = True


class Import(SheetJob):
    """导入: a table uploaded for a form. `file` and the chunks' files are names in the vault."""

    template = models.ForeignKey(
        FormTemplate, models.PROTECT, related_name="+", verbose_name=_("form template")
    )
    file_name = models.CharField(_("file name"), max_length=100)
    file = models.CharField(_("file"), max_length=120, blank=True)
    state = models.CharField(
        _("state"), max_length=10, choices=ImportState, default=ImportState.READING
    )
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    erased_at = models.DateTimeField(_("erased at"), null=True, blank=True)
    resumes_as = models.CharField(_("goes on as"), max_length=10, choices=ImportState, blank=True)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        indexes = [
            models.Index(fields=["user", "-created_at"], name="import_by_user"),
            models.Index(fields=["state", "touched_at"], name="import_by_state"),
        ]


class ImportChunk(models.Model):
    """A batch of an import's rows, written in one transaction with `applied_at` or not at all.

    `planned` counts what the check found, `applied` what was written, by outcome. `documents` are
    shortened keyed hashes, so that one document in two rows is noticed.
    """

    job = models.ForeignKey(Import, models.CASCADE, "chunks", verbose_name=_("import"))
    number = models.PositiveIntegerField(_("number"))
    rows = models.PositiveIntegerField(_("rows"))
    file = models.CharField(_("file"), max_length=120)
    faults = models.CharField(_("faults"), max_length=120, blank=True)
    documents = models.BinaryField(_("documents"), default=bytes)
    checked_at = models.DateTimeField(_("checked at"), null=True, blank=True)
    applied_at = models.DateTimeField(_("applied at"), null=True, blank=True)
    planned = models.JSONField(_("planned"), default=dict)
    applied = models.JSONField(_("applied"), default=dict)

    class Meta:
        verbose_name = _("part of an import")
        verbose_name_plural = _("parts of imports")
        ordering = ["number"]
        constraints = [models.UniqueConstraint("job", "number", name="one_chunk_a_number")]


class Export(SheetJob):
    """导出: residents written into a file for one officer, who alone may fetch it for a while.

    `rights` is a digest of what he was allowed when it was made: it must still be true when the
    file is fetched. `code` is the short name that stands on the sheet.
    """

    code = models.CharField(_("export number"), max_length=12, unique=True)
    state = models.CharField(
        _("state"), max_length=10, choices=ExportState, default=ExportState.WAITING
    )
    resident_ids = ArrayField(models.UUIDField(), verbose_name=_("residents"))
    elements = ArrayField(models.CharField(max_length=50), verbose_name=_("data elements"))
    purpose = models.CharField(_("purpose"), max_length=30, choices=Purpose)
    reason = models.CharField(_("reason"), max_length=300)
    rights = models.CharField(_("rights"), max_length=64, blank=True)
    rows = models.PositiveIntegerField(_("rows"))
    done = models.PositiveIntegerField(_("rows written"), default=0)
    file = models.CharField(_("file"), max_length=120, blank=True)
    expires_at = models.DateTimeField(_("erased at"))

    class Meta:
        verbose_name = _("export")
        verbose_name_plural = _("exports")
        indexes = [
            models.Index(fields=["user", "-created_at"], name="export_by_user"),
            models.Index(fields=["state", "touched_at"], name="export_by_state"),
        ]
        constraints = [
            models.CheckConstraint(name="export_with_reason", condition=~models.Q(reason="")),
        ]
