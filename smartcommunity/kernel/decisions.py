"""The answer of a policy: allowed or not, and why."""

from dataclasses import dataclass

from django.utils.functional import Promise

from smartcommunity.kernel.errors import NotAllowed


@dataclass(frozen=True, slots=True)
class Decision:
    """`reason` is shown to the refused viewer, so it names rules, never hidden data."""

    allowed: bool
    reason: str | Promise = ""

    def __bool__(self) -> bool:
        return self.allowed

    def require(self) -> None:
        """Raise NotAllowed with the reason unless allowed."""
        if not self.allowed:
            raise NotAllowed(self.reason or None)


ALLOW = Decision(True)


def deny(reason: str | Promise) -> Decision:
    return Decision(False, reason)
