"""Who may do what in the registry. Pure: `access` is the compiled decision, `path` the area."""

import uuid
from collections.abc import Collection

from django.utils.translation import gettext_lazy as _

from accounts.choices import DepartmentKind, Role
from accounts.viewer import Viewer
from datasharing.choices import Level
from datasharing.models import FormTemplate
from datasharing.policy import Access
from residents.choices import ConsentPurpose
from residents.sheets.columns import DOCUMENT as DOCUMENTS
from residents.sheets.columns import SUBJECTS, Column
from smartcommunity.kernel.decisions import ALLOW, Decision, deny

NAME, HOME, DOCUMENT = "name_cn", "live_address_id", "doc_no"
# The element that stands for a consent: who may write it records and withdraws the consent.
CONSENT_ELEMENT = {
    ConsentPurpose.FACE_GATE: "face_consent",
    ConsentPurpose.CARE: "care_plan",
}
BINDING_KINDS = frozenset({DepartmentKind.POLICE, DepartmentKind.PROPERTY})


def may_see_homes(access: Access, path: str) -> Decision:
    """Who lives where is an element like any other."""
    if access.level(HOME, path) == Level.FULL:
        return ALLOW
    return deny(_("Who lives where has not been shared with your department."))


def may_register(access: Access, path: str) -> Decision:
    """A new entry starts with a name and a home."""
    if access.right(NAME, path).may_write and may_see_homes(access, path):
        return ALLOW
    return deny(
        _("Your department does not enter new residents here. The police or the property company "
          "register them; then they appear in your forms.")
    )  # fmt: skip


def may_import(template: FormTemplate, columns: Collection[Column]) -> Decision:
    """Whoever may fill in the form may fill in its sheet: the rules are asked again row by row."""
    if template.subject not in SUBJECTS:
        return deny(_("This form cannot be filled in by a sheet."))
    if any(column.element and column.key not in DOCUMENTS for column in columns):
        return ALLOW
    return deny(_("Your department may not fill in any field of this form."))


def may_record_consent(access: Access, path: str, purpose: ConsentPurpose) -> Decision:
    if access.right(CONSENT_ELEMENT[purpose], path).may_write:
        return ALLOW
    return deny(_("Your department does not record this consent."))


def may_decide(access: Access, element: str, path: str) -> Decision:
    """The owner department decides on what others propose for its elements, where it works."""
    if element in access.owned and access.viewer.works_in(path):
        return ALLOW
    return deny(_("Only the department that owns this element decides."))


def may_propose(access: Access, element: str, path: str, recorded_by: str) -> Decision:
    """Who reads a value in full may say that it is wrong; the owner corrects it himself. What the
    platform works out (`recorded_by` "") is corrected where it comes from."""
    if element in access.owned or not recorded_by:
        return deny(_("Correct this in your own form."))
    if access.level(element, path) == Level.FULL:
        return ALLOW
    return deny(_("This value is not shared with your department in full."))


def may_seal(viewer: Viewer) -> Decision:
    """Protected persons are the police's charge, and a supervisor answers for each seal. The first
    proposes it, a second one, whom the proposal names, decides; so it is lifted as well."""
    if viewer.department_kind == DepartmentKind.POLICE and viewer.role == Role.SUPERVISOR:
        return ALLOW
    return deny(_("A police supervisor seals the entry of a protected person."))


def may_second(viewer: Viewer, first: uuid.UUID | None) -> Decision:
    """The second of two police supervisors is not the first."""
    if viewer.user_id == first:
        return deny(_("Another supervisor has to decide what you proposed."))
    return may_seal(viewer)


def may_bind_account(viewer: Viewer) -> Decision:
    """An account is bound at the office, by someone who saw the person and the document."""
    if viewer.is_system or (
        viewer.department_kind in BINDING_KINDS and not viewer.is_administrator
    ):
        return ALLOW
    return deny(_("Only the police and the property company bind residents' accounts."))
