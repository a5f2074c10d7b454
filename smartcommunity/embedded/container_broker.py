"""Write the files of a mosquitto that runs in its own container: configuration and accounts.

    MQTT_PASSWORD=... python -m smartcommunity.embedded.container_broker DIRECTORY

The broker's container and the project's share DIRECTORY (``SC_BROKER_DIR``). Devices' accounts
there are kept; ``packaging/mosquitto.sh`` makes the broker read new ones.
"""

import os
import sys
from pathlib import Path

from smartcommunity.embedded.broker import mosquitto_rules, platform_credential
from smartcommunity.embedded.credentials import write_fixed_credentials
from smartcommunity.embedded.process import Account, write_private


def main(directory: Path, password: str) -> None:
    """Write ``mosquitto.conf`` and the platform's account."""
    data = directory / "data"
    data.mkdir(exist_ok=True)
    write_fixed_credentials(directory, [platform_credential(password)])
    lines = (
        "listener 1883",
        *mosquitto_rules(directory, data=data),
        "log_dest stdout",
        f"log_dest file {directory / 'mosquitto.log'}",
        "log_timestamp_format %Y-%m-%dT%H:%M:%SZ",
        *(f"log_type {level}" for level in ("error", "warning", "notice", "information")),
    )
    write_private(directory / "mosquitto.conf", "\n".join(lines) + "\n", Account.current())


if __name__ == "__main__":
    main(Path(sys.argv[1]), os.environ["MQTT_PASSWORD"])
