"""Errors of accounts: the kernel's tree, with these codes.

Conflict  administrator_roles_exclude   the three administrators exclude every other role
Conflict  change_overtaken              what a permission change rests on is no longer so
"""

from django.utils.translation import gettext_lazy as _

from smartcommunity.kernel.errors import Conflict


class RolesExclude(Conflict):
    """An administrator's role beside another role."""

    code = "administrator_roles_exclude"
    default_message = _(
        "System administrator, security administrator and auditor exclude each other and every"
        " other role at the same time. End the other appointment first."
    )


class ChangeOvertaken(Conflict):
    """The world changed between the proposal and its approval."""

    code = "change_overtaken"
