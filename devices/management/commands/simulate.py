import signal
from argparse import ArgumentParser
from pathlib import Path
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from devices.models import Device
from devices.mqtt.client import Endpoint
from devices.simulation.estate import Estate, Pace
from devices.simulation.truth import Truth


class Command(BaseCommand):
    help = (
        "Run simulated devices with the demonstration's own accounts: gates that acknowledge,"
        " cameras, sensors with readings and now and then a leak. Ends in order on SIGTERM."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        state = Path(settings.STATE_DIR)
        parser.add_argument("--rate", type=float, default=1.0, help="sensor messages a second")
        parser.add_argument("--seconds", type=float, help="how long; without it, until stopped")
        parser.add_argument("--area", help="code of the estate; without it, all")
        parser.add_argument("--frame-every", type=float, default=20.0, help="seconds")
        parser.add_argument("--leak-every", type=float, default=300.0, help="seconds")
        parser.add_argument("--leak-lasts", type=float, default=60.0, help="seconds")
        parser.add_argument("--accounts", type=Path, default=state / "demo_devices.json")
        parser.add_argument("--pictures", type=Path, default=state / "pictures")
        parser.add_argument("--truth", type=Path, default=state / "simulation.jsonl")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["accounts"].exists():
            raise CommandError(f"{options['accounts']} is missing: run manage.py seed_demo first")
        if not 0 < options["rate"] <= 1000:
            raise CommandError("--rate: more than 0, at most 1000")
        devices = Device.objects.filter(active=True)
        if options["area"]:
            devices = devices.filter(area__code=options["area"])
        pace = Pace(
            options["rate"], options["frame_every"], options["leak_every"], options["leak_lasts"]
        )
        truth = Truth(options["truth"])
        estate = Estate(truth, pace, sorted(options["pictures"].glob("*.jpg")))
        estate.load(
            options["accounts"],
            Endpoint.parse(settings.MQTT_URL),
            set(devices.values_list("code", flat=True)),
        )
        if not estate.actors:
            raise CommandError("no simulated device has an account here: run manage.py seed_demo")

        def stop(_number: int, _frame: FrameType | None) -> None:
            estate.stopping = True

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        try:
            estate.run(options["seconds"])
        finally:
            estate.close()
        said = ", ".join(f"{count} {kind}" for kind, count in sorted(truth.counts.items()))
        self.stdout.write(f"{len(estate.actors)} devices; {said or 'nothing said'}; {truth.path}")
