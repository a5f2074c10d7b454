"""Tables of the catalogue, the templates, the grants and the access log."""

from datetime import timedelta
from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.choices import DepartmentKind
from accounts.models import Area, Department
from datasharing.choices import (
    AccessKind,
    Exit,
    GrantState,
    GrantStatus,
    Level,
    Purpose,
    Sensitivity,
    Sharing,
    Subject,
    TemplateOrigin,
    TemplateStatus,
)
from datasharing.querysets import EmergencyQuerySet, GrantQuerySet, TemplateQuerySet
from smartcommunity.kernel import clock
from smartcommunity.kernel.fields import EncryptedTextField
from smartcommunity.kernel.models import UUIDModel


def in_language(zh: str, en: str) -> str:
    """The Chinese text, or the English one when the user reads English and it exists."""
    return en if en and (get_language() or "").startswith("en") else zh


class CodeList(models.Model):
    """A code list of a standard, or a department's own."""

    key = models.CharField(_("key"), max_length=50, primary_key=True)
    name_zh = models.CharField(_("Chinese name"), max_length=80)
    name_en = models.CharField(_("English name"), max_length=80)
    standard = models.CharField(_("standard"), max_length=80, blank=True)

    class Meta:
        verbose_name = _("code list")
        verbose_name_plural = _("code lists")

    @property
    def name(self) -> str:
        return in_language(self.name_zh, self.name_en)


class Code(models.Model):
    """One code; kept for ever, so that old records stay readable."""

    code_list = models.ForeignKey(CodeList, models.CASCADE, "codes", verbose_name=_("code list"))
    code = models.CharField(_("code"), max_length=20)
    label_zh = models.CharField(_("Chinese label"), max_length=80)
    label_en = models.CharField(_("English label"), max_length=80, blank=True)
    order = models.PositiveIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("code")
        verbose_name_plural = _("codes")
        ordering = ["order", "code"]
        constraints = [models.UniqueConstraint("code_list", "code", name="one_code_a_list")]

    @property
    def label(self) -> str:
        return in_language(self.label_zh, self.label_en)


class DataElement(models.Model):
    """数据元: one fact about a subject, owned by one kind of department (一数一源)."""

    key = models.CharField(_("key"), max_length=50, primary_key=True)
    subject = models.CharField(_("subject"), max_length=20, choices=Subject)
    label_zh = models.CharField(_("Chinese label"), max_length=80)
    label_en = models.CharField(_("English label"), max_length=80)
    type = models.CharField(_("type"), max_length=20)
    code_list = models.ForeignKey(
        CodeList, models.PROTECT, null=True, blank=True, verbose_name=_("code list")
    )
    max_length = models.PositiveIntegerField(_("greatest length"), null=True, blank=True)
    sensitivity = models.CharField(_("sensitivity"), max_length=1, choices=Sensitivity)
    owner_kind = models.CharField(_("owner department"), max_length=30, choices=DepartmentKind)
    standard = models.CharField(_("standard"), max_length=80, blank=True)
    help_zh = models.CharField(_("Chinese help"), max_length=300, blank=True)
    help_en = models.CharField(_("English help"), max_length=300, blank=True)
    mask = models.CharField(_("masking rule"), max_length=20, default="none")
    storage = models.CharField(_("storage"), max_length=40, default="record")
    derived_from = models.CharField(_("derived from"), max_length=50, blank=True)
    restricted = models.BooleanField(
        _("restricted"),
        default=False,
        help_text=_("Never drives a rule, a watch-list, a search or an alert."),
    )
    sharing = models.CharField(
        _("sharing"), max_length=15, choices=Sharing, default=Sharing.CONDITIONAL
    )
    not_shared_because = models.CharField(
        _("legal reason not to share"), max_length=200, blank=True
    )
    added_by = models.ForeignKey(
        Department,
        models.PROTECT,
        "own_elements",
        null=True,
        blank=True,
        verbose_name=_("added by"),
        help_text=_("The department that added it for itself; none for the platform's files."),
    )
    added_at = models.DateTimeField(_("added at"), null=True, blank=True)
    retired_at = models.DateTimeField(_("retired at"), null=True, blank=True)
    valid_months = models.PositiveSmallIntegerField(
        _("months until it should be confirmed again"), null=True, blank=True
    )

    class Meta:
        verbose_name = _("data element")
        verbose_name_plural = _("data elements")
        ordering = ["subject", "key"]
        constraints = [
            models.CheckConstraint(
                name="own_element_has_its_own_key",
                condition=models.Q(added_by__isnull=True, added_at__isnull=True)
                & models.Q(retired_at__isnull=True)
                & ~models.Q(key__startswith="own_")
                | models.Q(added_by__isnull=False, added_at__isnull=False, key__startswith="own_"),
            ),
            models.CheckConstraint(
                name="element_not_shared_has_a_reason",
                condition=~models.Q(sharing="none", not_shared_because=""),
            ),
        ]

    @property
    def label(self) -> str:
        return in_language(self.label_zh, self.label_en)

    @property
    def help(self) -> str:
        return in_language(self.help_zh, self.help_en)

    @property
    def is_encrypted(self) -> bool:
        """Sensitive and biometric values are sealed at rest, and so are all document numbers and
        phones."""
        sensitive = self.sensitivity in {Sensitivity.SENSITIVE, Sensitivity.BIOMETRIC}
        return sensitive or self.type in {"document_no", "mobile"}

    @property
    def is_veiled(self) -> bool:
        """Numbers of documents and phones, and sensitive values that have a partial form, are shown
        masked even to who sees them in full: he shows himself one at a time, for a purpose."""
        return self.mask in {"document", "phone"} or (self.is_encrypted and self.mask != "none")

    @property
    def is_asked(self) -> bool:
        """Whether a new form may ask it: not held elsewhere, not worked out, not retired."""
        worked_out = bool(self.derived_from) and self.storage == "record"
        return self.storage != "elsewhere" and not worked_out and self.retired_at is None

    @property
    def column(self) -> str | None:
        """The subject's column that holds the current value, for the few that have one."""
        return self.storage.removeprefix("column:") if self.storage.startswith("column:") else None


