"""What the operator does on the server before, or without, two security administrators."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions.terms import appoint
from accounts.actions.users import forget_second_factor, new_official, reset_sign_in
from accounts.choices import DepartmentKind, Role
from accounts.events import OfficesChanged
from accounts.models import Area, Department, Membership, User
from accounts.viewer import SYSTEM
from smartcommunity.kernel import bus, clock
from smartcommunity.kernel.errors import Conflict, Invalid, NotFound

TWO = 2


@transaction.atomic
def found_offices(
    *, area: Area, department: str, people: list[tuple[Role, str, str]]
) -> dict[str, str]:
    """Appoint the first administrators, [(role, user name, name)], in the operator's department of
    the area. Returns {user name: initial password}. Raises Conflict once two security
    administrators are in force: from then on every appointment needs both; Invalid."""
    in_force = Membership.objects.in_force().filter(role=Role.SECURITY_ADMIN)
    if in_force.values("user").distinct().count() >= TWO:
        raise Conflict(
            _("Two security administrators are in office: they propose and approve appointments.")
        )
    home, made = Department.objects.get_or_create(
        kind=DepartmentKind.OPERATOR, area=area, defaults={"name": department}
    )
    if made:
        bus.announce(OfficesChanged(SYSTEM, "department", "department_added", home.pk))
    passwords: dict[str, str] = {}
    for role, username, name in people:
        user, passwords[username] = new_official(
            viewer=SYSTEM, username=username, display_name=name
        )
        term = appoint(user=user, department=home, area=area, role=role, valid_from=clock.today())
        bus.announce(OfficesChanged(SYSTEM, "membership", "appointed_by_operator", term.pk, role))
    return passwords


@transaction.atomic
def root_area(*, code: str, name: str, kind: str) -> Area:
    """The area of this code; the tree's first node when there is none yet. Raises NotFound for
    another code than those of the tree, Invalid without a name."""
    area: Area | None = Area.objects.filter(code=code).first()
    if area:
        return area
    if Area.objects.exists():
        raise NotFound(_("No area has this code."))
    if not name.strip():
        raise Invalid(_("Name the first area: --area-name."))
    area = Area.objects.add_root({"name": name.strip(), "kind": kind, "code": code})
    bus.announce(OfficesChanged(SYSTEM, "area", "area_added", name=code))
    return area


@transaction.atomic
def reset_by_operator(*, username: str, second_factor: bool) -> str:
    """A new initial password for anybody, administrators too. Raises NotFound."""
    user = User.objects.select_for_update().filter(username=username, is_active=True).first()
    if user is None:
        raise NotFound(_("No active user has this name."))
    if second_factor:
        forget_second_factor(viewer=SYSTEM, user=user)
    return reset_sign_in(viewer=SYSTEM, user=user)
