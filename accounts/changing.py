"""The rules of permission changes: what each kind needs and touches. The same rule is asked when a
change is proposed, shown and approved: the world may have changed in between. Writes nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from django.utils.translation import gettext as _

from accounts.choices import ADMINISTRATORS, AreaKind, ChangeKind, DepartmentKind, Role
from accounts.errors import ChangeOvertaken, RolesExclude
from accounts.models import Area, Department, Membership, PermissionChange
from smartcommunity.kernel import clock
from smartcommunity.kernel.errors import Conflict, Invalid, type_text

State = dict[str, object]
Part = TypeVar("Part")
DEPTH = {kind: depth for depth, kind in enumerate(AreaKind.values)}


@dataclass(frozen=True, slots=True)
class Rule:
    """`check` raises Invalid or Conflict; `state` is what the change rests on, as far as it must
    not change before the approval; `places` are the areas that it touches."""

    check: Callable[[PermissionChange], None]
    state: Callable[[PermissionChange], State]
    places: Callable[[PermissionChange], list[Area]]


def _new_term(change: PermissionChange) -> None:
    """A term that may be given: of an active account, inside what the department answers for."""
    user, department, area = wanted(change.user), wanted(change.department), wanted(change.area)
    errors: dict[str, type_text] = {}
    if not user.is_official or not user.is_active:
        errors["user"] = _("This account is not in use. Choose another person.")
    if change.role not in Role.values:
        errors["role"] = _("Choose one of the values offered.")
    elif (change.role in ADMINISTRATORS) and department.kind != DepartmentKind.OPERATOR:
        errors["role"] = _("The three administrators belong to the operator's department.")
    if area.closed_on:
        errors["area"] = _("This area is closed. Choose another.")
    elif not area.path.startswith(department.area.path):
        errors["area"] = _("Choose an area at or below the one the department is responsible for.")
    errors |= _period(change)
    if errors:
        raise Invalid(fields=errors)


def _period(change: PermissionChange) -> dict[str, type_text]:
    start = max(change.valid_from or clock.today(), clock.today())
    if change.valid_to and change.valid_to < start:
        return {"valid_to": _("The end lies before the start, or is past. Correct it.")}
    return {}


def _given(change: PermissionChange) -> None:
    _new_term(change)
    _roles_fit(change, None)


def _changed(change: PermissionChange) -> None:
    term = wanted(change.membership)
    _lasting(term)
    _new_term(change)
    becomes = (change.department_id, change.area_id, change.role, change.valid_to)
    if becomes == (term.department_id, term.area_id, term.role, term.valid_to):
        raise Invalid(_("Nothing would change. Choose another area, role, department or end."))
    _roles_fit(change, term)


def _roles_fit(change: PermissionChange, replaced: Membership | None) -> None:
    """The three administrators exclude each other and the rest (`appoint` has the last word)."""
    held = Membership.objects.unended().filter(user=change.user)
    roles = set((held.exclude(pk=replaced.pk) if replaced else held).values_list("role", flat=True))
    if roles and (change.role in ADMINISTRATORS or roles & ADMINISTRATORS):
        raise RolesExclude


def _ended(change: PermissionChange) -> None:
    _lasting(wanted(change.membership))


def _lasting(term: Membership) -> None:
    if not Membership.objects.unended().filter(pk=term.pk).exists():
        raise Conflict(_("This appointment has ended already."))


def _shared(change: PermissionChange) -> None:
    user, area = wanted(change.user), wanted(change.area)
    errors = _period(change)
    held = Membership.objects.unended().filter(user=user)
    roles = set(held.values_list("role", flat=True))
    if not user.is_official or not user.is_active or not roles:
        errors["user"] = _("Only who holds an appointment works in a further area.")
    elif roles & ADMINISTRATORS:
        errors["user"] = _("The three administrators read no personal data in any area.")
    elif any(area.path.startswith(path) for path in held.values_list("area__path", flat=True)):
        errors["area"] = _("This person works there already.")
    if area.closed_on:
        errors["area"] = _("This area is closed. Choose another.")
    if not change.valid_to:
        errors["valid_to"] = _("This is required. Fill it in.")
    if errors:
        raise Invalid(fields=errors)


def _withdrawn(change: PermissionChange) -> None:
    share = wanted(change.share)
    if share.ended_at or (share.valid_to and share.valid_to < clock.today()):
        raise Conflict(_("This access has ended already."))


def _department(change: PermissionChange) -> None:
    department, area = wanted(change.department), wanted(change.area)
    errors: dict[str, type_text] = {}
    if change.department_kind not in DepartmentKind.values:
        errors["kind"] = _("Choose one of the values offered.")
    elif (change.department_kind, area.pk) == (department.kind, department.area_id):
        errors["area"] = _("Nothing would change. Choose another kind or area.")
    if area.closed_on:
        errors["area"] = _("This area is closed. Choose another.")
    lasting = Membership.objects.unended().filter(department=department)
    if lasting.exclude(area__path__startswith=area.path).exists():
        errors["area"] = _("Members work outside this area. Change their appointments first.")
    leaves_operator = change.department_kind != DepartmentKind.OPERATOR
    if leaves_operator and lasting.filter(role__in=ADMINISTRATORS).exists():
        errors["kind"] = _("The three administrators belong to the operator's department.")
    if errors:
        raise Invalid(fields=errors)


def _moved(change: PermissionChange) -> None:
    area, parent = wanted(change.area), wanted(change.parent)
    errors = fits_below(area.kind, parent)
    if parent.path.startswith(area.path):
        errors["parent"] = _("An area cannot lie below itself.")
    elif Area.objects.get_parent(area).pk == parent.pk:
        errors["parent"] = _("The area lies there already.")
    if errors:
        raise Invalid(fields={"parent": next(iter(errors.values()))})


def _term_state(change: PermissionChange) -> State:
    term = wanted(change.membership)
    return {
        "department": str(term.department_id),
        "area": term.area_id,
        "role": term.role,
        "valid_to": term.valid_to and term.valid_to.isoformat(),
        **_department_state(term.department),
    }


def _wanted_state(change: PermissionChange) -> State:
    return _department_state(wanted(change.department))


def _department_state(department: Department) -> State:
    return {"kind": department.kind, "responsible_for": department.area_id}


def _replacing_state(change: PermissionChange) -> State:
    return _term_state(change) | {"new": _wanted_state(change)}


def _nothing(change: PermissionChange) -> State:
    return {}


def _tree_state(change: PermissionChange) -> State:
    return {"above": Area.objects.get_parent(wanted(change.area)).pk}


def _term_places(change: PermissionChange) -> list[Area]:
    return [wanted(change.membership).area]


def _area_places(change: PermissionChange) -> list[Area]:
    return [wanted(change.area)]


RULES: dict[str, Rule] = {
    ChangeKind.MEMBERSHIP_GIVEN: Rule(_given, _wanted_state, _area_places),
    ChangeKind.MEMBERSHIP_CHANGED: Rule(
        _changed, _replacing_state, lambda c: [*_term_places(c), *_area_places(c)]
    ),
    ChangeKind.MEMBERSHIP_ENDED: Rule(_ended, _term_state, _term_places),
    ChangeKind.AREA_SHARED: Rule(_shared, _nothing, _area_places),
    ChangeKind.SHARE_WITHDRAWN: Rule(_withdrawn, _nothing, lambda c: [wanted(c.share).area]),
    ChangeKind.DEPARTMENT_CHANGED: Rule(
        _department, _wanted_state, lambda c: [wanted(c.department).area, *_area_places(c)]
    ),
    ChangeKind.AREA_MOVED: Rule(
        _moved, _tree_state, lambda c: [*_area_places(c), wanted(c.parent)]
    ),
    # Done already when it is written down: it waits for its review only.
    ChangeKind.USER_LEFT: Rule(lambda c: None, _nothing, lambda c: []),
}


def check_again(change: PermissionChange) -> None:
    """Whether a proposed change can take effect now. Raises Conflict (most often ChangeOvertaken),
    which says why not."""
    proposing = {Role.SECURITY_ADMIN, Role.SYSTEM_ADMIN}
    in_office = Membership.objects.in_force().filter(role__in=proposing)
    if not in_office.filter(user=change.proposed_by_id).exists():
        raise ChangeOvertaken(
            _("Who proposed this is not in office any more. Reject it; propose it anew if needed.")
        )
    rule = RULES[change.kind]
    try:
        rule.check(change)
    except Invalid as error:
        because = next(iter(error.fields.values()), error.message)
        raise ChangeOvertaken(
            _("This can no longer take effect: %(because)s") % {"because": because}
        ) from None
    if rule.state(change) != change.seen:
        raise ChangeOvertaken(
            _(
                "What this rests on was changed after it was proposed. Reject it, and have it"
                " proposed anew."
            )
        )


def concerned(change: PermissionChange) -> set[object]:
    """The keys of the users whom a change of their department concerns."""
    if change.kind != ChangeKind.DEPARTMENT_CHANGED:
        return set()
    lasting = Membership.objects.unended().filter(department=change.department_id)
    return set(lasting.values_list("user_id", flat=True))


def fits_below(kind: str, parent: Area) -> dict[str, type_text]:
    """The errors of placing an area of this kind below the parent: the tree goes down from
    province to grid and estate, and nothing is put below an estate or into a closed area."""
    if kind not in AreaKind.values:
        return {"kind": _("Choose one of the values offered.")}
    if parent.closed_on:
        return {"parent": _("This area is closed. Choose another.")}
    if DEPTH[kind] <= DEPTH[parent.kind]:
        return {
            "kind": _("An area of this kind does not lie below one of kind “%(kind)s”.")
            % {"kind": parent.get_kind_display()}
        }
    return {}


def wanted(part: Part | None) -> Part:
    """A part that this kind of change always has."""
    if part is None:
        raise Invalid
    return part