class FormTemplate(UUIDModel):
    """表格模板: a department's form over shared elements. A published version never changes: a
    trigger refuses it, and lets only its status go on from published to retired.

    The one draft of a form has version 0; it gets its number when it is published. `revision` grows
    with each change of a draft, so that two people designing at once notice each other. `sections`
    is the draft's list of {"zh", "en"}, since a section may still be empty.
    """

    DRAFT_VERSION = 0

    key = models.CharField(_("key"), max_length=60)
    version = models.PositiveIntegerField(_("version"), default=1)
    origin = models.CharField(
        _("origin"), max_length=12, choices=TemplateOrigin, default=TemplateOrigin.PRODUCT
    )
    department_kind = models.CharField(_("department"), max_length=30, choices=DepartmentKind)
    subject = models.CharField(_("subject"), max_length=20, choices=Subject)
    title_zh = models.CharField(_("Chinese title"), max_length=80)
    title_en = models.CharField(_("English title"), max_length=80)
    status = models.CharField(
        _("status"), max_length=12, choices=TemplateStatus, default=TemplateStatus.DRAFT
    )
    sections = models.JSONField(_("sections"), default=list, blank=True)
    revision = models.PositiveIntegerField(_("revision"), default=0)
    based_on = models.PositiveIntegerField(_("based on version"), null=True, blank=True)
    edited_by = models.ForeignKey(
        "accounts.User",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("edited by"),
    )
    edited_at = models.DateTimeField(_("edited at"), null=True, blank=True)
    published_by = models.ForeignKey(
        "accounts.User",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("published by"),
    )
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)
    reason = models.CharField(_("reason of the publication"), max_length=300, blank=True)
    retired_by = models.ForeignKey(
        "accounts.User",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("retired by"),
    )
    retired_at = models.DateTimeField(_("retired at"), null=True, blank=True)
    retired_reason = models.CharField(_("reason of the retirement"), max_length=300, blank=True)

    objects = TemplateQuerySet.as_manager()

    class Meta:
        verbose_name = _("form template")
        verbose_name_plural = _("form templates")
        ordering = ["department_kind", "key", "-version"]
        constraints = [
            models.UniqueConstraint("key", "version", name="one_template_a_version"),
            models.UniqueConstraint(
                "key", condition=models.Q(status="published"), name="one_published_version"
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.Trigger(
                name="published_stays",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__status__in=["published", "retired"]),
                func="""
                    IF TG_OP = 'DELETE' THEN
                        RAISE EXCEPTION 'a published form template stays';
                    END IF;
                    IF (OLD.status, NEW.status) NOT IN
                        (('published', 'published'), ('published', 'retired'),
                         ('retired', 'retired'))
                        OR to_jsonb(NEW) - ARRAY['status', 'retired_by_id', 'retired_at',
                                                 'retired_reason']
                        <> to_jsonb(OLD) - ARRAY['status', 'retired_by_id', 'retired_at',
                                                 'retired_reason']
                    THEN
                        RAISE EXCEPTION 'a published form template never changes';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    @property
    def title(self) -> str:
        return in_language(self.title_zh, self.title_en)


class FormField(models.Model):
    """An element's place in a template. `show_if` is {"element": key, "in": [codes]} or null."""

    template = models.ForeignKey(
        FormTemplate, models.CASCADE, "fields", verbose_name=_("form template")
    )
    element = models.ForeignKey(DataElement, models.PROTECT, verbose_name=_("data element"))
    section_zh = models.CharField(_("Chinese section"), max_length=60)
    section_en = models.CharField(_("English section"), max_length=60, blank=True)
    order = models.PositiveIntegerField(_("order"))
    required = models.BooleanField(_("required"), default=False)
    help_zh = models.CharField(_("Chinese help"), max_length=300, blank=True)
    help_en = models.CharField(_("English help"), max_length=300, blank=True)
    show_if = models.JSONField(_("shown if"), null=True, blank=True)

    class Meta:
        verbose_name = _("form field")
        verbose_name_plural = _("form fields")
        ordering = ["order"]
        constraints = [models.UniqueConstraint("template", "element", name="one_field_an_element")]
        triggers: ClassVar = [
            pgtrigger.Trigger(
                name="published_fields_stay",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                declare=[("held", "text")],
                func="""
                    SELECT status INTO held FROM datasharing_formtemplate
                    WHERE id = (CASE WHEN TG_OP = 'INSERT' THEN NEW.template_id
                                     ELSE OLD.template_id END);
                    IF held IN ('published', 'retired') THEN
                        RAISE EXCEPTION 'the fields of a published form template never change';
                    END IF;
                    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
                    RETURN NEW;
                """,
            ),
        ]

    @property
    def section(self) -> str:
        return in_language(self.section_zh, self.section_en)

    @property
    def help(self) -> str:
        return in_language(self.help_zh, self.help_en) or self.element.help


class Grant(UUIDModel):
    """共享授权: the owner department lets another see or write elements, for a purpose and a time.

    政务数据共享条例 (Decree 809): an application states basis, scope, manner and period.
    """

    owner = models.ForeignKey(Department, models.PROTECT, "grants_given", verbose_name=_("owner"))
    grantee = models.ForeignKey(
        Department, models.PROTECT, "grants_received", verbose_name=_("grantee")
    )
    area = models.ForeignKey(Area, models.PROTECT, verbose_name=_("area"))
    elements = models.ManyToManyField(DataElement, verbose_name=_("data elements"))
    level = models.PositiveSmallIntegerField(_("level"), choices=Level)
    may_write = models.BooleanField(_("may write"), default=False)
    purpose = models.CharField(_("purpose"), max_length=30, choices=Purpose)
    legal_basis = models.CharField(_("legal basis"), max_length=200)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"))
    status = models.CharField(
        _("status"), max_length=12, choices=GrantStatus, default=GrantStatus.REQUESTED
    )
    request_reason = models.CharField(_("reason for the request"), max_length=300, blank=True)
    requested_by = models.ForeignKey(
        "accounts.User",
        models.PROTECT,
        "grants_requested",
        null=True,
        blank=True,
        verbose_name=_("requested by"),
    )
    requested_at = models.DateTimeField(_("requested at"), null=True, blank=True)
    reply_due = models.DateField(_("reply due"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    decided_by = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, blank=True, verbose_name=_("decided by")
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)

    objects = GrantQuerySet.as_manager()

    class Meta:
        verbose_name = _("grant")
        verbose_name_plural = _("grants")
        constraints = [
            models.CheckConstraint(
                name="grant_period", condition=models.Q(valid_to__gte=models.F("valid_from"))
            ),
            models.CheckConstraint(
                name="grant_between_two", condition=~models.Q(owner=models.F("grantee"))
            ),
        ]

    @property
    def state(self) -> GrantState:
        """What it is today: the status, told apart by the reply clock and by the period."""
        today = clock.today()
        soon = today + timedelta(days=settings.GRANT_EXPIRING_DAYS)
        if self.status == GrantStatus.REQUESTED and self.reply_due and self.reply_due < today:
            return GrantState.OVERDUE
        if self.status != GrantStatus.ACTIVE:
            return GrantState(self.status)
        if self.valid_from > today:
            return GrantState.SCHEDULED
        if self.valid_to < today:
            return GrantState.EXPIRED
        return GrantState.EXPIRING if self.valid_to <= soon else GrantState.ACTIVE


class GrantStep(UUIDModel):
    """One step in the life of a grant and what it asked for or gave; never changed afterwards."""

    grant = models.ForeignKey(Grant, models.CASCADE, "steps", verbose_name=_("grant"))
    status = models.CharField(_("status"), max_length=12, choices=GrantStatus)
    at = models.DateTimeField(_("at"))
    by = models.ForeignKey(
        "accounts.User", models.PROTECT, "+", null=True, blank=True, verbose_name=_("by")
    )
    elements: "ArrayField[list[str], list[str]]" = ArrayField(
        models.CharField(max_length=50), verbose_name=_("data elements")
    )
    level = models.PositiveSmallIntegerField(_("level"), choices=Level)
    may_write = models.BooleanField(_("may write"), default=False)
    area = models.ForeignKey(Area, models.PROTECT, "+", verbose_name=_("area"))
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"))
    reason = models.CharField(_("reason"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("step of a grant")
        verbose_name_plural = _("steps of a grant")
        ordering = ["at", "id"]


class EmergencyAccess(UUIDModel):
    """紧急查阅: for a short time one officer sees elements of one subject that are not shared with
    him otherwise; afterwards a second person says whether it was justified."""

    user = models.ForeignKey(
        "accounts.User", models.PROTECT, related_name="+", verbose_name=_("user")
    )
    department = models.ForeignKey(
        Department, models.PROTECT, related_name="+", verbose_name=_("department")
    )
    area = models.ForeignKey(Area, models.PROTECT, related_name="+", verbose_name=_("area"))
    subject = models.CharField(_("subject"), max_length=20, choices=Subject)
    subject_id = models.UUIDField(_("subject key"))
    elements = models.ManyToManyField(DataElement, related_name="+", verbose_name=_("elements"))
    purpose = models.CharField(_("purpose"), max_length=30, choices=Purpose)
    reason = EncryptedTextField(_("reason"))
    opened_at = models.DateTimeField(_("opened at"))
    expires_at = models.DateTimeField(_("until"))
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    review_due = models.DateField(_("review due"))
    justified = models.BooleanField(_("justified"), null=True, blank=True)
    comment = models.CharField(_("comment"), max_length=300, blank=True)
    reviewed_by = models.ForeignKey(
        "accounts.User",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("reviewed by"),
    )
    reviewed_at = models.DateTimeField(_("reviewed at"), null=True, blank=True)

    objects = EmergencyQuerySet.as_manager()

    class Meta:
        verbose_name = _("emergency access")
        verbose_name_plural = _("emergency accesses")
        constraints = [
            models.CheckConstraint(
                name="emergency_period", condition=models.Q(expires_at__gt=models.F("opened_at"))
            ),
            models.CheckConstraint(
                name="emergency_reviewed_by_another",
                condition=~models.Q(reviewed_by=models.F("user")),
            ),
        ]
        indexes = [
            models.Index(fields=["user", "expires_at"], name="emergency_by_user"),
            models.Index(fields=["review_due"], name="emergency_by_due"),
        ]


class AccessRecord(models.Model):
    """查阅记录: who opened whose data, which elements, for which purpose, through which exit.

    Append-only (a trigger refuses update, delete and truncate) and hash-chained: `digest` covers
    the record and the digest before it, so a change made past the trigger shows.
    Names are kept as they were; subjects are keys only, never values.
    """

    id = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField(_("at"), db_index=True)
    kind = models.CharField(_("kind"), max_length=10, choices=AccessKind)
    user_id = models.UUIDField(_("user"), null=True, db_index=True)
    username = models.CharField(_("user name"), max_length=150)
    department_id = models.UUIDField(_("department"), null=True)
    department_name = models.CharField(_("department name"), max_length=80, blank=True)
    role = models.CharField(_("role"), max_length=20, blank=True)
    purpose = models.CharField(_("purpose"), max_length=30, choices=Purpose, blank=True)
    exit = models.CharField(_("exit"), max_length=10, choices=Exit)
    subject = models.CharField(_("subject"), max_length=20)
    subject_ids: "ArrayField[list[object], list[object]]" = ArrayField(
        models.UUIDField(), verbose_name=_("subjects")
    )
    elements: "ArrayField[list[str], list[str]]" = ArrayField(
        models.CharField(max_length=50), verbose_name=_("data elements")
    )
    detail = models.CharField(_("detail"), max_length=120, blank=True)
    ip = models.GenericIPAddressField(_("address"), null=True)
    request_id = models.CharField(_("request"), max_length=64, blank=True)
    previous = models.BinaryField(_("previous digest"), max_length=32)
    digest = models.BinaryField(_("digest"), max_length=32)

    class Meta:
        verbose_name = _("access record")
        verbose_name_plural = _("access records")
        ordering = ["-id"]
        indexes = [GinIndex(fields=["subject_ids"], name="access_record_subjects")]
        triggers: ClassVar = [
            pgtrigger.Protect(
                name="append_only",
                operation=pgtrigger.Update | pgtrigger.Delete,
            ),
            pgtrigger.Trigger(
                name="never_truncated",
                when=pgtrigger.Before,
                operation=pgtrigger.Truncate,
                level=pgtrigger.Statement,
                func="RAISE EXCEPTION 'pgtrigger: cannot truncate %', TG_TABLE_NAME;",
            ),
        ]
