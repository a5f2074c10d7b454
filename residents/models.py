"""Tables of the registry (一标三实): address, housing, people, and how they belong together.

A resident's current facts stand in `ElementRecord`, one current row an element, with who wrote it;
the few elements that lists and look-ups need (name, document, birth date, mobile ...) also stand
in columns of `Resident`, written in the same transaction by `actions.record` alone.
"""

from django.db import models
from django.db.models.functions import Coalesce, Left
from django.utils.translation import gettext_lazy as _

from accounts.models import Area, Department, User
from datasharing.choices import Subject
from datasharing.models import DataElement, FormTemplate
from residents.choices import ConsentPurpose, ProposalStatus, ResidenceKind, SealStatus
from residents.filters import TERM
from residents.list_models import ListQuery as ListQuery
from residents.merge_models import DistinctPair, Merge, MergedRow
from residents.organisation_models import Employment as Employment
from residents.organisation_models import Organisation as Organisation
from residents.organisation_models import Vehicle as Vehicle
from residents.querysets import (
    HouseholdQuerySet,
    ProposalQuerySet,
    ResidenceQuerySet,
    ResidentManager,
    ResidentQuerySet,
    SealQuerySet,
    VisibleQuerySet,
)
from residents.sheets.models import Export, Import, ImportChunk
from smartcommunity.kernel import clock
from smartcommunity.kernel.fields import BlindIndexField, EncryptedTextField
from smartcommunity.kernel.models import UUIDModel

__all__ = [
    "Building",
    "Consent",
    "DistinctPair",
    "Dwelling",
    "ElementRecord",
    "ElementValue",
    "EstatePlan",
    "Export",
    "Household",
    "Import",
    "ImportChunk",
    "Merge",
    "MergedRow",
    "Proposal",
    "Residence",
    "Resident",
    "ResidentAccount",
    "Seal",
    "Unit",
]


class EstatePlan(models.Model):
    """The drawn plan of an estate: a GeoJSON FeatureCollection in local metres (x east, y north).

    Features carry `properties.kind` (building, road, green, gate) and `properties.ref`.
    """

    area = models.OneToOneField(Area, models.CASCADE, primary_key=True, related_name="plan")
    geojson = models.JSONField(_("plan"))

    class Meta:
        verbose_name = _("estate plan")
        verbose_name_plural = _("estate plans")


class Building(UUIDModel):
    """楼栋 of an estate; `ref` links it to its outline on the plan."""

    area = models.ForeignKey(Area, models.PROTECT, verbose_name=_("area"))
    number = models.CharField(_("number"), max_length=20)
    name = models.CharField(_("name"), max_length=60)
    floors = models.PositiveSmallIntegerField(_("floors"))
    ref = models.CharField(_("plan reference"), max_length=40, blank=True)

    objects = VisibleQuerySet.as_manager()

    class Meta:
        verbose_name = _("building")
        verbose_name_plural = _("buildings")
        constraints = [models.UniqueConstraint("area", "number", name="one_building_a_number")]


class Unit(UUIDModel):
    """单元: an entrance of a building."""

    building = models.ForeignKey(Building, models.PROTECT, "units", verbose_name=_("building"))
    number = models.CharField(_("number"), max_length=20)

    class Meta:
        verbose_name = _("unit")
        verbose_name_plural = _("units")
        constraints = [models.UniqueConstraint("building", "number", name="one_unit_a_number")]


class Dwelling(UUIDModel):
    """房屋: a room number behind a unit's door, with its standard address."""

    area = models.ForeignKey(Area, models.PROTECT, verbose_name=_("area"))
    unit = models.ForeignKey(Unit, models.PROTECT, "dwellings", verbose_name=_("unit"))
    floor = models.SmallIntegerField(_("floor"))
    room = models.CharField(_("room"), max_length=20)
    address = models.CharField(_("standard address"), max_length=200)

    objects = VisibleQuerySet.as_manager()

    class Meta:
        verbose_name = _("dwelling")
        verbose_name_plural = _("dwellings")
        constraints = [models.UniqueConstraint("unit", "room", name="one_dwelling_a_room")]


class Household(UUIDModel):
    """户: people who live together in a dwelling and are entered together."""

    dwelling = models.ForeignKey(Dwelling, models.PROTECT, "households", verbose_name=_("dwelling"))
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    objects = HouseholdQuerySet.as_manager()

    class Meta:
        verbose_name = _("household")
        verbose_name_plural = _("households")


