"""Writes of datasharing."""

from datasharing.actions.catalogue import CatalogueCounts, load_catalogue
from datasharing.actions.designs import (
    create_form,
    discard_draft,
    publish_draft,
    retire_form,
    save_draft,
    start_draft,
)
from datasharing.actions.grants import approve_grant, refuse_grant, request_grant, revoke_grant

__all__ = [
    "CatalogueCounts",
    "approve_grant",
    "create_form",
    "discard_draft",
    "load_catalogue",
    "publish_draft",
    "refuse_grant",
    "request_grant",
    "retire_form",
    "revoke_grant",
    "save_draft",
    "start_draft",
]
