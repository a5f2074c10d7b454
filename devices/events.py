"""What devices announces to the floors above."""

from dataclasses import dataclass

from devices.models import DeviceEvent


@dataclass(frozen=True, slots=True)
class EventRecorded:
    """A device event was written; announced in the same transaction.

    `event.data` as announced still holds what the stored row does not: the token, card number or
    PIN of a passage. A handler that raises quarantines the message and undoes the event.
    """

    event: DeviceEvent
