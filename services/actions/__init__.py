"""Writes of services: what a resident asks for, and what staff do about it.

Every verb locks the request, asks the policy and the state machine, writes one step of the
timeline and tells both sides' screens, in one transaction.
"""

from services.actions.alerts import repair_leak, requests_of_merged
from services.actions.catalogue import load_items
from services.actions.resident import (
    Asked,
    cancel,
    invite_visitor,
    rate,
    report_repair,
    revoke_pass,
)
from services.actions.staff import accept, close, comment, publish_notice, take_over

__all__ = [
    "Asked",
    "accept",
    "cancel",
    "close",
    "comment",
    "invite_visitor",
    "load_items",
    "publish_notice",
    "rate",
    "repair_leak",
    "report_repair",
    "requests_of_merged",
    "revoke_pass",
    "take_over",
]
