"""Errors of devices.

DomainError (kernel)
├── Conflict
│   ├── TakesNoCommands  409  the device's dialect has no command topic
│   └── NotReplayable    409  the message is not in quarantine, or its content was never stored
Unreadable               a driver cannot make sense of a message: it is quarantined, never raised
                         out of `actions.process`
"""

from django.utils.translation import gettext_lazy as _

from devices.choices import Fault
from smartcommunity.kernel.errors import Conflict


class TakesNoCommands(Conflict):
    code = "takes_no_commands"
    default_message = _("This device takes no commands.")


class NotReplayable(Conflict):
    code = "not_replayable"
    default_message = _("This message cannot be replayed: its content was not kept.")


class Unreadable(Exception):
    """Why a message becomes no event. `detail` names the place of the fault, never a value."""

    def __init__(self, fault: Fault, detail: str = "") -> None:
        self.fault = fault
        self.detail = detail
        super().__init__(f"{fault}: {detail}")