class Resident(UUIDModel):
    """居民. Never leaves this app: exits get view objects from `selectors`.

    `version` grows with every write, so that two people entering at once notice each other.
    `synthetic` marks invented demo and benchmark people. An entry that was merged into another one
    (`Merge`) stays, for its history and for undoing, but `objects` never finds it: `with_merged`
    does.
    """

    area = models.ForeignKey(Area, models.PROTECT, verbose_name=_("area"))
    household = models.ForeignKey(
        Household,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="members",
        verbose_name=_("household"),
    )
    name = models.CharField(_("name"), max_length=50)
    name_pinyin = models.CharField(_("pinyin"), max_length=200, blank=True)
    name_initials = models.CharField(_("initials"), max_length=50, blank=True)
    doc_type = models.CharField(_("document type"), max_length=10, blank=True)
    doc_no = EncryptedTextField(_("document number"), null=True, blank=True)
    doc_hash = BlindIndexField(_("document look-up"))
    sex = models.CharField(_("sex"), max_length=1, blank=True)
    birth_date = models.DateField(_("birth date"), null=True, blank=True)
    mobile = EncryptedTextField(_("mobile"), null=True, blank=True)
    mobile_hash = BlindIndexField(_("mobile look-up"))
    synthetic = models.BooleanField(_("synthetic"), default=False)
    version = models.PositiveIntegerField(_("version"), default=1)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("merged into"),
    )

    objects = ResidentManager.from_queryset(ResidentQuerySet)()
    with_merged = ResidentQuerySet.as_manager()

    class Meta:
        verbose_name = _("resident")
        verbose_name_plural = _("residents")
        constraints = [
            models.UniqueConstraint(
                "doc_hash",
                condition=models.Q(doc_hash__isnull=False, merged_into=None),
                name="one_resident_a_document",
            )
        ]
        indexes = [
            models.Index(fields=["area", "name"], name="resident_area_name"),
            models.Index(fields=["mobile_hash"], name="resident_mobile"),
            models.Index(fields=["name_pinyin"], name="resident_pinyin"),
            models.Index(fields=["name_initials"], name="resident_initials"),
            models.Index(fields=["name_pinyin", "id"], name="resident_by_name"),
            models.Index(fields=["birth_date", "id"], name="resident_by_birth"),
            models.Index(fields=["-created_at", "-id"], name="resident_by_entry"),
            models.Index(fields=["birth_date", "name"], name="resident_birth_name"),
        ]


class Residence(UUIDModel):
    """居住关系: a resident lives in a dwelling, as what, from when to when."""

    resident = models.ForeignKey(Resident, models.CASCADE, "residences", verbose_name=_("resident"))
    dwelling = models.ForeignKey(Dwelling, models.PROTECT, "residences", verbose_name=_("dwelling"))
    kind = models.CharField(_("kind"), max_length=10, choices=ResidenceKind)
    valid_from = models.DateField(_("from"), null=True, blank=True)
    valid_to = models.DateField(_("to"), null=True, blank=True)

    objects = ResidenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("residence")
        verbose_name_plural = _("residences")
        constraints = [
            models.UniqueConstraint(
                "resident",
                "dwelling",
                condition=models.Q(valid_to=None),
                name="one_open_residence_a_dwelling",
            )
        ]

    @property
    def is_present(self) -> bool:
        """As `PeriodQuerySet.present` asks."""
        return self.valid_to is None or self.valid_to > clock.today()


class ElementValue(models.Model):
    """One value of one element of one subject. Sensitive values stand in `sealed` (encrypted), all
    others in `value`; both null: nothing is recorded."""

    subject = models.CharField(_("subject"), max_length=20, choices=Subject)
    subject_id = models.UUIDField(_("subject key"))
    element = models.ForeignKey(DataElement, models.PROTECT, verbose_name=_("data element"))
    value = models.TextField(_("value"), null=True, blank=True)  # noqa: DJ001  null: see sealed
    sealed = EncryptedTextField(_("sealed value"), null=True, blank=True)

    class Meta:
        abstract = True

    @property
    def plain(self) -> str | None:
        """The value, opened if it is sealed."""
        return self.sealed if self.value is None else self.value

    @staticmethod
    def held(element: DataElement, text: str | None) -> dict[str, str | None]:
        """The two columns of a value: open or sealed, as its element asks."""
        sealed = element.is_encrypted
        return {"value": None if sealed else text, "sealed": text if sealed else None}


