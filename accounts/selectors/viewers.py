"""Who is looking: the viewer of a user, and viewers that nobody is."""

import uuid
from collections.abc import Iterable
from dataclasses import replace

from django_otp import devices_for_user
from django_otp.models import Device
from guardian.shortcuts import get_objects_for_user

from accounts.choices import DepartmentKind, Role
from accounts.models import Area, AreaShare, Department, Membership, User
from accounts.viewer import Viewer


def memberships_of(*, user: User) -> list[Membership]:
    """The memberships in force, the longest-standing first."""
    return list(
        user.memberships.in_force()
        .select_related("department", "area")
        .order_by("valid_from", "id")
    )


def viewer_for(
    *,
    user: User,
    membership_id: uuid.UUID | None = None,
    ip: str | None = None,
    request_id: str = "",
) -> Viewer:
    """The user in the given membership, else in his first; a user without one is a resident."""
    person = Viewer(
        user_id=user.pk,
        username=user.username,
        display_name=user.display_name or user.username,
        ip=ip,
        request_id=request_id,
    )
    memberships = memberships_of(user=user)
    if not memberships:
        return person
    chosen = next((m for m in memberships if m.pk == membership_id), memberships[0])
    return replace(
        person,
        membership_id=chosen.pk,
        department_id=chosen.department_id,
        department_kind=DepartmentKind(chosen.department.kind),
        department_name=chosen.department.name,
        role=Role(chosen.role),
        area_paths=(chosen.area.path, *_shared(user)),
        area_name=chosen.area.name,
    )


def _shared(user: User) -> list[str]:
    """Paths of the areas shared with the user for now. Guardian's permission says which; it counts
    only while an area share in force carries it, so one that was forgotten opens nothing."""
    permitted = get_objects_for_user(
        user,
        "accounts.work_in_area",
        klass=Area,
        use_groups=False,
        with_superuser=False,
        accept_global_perms=False,
    )
    carried = AreaShare.objects.in_force().filter(user=user)
    return list(permitted.filter(pk__in=carried.values("area")).values_list("path", flat=True))


def as_viewer(
    *, department: Department, role: Role, paths: Iterable[str], area_name: str = ""
) -> Viewer:
    """Somebody of this department and role who works at these tree nodes, for asking the policy
    what he would see. He is nobody: whatever reads personal data refuses him."""
    return Viewer(
        membership_id=uuid.UUID(int=0),
        department_id=department.pk,
        department_kind=DepartmentKind(department.kind),
        department_name=department.name,
        role=role,
        area_paths=tuple(paths),
        area_name=area_name,
        is_hypothetical=True,
    )


def estates(*, viewer: Viewer) -> list[Area]:
    """The estates that the viewer works in, in tree order."""
    return list(Area.objects.visible_to(viewer).filter(kind="estate"))


def has_supervisor(*, department_id: uuid.UUID | None) -> bool:
    """Whether somebody is a supervisor of the department now."""
    in_force = Membership.objects.in_force()
    return in_force.filter(department=department_id, role=Role.SUPERVISOR).exists()


def second_factor_of(*, user: User) -> Device | None:
    """The user's confirmed one-time-code device, if he has set one up."""
    return next(iter(devices_for_user(user)), None)
