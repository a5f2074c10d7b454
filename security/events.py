"""What security announces, inside the transaction that wrote it."""

from dataclasses import dataclass

from security.models import Alert


@dataclass(frozen=True, slots=True)
class AlertRaised:
    """A new alert; a repeated occurrence of an open one is not announced again."""

    alert: Alert


@dataclass(frozen=True, slots=True)
class AlertClosed:
    """An alert was closed with its finding."""

    alert: Alert
