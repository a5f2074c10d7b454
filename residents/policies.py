"""Who may do what in the registry. Pure: `access` is the compiled decision, `path` the area."""

import uuid
from collections.abc import Collection, Mapping
from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from accounts.choices import DepartmentKind, Role
from accounts.viewer import Viewer
from datasharing.choices import Level, Subject
from datasharing.models import EmergencyAccess, FormTemplate
from datasharing.policy import Access
from residents.choices import ConsentPurpose
from residents.merge_models import Merge
from residents.sheets.columns import DOCUMENT as DOCUMENTS
from residents.sheets.columns import SUBJECTS, Column
from smartcommunity.kernel import clock
from smartcommunity.kernel.decisions import ALLOW, Decision, deny

NAME, HOME = "name_cn", "live_address_id"
DOCUMENT, DOCUMENT_TYPE = "doc_no", "doc_type"
# The links of organisations and vehicles are elements like any other.
PREMISES, WORKPLACE = "premises_id", "workplace_id"
KEEPER, KEPT_AT = "keeper_id", "kept_at_id"
# What a page calls a subject by, under the right to it; dwellings are called by their address.
TITLES: Mapping[str, str] = {
    Subject.RESIDENT: NAME,
    Subject.ORGANISATION: "unit_name",
    Subject.VEHICLE: "plate_no",
}
# PIPL art. 31: for a child under 14 the guardian consents.
CONSENT_AGE, ADULT_AGE = 14, 18
# The element that stands for a consent: who may write it records and withdraws the consent.
CONSENT_ELEMENT = {
    ConsentPurpose.FACE_GATE: "face_consent",
    ConsentPurpose.CARE: "care_plan",
}
UNDO_DAYS = 30
BINDING_KINDS = frozenset({DepartmentKind.POLICE, DepartmentKind.PROPERTY})


def may_preview(viewer: Viewer) -> Decision:
    """A security administrator as any department of his areas, a supervisor as his own; both see
    an invented person only."""
    if viewer.role in {Role.SECURITY_ADMIN, Role.SUPERVISOR}:
        return ALLOW
    return deny(_("Only a security administrator or a supervisor looks as somebody else."))


def may_see_homes(access: Access, path: str, resident_id: uuid.UUID | None = None) -> Decision:
    """Who lives where is an element like any other."""
    if access.level(HOME, path, resident_id) == Level.FULL:
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


def may_change_homes(access: Access, path: str) -> Decision:
    """Ending and mending a residence: who sees homes and writes both of its days."""
    writes = all(access.right(key, path).may_write for key in ("live_since", "left_on"))
    if writes and may_see_homes(access, path):
        return ALLOW
    return deny(_("Your department does not record moves here. The property company does."))


def may_see_link(access: Access, link: str, path: str) -> Decision:
    """A link is seen in full or not at all: half of it would name the wrong one."""
    if access.level(link, path) == Level.FULL:
        return ALLOW
    return deny(_("This has not been shared with your department."))


def may_set_link(access: Access, link: str, path: str) -> Decision:
    if may_see_link(access, link, path) and access.right(link, path).may_write:
        return ALLOW
    return deny(_("Your department does not record this here."))


def may_register_organisation(access: Access, path: str) -> Decision:
    """A new organisation starts with a name and its premises."""
    if access.right(TITLES[Subject.ORGANISATION], path).may_write:
        return may_set_link(access, PREMISES, path)
    return deny(_("Your department does not enter new organisations here. The police do."))


def may_register_vehicle(access: Access, path: str) -> Decision:
    """A new vehicle starts with its plate, or the lack of one, and where it belongs."""
    if access.right(TITLES[Subject.VEHICLE], path).may_write:
        return may_set_link(access, KEPT_AT, path)
    return deny(_("Your department does not enter new vehicles here. The property company does."))


def may_merge(access: Access, *paths: str) -> Decision:
    """Two entries are made one, or told apart, by who may enter residents where both stand."""
    if all(may_register(access, path) for path in paths):
        return ALLOW
    return deny(_("Only who registers residents in the areas of both entries decides this."))


def may_undo_merge(access: Access, merge: Merge, *paths: str) -> Decision:
    """Whoever merged them, or a supervisor of his department, within 30 days."""
    viewer = access.viewer
    is_supervisor = viewer.role == Role.SUPERVISOR and viewer.department_id == merge.department_id
    if viewer.user_id != merge.merged_by_id and not is_supervisor:
        return deny(_("Whoever merged the entries undoes it, or a supervisor of the department."))
    if clock.now() > merge.merged_at + timedelta(days=UNDO_DAYS):
        return deny(_("A merge is undone within 30 days. Later, register the person anew."))
    return may_merge(access, *paths)


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


def may_open_emergency(viewer: Viewer) -> Decision:
    """紧急查阅: an officer or a supervisor answers for it; a collector does not need it."""
    if viewer.role in {Role.OFFICER, Role.SUPERVISOR}:
        return ALLOW
    return deny(_("Only an officer or a supervisor opens data in an emergency."))


def may_review_emergency(viewer: Viewer, row: EmergencyAccess, owners: Collection[str]) -> Decision:
    """A second person: a supervisor of the same department, or of one that owns what was opened."""
    if viewer.user_id == row.user_id:
        return deny(_("Somebody else has to review what you opened."))
    concerned = viewer.department_id == row.department_id or viewer.department_kind in owners
    if viewer.role == Role.SUPERVISOR and concerned and viewer.works_in(row.area.path):
        return ALLOW
    return deny(_("A supervisor of the department, or of the owner of the data, reviews this."))


def may_bind_account(viewer: Viewer) -> Decision:
    """An account is bound at the office, by someone who saw the person and the document."""
    if viewer.is_system or (
        viewer.department_kind in BINDING_KINDS and not viewer.is_administrator
    ):
        return ALLOW
    return deny(_("Only the police and the property company bind residents' accounts."))
