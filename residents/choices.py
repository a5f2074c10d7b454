"""Codes of the registry. Coded elements' values live in `datasharing` code lists."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ConsentPurpose(models.TextChoices):
    """PIPL art. 14 and 29: one separate consent for each purpose."""

    FACE_GATE = "face_gate", _("Opening gates by face")
    CARE = "care", _("Care calls and check-ins")


class ConsentChannel(models.TextChoices):
    """How the person said yes."""

    IN_PERSON = "in_person", _("In person, signed on paper")
    PHONE_APP = "phone_app", _("By the person, on the phone")


class ResidenceKind(models.TextChoices):
    """居住关系; the values of code list `residence_kind`."""

    OWNER = "owner", _("Owner")
    FAMILY = "family", _("Family of the owner or tenant")
    TENANT = "tenant", _("Tenant")
    BOARDING = "boarding", _("Boarding")
    EMPLOYEE = "employee", _("Employer's lodging")
    CARER = "carer", _("Live-in carer")
    OTHER = "other", _("Other")


class SealStatus(models.TextChoices):
    """A seal takes two persons to begin and two to lift."""

    PROPOSED = "proposed", _("Waiting for the second person")
    IN_FORCE = "in_force", _("In force")
    REFUSED = "refused", _("Not approved")
    REPLACED = "replaced", _("Replaced by a newer one")
    LIFTED = "lifted", _("Lifted")


class ProposalStatus(models.TextChoices):
    OPEN = "open", _("Waiting for the owner")
    ACCEPTED = "accepted", _("Accepted by the owner")
    REJECTED = "rejected", _("Rejected")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class Match(models.TextChoices):
    """Why two entries look like one person, the surest first."""

    DOCUMENT = "document", _("Same document")
    HOME = "home", _("Same name, birth date and dwelling")
    NAME_BIRTH = "name_birth", _("Same name and birth date")
    MOBILE = "mobile", _("Same phone")


# Seals that hide somebody, or may from the next moment on.
OPEN_SEALS = (SealStatus.PROPOSED, SealStatus.IN_FORCE)
