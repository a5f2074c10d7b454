"""Start what the environment does not supply: PostgreSQL, Valkey, an MQTT broker.

    with Runtime(Path(".data")) as runtime:
        subprocess.run([...], env=os.environ | runtime.environ())

``DATABASE_URL``, ``REDIS_URL`` and ``MQTT_URL`` in the environment each replace one service.
``Runtime(tmp, ports="free", durable=False)`` is a throw-away set for tests.
"""

import fcntl
import os
import shutil
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, Literal, Self

from smartcommunity.embedded import broker as brokers
from smartcommunity.embedded import ports as tcp
from smartcommunity.embedded import secrets
from smartcommunity.embedded.broker import Broker
from smartcommunity.embedded.errors import AlreadyRunningError, ServiceError
from smartcommunity.embedded.place import Place
from smartcommunity.embedded.postgres import APP, OWNER, Passwords, Postgres
from smartcommunity.embedded.process import Account, Service
from smartcommunity.embedded.valkey import Valkey

DEFAULT_PORTS = {"SC_PG_PORT": 55432, "SC_REDIS_PORT": 56379, "SC_MQTT_PORT": 51883}
_EXTERNAL = ("DATABASE_URL", "REDIS_URL", "MQTT_URL")


class Runtime:
    """The embedded services of one state directory, as a context manager.

    Enter it in a thread that lives on: services end with the thread that started them.

    Attributes:
        postgres, valkey, broker: the services, None where the environment supplies one. Each has
            ``start``, ``stop``, ``restart`` and ``kill``.
    """

    def __init__(
        self,
        state_dir: Path,
        *,
        ports: Literal["configured", "free"] = "configured",
        durable: bool = True,
        broker: str | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """Describe the runtime; nothing starts yet.

        Args:
            state_dir: data, secrets and logs; made if missing.
            ports: ``configured`` reads ``SC_*_PORT``; ``free`` picks any.
            durable: False for tests: PostgreSQL skips fsync, the services' data go at the end.
            broker: ``mosquitto`` or ``nats`` instead of ``MQTT_BROKER``.
            environment: instead of ``os.environ``.
        """
        self.state_dir = state_dir.resolve()
        self.durable = durable
        self.given = dict(os.environ if environment is None else environment)
        self.postgres: Postgres | None = None
        self.valkey: Valkey | None = None
        self.broker: Broker | None = None
        self._wanted_broker = broker or self.given.get("MQTT_BROKER")
        self._free_ports = ports == "free"
        self._place: Place | None = None
        self._secrets: dict[str, str] = {}
        self._lock: IO[str] | None = None

    def __enter__(self) -> Self:
        """Start all services; on failure stop those already started."""
        self.state_dir.mkdir(mode=0o711, parents=True, exist_ok=True)
        self._take_lock()
        try:
            self._secrets = secrets.load_or_create(self.state_dir)
            self._configure()
            self._start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """Stop all services, PostgreSQL last."""
        try:
            for service in reversed(self.services):
                service.stop()
        finally:
            if self._place is not None and not self.durable:
                shutil.rmtree(self._place.data, ignore_errors=True)
            if self._lock is not None:
                self._lock.close()
                self._lock = None

    @property
    def services(self) -> list[Service]:
        """The services this runtime runs."""
        return [one for one in (self.postgres, self.valkey, self.broker) if one is not None]

    def environ(self) -> dict[str, str]:
        """Return the variables Django, Celery and the processes need, external ones included."""
        mine = {
            "SC_STATE_DIR": str(self.state_dir),
            "SC_MEDIA_ROOT": str(self.state_dir / "media"),
            **{name: self._secrets[name] for name in secrets.DJANGO},
        }
        if self.postgres:
            mine |= {
                "DATABASE_URL": self.postgres.url(APP),
                "DATABASE_OWNER_URL": self.postgres.url(OWNER),
            }
        if self.valkey:
            mine["REDIS_URL"] = self.valkey.url()
        if self.broker:
            mine |= {
                "MQTT_URL": self.broker.url(),
                "SC_MQTT_PROTOCOL": self.broker.protocol,
                "SC_BROKER_DIR": str(self.broker.home),
                "MQTT_BROKER_LOG": str(self.broker.log),
            }
        names = (*secrets.DJANGO, *_EXTERNAL, "DATABASE_OWNER_URL", "SC_MEDIA_ROOT")
        return mine | {name: self.given[name] for name in names if self.given.get(name)}

    def _configure(self) -> None:
        if all(self.given.get(name) for name in _EXTERNAL):
            return
        self._place = place = Place.choose(self.state_dir, Account.for_services())
        logs = self.state_dir / "logs"
        numbers = self._port_numbers()
        if not self.given.get("DATABASE_URL"):
            self.postgres = Postgres(
                place,
                port=numbers["SC_PG_PORT"],
                passwords=Passwords(
                    superuser=self._secrets["SC_PG_SUPERUSER_PASSWORD"],
                    owner=self._secrets["SC_PG_OWNER_PASSWORD"],
                    app=self._secrets["SC_PG_APP_PASSWORD"],
                ),
                log=logs / "postgres.log",
                durable=self.durable,
            )
            tcp.require(tcp.Port(self.postgres.port, "PostgreSQL", "SC_PG_PORT"))
        if not self.given.get("REDIS_URL"):
            self.valkey = Valkey(
                place,
                port=numbers["SC_REDIS_PORT"],
                password=self._secrets["SC_REDIS_PASSWORD"],
                log=logs / "valkey.log",
            )
            tcp.require(tcp.Port(self.valkey.port, "Valkey (Redis)", "SC_REDIS_PORT"))
        if not self.given.get("MQTT_URL"):
            self.broker = brokers.create(
                place,
                port=numbers["SC_MQTT_PORT"],
                password=self._secrets["SC_MQTT_PASSWORD"],
                log=logs / "broker.log",
                wanted=self._wanted_broker,
            )
            tcp.require(tcp.Port(self.broker.port, "MQTT", "SC_MQTT_PORT"))

    def _start(self) -> None:
        """Prepare side by side, spawn from this thread (it must outlive them), then wait."""
        with ThreadPoolExecutor() as pool:
            list(pool.map(lambda service: service.prepare(), self.services))
        for service in self.services:
            service.spawn()
        for service in self.services:
            service.wait_ready()

    def _port_numbers(self) -> dict[str, int]:
        if self._free_ports:
            return dict(zip(DEFAULT_PORTS, tcp.free_ports(len(DEFAULT_PORTS)), strict=True))
        return {
            name: port_number(self.given, name, default) for name, default in DEFAULT_PORTS.items()
        }

    def _take_lock(self) -> None:
        lock = (self.state_dir / "lock").open("a+")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            pid = lock.read().strip()
            lock.close()
            raise AlreadyRunningError(
                f"已有一个实例在运行 (pid {pid}),数据目录 {self.state_dir}。请先停止它。\n"
                f"Already running (pid {pid}) on {self.state_dir}. Stop that one first."
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        self._lock = lock


def port_number(environment: Mapping[str, str], name: str, default: int) -> int:
    """Return a port from the environment.

    Raises:
        ServiceError: the variable holds no port number.
    """
    value = environment.get(name) or str(default)
    if not value.isdecimal() or not 0 < int(value) < 65536:
        raise ServiceError(f"{name}={value}: 1-65535")
    return int(value)
