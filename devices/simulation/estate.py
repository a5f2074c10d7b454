"""The estate that runs: who connects, and what happens when."""

import json
import random
import time
from dataclasses import dataclass, replace
from pathlib import Path

import structlog

from devices.mqtt.client import Endpoint
from devices.simulation.actors import Actor, CameraActor, GateActor, GatewayActor
from devices.simulation.truth import Truth

log = structlog.get_logger(__name__)

TICK = 0.05
RECONNECT_SECONDS = 5.0
ACTORS = {"gate": GateActor, "camera": CameraActor, "gateway": GatewayActor}
# How often each kind of face comes to a gate.
FACES = {"resident": 6, "stranger": 3, "watched": 1}


@dataclass(frozen=True, slots=True)
class Pace:
    """Sensor messages a second over all sensors, seconds between frames, between leaks, and how
    long a leak lasts."""

    rate: float
    frame_every: float
    leak_every: float
    leak_lasts: float


class Estate:
    """All simulated devices. Build it with `load`; `run` drives it until `stopping`."""

    def __init__(self, truth: Truth, pace: Pace, pictures: list[Path]) -> None:
        self.truth = truth
        self.pace = pace
        self.pictures = pictures
        self.actors: dict[str, Actor] = {}
        self.stopping = False

    def load(self, accounts: Path, endpoint: Endpoint, codes: set[str]) -> None:
        """Make the devices of these codes from the demonstration's accounts file:
        {code: {"password", "category", "gateway", "address"}}."""
        known = json.loads(accounts.read_text())
        mine = {code: account for code, account in known.items() if code in codes}
        for code, account in mine.items():
            if account["password"] and (actor := ACTORS.get(account["category"])):
                own = replace(endpoint, username=code, password=account["password"])
                self.actors[code] = actor(code, own, self.truth)
        for account in mine.values():
            gateway = self.actors.get(account["gateway"])
            if isinstance(gateway, GatewayActor):
                gateway.add(account["address"], account["category"])

    def run(self, seconds: float | None) -> None:
        """Play for that long, or until `stopping`."""
        started = time.monotonic()
        connect_at = 0.0
        sensor_at = started
        frame_at = started + random.uniform(0, self.pace.frame_every)
        leak_at = started + random.uniform(0, self.pace.leak_every)
        while not self.stopping:
            now = time.monotonic()
            if seconds is not None and now - started >= seconds:
                break
            if now >= connect_at:
                connect_at = now + RECONNECT_SECONDS
                self.connect()
            if now >= sensor_at:
                sensor_at = max(sensor_at + 1 / self.pace.rate, now - 1)
                self.report()
            if now >= frame_at:
                frame_at = now + random.uniform(0.5, 1.5) * self.pace.frame_every
                self.snap()
            if now >= leak_at:
                lasts = self.leak()
                leak_at = now + (lasts or random.uniform(0.5, 1.5) * self.pace.leak_every)
            time.sleep(min(TICK, 0.5 / self.pace.rate))

    def connect(self) -> None:
        for actor in self.actors.values():
            try:
                actor.connect()
            except OSError as error:
                log.warning("device_offline", device=actor.code, error=str(error))

    def report(self) -> None:
        """One sensor somewhere tells its readings."""
        gateways = [one for one in self.gateways() if one.sensors]
        if gateways:
            gateway = random.choice(gateways)
            gateway.report(random.choice(sorted(gateway.sensors)))

    def snap(self) -> None:
        """Somebody comes to a gate."""
        cameras = [one for one in self.actors.values() if isinstance(one, CameraActor)]
        if cameras and self.pictures:
            weights = [FACES.get(one.stem.partition("-")[0], 1) for one in self.pictures]
            (picture,) = random.choices(self.pictures, weights)
            random.choice(cameras).snap(picture)

    def leak(self) -> float:
        """Water comes out somewhere, or the present leak is stopped; returns how long to wait,
        0 for the usual time between leaks."""
        for gateway in self.gateways():
            for address in gateway.wet():
                gateway.set_leak(address, False)
                return 0.0
        places = [(gateway, address) for gateway in self.gateways() for address in gateway.dry()]
        if not places:
            return 0.0
        gateway, address = random.choice(places)
        gateway.set_leak(address, True)
        return self.pace.leak_lasts

    def gateways(self) -> list[GatewayActor]:
        return [one for one in self.actors.values() if isinstance(one, GatewayActor)]

    def close(self) -> None:
        for actor in self.actors.values():
            actor.close()
