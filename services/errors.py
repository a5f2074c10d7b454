"""Errors of services: the kernel's tree, with these codes.

NotAllowed  not_bound     the account is not bound to a registry entry
Conflict    wrong_state   the request's state forbids the step
Invalid     bad_picture   a photograph cannot be used; `fields` names which and why
"""

from django.utils.translation import gettext_lazy as _

from smartcommunity.kernel.errors import Conflict, Invalid, NotAllowed


class NotBound(NotAllowed):
    """The signed-in person has no registry entry yet."""

    code = "not_bound"
    default_message = _(
        "Your account is not linked to the registry yet. Please go to the property office with"
        " your identity document."
    )


class WrongState(Conflict):
    """Somebody else was quicker, or the step comes at the wrong time."""

    code = "wrong_state"


class BadPicture(Invalid):
    """The file is not a photograph that we can keep."""

    code = "bad_picture"
