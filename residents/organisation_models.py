"""Tables of organisations and vehicles (实有单位、实有车辆); `residents.models` offers them.

Their facts stand in `ElementRecord` like a resident's; the few that look-ups need (name, credit
code, plate) also stand in columns. What belongs to what is a link between rows, under the right
to the element that stands for it (`premises_id`, `workplace_id`, `keeper_id`, `kept_at_id`).
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Area
from residents.querysets import EmploymentQuerySet, SharedQuerySet, VehicleQuerySet
from smartcommunity.kernel.models import UUIDModel


class Organisation(UUIDModel):
    """单位. Its premises are a dwelling, or a whole building, or not known."""

    area = models.ForeignKey(Area, models.PROTECT, verbose_name=_("area"))
    building = models.ForeignKey(
        "residents.Building",
        models.PROTECT,
        "organisations",
        null=True,
        blank=True,
        verbose_name=_("building"),
    )
    dwelling = models.ForeignKey(
        "residents.Dwelling",
        models.PROTECT,
        "organisations",
        null=True,
        blank=True,
        verbose_name=_("dwelling"),
    )
    uscc = models.CharField(
        _("unified social credit code"), max_length=18, blank=True, db_collation="C"
    )
    name = models.CharField(_("name"), max_length=100, blank=True, db_collation="C")
    name_pinyin = models.CharField(_("pinyin"), max_length=200, blank=True, db_collation="C")
    name_initials = models.CharField(_("initials"), max_length=50, blank=True, db_collation="C")
    synthetic = models.BooleanField(_("synthetic"), default=False)
    version = models.PositiveIntegerField(_("version"), default=1)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    objects = SharedQuerySet.as_manager()

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        constraints = [
            models.UniqueConstraint(
                "uscc", condition=~models.Q(uscc=""), name="one_organisation_a_code"
            ),
            models.CheckConstraint(
                name="organisation_in_one_place",
                condition=models.Q(building=None) | models.Q(dwelling=None),
            ),
        ]
        indexes = [
            models.Index(fields=["area", "created_at"], name="organisation_area"),
            models.Index(fields=["name"], name="organisation_name"),
            models.Index(fields=["name_pinyin"], name="organisation_pinyin"),
            models.Index(fields=["name_initials"], name="organisation_initials"),
        ]


class Employment(UUIDModel):
    """从业关系: a resident works at an organisation, from when to when."""

    organisation = models.ForeignKey(
        Organisation, models.CASCADE, "employments", verbose_name=_("organisation")
    )
    resident = models.ForeignKey(
        "residents.Resident", models.CASCADE, "employments", verbose_name=_("resident")
    )
    valid_from = models.DateField(_("from"), null=True, blank=True)
    valid_to = models.DateField(_("to"), null=True, blank=True)

    objects = EmploymentQuerySet.as_manager()

    class Meta:
        verbose_name = _("employment")
        verbose_name_plural = _("employments")
        constraints = [
            models.UniqueConstraint(
                "organisation",
                "resident",
                condition=models.Q(valid_to=None),
                name="one_open_employment_an_organisation",
            )
        ]


class Vehicle(UUIDModel):
    """车辆: kept by a resident or an organisation, belonging to a dwelling, as far as known."""

    area = models.ForeignKey(Area, models.PROTECT, verbose_name=_("area"))
    plate = models.CharField(_("number plate"), max_length=10, blank=True, db_collation="C")
    keeper = models.ForeignKey(
        "residents.Resident",
        models.SET_NULL,
        "vehicles",
        null=True,
        blank=True,
        verbose_name=_("keeper"),
    )
    organisation = models.ForeignKey(
        Organisation,
        models.SET_NULL,
        "vehicles",
        null=True,
        blank=True,
        verbose_name=_("organisation"),
    )
    dwelling = models.ForeignKey(
        "residents.Dwelling",
        models.PROTECT,
        "vehicles",
        null=True,
        blank=True,
        verbose_name=_("dwelling"),
    )
    synthetic = models.BooleanField(_("synthetic"), default=False)
    version = models.PositiveIntegerField(_("version"), default=1)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    objects = VehicleQuerySet.as_manager()

    class Meta:
        verbose_name = _("vehicle")
        verbose_name_plural = _("vehicles")
        constraints = [
            models.UniqueConstraint(
                "plate", condition=~models.Q(plate=""), name="one_vehicle_a_plate"
            ),
            models.CheckConstraint(
                name="vehicle_of_one_keeper",
                condition=models.Q(keeper=None) | models.Q(organisation=None),
            ),
        ]
        indexes = [models.Index(fields=["area", "created_at"], name="vehicle_area")]
