"""Grammar of topics: which driver reads a topic, who published it, and under which own id."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from devices.drivers.base import Driver
from devices.drivers.registry import DRIVERS

MAX_KEY = 80


@dataclass(frozen=True, slots=True)
class Address:
    """What a topic says: the driver, the publishing device's code, the parts of its grammar."""

    driver: Driver
    source: str
    parts: Mapping[str, str]

    def sender_id(self, payload: bytes) -> str:
        """The sender's own id of the message; empty when the dialect or the message has none."""
        return self.driver.sender_id(self.parts, payload)

    def event_key(self, sender_id: str) -> str:
        """The key under which a message with that id is stored once, at most MAX_KEY characters."""
        key = f"{self.parts.get('channel', '')}:{sender_id}"
        return key if len(key) <= MAX_KEY else hashlib.sha256(key.encode()).hexdigest()

    @property
    def is_frame(self) -> bool:
        return self.driver.is_frame(self.parts)


def locate(topic: str) -> Address | None:
    """The address of a topic, or None when no driver knows its form."""
    for driver in DRIVERS.values():
        if match := driver.pattern.fullmatch(topic):
            parts = {name: value for name, value in match.groupdict().items() if value is not None}
            return Address(driver, parts["source"], parts)
    return None


def filters() -> list[str]:
    """Every topic filter that intake subscribes to."""
    return [one for driver in DRIVERS.values() for one in driver.filters]
