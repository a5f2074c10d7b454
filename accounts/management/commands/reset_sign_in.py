"""`manage.py reset_sign_in`: the operator lets somebody in again, administrators too."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts import actions
from smartcommunity.kernel.errors import DomainError


class Command(BaseCommand):
    help = "Print a new initial password for a user; all his sessions end."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument(
            "--second-factor", action="store_true", help="remove the second factor too"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            password = actions.reset_by_operator(
                username=options["username"], second_factor=options["second_factor"]
            )
        except DomainError as error:
            raise CommandError(str(error.message)) from None
        self.stdout.write(f"{options['username']}  {password}")
