"""Writes of the registry: policy, check, transaction, provenance, access log."""

from residents.actions.accounts import bind_account
from residents.actions.confirming import confirm
from residents.actions.consents import give_consent, withdraw_consent
from residents.actions.emergency import end_emergency, open_emergency, review_emergency
from residents.actions.exports import (
    expire_exports,
    fetch_export,
    make_export,
    request_export,
    rows_left,
)
from residents.actions.homes import (
    correct_residence,
    move_in,
    move_out,
    move_together,
    register_household,
)
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
from residents.actions.lists import keep_query
from residents.actions.merging import merge_residents, tell_apart, undo_merge
from residents.actions.moving import repoint
from residents.actions.organisations import (
    employ,
    end_employment,
    move_organisation,
    register_organisation,
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
from residents.actions.vehicles import Keeper, register_vehicle, set_keeper

__all__ = [
    "Keeper",
    "Residency",
    "Saved",
    "accept_proposal",
    "approve_seal",
    "ask_lift",
    "bind_account",
    "cancel_import",
    "confirm",
    "confirm_import",
    "correct_residence",
    "employ",
    "end_emergency",
    "end_employment",
    "erase_import",
    "expire_exports",
    "expire_imports",
    "fetch_export",
    "give_consent",
    "keep_query",
    "keep_seal",
    "lift_seal",
    "make_export",
    "merge_residents",
    "move_in",
    "move_organisation",
    "move_out",
    "move_together",
    "open_emergency",
    "pause_import",
    "propose",
    "propose_seal",
    "record",
    "refuse_seal",
    "register_household",
    "register_member",
    "register_organisation",
    "register_vehicle",
    "reject_proposal",
    "repoint",
    "request_export",
    "resume_import",
    "review_emergency",
    "rows_left",
    "save_form",
    "set_keeper",
    "start_import",
    "tell_apart",
    "undo_merge",
    "withdraw_consent",
    "withdraw_proposal",
    "work_on_import",
]
