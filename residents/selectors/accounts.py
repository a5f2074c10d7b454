"""Which registry entries a user's account is bound to."""

import uuid

from residents.models import ResidentAccount


def entries_bound_to(user_id: uuid.UUID) -> list[uuid.UUID]:
    """The keys of the user's own entries: they make his scope (`accounts.scope`)."""
    return list(ResidentAccount.objects.filter(user=user_id).values_list("resident_id", flat=True))
