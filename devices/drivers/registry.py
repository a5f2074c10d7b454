"""All drivers by key. A new dialect is one file and one name in this tuple."""

from devices.drivers import native, zigbee2mqtt
from devices.drivers.base import Driver

DRIVERS: dict[str, Driver] = {driver.key: driver for driver in (native.DRIVER, zigbee2mqtt.DRIVER)}
