"""Departments of every kind, one demonstration user for each role, and their terms of office.

The user names are those of the tests' world. The one password is public: these users are made in
DEMO_MODE only.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from django.contrib.auth.hashers import make_password

from accounts.actions import appoint
from accounts.choices import DepartmentKind, Role
from accounts.models import Area, Department, User
from datasharing.defaults import grant_defaults
from smartcommunity.demo import estates

PASSWORD: Final = "Demo-2026-pass"  # noqa: S105  printed on purpose, DEMO_MODE only
SINCE: Final = date(2024, 1, 1)

# Kind: (name, code of the area it is responsible for).
DEPARTMENTS: Final = {
    DepartmentKind.POLICE: ("澄湖派出所", estates.STREET[2]),
    DepartmentKind.HOUSING: ("洪山区住房和城市更新局", estates.DISTRICT[2]),
    DepartmentKind.CIVIL_AFFAIRS: ("洪山区民政局", estates.DISTRICT[2]),
    DepartmentKind.GRID: ("澄湖社区网格中心", estates.COMMUNITY[2]),
    DepartmentKind.PROPERTY: ("澄湖物业服务有限公司", estates.COMMUNITY[2]),
    DepartmentKind.HEALTH: ("澄湖社区卫生服务中心", estates.COMMUNITY[2]),
    DepartmentKind.JUSTICE: ("澄湖司法所", estates.STREET[2]),
    DepartmentKind.DISABLED_PERSONS: ("洪山区残疾人联合会", estates.DISTRICT[2]),
    DepartmentKind.MARKET_REGULATION: ("澄湖市场监督管理所", estates.STREET[2]),
    DepartmentKind.OPERATOR: ("平台运维中心", estates.DISTRICT[2]),
}


@dataclass(frozen=True, slots=True)
class Post:
    """A demonstration user and his term of office."""

    username: str
    display_name: str
    kind: DepartmentKind
    role: Role
    area: str = estates.COMMUNITY[2]


POSTS: Final = (
    Post("collector", "李采薇", DepartmentKind.POLICE, Role.COLLECTOR),
    Post("police", "周正刚", DepartmentKind.POLICE, Role.OFFICER),
    Post("police_chief", "郑国安", DepartmentKind.POLICE, Role.SUPERVISOR),
    Post("police_deputy", "韩副所", DepartmentKind.POLICE, Role.SUPERVISOR),
    Post("civil_affairs", "何惠民", DepartmentKind.CIVIL_AFFAIRS, Role.OFFICER),
    Post("housing", "方广厦", DepartmentKind.HOUSING, Role.OFFICER),
    Post("grid", "田小格", DepartmentKind.GRID, Role.COLLECTOR),
    Post("dispatcher", "唐调度", DepartmentKind.GRID, Role.DISPATCHER),
    Post("property", "蒋师傅", DepartmentKind.PROPERTY, Role.PROPERTY_STAFF),
    Post(
        "property_manager",
        "陶经理",
        DepartmentKind.PROPERTY,
        Role.SUPERVISOR,
        estates.CHERRY.code,
    ),
    Post("health", "白医生", DepartmentKind.HEALTH, Role.OFFICER),
    Post(
        "system_admin",
        "系统管理员",
        DepartmentKind.OPERATOR,
        Role.SYSTEM_ADMIN,
        estates.DISTRICT[2],
    ),
    # Two: what one proposes, the other decides.
    Post(
        "security_admin",
        "安全管理员甲",
        DepartmentKind.OPERATOR,
        Role.SECURITY_ADMIN,
        estates.DISTRICT[2],
    ),
    Post(
        "security_admin_2",
        "安全管理员乙",
        DepartmentKind.OPERATOR,
        Role.SECURITY_ADMIN,
        estates.DISTRICT[2],
    ),
    Post("auditor", "审计员", DepartmentKind.OPERATOR, Role.AUDITOR),
)

# The first is bound to his registry entry (services.py), the second is not yet.
RESIDENT, NEIGHBOUR = "resident", "neighbour"
RESIDENTS: Final = {RESIDENT: "陈志远", NEIGHBOUR: "邻居（未绑定）"}
USERNAMES: Final = (*(post.username for post in POSTS), *RESIDENTS)


def seed_offices(areas: dict[str, Area]) -> dict[DepartmentKind, Department]:
    """Departments, users, memberships and the default grants between the departments."""
    departments = {
        kind: Department.objects.get_or_create(
            kind=kind, area=areas[code], defaults={"name": name}
        )[0]
        for kind, (name, code) in DEPARTMENTS.items()
    }
    shown = {post.username: post.display_name for post in POSTS} | RESIDENTS
    known = set(User.objects.filter(username__in=shown).values_list("username", flat=True))
    # One hash for all: it takes a third of a second, and the password is the same.
    password = make_password(PASSWORD)
    User.objects.bulk_create(
        User(username=username, display_name=name, password=password)
        for username, name in shown.items()
        if username not in known
    )
    users = {user.username: user for user in User.objects.filter(username__in=shown)}
    for post in POSTS:
        if not users[post.username].memberships.exists():
            appoint(
                user=users[post.username],
                department=departments[post.kind],
                area=areas[post.area],
                role=post.role,
                valid_from=SINCE,
            )
    grant_defaults(departments=list(departments.values()), decided_by=None)
    return departments
