"""Tables of gates, faces, passages, the watch-list and alerts."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.choices import DepartmentKind
from accounts.models import Area, User
from devices.choices import EventKind
from devices.models import Command, Device, DeviceEvent
from residents.models import Consent, Resident
from security.choices import (
    AlertKind,
    AlertState,
    Finding,
    Outcome,
    PassKind,
    PassMethod,
    Severity,
)
from security.querysets import (
    AlertQuerySet,
    FaceEnrolmentQuerySet,
    GateQuerySet,
    PassageQuerySet,
    WatchEntryQuerySet,
)
from smartcommunity.kernel.fields import EncryptedTextField
from smartcommunity.kernel.models import UUIDModel


class Gate(UUIDModel):
    """通行点: a way in with the camera that watches it and the controller that opens it.

    `methods` are the ways in; face is never the only one (法释〔2021〕15 art. 10): a constraint.
    """

    area = models.ForeignKey(Area, models.PROTECT, verbose_name=_("area"))
    name = models.CharField(_("name"), max_length=80)
    ref = models.CharField(_("plan reference"), max_length=40, blank=True)
    camera = models.OneToOneField(
        Device,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="watches_gate",
        verbose_name=_("camera"),
    )
    controller = models.OneToOneField(
        Device, models.PROTECT, related_name="opens_gate", verbose_name=_("controller")
    )
    methods = ArrayField(
        models.CharField(max_length=10, choices=PassMethod), verbose_name=_("methods")
    )

    objects = GateQuerySet.as_manager()

    class Meta:
        verbose_name = _("gate")
        verbose_name_plural = _("gates")
        constraints = [
            models.CheckConstraint(
                name="face_is_never_the_only_way",
                condition=models.Q(methods__overlap=["card", "qr", "pin"]),
            )
        ]


class FaceEnrolment(UUIDModel):
    """人脸登记: one template from one photograph, resting on a live consent.

    `template` is the sealed float32 vector (base64), `photo` a vault name. Erased, not hidden,
    when the consent is withdrawn.
    """

    resident = models.ForeignKey(Resident, models.CASCADE, "faces", verbose_name=_("resident"))
    consent = models.ForeignKey(Consent, models.PROTECT, verbose_name=_("consent"))
    engine = models.CharField(_("engine"), max_length=40)
    engine_version = models.CharField(_("engine version"), max_length=60)
    template = EncryptedTextField(_("template"), null=True)
    photo = models.CharField(_("photograph"), max_length=120)
    enrolled_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name=_("enrolled by")
    )
    enrolled_at = models.DateTimeField(_("enrolled at"))

    objects = FaceEnrolmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("face enrolment")
        verbose_name_plural = _("face enrolments")


class WatchEntry(UUIDModel):
    """布控: a person looked for, with legal basis, two officers and an end.

    `label` is a case-style name shown to police only. Requested and approved by different people
    (constraint); it never denies entry by itself.
    """

    area = models.ForeignKey(Area, models.PROTECT, verbose_name=_("area"))
    label = EncryptedTextField(_("name"), null=True)
    legal_basis = models.CharField(_("legal basis"), max_length=200)
    case_number = models.CharField(_("case number"), max_length=60)
    engine = models.CharField(_("engine"), max_length=40)
    engine_version = models.CharField(_("engine version"), max_length=60)
    template = EncryptedTextField(_("template"), null=True)
    photo = models.CharField(_("photograph"), max_length=120)
    requested_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name=_("requested by")
    )
    approved_by = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("approved by"),
    )
    created_at = models.DateTimeField(_("created at"))
    expires_at = models.DateTimeField(_("expires at"))
    removed_at = models.DateTimeField(_("removed at"), null=True, blank=True)

    objects = WatchEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("watch-list entry")
        verbose_name_plural = _("watch-list entries")
        constraints = [
            models.CheckConstraint(
                name="watch_entry_two_officers",
                condition=models.Q(approved_by=None)
                | ~models.Q(approved_by=models.F("requested_by")),
            ),
            models.CheckConstraint(
                name="watch_entry_period",
                condition=models.Q(expires_at__gt=models.F("created_at")),
            ),
        ]


class GalleryVersion(models.Model):
    """Grows with every change of enrolments or of the watch-list: workers reload on a new one."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    version = models.BigIntegerField(default=0)


