from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from smartcommunity.kernel import rotation


class Command(BaseCommand):
    help = (
        "Seal anew, with the first of FIELD_KEYS and FIELD_CIPHER, what is sealed otherwise. May be"
        " stopped and started again at any time; everything stays readable meanwhile."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--report", action="store_true", help="only say what is left")

    def handle(self, *args: Any, **options: Any) -> None:
        for column in rotation.columns():
            left = column.left()
            self.stdout.write(f"{column.name}: {left} to seal anew")
            done = 0
            for count in () if options["report"] or not left else column.rotate():
                done += count
                self.stdout.write(f"  {done} of {left}")
        if not options["report"]:
            files = sum(1 for _name in rotation.rotate_files())
            self.stdout.write(f"vault: {files} files sealed anew")
        left = rotation.files_left() + sum(column.left() for column in rotation.columns())
        self.stdout.write(
            f"left: {left} values and files that still need an old key"
            if left
            else "nothing needs an old key: FIELD_KEYS may be shortened to its first"
        )
