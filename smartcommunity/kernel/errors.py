"""The one error tree. Edges turn it into a page, a fragment or a JSON body.

DomainError
├── NotAllowed   403  the viewer may not do this; the reason is safe to show
├── NotFound     404  it does not exist, or the viewer may not know that it does
├── Invalid      422  input is wrong; `fields` names each wrong field
├── Conflict     409  somebody else changed it first, or its state forbids the step
├── TooMany      429  a rate or a quota is used up
└── Unavailable  503  a part we need is away; trying again later is right
"""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

type_text = str | Promise


class DomainError(Exception):
    """An expected refusal. `code` is stable for programs, `message` is for the user."""

    status = 400
    code = "error"
    default_message: type_text = _("This did not work.")

    def __init__(
        self,
        message: type_text | None = None,
        *,
        code: str | None = None,
        fields: Mapping[str, type_text] | None = None,
    ) -> None:
        self.message = message or self.default_message
        self.code = code or self.code
        self.fields = dict(fields or {})
        super().__init__(self.code)

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"


class NotAllowed(DomainError):
    status = 403
    code = "not_allowed"
    default_message = _("You are not authorised to do this.")


class NotFound(DomainError):
    status = 404
    code = "not_found"
    default_message = _("This does not exist, or you are not authorised to see it.")


class Invalid(DomainError):
    status = 422
    code = "invalid"
    default_message = _("Some values need correcting.")


class Conflict(DomainError):
    status = 409
    code = "conflict"
    default_message = _("This was changed meanwhile. Reload and look again.")


class TooMany(DomainError):
    status = 429
    code = "too_many"
    default_message = _("Too many requests. Wait a moment and try again.")


class Unavailable(DomainError):
    status = 503
    code = "unavailable"
    default_message = _("A part of the platform is away. Try again in a moment.")