class Passage(UUIDModel):
    """通行记录: one approach to a gate: who (if recognised), how, what the gate did and why."""

    gate = models.ForeignKey(Gate, models.PROTECT, "passages", verbose_name=_("gate"))
    area = models.ForeignKey(Area, models.PROTECT, verbose_name=_("area"))
    event = models.OneToOneField(
        DeviceEvent, models.PROTECT, null=True, related_name="passage", verbose_name=_("event")
    )
    method = models.CharField(_("method"), max_length=10, choices=PassMethod)
    outcome = models.CharField(_("outcome"), max_length=12, choices=Outcome)
    reason = models.CharField(_("reason"), max_length=80, blank=True)
    resident = models.ForeignKey(
        Resident,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="passages",
        verbose_name=_("resident"),
    )
    visitor_pass = models.ForeignKey(
        "Pass",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="passages",
        verbose_name=_("pass"),
    )
    distance = models.FloatField(_("distance"), null=True, blank=True)
    threshold = models.FloatField(_("threshold"), null=True, blank=True)
    frame = models.CharField(_("frame"), max_length=120, blank=True)
    command = models.OneToOneField(
        Command,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="passage",
        verbose_name=_("command"),
    )
    at = models.DateTimeField(_("at"))

    objects = PassageQuerySet.as_manager()

    class Meta:
        verbose_name = _("passage")
        verbose_name_plural = _("passages")
        indexes = [models.Index(fields=["area", "-at"], name="passage_area_at")]


class Pass(UUIDModel):
    """通行凭证: lets its bearer through the estate's gates for a time. Only a hash is kept."""

    area = models.ForeignKey(Area, models.PROTECT, verbose_name=_("area"))
    kind = models.CharField(_("kind"), max_length=10, choices=PassKind)
    resident = models.ForeignKey(Resident, models.CASCADE, "passes", verbose_name=_("resident"))
    bearer = EncryptedTextField(_("bearer"), null=True, blank=True)
    token_hash = models.BinaryField(_("token"), max_length=32, unique=True)
    sealed_token = EncryptedTextField(_("sealed token"), null=True)
    valid_from = models.DateTimeField(_("valid from"))
    valid_to = models.DateTimeField(_("valid to"))
    uses_left = models.PositiveSmallIntegerField(_("uses left"), default=1)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("pass")
        verbose_name_plural = _("passes")
        constraints = [
            models.CheckConstraint(
                name="pass_period", condition=models.Q(valid_to__gt=models.F("valid_from"))
            )
        ]


class Rule(models.Model):
    """预警规则: an event kind raises an alert for these parties. About hazards, never about who
    people are (principle 1)."""

    event_kind = models.CharField(
        _("event kind"), max_length=20, choices=EventKind, primary_key=True
    )
    alert_kind = models.CharField(_("alert kind"), max_length=20, choices=AlertKind)
    severity = models.PositiveSmallIntegerField(_("severity"), choices=Severity)
    parties = ArrayField(
        models.CharField(max_length=30, choices=DepartmentKind), verbose_name=_("parties")
    )
    repeat_seconds = models.PositiveIntegerField(_("one alert within (s)"), default=600)
    enabled = models.BooleanField(_("enabled"), default=True)

    class Meta:
        verbose_name = _("rule")
        verbose_name_plural = _("rules")


class Alert(UUIDModel):
    """预警: each party sees its own part: hazards all parties, a watch-list hit police only."""

    kind = models.CharField(_("kind"), max_length=20, choices=AlertKind)
    severity = models.PositiveSmallIntegerField(_("severity"), choices=Severity)
    area = models.ForeignKey(Area, models.PROTECT, verbose_name=_("area"))
    device = models.ForeignKey(Device, models.PROTECT, verbose_name=_("device"))
    gate = models.ForeignKey(Gate, models.PROTECT, null=True, blank=True, verbose_name=_("gate"))
    event = models.ForeignKey(DeviceEvent, models.PROTECT, verbose_name=_("event"))
    watch_entry = models.ForeignKey(
        WatchEntry, models.PROTECT, null=True, blank=True, verbose_name=_("watch-list entry")
    )
    parties = ArrayField(
        models.CharField(max_length=30, choices=DepartmentKind), verbose_name=_("parties")
    )
    distance = models.FloatField(_("distance"), null=True, blank=True)
    threshold = models.FloatField(_("threshold"), null=True, blank=True)
    stranger_rate = models.FloatField(
        _("share of strangers that come this near"), null=True, blank=True
    )
    frame = models.CharField(_("frame"), max_length=120, blank=True)
    face_region = ArrayField(
        models.FloatField(), size=4, null=True, blank=True, verbose_name=_("place of the face")
    )
    occurrences = models.PositiveIntegerField(_("occurrences"), default=1)
    state = models.CharField(_("state"), max_length=12, choices=AlertState, default=AlertState.NEW)
    raised_at = models.DateTimeField(_("raised at"))
    last_at = models.DateTimeField(_("last at"))
    acknowledged_by = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("acknowledged by"),
    )
    acknowledged_at = models.DateTimeField(_("acknowledged at"), null=True, blank=True)
    closed_by = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("closed by"),
    )
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    finding = models.CharField(_("finding"), max_length=12, choices=Finding, blank=True)
    finding_note = models.CharField(_("note"), max_length=500, blank=True)

    objects = AlertQuerySet.as_manager()

    class Meta:
        verbose_name = _("alert")
        verbose_name_plural = _("alerts")
        indexes = [
            models.Index(fields=["area", "-raised_at"], name="alert_area_at"),
            models.Index(
                fields=["device", "kind"],
                name="alert_open",
                condition=models.Q(state__in=["new", "acknowledged"]),
            ),
        ]
