"""Tables of duplicates: entries found to be one person, or to be two."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Department, User
from residents.querysets import MergeQuerySet
from smartcommunity.kernel.models import UUIDModel

RESIDENT = "residents.Resident"


class DistinctPair(UUIDModel):
    """Two entries that look like one person and that somebody found to be two: not asked again.

    `first` is the one with the smaller key.
    """

    first = models.ForeignKey(RESIDENT, models.CASCADE, "+", verbose_name=_("one entry"))
    second = models.ForeignKey(RESIDENT, models.CASCADE, "+", verbose_name=_("other entry"))
    department = models.ForeignKey(
        Department, models.PROTECT, null=True, related_name="+", verbose_name=_("department")
    )
    user = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("user")
    )
    decided_at = models.DateTimeField(_("decided at"))

    class Meta:
        verbose_name = _("pair of different people")
        verbose_name_plural = _("pairs of different people")
        constraints = [
            models.UniqueConstraint("first", "second", name="one_decision_a_pair"),
            models.CheckConstraint(
                name="distinct_pair_in_order", condition=models.Q(first__lt=models.F("second"))
            ),
        ]


class Merge(UUIDModel):
    """合并: two entries of one person made one. `absorbed` went into `survivor`, until undone."""

    survivor = models.ForeignKey(RESIDENT, models.PROTECT, "merges", verbose_name=_("entry kept"))
    absorbed = models.ForeignKey(
        RESIDENT, models.PROTECT, related_name="+", verbose_name=_("entry merged into it")
    )
    department = models.ForeignKey(
        Department, models.PROTECT, null=True, related_name="+", verbose_name=_("department")
    )
    merged_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("merged by")
    )
    merged_at = models.DateTimeField(_("merged at"))
    undone_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("undone by")
    )
    undone_at = models.DateTimeField(_("undone at"), null=True, blank=True)

    objects = MergeQuerySet.as_manager()

    class Meta:
        verbose_name = _("merge")
        verbose_name_plural = _("merges")
        constraints = [
            models.UniqueConstraint(
                "absorbed", condition=models.Q(undone_at=None), name="merged_once"
            ),
            models.CheckConstraint(
                name="merge_of_two", condition=~models.Q(survivor=models.F("absorbed"))
            ),
        ]
        indexes = [models.Index(fields=["-merged_at"], name="merge_by_time")]


class MergedRow(models.Model):
    """A row that a merge changed: what stood in the changed columns before and after.

    Keys, states and times only; never a value of a person.
    """

    merge = models.ForeignKey(Merge, models.CASCADE, "rows", verbose_name=_("merge"))
    table = models.CharField(_("table"), max_length=80)
    row_id = models.CharField(_("row key"), max_length=40)
    before = models.JSONField(_("before"))
    after = models.JSONField(_("after"))

    class Meta:
        verbose_name = _("merged row")
        verbose_name_plural = _("merged rows")
        indexes = [models.Index(fields=["table", "row_id"], name="merged_row")]
