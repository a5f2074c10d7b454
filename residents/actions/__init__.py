"""Writes of the registry: policy, check, transaction, provenance, access log."""

from residents.actions.accounts import bind_account
from residents.actions.consents import give_consent, withdraw_consent
from residents.actions.homes import move_in, register_household
from residents.actions.importing import work as work_on_import
from residents.actions.imports import (
    cancel_import,
    confirm_import,
    erase_import,
    expire_imports,
    pause_import,
    resume_import,
    start_import,
)
from residents.actions.proposals import (
    accept_proposal,
    propose,
    reject_proposal,
    withdraw_proposal,
)
from residents.actions.recording import Residency, Saved, record, register_member, save_form
from residents.actions.seals import (
    approve_seal,
    ask_lift,
    keep_seal,
    lift_seal,
    propose_seal,
    refuse_seal,
)

__all__ = [
    "Residency",
    "Saved",
    "accept_proposal",
    "approve_seal",
    "ask_lift",
    "bind_account",
    "cancel_import",
    "confirm_import",
    "erase_import",
    "expire_imports",
    "give_consent",
    "keep_seal",
    "lift_seal",
    "move_in",
    "pause_import",
    "propose",
    "propose_seal",
    "record",
    "refuse_seal",
    "register_household",
    "register_member",
    "reject_proposal",
    "resume_import",
    "save_form",
    "start_import",
    "withdraw_consent",
    "withdraw_proposal",
    "work_on_import",
]
