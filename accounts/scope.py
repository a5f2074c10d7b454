"""From who is looking to what the database may show him: the scope of the second fence.

It is never narrower than the rules of the apps and knows nothing of elements and grants: those are
decided by `datasharing.policy`. What it adds is that a query which forgot to ask still gives no
rows beyond it.
"""

import uuid
from collections.abc import Callable, Iterable

from accounts.choices import Role
from accounts.viewer import Viewer
from smartcommunity.kernel.scope import NOBODY, Scope, entered

Entries = Callable[[uuid.UUID], Iterable[uuid.UUID]]

_entries_of: list[Entries] = []


def register_entries(entries: Entries) -> None:
    """Have `entries(user id)` asked for the registry entries bound to a user."""
    if entries not in _entries_of:
        _entries_of.append(entries)


def scope_of(viewer: Viewer) -> Scope:
    """Staff reach the areas where they work, administrators no personal data even there, a resident
    what is his own, nobody nothing."""
    if viewer.is_system:
        return Scope(platform="the platform acts")
    if viewer.user_id is None:
        return NOBODY
    if viewer.is_staff_member:
        return Scope(
            areas=() if viewer.is_administrator else viewer.area_paths,
            works=viewer.area_paths,
            user=viewer.user_id,
            keeps_intake=viewer.role == Role.SYSTEM_ADMIN,
        )
    mine = Scope(user=viewer.user_id)
    with entered(mine):
        residents = [key for entries in _entries_of for key in entries(viewer.user_id)]
    return Scope(user=viewer.user_id, residents=tuple(residents))
