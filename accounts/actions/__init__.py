"""Writes of accounts."""

from accounts.actions.bootstrap import found_offices, reset_by_operator, root_area
from accounts.actions.changes import (
    approve_change,
    end_now,
    expire_changes,
    propose_department_change,
    propose_end,
    propose_membership,
    propose_membership_change,
    propose_move,
    propose_share,
    propose_withdrawal,
    reject_change,
    review_change,
    withdraw_change,
)
from accounts.actions.second_factor import begin_second_factor, confirm_second_factor
from accounts.actions.structure import (
    add_area,
    add_department,
    close_area,
    rename_area,
    rename_department,
)
from accounts.actions.terms import OFFICE, appoint, forget_ended_shares, share_area
from accounts.actions.users import (
    choose_password,
    create_user,
    end_account,
    remove_second_factor,
    reopen_account,
    reset_password,
)

__all__ = [
    "OFFICE",
    "add_area",
    "add_department",
    "appoint",
    "approve_change",
    "begin_second_factor",
    "choose_password",
    "close_area",
    "confirm_second_factor",
    "create_user",
    "end_account",
    "end_now",
    "expire_changes",
    "forget_ended_shares",
    "found_offices",
    "propose_department_change",
    "propose_end",
    "propose_membership",
    "propose_membership_change",
    "propose_move",
    "propose_share",
    "propose_withdrawal",
    "reject_change",
    "remove_second_factor",
    "rename_area",
    "rename_department",
    "reopen_account",
    "reset_by_operator",
    "reset_password",
    "review_change",
    "root_area",
    "share_area",
    "withdraw_change",
]
