"""What a copy of ingest did: in its log every ten seconds, and by the hour on the intake page."""

from dataclasses import asdict, dataclass

from django.db import transaction
from django.db.models import F

from devices.models import IntakeHour
from devices.mqtt.inbox import Stored
from smartcommunity.kernel import clock


@dataclass(slots=True)
class Counts:
    """What happened since the last report."""

    stored: int = 0
    duplicates: int = 0
    quarantined: int = 0

    def add(self, batch: Stored) -> None:
        self.stored += len(batch.waiting) + batch.quarantined
        self.duplicates += batch.duplicates
        self.quarantined += batch.quarantined

    def as_dict(self) -> dict[str, int]:
        return asdict(self)


@transaction.atomic
def save(name: str, counts: Counts) -> None:
    """Add the counts to this hour's row, which also says that the copy lives."""
    now = clock.now()
    hour = now.replace(minute=0, second=0, microsecond=0)
    IntakeHour.objects.get_or_create(hour=hour, name=name, defaults={"last_at": now})
    IntakeHour.objects.filter(hour=hour, name=name).update(
        last_at=now, **{key: F(key) + count for key, count in counts.as_dict().items()}
    )


def retire(name: str) -> None:
    """A copy that went for good is not missed."""
    IntakeHour.objects.filter(name=name).update(retired=True)
