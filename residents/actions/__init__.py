"""Writes of the registry: policy, check, transaction, provenance, access log."""

from residents.actions.accounts import bind_account
from residents.actions.consents import give_consent, withdraw_consent
from residents.actions.homes import move_in, register_household
from residents.actions.recording import Residency, record, register_member

__all__ = [
    "Residency",
    "bind_account",
    "give_consent",
    "move_in",
    "record",
    "register_household",
    "register_member",
    "withdraw_consent",
]
