from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from devices.actions import broker_credentials
from smartcommunity.embedded.credentials import write_credentials


class Command(BaseCommand):
    help = "Write the broker's password and permission files for all devices (docker-compose)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--out", type=Path, required=True, help="the broker's directory")

    def handle(self, *args: Any, **options: Any) -> None:
        credentials = broker_credentials()
        options["out"].mkdir(parents=True, exist_ok=True)
        write_credentials(options["out"], credentials)
        self.stdout.write(f"{len(credentials)} accounts in {options['out']}")
