"""What the registry announces (`kernel.bus`), inside its transaction."""

import uuid
from dataclasses import dataclass, field
from datetime import datetime

from residents.choices import ConsentPurpose


@dataclass(frozen=True, slots=True)
class ConsentWithdrawn:
    """Whoever holds data on the strength of this consent erases it."""

    resident_id: uuid.UUID
    purpose: ConsentPurpose


@dataclass(frozen=True, slots=True)
class ResidentsMerged:
    """Two entries are one person's. Whoever has rows of the absorbed one hands them to the
    survivor, each table with `residents.actions.repoint`, which adds it to `covered`."""

    merge_id: uuid.UUID
    survivor_id: uuid.UUID
    absorbed_id: uuid.UUID
    covered: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class MergeUndone:
    """They are two people's after all. What `repoint` changed is changed back already; whoever
    keeps copies of it looks again."""

    merge_id: uuid.UUID
    survivor_id: uuid.UUID
    restored_id: uuid.UUID
    merged_at: datetime
