"""The tree of areas and the departments, as a system administrator keeps them. What would change
who sees what (moving an area, a department's kind or area) is a permission change instead."""

import uuid
from collections.abc import Iterable

from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts import policies
from accounts.changing import fits_below
from accounts.choices import DepartmentKind
from accounts.events import OfficesChanged
from accounts.models import Area, AreaShare, Department, Membership
from accounts.viewer import Viewer
from smartcommunity.kernel import bus, clock
from smartcommunity.kernel.errors import Conflict, Invalid, NotFound, type_text


@transaction.atomic
def add_area(*, viewer: Viewer, parent_id: int, name: str, kind: str, code: str) -> Area:
    """A new area below one of the viewer's. Raises NotFound, NotAllowed, Invalid."""
    lock_tree()
    parent = _area(viewer, parent_id)
    errors = _named(name) | fits_below(kind, parent)
    if not code.strip().isalnum():
        errors["code"] = _("A code has letters and digits only, such as 420111001.")
    elif Area.objects.filter(code=code.strip()).exists():
        errors["code"] = _("Another area has this code. Compare both.")
    if errors:
        raise Invalid(fields=errors)
    area: Area = Area.objects.add_child(
        parent, {"name": name.strip(), "kind": kind, "code": code.strip()}
    )
    _announce(viewer, "area", "area_added", area.code)
    return area


@transaction.atomic
def rename_area(*, viewer: Viewer, area_id: int, name: str) -> None:
    """Raises NotFound, NotAllowed, Invalid."""
    area = _area(viewer, area_id)
    if errors := _named(name):
        raise Invalid(fields=errors)
    area.name = name.strip()
    area.save(update_fields=["name"])
    _announce(viewer, "area", "area_renamed", area.code)


@transaction.atomic
def close_area(*, viewer: Viewer, area_id: int) -> None:
    """Nothing new begins in a closed area; what is recorded there stays readable. Raises NotFound,
    NotAllowed, Conflict while somebody still works there or an open area lies below."""
    lock_tree()
    area = _area(viewer, area_id)
    if area.closed_on:
        raise Conflict(_("This area is closed already."))
    if Area.objects.get_descendants(area).filter(closed_on=None).exists():
        raise Conflict(_("Close the areas below it first."))
    if Department.objects.filter(area=area).exists():
        raise Conflict(_("A department is responsible for this area. Have its area changed first."))
    terms: Iterable[type[Membership] | type[AreaShare]] = (Membership, AreaShare)
    if any(held.objects.unended().filter(area=area).exists() for held in terms):
        raise Conflict(_("Somebody works in this area. Have the appointments ended first."))
    area.closed_on = clock.today()
    area.save(update_fields=["closed_on"])
    _announce(viewer, "area", "area_closed", area.code)


@transaction.atomic
def add_department(*, viewer: Viewer, name: str, kind: str, area_id: int) -> Department:
    """A department without members and grants: it opens nothing. Raises NotFound, NotAllowed,
    Invalid."""
    area = _area(viewer, area_id)
    errors = _named(name)
    if kind not in DepartmentKind.values:
        errors["kind"] = _("Choose one of the values offered.")
    if area.closed_on:
        errors["area"] = _("This area is closed. Choose another.")
    if Department.objects.filter(name=name.strip(), area=area).exists():
        errors["name"] = _("A department of this name is responsible there already.")
    if errors:
        raise Invalid(fields=errors)
    department = Department.objects.create(name=name.strip(), kind=kind, area=area)
    _announce(viewer, "department", "department_added", "", department.pk)
    return department


@transaction.atomic
def rename_department(*, viewer: Viewer, department_id: uuid.UUID, name: str) -> None:
    """Raises NotFound, NotAllowed, Invalid."""
    department = Department.objects.select_related("area").filter(pk=department_id).first()
    if department is None:
        raise NotFound
    policies.may_administer_system(viewer, department.area).require()
    if errors := _named(name):
        raise Invalid(fields=errors)
    department.name = name.strip()
    department.save(update_fields=["name"])
    _announce(viewer, "department", "department_renamed", "", department.pk)


def lock_tree() -> None:
    """One change of the tree at a time: its paths depend on each other."""
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE accounts_area IN SHARE ROW EXCLUSIVE MODE")


def _area(viewer: Viewer, area_id: int) -> Area:
    policies.may_administer_system(viewer).require()
    area: Area | None = Area.objects.filter(pk=area_id).first()
    if area is None:
        raise NotFound
    policies.may_administer_system(viewer, area).require()
    return area


def _named(name: str) -> dict[str, type_text]:
    if not name.strip():
        return {"name": _("This is required. Fill it in.")}
    if len(name.strip()) > 80:
        return {"name": _("At most %(count)d characters. Shorten it.") % {"count": 80}}
    return {}


def _announce(
    viewer: Viewer, subject: str, step: str, code: str, key: uuid.UUID | None = None
) -> None:
    bus.announce(OfficesChanged(viewer, subject, step, key, code))
