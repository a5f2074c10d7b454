"""Writes of datasharing."""

from datasharing.actions.catalogue import CatalogueCounts, load_catalogue
from datasharing.actions.grant_requests import (
    request_grant,
    request_grants,
    withdraw_grant_request,
)
from datasharing.actions.grants import approve_grant, refuse_grant, revoke_grant
from datasharing.actions.own_elements import add_element, retire_element

__all__ = [
    "CatalogueCounts",
    "add_element",
    "approve_grant",
    "load_catalogue",
    "refuse_grant",
    "request_grant",
    "request_grants",
    "retire_element",
    "revoke_grant",
    "withdraw_grant_request",
]
