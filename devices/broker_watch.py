"""Counts what the broker refused before it could reach us, from the broker's own log."""

from collections import Counter
from datetime import datetime
from pathlib import Path

from django.db import transaction

from devices.models import BrokerLog, Refusal
from smartcommunity.embedded.refusals import Refusal as Refused
from smartcommunity.embedded.refusals import read_refusals


@transaction.atomic
def count_refusals(log: str) -> int:
    """Count the log's new refusals; returns how many. One reader at a time, each counted once."""
    BrokerLog.objects.get_or_create(path=log)
    place = BrokerLog.objects.select_for_update(skip_locked=True).filter(path=log).first()
    if place is None or not Path(log).exists():
        return 0
    refusals, offset = read_refusals(Path(log), place.offset)
    latest = {_what(one): one.at for one in refusals}
    for (hour, kind, source, topic), count in Counter(map(_what, refusals)).items():
        row, _ = Refusal.objects.get_or_create(
            hour=hour,
            kind=kind,
            source=source,
            topic=topic,
            defaults={"last_at": latest[hour, kind, source, topic]},
        )
        row.count += count
        row.last_at = latest[hour, kind, source, topic]
        row.save()
    if offset != place.offset:
        place.offset = offset
        place.save()
    return len(refusals)


def _what(refused: Refused) -> tuple[datetime, str, str, str]:
    hour = refused.at.replace(minute=0, second=0, microsecond=0)
    return hour, refused.kind, refused.username_or_client[:80], refused.topic[:300]
