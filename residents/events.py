"""What the registry announces (`kernel.bus`), inside its transaction."""

import uuid
from dataclasses import dataclass

from residents.choices import ConsentPurpose


@dataclass(frozen=True, slots=True)
class ConsentWithdrawn:
    """Whoever holds data on the strength of this consent erases it."""

    resident_id: uuid.UUID
    purpose: ConsentPurpose
