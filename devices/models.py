"""Tables of devices and their messages."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Area, User
from devices.choices import (
    CommandKind,
    CommandState,
    DeviceCategory,
    EventKind,
    Fault,
    RawState,
)
from devices.querysets import DeviceQuerySet, RawMessageQuerySet, RefusalQuerySet
from residents.models import Building
from smartcommunity.kernel.models import UUIDModel


class DeviceProfile(models.Model):
    """设备型号: what a device is and which dialect (driver) it speaks."""

    key = models.CharField(_("key"), max_length=40, primary_key=True)
    name = models.CharField(_("name"), max_length=80)
    category = models.CharField(_("category"), max_length=20, choices=DeviceCategory)
    driver = models.CharField(_("driver"), max_length=40)
    maker = models.CharField(_("maker"), max_length=80, blank=True)

    class Meta:
        verbose_name = _("device profile")
        verbose_name_plural = _("device profiles")


class Device(UUIDModel):
    """设备. `code` is its identity on the wire (20 digits, GB/T 28181 style).

    A device behind a gateway has the gateway's credential and an `address` below its topic.
    `credential` is the broker's password hash; the password itself is never kept.
    """

    code = models.CharField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=80)
    profile = models.ForeignKey(DeviceProfile, models.PROTECT, verbose_name=_("profile"))
    area = models.ForeignKey(Area, models.PROTECT, verbose_name=_("area"))
    building = models.ForeignKey(
        Building, models.PROTECT, null=True, blank=True, verbose_name=_("building")
    )
    gateway = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("gateway"),
    )
    address = models.CharField(_("address behind the gateway"), max_length=120, blank=True)
    place = models.CharField(_("place"), max_length=120, blank=True)
    x = models.FloatField(_("east on the plan (m)"), null=True, blank=True)
    y = models.FloatField(_("north on the plan (m)"), null=True, blank=True)
    credential = models.CharField(_("credential"), max_length=255, blank=True)
    active = models.BooleanField(_("active"), default=True)
    last_seen_at = models.DateTimeField(_("last seen"), null=True, blank=True)

    objects = DeviceQuerySet.as_manager()

    class Meta:
        verbose_name = _("device")
        verbose_name_plural = _("devices")
        constraints = [
            models.UniqueConstraint(
                "gateway",
                "address",
                condition=models.Q(gateway__isnull=False),
                name="one_device_an_address",
            )
        ]


class RawMessage(models.Model):
    """原始报文: the durable inbox. Written and committed before the device is acknowledged.

    `event_key` is the sender's own event id, else a hash of topic and payload; (device, key) is
    unique, so a redelivery is stored once. A frame's bytes lie in the vault (`frame`), anything
    else in `payload`. Workers claim NEW rows by SKIP LOCKED until `leased_until`.
    """

    id = models.BigAutoField(primary_key=True)
    source = models.CharField(_("source"), max_length=40)
    event_key = models.CharField(_("event key"), max_length=80)
    topic = models.CharField(_("topic"), max_length=300)
    payload = models.BinaryField(_("payload"), blank=True)
    frame = models.CharField(_("frame"), max_length=120, blank=True)
    size = models.PositiveIntegerField(_("bytes"))
    received_at = models.DateTimeField(_("received at"))
    state = models.CharField(_("state"), max_length=12, choices=RawState, default=RawState.NEW)
    fault = models.CharField(_("fault"), max_length=20, choices=Fault, blank=True)
    fault_detail = models.CharField(_("detail"), max_length=200, blank=True)
    leased_until = models.DateTimeField(_("leased until"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)

    objects = RawMessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("raw message")
        verbose_name_plural = _("raw messages")
        constraints = [models.UniqueConstraint("source", "event_key", name="one_raw_an_event")]
        indexes = [
            models.Index(fields=["id"], name="raw_waiting", condition=models.Q(state="new")),
            models.Index(
                fields=["-id"], name="raw_quarantine", condition=models.Q(state="quarantined")
            ),
        ]


class Refusal(models.Model):
    """A message refused before it could be stored: counted per hour, kind, source and topic."""

    hour = models.DateTimeField(_("hour"))
    kind = models.CharField(_("kind"), max_length=20, choices=Fault)
    source = models.CharField(_("source"), max_length=80)
    topic = models.CharField(_("topic"), max_length=300, blank=True)
    count = models.PositiveIntegerField(_("count"), default=0)
    last_at = models.DateTimeField(_("last at"))

    objects = RefusalQuerySet.as_manager()

    class Meta:
        verbose_name = _("refusal")
        verbose_name_plural = _("refusals")
        constraints = [
            models.UniqueConstraint("hour", "kind", "source", "topic", name="one_refusal_an_hour")
        ]


class DeviceEvent(UUIDModel):
    """设备事件: what happened, in the one vocabulary, whatever dialect it came in.

    `data` holds SI quantities and flags, never personal data. `handled_at` is set when the floor
    above has dealt with it; the sweep finds those that it has not. `attempts` counts how often it
    was taken up for that, the try that ended its worker included.
    """

    device = models.ForeignKey(Device, models.PROTECT, "events", verbose_name=_("device"))
    kind = models.CharField(_("kind"), max_length=20, choices=EventKind)
    event_key = models.CharField(_("event key"), max_length=80)
    device_time = models.DateTimeField(_("device time"), null=True, blank=True)
    received_at = models.DateTimeField(_("received at"))
    data = models.JSONField(_("data"), default=dict)
    frame = models.CharField(_("frame"), max_length=120, blank=True)
    handled_at = models.DateTimeField(_("handled at"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)

    class Meta:
        verbose_name = _("device event")
        verbose_name_plural = _("device events")
        constraints = [
            models.UniqueConstraint("device", "kind", "event_key", name="one_event_a_key")
        ]
        indexes = [
            models.Index(fields=["device", "-received_at"], name="event_of_device"),
            models.Index(
                fields=["device", "-received_at"],
                name="event_but_telemetry",
                condition=~models.Q(kind="telemetry"),
            ),
            models.Index(
                fields=["received_at"], name="event_unhandled", condition=models.Q(handled_at=None)
            ),
        ]


class IntakeHour(models.Model):
    """What one copy of `ingest` did in an hour. `last_at` says that it lives."""

    hour = models.DateTimeField(_("hour"))
    name = models.CharField(_("name"), max_length=40)
    stored = models.PositiveIntegerField(_("stored"), default=0)
    duplicates = models.PositiveIntegerField(_("duplicates"), default=0)
    quarantined = models.PositiveIntegerField(_("quarantined"), default=0)
    last_at = models.DateTimeField(_("last at"))
    retired = models.BooleanField(_("retired"), default=False)

    class Meta:
        verbose_name = _("hour of intake")
        verbose_name_plural = _("hours of intake")
        constraints = [models.UniqueConstraint("hour", "name", name="one_hour_a_copy")]


class BrokerLog(models.Model):
    """How far the broker's log has been read, so that each refusal is counted once."""

    path = models.CharField(_("path"), max_length=255, primary_key=True)
    offset = models.BigIntegerField(_("offset"), default=0)

    class Meta:
        verbose_name = _("broker log")
        verbose_name_plural = _("broker logs")


