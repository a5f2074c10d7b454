"""Writes of datasharing."""

from datasharing.actions.catalogue import CatalogueCounts, load_catalogue
from datasharing.actions.grants import approve_grant, refuse_grant, request_grant, revoke_grant

__all__ = [
    "CatalogueCounts",
    "approve_grant",
    "load_catalogue",
    "refuse_grant",
    "request_grant",
    "revoke_grant",
]