class ElementRecord(ElementValue):
    """A recorded value: who wrote it, when, under which form.

    The row with `superseded_at` null is the current value; the others are its history.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    department = models.ForeignKey(
        Department, models.PROTECT, null=True, verbose_name=_("department")
    )
    user = models.ForeignKey(User, models.PROTECT, null=True, verbose_name=_("user"))
    template = models.ForeignKey(
        FormTemplate, models.PROTECT, null=True, verbose_name=_("form template")
    )
    recorded_at = models.DateTimeField(_("recorded at"))
    superseded_at = models.DateTimeField(_("superseded at"), null=True, blank=True)
    confirmed_at = models.DateTimeField(_("last confirmed at"), null=True, blank=True)
    # The beginning of an open value in the order of its bytes: what lists filter by.
    term = models.GeneratedField(
        expression=Left("value", TERM),
        output_field=models.CharField(max_length=TERM, null=True, db_collation="C"),
        db_persist=True,
    )

    class Meta:
        verbose_name = _("element record")
        verbose_name_plural = _("element records")
        constraints = [
            models.UniqueConstraint(
                "subject",
                "subject_id",
                "element",
                condition=models.Q(superseded_at=None),
                name="one_current_value",
            )
        ]
        indexes = [
            models.Index(fields=["subject_id", "element"], name="element_record_history"),
            models.Index(
                "element",
                Coalesce("confirmed_at", "recorded_at"),
                condition=models.Q(superseded_at=None),
                name="element_record_freshness",
            ),
            models.Index(
                fields=["element", "term", "subject_id"],
                condition=models.Q(superseded_at=None),
                name="element_record_term",
            ),
        ]


class Confirmation(UUIDModel):
    """核实: somebody found a recorded value still right. It writes no new value."""

    record = models.ForeignKey(
        ElementRecord, models.CASCADE, "confirmations", verbose_name=_("recorded value")
    )
    department = models.ForeignKey(
        Department, models.PROTECT, related_name="+", verbose_name=_("department")
    )
    user = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("user"))
    confirmed_at = models.DateTimeField(_("confirmed at"))

    class Meta:
        verbose_name = _("confirmation")
        verbose_name_plural = _("confirmations")
        ordering = ["-confirmed_at"]


class FormFill(UUIDModel):
    """One saved form in numbers: how many fields it showed, and how many of them were recorded
    already, by the department itself or by others. Names nobody, and no time finer than the month.
    """

    department = models.ForeignKey(
        Department, models.CASCADE, related_name="+", verbose_name=_("department")
    )
    template = models.ForeignKey(
        FormTemplate, models.PROTECT, related_name="+", verbose_name=_("form template")
    )
    month = models.DateField(_("month"))
    fields = models.PositiveSmallIntegerField(_("fields"))
    own = models.PositiveSmallIntegerField(_("recorded by the department itself"))
    others = models.PositiveSmallIntegerField(_("recorded by others"))

    class Meta:
        verbose_name = _("form fill")
        verbose_name_plural = _("form fills")
        constraints = [
            models.CheckConstraint(
                name="form_fill_adds_up",
                condition=models.Q(fields__gte=models.F("own") + models.F("others")),
            )
        ]
        indexes = [models.Index(fields=["department", "month"], name="form_fill_by_month")]


class Proposal(UUIDModel, ElementValue):
    """更正建议: another department's value for what the owner department has recorded.

    The owner department accepts it, which makes it the record `became`, or rejects it with a
    reason. `current` is the record that it differed from when it was made.
    """

    current = models.ForeignKey(
        ElementRecord, models.PROTECT, related_name="+", verbose_name=_("recorded value")
    )
    department = models.ForeignKey(
        Department, models.PROTECT, related_name="+", verbose_name=_("department")
    )
    user = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("user"))
    template = models.ForeignKey(
        FormTemplate, models.PROTECT, null=True, blank=True, verbose_name=_("form template")
    )
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("created at"))
    status = models.CharField(
        _("status"), max_length=10, choices=ProposalStatus, default=ProposalStatus.OPEN
    )
    decided_by = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    decision = models.CharField(_("reason of the decision"), max_length=300, blank=True)
    became = models.ForeignKey(
        ElementRecord,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="proposals",
        verbose_name=_("became the record"),
    )

    objects = ProposalQuerySet.as_manager()

    class Meta:
        verbose_name = _("proposal")
        verbose_name_plural = _("proposals")
        constraints = [
            models.UniqueConstraint(
                "subject",
                "subject_id",
                "element",
                "department",
                condition=models.Q(status="open"),
                name="one_open_proposal_a_department",
            ),
            models.CheckConstraint(
                name="proposal_rejected_with_reason",
                condition=~models.Q(status="rejected", decision=""),
            ),
        ]
        indexes = [
            models.Index(fields=["status", "created_at"], name="proposal_by_status"),
            models.Index(fields=["subject_id", "element"], name="proposal_by_element"),
        ]


class Consent(UUIDModel):
    """同意: given for one purpose, on one version of the notice, by whom, until withdrawn.

    For a child under 14 the guardian consents (PIPL art. 31).
    """

    resident = models.ForeignKey(Resident, models.CASCADE, "consents", verbose_name=_("resident"))
    purpose = models.CharField(_("purpose"), max_length=20, choices=ConsentPurpose)
    notice_version = models.CharField(_("version of the notice"), max_length=20)
    given_at = models.DateTimeField(_("given at"))
    channel = models.CharField(_("channel"), max_length=20)
    guardian = models.ForeignKey(
        Resident,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("guardian"),
    )
    recorded_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name=_("recorded by")
    )
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        constraints = [
            models.UniqueConstraint(
                "resident",
                "purpose",
                condition=models.Q(withdrawn_at=None),
                name="one_live_consent_a_purpose",
            )
        ]


class ResidentAccount(models.Model):
    """Binds a user to his own registry entry, after a check at the office."""

    user = models.OneToOneField(User, models.CASCADE, primary_key=True, related_name="+")
    resident = models.ForeignKey(Resident, models.CASCADE, "accounts", verbose_name=_("resident"))
    bound_at = models.DateTimeField(_("bound at"), auto_now_add=True)
    bound_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("bound by")
    )

    class Meta:
        verbose_name = _("resident account")
        verbose_name_plural = _("resident accounts")


class Seal(UUIDModel):
    """受保护人员: while the seal is in force, only the officers named on it see the resident.

    Proposed by a police supervisor, approved by a second one; lifted by two likewise. `review_on`
    is when somebody has to look whether it is still needed; only `ends_on`, if given, ends it by
    itself.
    """

    resident = models.ForeignKey(Resident, models.PROTECT, "seals", verbose_name=_("resident"))
    officers = models.ManyToManyField(User, related_name="+", verbose_name=_("named officers"))
    legal_basis = models.CharField(_("legal basis"), max_length=200)
    review_on = models.DateField(_("review on"))
    ends_on = models.DateField(_("ends on"), null=True, blank=True)
    status = models.CharField(
        _("status"), max_length=10, choices=SealStatus, default=SealStatus.PROPOSED
    )
    proposed_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name=_("proposed by")
    )
    proposed_at = models.DateTimeField(_("proposed at"))
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("decided by")
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    lift_asked_by = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("lifting asked by"),
    )
    lifted_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("lifted by")
    )
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    objects = SealQuerySet.as_manager()

    class Meta:
        verbose_name = _("seal")
        verbose_name_plural = _("seals")
        constraints = [
            models.UniqueConstraint(
                "resident", condition=models.Q(status="in_force"), name="one_seal_in_force"
            ),
            models.UniqueConstraint(
                "resident", condition=models.Q(status="proposed"), name="one_proposed_seal"
            ),
            models.CheckConstraint(
                name="seal_in_force_by_two",
                condition=~models.Q(status="in_force")
                | (
                    models.Q(decided_by__isnull=False)
                    & ~models.Q(decided_by=models.F("proposed_by"))
                ),
            ),
            models.CheckConstraint(
                name="seal_lifted_by_two",
                condition=~models.Q(status="lifted")
                | (
                    models.Q(lift_asked_by__isnull=False, lifted_by__isnull=False)
                    & ~models.Q(lifted_by=models.F("lift_asked_by"))
                ),
            ),
        ]