class DeviceState(models.Model):
    """The newest known state of a device, merged from its events.

    `last_raw` is the newest raw message merged: an older one that comes late changes nothing.
    """

    device = models.OneToOneField(
        Device, models.CASCADE, primary_key=True, related_name="state", verbose_name=_("device")
    )
    online = models.BooleanField(_("online"), default=False)
    data = models.JSONField(_("data"), default=dict)
    last_raw = models.BigIntegerField(_("last raw message"), default=0)
    updated_at = models.DateTimeField(_("updated at"))

    class Meta:
        verbose_name = _("device state")
        verbose_name_plural = _("device states")


class Command(UUIDModel):
    """指令: asked for, sent, acknowledged; never carried out after `expires_at`."""

    device = models.ForeignKey(Device, models.PROTECT, "commands", verbose_name=_("device"))
    kind = models.CharField(_("kind"), max_length=12, choices=CommandKind)
    reason = models.CharField(_("reason"), max_length=120)
    requested_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, verbose_name=_("requested by")
    )
    state = models.CharField(
        _("state"), max_length=10, choices=CommandState, default=CommandState.QUEUED
    )
    created_at = models.DateTimeField(_("created at"))
    expires_at = models.DateTimeField(_("expires at"))
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)

    class Meta:
        verbose_name = _("command")
        verbose_name_plural = _("commands")
        indexes = [
            models.Index(
                fields=["expires_at"],
                name="command_open",
                condition=models.Q(state__in=["queued", "sent"]),
            )
        ]
