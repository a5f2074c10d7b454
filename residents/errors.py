"""Errors of residents: the kernel's tree, with these codes.

Invalid
├── DuplicateDocument  duplicate_document  the number belongs to somebody registered already
├── DuplicateNumber    duplicate_number    the credit code or plate is registered already
└── BadFile            bad_file            an uploaded table is no acceptable file
Conflict
├── Stale              stale               somebody else saved the same record meanwhile
└── LikelyTheSame      likely_the_same     a newcomer looks like somebody registered already
"""

import uuid
from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from residents.choices import Match
from smartcommunity.kernel.errors import Conflict, Invalid


class DuplicateDocument(Invalid):
    """`resident_id` is the other entry when the viewer may see it, else None: then the message
    does not say where or who it is."""

    code = "duplicate_document"

    def __init__(self, resident_id: uuid.UUID | None) -> None:
        self.resident_id = resident_id
        text = (
            _("Somebody with this document is registered already. Open that entry instead.")
            if resident_id
            else _("This document cannot be registered here. Ask the police station to check it.")
        )
        super().__init__(fields={"doc_no": text})


class DuplicateNumber(Invalid):
    """`subject_id` is the other organisation or vehicle when the viewer may see it, else None."""

    code = "duplicate_number"

    def __init__(self, element: str, subject_id: uuid.UUID | None) -> None:
        self.subject_id = subject_id
        text = (
            _("This number is registered already. Open that entry instead.")
            if subject_id
            else _("This number cannot be registered here. Ask the responsible department.")
        )
        super().__init__(fields={element: text})


class Stale(Conflict):
    code = "stale"
    default_message = _(
        "Somebody else changed this entry while you were typing. "
        "Open it again, compare, and enter what is still missing."
    )


class LikelyTheSame(Conflict):
    """`found` are the registered people, all of whom the viewer could find himself, and why."""

    code = "likely_the_same"
    default_message = _("Somebody registered already may be the same person. Compare them first.")

    def __init__(self, found: Mapping[uuid.UUID, Match]) -> None:
        self.found = found
        super().__init__()


class BadFile(Invalid):
    """An uploaded table is refused as a whole; the message says why and how to mend it."""

    code = "bad_file"
    default_message = _("This file cannot be imported.")
