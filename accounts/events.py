"""What accounts announces (`kernel.bus`), inside its transaction."""

import uuid
from dataclasses import dataclass

from accounts.viewer import Viewer


@dataclass(frozen=True, slots=True)
class OfficesChanged:
    """A step in the administration of offices and permissions, to be logged. `subject` is a kind
    of the access log, `step` a word of its details; `name` is a code or user name that follows it.
    """

    viewer: Viewer
    subject: str
    step: str
    subject_id: uuid.UUID | None = None
    name: str = ""
