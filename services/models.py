"""Tables of services."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.choices import DepartmentKind
from accounts.models import Area, User
from datasharing.models import in_language
from residents.models import Dwelling, Resident
from security.models import Alert
from services.choices import RepairKind, RequestState, Step
from services.querysets import NoticeQuerySet, RequestQuerySet
from smartcommunity.kernel.fields import EncryptedTextField
from smartcommunity.kernel.models import UUIDModel


class ServiceItem(models.Model):
    """服务事项: one entry of the service grid. `page` is the url name that opens it."""

    key = models.CharField(_("key"), max_length=40, primary_key=True)
    name_zh = models.CharField(_("Chinese name"), max_length=40)
    name_en = models.CharField(_("English name"), max_length=60)
    icon = models.CharField(_("icon"), max_length=30)
    tone = models.CharField(_("colour family"), max_length=10, blank=True)
    page = models.CharField(_("page"), max_length=60, blank=True)
    number_prefix = models.CharField(_("prefix of its numbers"), max_length=4, blank=True)
    handler_kind = models.CharField(_("handled by"), max_length=30, choices=DepartmentKind)
    sla_hours = models.PositiveSmallIntegerField(_("hours to finish"))
    order = models.PositiveSmallIntegerField(_("order"))

    class Meta:
        verbose_name = _("service")
        verbose_name_plural = _("services")
        ordering = ["order"]

    @property
    def name(self) -> str:
        return in_language(self.name_zh, self.name_en)


class ServiceRequest(UUIDModel):
    """办件: asked by a resident, or raised by an alert; one queue for the handlers."""

    number = models.CharField(_("number"), max_length=20, unique=True)
    item = models.ForeignKey(ServiceItem, models.PROTECT, verbose_name=_("service"))
    area = models.ForeignKey(Area, models.PROTECT, verbose_name=_("area"))
    dwelling = models.ForeignKey(
        Dwelling, models.PROTECT, null=True, blank=True, verbose_name=_("dwelling")
    )
    resident = models.ForeignKey(
        Resident,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="requests",
        verbose_name=_("resident"),
    )
    alert = models.OneToOneField(
        Alert,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="request",
        verbose_name=_("alert"),
    )
    repair_kind = models.CharField(_("kind"), max_length=10, choices=RepairKind, blank=True)
    place = models.CharField(_("place"), max_length=120, blank=True)
    description = EncryptedTextField(_("description"), null=True)
    state = models.CharField(
        _("state"), max_length=12, choices=RequestState, default=RequestState.SUBMITTED
    )
    assigned_to = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("assigned to"),
    )
    created_at = models.DateTimeField(_("created at"))
    due_at = models.DateTimeField(_("due at"))
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    rating = models.PositiveSmallIntegerField(_("rating"), null=True, blank=True)

    objects = RequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("request")
        verbose_name_plural = _("requests")
        indexes = [
            models.Index(fields=["area", "state", "due_at"], name="request_queue"),
            models.Index(fields=["resident", "-created_at"], name="request_of_resident"),
        ]
        constraints = [
            models.CheckConstraint(
                name="rating_one_to_five",
                condition=models.Q(rating=None) | models.Q(rating__range=(1, 5)),
            )
        ]


class NumberSeries(models.Model):
    """The last number given out: one row a prefix and day, locked by whoever counts on it."""

    prefix = models.CharField(_("prefix"), max_length=4)
    day = models.DateField(_("day"))
    last = models.PositiveIntegerField(_("last number"))

    class Meta:
        verbose_name = _("number series")
        verbose_name_plural = _("number series")
        constraints = [models.UniqueConstraint("prefix", "day", name="one_series_a_day")]


class RequestStep(UUIDModel):
    """One line of a request's timeline."""

    request = models.ForeignKey(ServiceRequest, models.CASCADE, "steps", verbose_name=_("request"))
    step = models.CharField(_("step"), max_length=12, choices=Step)
    note = EncryptedTextField(_("note"), null=True, blank=True)
    by = models.ForeignKey(User, models.PROTECT, null=True, verbose_name=_("by"))
    by_name = models.CharField(_("shown name"), max_length=80)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("step")
        verbose_name_plural = _("steps")
        ordering = ["at"]


class RequestPhoto(UUIDModel):
    """A photograph that came with a step: the damage, or the proof of the repair.

    `file` is a vault name.
    """

    step = models.ForeignKey(RequestStep, models.CASCADE, "photos", verbose_name=_("step"))
    file = models.CharField(_("file"), max_length=120)
    position = models.PositiveSmallIntegerField(_("position"))

    class Meta:
        verbose_name = _("photograph")
        verbose_name_plural = _("photographs")
        ordering = ["position"]


class Notice(UUIDModel):
    """公告: text for the residents of an area."""

    area = models.ForeignKey(Area, models.PROTECT, verbose_name=_("area"))
    title = models.CharField(_("title"), max_length=80)
    body = models.TextField(_("text"))
    published_by = models.ForeignKey(
        User, models.PROTECT, null=True, verbose_name=_("published by")
    )
    published_at = models.DateTimeField(_("published at"))

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ["-published_at"]
        indexes = [models.Index(fields=["area", "-published_at"], name="notice_area_at")]
