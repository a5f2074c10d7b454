"""Codes of the catalogue, of sharing and of the access log."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Subject(models.TextChoices):
    RESIDENT = "resident", _("Resident")
    HOUSEHOLD = "household", _("Household")
    DWELLING = "dwelling", _("Dwelling")
    ORGANISATION = "organisation", _("Organisation")
    VEHICLE = "vehicle", _("Vehicle")


# What records of the access log may also be about, beside the subjects of data elements.
LOGGED_SUBJECTS = {
    **dict(Subject.choices),
    "access_record": _("Access log"),
    "alert": _("Alert"),
    "area": _("Area"),
    "building": _("Building"),
    "data_element": _("Data element"),
    "department": _("Department"),
    "device": _("Device"),
    "emergency": _("Emergency access"),
    "face": _("Face"),
    "form_template": _("Form template"),
    "grant": _("Grant"),
    "membership": _("Membership"),
    "observation": _("Captured face"),
    "passage": _("Passage"),
    "pass": _("Pass"),
    "permission_change": _("Permission change"),
    "service_request": _("Service request"),
    "user": _("User"),
    "watch_entry": _("Watch-list entry"),
}


# How a record of the access log came about, where its kind does not say enough; else the detail
# is the key of a form template. A number or name of its own may follow the word after a space.
LOGGED_DETAILS = {
    "name": _("by name"),
    "document": _("by document number"),
    "mobile": _("by mobile number"),
    "plate": _("by number plate"),
    "uscc": _("by credit code"),
    "organisation": _("by name of organisation"),
    "consent given": _("consent given"),
    "consent withdrawn": _("consent withdrawn"),
    "account bound": _("account bound"),
    "acknowledged": _("alert acknowledged"),
    "closed confirmed": _("alert closed: confirmed"),
    "closed false_match": _("alert closed: not the same person"),
    "closed false_alarm": _("alert closed: false alarm"),
    "closed handled": _("alert closed: handled on site"),
    "gate": _("at gate"),
    "service_request": _("Service request"),
    "demo seed": _("demonstration data"),
    "confirmed": _("found still right"),
    "revisits": _("to be confirmed again"),
    "history": _("history"),
    "import_check": _("import checked before writing"),
    "import_faults": _("faulty rows of an import fetched"),
    "export_made": _("export made"),
    "export_fetched": _("export fetched"),
    "as recorded": _("form as it was recorded"),
    "proposals": _("proposed corrections"),
    "proposed": _("correction proposed"),
    "proposal accepted": _("proposed correction accepted"),
    "proposal rejected": _("proposed correction rejected"),
    "proposal withdrawn": _("proposed correction withdrawn"),
    "reveal": _("shown:"),
    "emergency opened": _("emergency access opened"),
    "emergency ended": _("emergency access ended early"),
    "emergency justified": _("emergency access reviewed: justified"),
    "emergency unjustified": _("emergency access reviewed: not justified"),
    "emergency": _("during an emergency access"),
    "duplicates": _("possible duplicates"),
    "compared": _("two entries compared"),
    "merges": _("merged entries"),
    "merged": _("two entries merged"),
    "merge undone": _("merge undone"),
    "told apart": _("two entries told apart"),
    "form published": _("form published"),
    "form retired": _("form taken out of use"),
    "seal": _("protected person"),
    "seals": _("protected persons"),
    "seal proposed": _("seal proposed"),
    "seal approved": _("seal approved"),
    "seal refused": _("seal not approved"),
    "seal lifting asked": _("lifting of a seal asked for"),
    "seal kept": _("seal kept"),
    "seal lifted": _("seal lifted"),
    "grant requested": _("grant requested"),
    "grant approved": _("grant approved"),
    "grant refused": _("grant refused"),
    "grant revoked": _("grant revoked"),
    "grant withdrawn": _("request for a grant withdrawn"),
    "element added": _("data element added"),
    "element added despite": _("data element added beside similar ones"),
    "element retired": _("data element retired"),
    "area_added": _("area added:"),
    "area_renamed": _("area renamed:"),
    "area_closed": _("area closed:"),
    "department_added": _("department added"),
    "department_renamed": _("department renamed"),
    "user_created": _("account made:"),
    "user_left": _("account ended:"),
    "user_returned": _("account reopened:"),
    "password_reset": _("password reset:"),
    "password_changed": _("own password chosen:"),
    "factor_removed": _("second factor removed:"),
    "appointed_by_operator": _("appointed by the operator:"),
    "change_proposed": _("proposed:"),
    "change_at_once": _("done at once:"),
    "change_approved": _("approved:"),
    "change_rejected": _("rejected:"),
    "change_withdrawn": _("withdrawn:"),
    "change_expired": _("expired unanswered:"),
    "change_confirmed": _("reviewed, in order:"),
    "change_disputed": _("reviewed, not in order:"),
}


class Sensitivity(models.TextChoices):
    """PIPL art. 28: sensitive personal information includes biometrics, health, whereabouts …"""

    NONE = "N", _("Not personal")
    GENERAL = "G", _("General")
    SENSITIVE = "S", _("Sensitive")
    BIOMETRIC = "B", _("Biometric")


# Kinds of value, in words; the types themselves are `catalogue.ElementType`.
TYPE_LABELS = {
    "text": _("Short text"),
    "longtext": _("Long text"),
    "code": _("Choice from a list"),
    "date": _("Date"),
    "integer": _("Whole number"),
    "decimal": _("Number with decimals"),
    "boolean": _("Yes or no"),
    "document_no": _("Document number"),
    "mobile": _("Mobile number"),
    "plate": _("Number plate"),
    "uscc": _("Unified social credit code"),
    "region": _("Administrative division"),
    "person_name": _("Name of a person"),
    "reference": _("Kept elsewhere on the platform"),
}


# The rules of `masking`, in words.
MASK_LABELS = {
    "none": _("No partial form: only whether it is recorded"),
    "name": _("Name: the surname only (张*)"),
    "document": _("Number: first and last place (1****X)"),
    "phone": _("Telephone: 138****1234"),
    "address": _("Address: down to the building"),
    "year": _("Date: the year only"),
    "plate": _("Plate: 粤B***45"),
}


class Sharing(models.TextChoices):
    """共享属性 of the national catalogue rules (国发〔2016〕51号): how an element may be had."""

    UNCONDITIONAL = "unconditional", _("Shared unconditionally")
    CONDITIONAL = "conditional", _("Shared on conditions")
    NONE = "none", _("Never shared")


class Level(models.IntegerChoices):
    """How much of an element a viewer sees; greater is more."""

    HIDDEN = 0, _("Hidden")
    YES_NO = 1, _("Only whether it is recorded")
    MASKED = 2, _("Masked")
    FULL = 3, _("Full")


class Purpose(models.TextChoices):
    """用途: why personal data is opened. Each read is logged with one."""

    REGISTRATION = "registration", _("Population registration")
    PUBLIC_SECURITY = "public_security", _("Public security")
    CIVIL_SERVICE = "civil_service", _("Civil affairs services")
    HOUSING_MANAGEMENT = "housing_management", _("Housing and tenancy management")
    GRID_VISIT = "grid_visit", _("Grid visit")
    PROPERTY_SERVICE = "property_service", _("Property service")
    CARE = "care", _("Care of people who need help")
    OWN_DATA = "own_data", _("The person's own data")


class GrantStatus(models.TextChoices):
    REQUESTED = "requested", _("Requested")
    ACTIVE = "active", _("In force")
    REFUSED = "refused", _("Refused")
    REVOKED = "revoked", _("Revoked")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class GrantState(models.TextChoices):
    """What a grant is today: its status, told apart by the reply clock and by its period."""

    REQUESTED = "requested", _("Waiting for an answer")
    OVERDUE = "overdue", _("Answer overdue")
    SCHEDULED = "scheduled", _("Not yet in force")
    ACTIVE = "active", _("In force")
    EXPIRING = "expiring", _("Expires soon")
    EXPIRED = "expired", _("Expired")
    REFUSED = "refused", _("Refused")
    REVOKED = "revoked", _("Revoked")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class TemplateStatus(models.TextChoices):
    DRAFT = "draft", _("Draft")
    PUBLISHED = "published", _("Published")
    RETIRED = "retired", _("Retired")


class TemplateOrigin(models.TextChoices):
    """Who made a version: the catalogue files that come with the platform, or the department."""

    PRODUCT = "product", _("Comes with the platform")
    DEPARTMENT = "department", _("Made by the department")


class AccessKind(models.TextChoices):
    """What was done; every kind stands in the same chain."""

    READ = "read", _("Read")
    LIST = "list", _("Listed")
    SEARCH = "search", _("Searched")
    WRITE = "write", _("Written")
    PICTURE = "picture", _("Picture viewed")
    EXPORT = "export", _("Exported")
    IMPORT = "import", _("Imported")
    MATCH = "match", _("Face compared")
    ERASE = "erase", _("Erased")
    DECIDE = "decide", _("Decided")
    AUDIT = "audit", _("Access log opened")
    REVEAL = "reveal", _("Masked value shown")
    EMERGENCY = "emergency", _("Opened in an emergency")
    ADMINISTER = "administer", _("Offices and permissions")


class Exit(models.TextChoices):
    """Through which door data left."""

    PAGE = "page", _("Page")
    API = "api", _("API")
    EXPORT = "export", _("Export")
    GATE = "gate", _("Gate")
    TASK = "task", _("Background task")
