"""A row in any table of the project, with all that it needs, in a given area."""

import uuid
from datetime import timedelta
from typing import Any

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import models

from accounts.models import Area, User
from residents.models import Resident
from smartcommunity.kernel import clock
from smartcommunity.kernel.fields import EncryptedTextField

PLAIN: dict[type[models.Field[Any, Any]], Any] = {
    models.BooleanField: lambda: False,
    models.IntegerField: lambda: 1,
    models.FloatField: lambda: 0.5,
    models.DateTimeField: clock.now,
    models.DateField: clock.today,
    models.JSONField: dict,
    models.UUIDField: uuid.uuid4,
    models.BinaryField: lambda: uuid.uuid4().bytes,
    EncryptedTextField: lambda: "sealed",
    ArrayField: list,
    models.CharField: lambda: uuid.uuid4().hex,
    models.TextField: lambda: "text",
}
# What a constraint or a polymorphic key asks for, where the plain value would not do.
SPECIAL: dict[str, Any] = {
    "residents.ElementRecord": lambda area: about_resident(area),
    "residents.Proposal": lambda area: about_resident(area),
    "security.Gate": lambda area: {"methods": ["card"]},
    "security.WatchEntry": lambda area: {"expires_at": clock.now() + timedelta(days=1)},
    "security.Pass": lambda area: {"valid_to": clock.now() + timedelta(days=1)},
    "devices.RawMessage": lambda area: {"source": saved("devices.Device", area).code},  # type: ignore[attr-defined]
    "residents.DistinctPair": lambda area: pair(area),
    "residents.Export": lambda area: {"reason": "why"},
    "services.ServiceRequest": lambda area: {"resident": saved("residents.Resident", area)},
}


def pair(area: Area) -> dict[str, Any]:
    first, second = sorted((saved("residents.Resident", area) for _each in range(2)), key=by_key)
    return {"first": first, "second": second}


def by_key(row: models.Model) -> Any:
    return row.pk


def about_resident(area: Area) -> dict[str, Any]:
    return {"subject": "resident", "subject_id": saved("residents.Resident", area).pk}


def unsaved(label: str, area: Area, **given: Any) -> models.Model:
    """The row, not yet saved; what it hangs on is saved."""
    model = apps.get_model(label)
    values = {**SPECIAL.get(label, lambda area: {})(area), **given}
    for field in model._meta.concrete_fields:
        if field.name in values or field.attname in values or field.has_default() or field.null:
            continue
        if isinstance(field, models.AutoField) or getattr(field, "auto_now_add", False):
            continue
        if field.related_model is Area:
            values[field.name] = area
        elif field.related_model is User:
            name = uuid.uuid4().hex[:20]
            values[field.name] = User.objects.create_user(name, display_name=name)
        elif isinstance(field.related_model, type):
            values[field.name] = saved(field.related_model._meta.label, area)  # type: ignore[attr-defined]
        elif not field.blank:
            kind = next(kind for kind in type(field).__mro__ if kind in PLAIN)
            value = field.choices[0][0] if field.choices else PLAIN[kind]()
            values[field.name] = value[: field.max_length] if kind is models.CharField else value
    return model(**values)


def saved(label: str, area: Area, **given: Any) -> models.Model:
    row = unsaved(label, area, **given)
    row.save(force_insert=True)
    return row


def own_row(label: str, area: Area, me: User) -> tuple[models.Model, Resident]:
    """A row that hangs on a resident to whom the user's account is bound, and that resident."""
    resident = saved("residents.Resident", area)
    saved("residents.ResidentAccount", area, user=me, resident=resident)
    assert isinstance(resident, Resident)
    return saved(label, area, resident=resident), resident
