"""Pictures leave the vault here, after the decision and with a record."""

import uuid
from collections.abc import Iterable

from accounts.viewer import Viewer
from datasharing import access_log
from datasharing.choices import AccessKind
from datasharing.policy import PURPOSE_OF
from smartcommunity.kernel import vault
from smartcommunity.kernel.crypto import CannotOpen
from smartcommunity.kernel.errors import NotFound


def hand_out(
    *,
    viewer: Viewer,
    name: str,
    subject: str,
    subject_ids: Iterable[uuid.UUID],
    element: str,
) -> bytes:
    """Record the look, then return the JPEG. Raises NotFound when it was erased."""
    if not name:
        raise NotFound
    access_log.record(
        viewer=viewer,
        kind=AccessKind.PICTURE,
        subject=subject,
        subject_ids=subject_ids,
        elements=[element],
        purpose=PURPOSE_OF[viewer.department_kind] if viewer.department_kind else None,
    )
    try:
        return vault.get(name)
    except (FileNotFoundError, CannotOpen):
        raise NotFound from None
