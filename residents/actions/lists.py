"""Keeping what was asked of a list, so that its pages have an address without personal data."""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.db import transaction

from accounts.viewer import Viewer
from residents.filters import Listing
from residents.models import ListQuery
from smartcommunity.kernel import clock
from smartcommunity.kernel.errors import NotAllowed

KEPT_FOR = timedelta(days=1)


@transaction.atomic
def keep_query(*, viewer: Viewer, listing: Listing) -> uuid.UUID:
    """The key under which the viewer's own pages find the question again. Raises NotAllowed."""
    if viewer.user_id is None:
        raise NotAllowed
    now = clock.now()
    ListQuery.objects.filter(created_at__lt=now - KEPT_FOR).delete()
    kept = ListQuery(user_id=viewer.user_id, created_at=now)
    kept.sealed = listing.dump()
    kept.save()
    return kept.pk
