"""Who is looking: the one object that every policy, selector and action takes."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from accounts.choices import ADMINISTRATORS, DepartmentKind, Role
from smartcommunity.kernel.errors import NotAllowed


@dataclass(frozen=True, slots=True)
class Viewer:
    """A user in one of his memberships, a resident, or nobody.

    A staff viewer has a membership; a resident viewer has none (what is his own is decided in
    `residents`); `NOBODY` has neither and sees nothing. `area_paths` are the tree nodes he works
    in: the membership's area and nodes shared with him ad hoc (guardian `work_in_area`).
    """

    user_id: uuid.UUID | None = None
    username: str = ""
    display_name: str = ""
    membership_id: uuid.UUID | None = None
    department_id: uuid.UUID | None = None
    department_kind: DepartmentKind | None = None
    department_name: str = ""
    role: Role | None = None
    area_paths: tuple[str, ...] = ()
    area_name: str = ""
    ip: str | None = None
    request_id: str = ""
    is_system: bool = False
    # Nobody: made to ask the policy what somebody would see. The access log refuses him, so no
    # read of personal data ever answers him.
    is_hypothetical: bool = False

    @property
    def is_signed_in(self) -> bool:
        return self.user_id is not None

    @property
    def is_staff_member(self) -> bool:
        return self.membership_id is not None

    @property
    def is_administrator(self) -> bool:
        return self.role in ADMINISTRATORS

    @property
    def role_label(self) -> str:
        return str(self.role.label) if self.role else ""

    @property
    def signed_in_id(self) -> uuid.UUID:
        """The user's key, for what only a signed-in viewer does. Raises NotAllowed."""
        if self.user_id is None:
            raise NotAllowed
        return self.user_id

    def works_in(self, area_path: str) -> bool:
        """True when the area lies at or below a node where the viewer works."""
        return area_path.startswith(self.area_paths) if self.area_paths else False


NOBODY = Viewer()
# The platform itself (intake, sweeps): recorded as such wherever it acts.
SYSTEM = Viewer(username="system", display_name="system", is_system=True)
