import signal
from argparse import ArgumentParser
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from devices.mqtt.ingest import Ingest


class Command(BaseCommand):
    help = "Store what devices publish, then acknowledge it. Ends in order on SIGTERM."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--name", default="1", help="session of this copy: each running copy needs its own"
        )

        parser.add_argument(
            "--retire",
            action="store_true",
            help="store what the broker holds for this copy, then give its session up for good",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        ingest = Ingest(
            url=settings.MQTT_URL, name=options["name"], broker_log=settings.MQTT_BROKER_LOG
        )

        def stop(_number: int, _frame: FrameType | None) -> None:
            ingest.stopping = True

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        if options["retire"]:
            ingest.retire()
        else:
            ingest.run()
