"""What services announces, inside the transaction that did it."""

import uuid
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RequestClosed:
    """A request is done. `alert_id` is the alert that raised it, if one did."""

    request_id: uuid.UUID
    alert_id: uuid.UUID | None
