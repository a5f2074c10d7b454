"""Codes of areas, departments and roles."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class AreaKind(models.TextChoices):
    PROVINCE = "province", _("Province")
    CITY = "city", _("City")
    DISTRICT = "district", _("District")
    STREET = "street", _("Street")
    COMMUNITY = "community", _("Community")
    GRID = "grid", _("Grid")
    ESTATE = "estate", _("Estate")


class DepartmentKind(models.TextChoices):
    """The kinds of department that own data elements (责任部门) or are granted them."""

    POLICE = "police", _("Police")
    HOUSING = "housing", _("Housing")
    CIVIL_AFFAIRS = "civil_affairs", _("Civil affairs")
    GRID = "grid", _("Grid office")
    PROPERTY = "property", _("Property company")
    HEALTH = "health", _("Health")
    JUSTICE = "justice", _("Justice")
    DISABLED_PERSONS = "disabled_persons", _("Disabled persons' federation")
    MARKET_REGULATION = "market_regulation", _("Market regulation")
    OPERATOR = "operator", _("Operator")


class Role(models.TextChoices):
    COLLECTOR = "collector", _("Collector")
    OFFICER = "officer", _("Officer")
    SUPERVISOR = "supervisor", _("Supervisor")
    DISPATCHER = "dispatcher", _("Dispatcher")
    PROPERTY_STAFF = "property_staff", _("Property staff")
    SYSTEM_ADMIN = "system_admin", _("System administrator")
    SECURITY_ADMIN = "security_admin", _("Security administrator")
    AUDITOR = "auditor", _("Auditor")


# GB/T 22239-2019: the three administrators are mutually exclusive; here none reads personal data.
ADMINISTRATORS = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDITOR})


class ChangeKind(models.TextChoices):
    """The changes that take effect only when a second administrator has looked at them."""

    MEMBERSHIP_GIVEN = "membership_given", _("Appointment")
    MEMBERSHIP_CHANGED = "membership_changed", _("Change of an appointment")
    MEMBERSHIP_ENDED = "membership_ended", _("Early end of an appointment")
    AREA_SHARED = "area_shared", _("Temporary access to an area")
    SHARE_WITHDRAWN = "share_withdrawn", _("Withdrawal of access to an area")
    DEPARTMENT_CHANGED = "department_changed", _("Department's kind or area")
    AREA_MOVED = "area_moved", _("Area moved")
    USER_LEFT = "user_left", _("Leaver")


class ChangeStatus(models.TextChoices):
    PROPOSED = "proposed", _("Waits for approval")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Rejected")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    EXPIRED = "expired", _("Expired unanswered")
    # An emergency ends access at once; somebody else looks at it afterwards.
    TO_REVIEW = "to_review", _("In effect, to be reviewed")
    CONFIRMED = "confirmed", _("Reviewed, in order")
    DISPUTED = "disputed", _("Reviewed, not in order")


OPEN_CHANGES = frozenset({ChangeStatus.PROPOSED, ChangeStatus.TO_REVIEW})
