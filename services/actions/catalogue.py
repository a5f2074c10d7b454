"""The service catalogue, kept as data."""

import tomllib
from pathlib import Path

from django.db import transaction

from services.models import ServiceItem

CATALOGUE = Path(__file__).parents[1] / "catalogue.toml"


@transaction.atomic
def load_items() -> int:
    """Bring the service catalogue up to date with `catalogue.toml`; returns how many services.

    A service that left the file keeps its requests and disappears from the grid.
    """
    entries = tomllib.loads(CATALOGUE.read_text("utf-8"))
    for order, (key, entry) in enumerate(entries.items()):
        ServiceItem.objects.update_or_create(
            key=key,
            defaults={
                "name_zh": entry["name"]["zh"],
                "name_en": entry["name"]["en"],
                "icon": entry["icon"],
                "tone": entry.get("tone", ""),
                "page": entry["page"],
                "number_prefix": entry.get("prefix", ""),
                "handler_kind": entry["handler"],
                "sla_hours": entry.get("hours", 0),
                "order": order,
            },
        )
    ServiceItem.objects.exclude(key__in=entries).update(page="")
    return len(entries)


def item(key: str) -> ServiceItem:
    """The service with this key; a database that never loaded the catalogue loads it now, so that
    no alert fails for want of it. Raises ServiceItem.DoesNotExist."""
    found = ServiceItem.objects.filter(key=key).first()
    if found is None:
        load_items()
    return found or ServiceItem.objects.get(key=key)
