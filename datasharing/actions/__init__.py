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
    "create_form",
    "discard_draft",
    "load_catalogue",
    "publish_draft",
    "refuse_grant",
    "request_grant",
    "request_grants",
    "retire_element",
    "retire_form",
    "revoke_grant",
    "save_draft",
    "start_draft",
    "withdraw_grant_request",
]
