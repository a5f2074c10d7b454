from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.functional import Promise
from django.utils.translation import override

from smartcommunity.demo.seed import seed_demo
from smartcommunity.kernel.errors import Conflict


class Command(BaseCommand):
    help = "Load the demonstration: invented estates, people, devices and users (DEMO_MODE only)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--scale", type=float, default=1.0, help="lower buildings, fewer people (0.1 to 1)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            seed_demo(say=self.say, scale=options["scale"])
        except Conflict as error:
            raise CommandError(str(error.message)) from error

    def say(self, text: Promise) -> None:
        """Print in Chinese and in English: nobody has chosen a language yet."""
        with override("zh-hans"):
            chinese = str(text)
        with override("en"):
            self.stdout.write(f"  {chinese} / {text}")
