"""What the collectors of a department will meet where an element stands on one of its forms.

Decided by the rights of the department alone: nobody's data is read here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts.choices import DepartmentKind
from accounts.viewer import Viewer
from datasharing import policies, policy
from datasharing.choices import Level
from datasharing.forms import EntryForm, build_form
from datasharing.models import DataElement, FormTemplate
from datasharing.policy import HIDDEN, Right
from datasharing.values import Recorded
from smartcommunity.kernel import clock
from smartcommunity.kernel.errors import NotFound


@dataclass(frozen=True, slots=True)
class Prospect:
    """What collectors of the department will meet where an element stands on a form. `limited`
    when it is less than filling it in everywhere; then `text` says what."""

    code: str
    label: str
    text: str
    limited: bool


def version_of(viewer: Viewer, key: str, number: int) -> FormTemplate:
    """A version of a form of the viewer's department with its fields. Raises NotFound."""
    policies.may_design(viewer).require()
    found = (
        FormTemplate.objects.of_department(viewer)
        .select_related("edited_by", "published_by", "retired_by")
        .prefetch_related("fields__element__code_list__codes")
        .filter(key=key, version=number)
        .first()
    )
    if found is None:
        raise NotFound
    return found


def prospects_for(
    viewer: Viewer, subject: str, elements: Iterable[DataElement]
) -> dict[str, Prospect]:
    access = policy.access(viewer=viewer, subject=subject)
    somewhere = _somewhere(access)
    found = {}
    for element in elements:
        owner = str(DepartmentKind(element.owner_kind).label)
        right = somewhere.get(element.key, HIDDEN)
        everywhere = all(access.right(element.key, path) == right for path in viewer.area_paths)
        found[element.key] = _prospect(element.key in access.owned, right, owner, everywhere)
    return found


def _somewhere(access: policy.Access) -> dict[str, Right]:
    """The greatest right on each element that the viewer's department has in any area of his."""
    found: dict[str, Right] = {}
    for path in access.reach():
        for key, right in access.rights(path).items():
            found[key] = found.get(key, HIDDEN) | right
    return found


def _prospect(own: bool, right: Right, owner: str, everywhere: bool) -> Prospect:
    if own:
        return Prospect("own", _("Your own"), "", limited=False)
    if right.level == Level.HIDDEN:
        text = _("%(owner)s has not shared this: your collectors will not find it on the form. "
                 "Ask for a grant.")  # fmt: skip
        return Prospect("hidden", _("Not shared"), text % {"owner": owner}, limited=True)
    part = "" if everywhere else " " + _("This holds in part of your area only.")
    if right.level == Level.FULL and right.may_write:
        text = _("Filled in by your collectors; the value of %(owner)s wins.") % {"owner": owner}
        return Prospect("granted", _("Granted"), text + part, limited=not everywhere)
    code, label, text = {
        Level.YES_NO: ("yes_no", _("Only whether recorded"),
                       _("Collectors see only whether it is recorded.")),
        Level.MASKED: ("masked", _("Masked"), _("Collectors see it masked.")),
        Level.FULL: ("read", _("Read only"), _("Collectors read it once %(owner)s recorded it.")),
    }[right.level]  # fmt: skip
    more = (
        _("They fill it in only while nothing is recorded.")
        if right.may_write
        else _("They cannot fill it in.")
    )
    return Prospect(code, label, f"{text % {'owner': owner}} {more}{part}", limited=True)


def preview(*, viewer: Viewer, key: str, number: int) -> EntryForm:
    """The form as the department's collectors meet it, without anybody's data: what they may only
    read shows where its text would come from. Raises NotFound, NotAllowed."""
    row = version_of(viewer, key, number)
    rights = _somewhere(policy.access(viewer=viewer, subject=row.subject))
    samples = {
        field.element_id: _sample(field.element, rights[field.element_id])
        for field in row.fields.all()
        if field.element_id in rights and not rights[field.element_id].may_write
    }
    return build_form(row, rights, samples)


def _sample(element: DataElement, right: Right) -> Recorded:
    shown = {
        Level.YES_NO: _("recorded, or not"),
        Level.MASKED: _("the value, masked"),
        Level.FULL: _("the value"),
    }[right.level]
    owner = str(DepartmentKind(element.owner_kind).label)
    return Recorded(None, shown, right.level, owner, element.owner_kind, clock.today())
