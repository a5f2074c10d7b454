"""Model fields that are encrypted at rest."""

from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from smartcommunity.kernel import crypto


class _Sealed:
    """A sealed value: in an instance until somebody reads the attribute, and on its way to the
    table. Text that is not sealed for its row never gets there."""

    __slots__ = ("blob",)

    def __init__(self, blob: bytes) -> None:
        self.blob = blob

    def __repr__(self) -> str:
        return "<sealed>"


class _OpenOnRead:
    """Opens the sealed value on first access: a fetched row decrypts only what is used."""

    def __init__(self, field: "EncryptedTextField") -> None:
        self.field = field

    def __get__(self, instance: models.Model | None, owner: type[models.Model]) -> Any:
        if instance is None:
            return self
        name = self.field.attname
        if name not in instance.__dict__:  # deferred by .only()/.defer()
            instance.refresh_from_db(fields=[name])
        value = instance.__dict__[name]
        if isinstance(value, _Sealed):
            value = crypto.open_sealed(value.blob, self.field.bound_to(instance)).decode()
            instance.__dict__[name] = value
        return value

    def __set__(self, instance: models.Model, value: Any) -> None:
        instance.__dict__[self.field.attname] = value


class EncryptedTextField(models.Field[Any, Any]):
    """Text kept as bytea, sealed with `kernel.crypto` and bound to table, column and row.

    The model's primary key must be known before saving (a UUID default). Empty text is kept as
    null. The value cannot be filtered or sorted: look it up through a `BlindIndexField` beside it.
    `update()` and `bulk_update()` do not know the row and take null only; others raise TypeError.
    """

    description = "text encrypted at rest"

    def get_internal_type(self) -> str:
        return "BinaryField"

    def bound_to(self, instance: models.Model) -> str:
        return f"{self.model._meta.label_lower}.{self.attname}:{instance.pk}"

    def contribute_to_class(
        self, cls: type[models.Model], name: str, private_only: bool = False
    ) -> None:
        super().contribute_to_class(cls, name, private_only)
        setattr(cls, self.attname, _OpenOnRead(self))

    def from_db_value(self, value: Any, *_: Any) -> _Sealed | None:
        return None if value is None else _Sealed(bytes(value))

    def pre_save(self, model_instance: models.Model, add: bool) -> _Sealed | None:
        held = model_instance.__dict__.get(self.attname)
        if isinstance(held, _Sealed) and not add:
            return held  # nobody read it: it goes back as it came
        value = getattr(model_instance, self.attname)  # of a copied row this raises CannotOpen
        if value is None or value == "":
            return None
        return _Sealed(crypto.seal(str(value).encode(), self.bound_to(model_instance)))

    def get_db_prep_value(
        self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False
    ) -> Any:
        if value is None:
            return None
        if not isinstance(value, _Sealed):
            raise TypeError(f"{self} takes only values sealed for their row: use save()")
        return connection.Database.Binary(value.blob)  # type: ignore[attr-defined]

    def get_lookup(self, lookup_name: str) -> Any:
        """Only `isnull`: comparing sealed bytes would never find anything."""
        return super().get_lookup(lookup_name) if lookup_name == "isnull" else None

    def value_to_string(self, obj: models.Model) -> str:
        raise TypeError("encrypted fields are not serialised: back up the database instead")


class BlindIndexField(models.BinaryField[Any, Any]):
    """32-byte keyed hash of a normalised value; `crypto.blind_index` makes it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.update(max_length=32, null=True, blank=True, editable=False)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        for key in ("max_length", "null", "blank", "editable"):
            kwargs.pop(key, None)
        return name, path, args, kwargs
