"""System checks of security: `manage.py check --database default`."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections

from security.choices import PassMethod
from security.models import Gate


@register(Tags.database)
def face_is_never_the_only_way(
    app_configs: Sequence[AppConfig] | None, databases: Iterable[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """法释〔2021〕15 art. 10: whoever declines face recognition must get in too. The table refuses
    such a gate as well; this finds one that came in past the constraint."""
    alone = [PassMethod.FACE.value]
    return [
        Error(
            f"The gate {name!r} opens by face only.",
            hint="Add card, QR code or PIN to its methods.",
            id="security.E001",
        )
        for alias in databases or ()
        if Gate._meta.db_table in connections[alias].introspection.table_names()
        for name in Gate.objects.using(alias).filter(methods=alone).values_list("name", flat=True)
    ]
