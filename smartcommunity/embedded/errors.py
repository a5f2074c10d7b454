"""What can go wrong while embedded services run.

::

    ServiceError            anything below; the message is bilingual and meant for a person
    +-- PortTakenError           another process listens on the configured port
    +-- AlreadyRunningError      another launcher holds the same state directory
    +-- ServiceFailedError       a service did not start, or ended by itself
"""


class ServiceError(Exception):
    """An embedded service cannot do its work; ``str()`` tells a person what to do."""


class PortTakenError(ServiceError):
    """The configured port is in use."""


class AlreadyRunningError(ServiceError):
    """Another launcher already runs on this state directory."""


class ServiceFailedError(ServiceError):
    """A service did not become ready, or ended by itself."""
