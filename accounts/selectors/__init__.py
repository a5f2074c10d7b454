"""Reads of accounts."""

from accounts.selectors.offices import (
    AreaLine,
    UserLine,
    area,
    areas,
    departments,
    departments_page,
    lasting_shares,
    lasting_terms,
    may_sign_in,
    officials,
    open_areas,
    term,
    user,
    users,
)
from accounts.selectors.viewers import (
    as_viewer,
    estates,
    has_supervisor,
    memberships_of,
    second_factor_of,
    viewer_for,
)

__all__ = [
    "AreaLine",
    "UserLine",
    "area",
    "areas",
    "as_viewer",
    "departments",
    "departments_page",
    "estates",
    "has_supervisor",
    "lasting_shares",
    "lasting_terms",
    "may_sign_in",
    "memberships_of",
    "officials",
    "open_areas",
    "second_factor_of",
    "term",
    "user",
    "users",
    "viewer_for",
]
