"""Areas, departments and users as the administrators see them. No personal data of residents:
a resident's account is not an account for an office, and stands nowhere here."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts import policies
from accounts.choices import ADMINISTRATORS, AreaKind
from accounts.models import Area, AreaShare, Department, Membership, User
from accounts.querysets import below
from accounts.viewer import Viewer
from smartcommunity.kernel import clock
from smartcommunity.kernel.errors import NotFound
from smartcommunity.kernel.pagination import Page, paginate


@dataclass(frozen=True, slots=True)
class AreaLine:
    """A node of the tree; `indent` are as many spaces as it lies deep."""

    id: int
    name: str
    kind: str
    code: str
    indent: str
    closed_on: date | None
    departments: int
    terms: int


@dataclass(frozen=True, slots=True)
class UserLine:
    """An account for an office."""

    id: uuid.UUID
    username: str
    name: str
    is_active: bool
    last_login: datetime | None
    has_second_factor: bool
    waits_for_password: bool
    terms: tuple[str, ...]
    is_administrator: bool


def areas(*, viewer: Viewer, number: int) -> Page[AreaLine]:
    """The tree at and below the system administrator's areas, in tree order."""
    policies.may_administer_system(viewer).require()
    terms = Count("membership", filter=Q(membership__ended_at=None), distinct=True)
    rows = Area.objects.visible_to(viewer).annotate(
        departments=Count("department", distinct=True), terms=terms
    )
    top = min((len(path) for path in viewer.area_paths), default=0)
    return paginate(rows, number).map(
        lambda found: [
            AreaLine(
                row.pk,
                row.name,
                row.get_kind_display(),
                row.code,
                "　" * ((len(row.path) - top) // Area.steplen),
                row.closed_on,
                row.departments,
                row.terms,
            )
            for row in found
        ]
    )


def area(*, viewer: Viewer, area_id: int) -> Area:
    """One area of the system administrator's. Raises NotFound."""
    policies.may_administer_system(viewer).require()
    found: Area | None = Area.objects.visible_to(viewer).filter(pk=area_id).first()
    if found is None:
        raise NotFound
    return found


def open_areas(*, viewer: Viewer) -> list[tuple[int, str]]:
    """(key, indented name) of the areas where the viewer works, for choosing one, in tree order."""
    rows = Area.objects.visible_to(viewer).open().values_list("pk", "name", "depth", "kind")
    found = list(rows)
    top = min((depth for _key, _name, depth, _kind in found), default=0)
    return [(key, f"{'　' * (depth - top)}{name}") for key, name, depth, _kind in found]


def chosen_area(*, viewer: Viewer, area_id: int | None) -> Area:
    """One of the viewer's areas; by default an estate, where the rows of people lie. Raises
    NotFound."""
    areas = Area.objects.visible_to(viewer)
    if area_id is not None:
        areas = areas.filter(pk=area_id)
    found: Area | None = areas.filter(kind=AreaKind.ESTATE).first() or areas.first()
    if found is None:
        raise NotFound
    return found


def departments(*, viewer: Viewer) -> QuerySet[Department, Department]:
    """The departments that an administrator has to do with: responsible for a part of his areas,
    or for an area around them."""
    if not viewer.is_administrator:
        return Department.objects.none()
    around = Q(area__path__in=[p[:n] for p in viewer.area_paths for n in range(4, len(p) + 1, 4)])
    return Department.objects.filter(
        below(viewer.area_paths, "area__path") | around
    ).select_related("area")


def departments_page(*, viewer: Viewer, number: int) -> Page[Any]:
    """With `members`: how many appointments last there."""
    lasting = Membership.objects.unended().filter(department=OuterRef("pk")).order_by()
    counted = lasting.values("department").annotate(number=Count("pk")).values("number")
    rows = departments(viewer=viewer).annotate(members=counted).order_by("kind", "name", "id")
    return paginate(rows, number)


def users(*, viewer: Viewer, number: int, text: str = "", state: str = "") -> Page[UserLine]:
    """The accounts for offices, for the system administrator."""
    policies.may_administer_system(viewer).require()
    rows = _officials()
    if text.strip():
        wanted = text.strip()
        rows = rows.filter(Q(username__icontains=wanted) | Q(display_name__icontains=wanted))
    if state:
        rows = rows.filter(is_active=state == "active")
    return paginate(rows.order_by("-is_active", "username"), number).map(_lines)


def user(*, viewer: Viewer, user_id: uuid.UUID) -> UserLine:
    """One of them. Raises NotFound."""
    policies.may_administer_system(viewer).require()
    found = _officials().filter(pk=user_id).first()
    if found is None:
        raise NotFound
    return _lines([found])[0]


def officials() -> QuerySet[User, User]:
    """The accounts for offices in use, for appointing somebody."""
    return User.objects.filter(is_official=True, is_active=True).order_by("username")


def _officials() -> QuerySet[Any, Any]:
    factor = TOTPDevice.objects.filter(user=OuterRef("pk"), confirmed=True)
    return User.objects.filter(is_official=True).annotate(has_factor=Exists(factor))


def _lines(rows: Sequence[Any]) -> list[UserLine]:
    lasting = (
        Membership.objects.unended()
        .filter(user__in=[row.pk for row in rows])
        .select_related("department", "area")
        .order_by("valid_from", "id")
    )
    terms: dict[uuid.UUID, list[Membership]] = {row.pk: [] for row in rows}
    for term in lasting:
        terms[term.user_id].append(term)
    return [
        UserLine(
            id=row.pk,
            username=row.username,
            name=row.display_name,
            is_active=row.is_active,
            last_login=row.last_login,
            has_second_factor=row.has_factor,
            waits_for_password=row.initial_password_until is not None,
            terms=tuple(
                f"{term.department.name} · {term.get_role_display()} · {term.area.name}"
                for term in terms[row.pk]
            ),
            is_administrator=any(term.role in ADMINISTRATORS for term in terms[row.pk]),
        )
        for row in rows
    ]


def may_sign_in(user: User) -> bool:
    """False once an initial password was not changed in time."""
    until = user.initial_password_until
    return until is None or until > clock.now()


def lasting_terms(*, viewer: Viewer, number: int, text: str = "") -> Page[Membership]:
    """The memberships in force or to come in the security administrator's areas."""
    policies.may_administer_permissions(viewer).require()
    rows = Membership.objects.unended().filter(
        below(viewer.area_paths, "area__path"), user__is_active=True
    )
    if wanted := text.strip():
        rows = rows.filter(
            Q(user__username__icontains=wanted)
            | Q(user__display_name__icontains=wanted)
            | Q(department__name__icontains=wanted)
        )
    rows = rows.select_related("user", "department", "area")
    return paginate(rows.order_by("department__kind", "department__name", "user__username"), number)


def term(*, viewer: Viewer, membership_id: uuid.UUID) -> Membership:
    """One of them. Raises NotFound."""
    policies.may_administer_permissions(viewer).require()
    rows = Membership.objects.unended().filter(below(viewer.area_paths, "area__path"))
    found = rows.filter(pk=membership_id).select_related("user", "department", "area").first()
    if found is None:
        raise NotFound
    return found


def lasting_shares(*, viewer: Viewer, number: int) -> Page[AreaShare]:
    """The area shares in force or to come in the security administrator's areas."""
    policies.may_administer_permissions(viewer).require()
    rows = AreaShare.objects.unended().filter(below(viewer.area_paths, "area__path"))
    return paginate(rows.select_related("user", "area").order_by("valid_to", "id"), number)
