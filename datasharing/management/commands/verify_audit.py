"""`manage.py verify_audit`: walk the access log's hash chain; exit status 1 at the first fault."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from datasharing import access_log
from datasharing.errors import ChainBroken


class Command(BaseCommand):
    help = "Verify the access log's hash chain from the first record to the last."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            count = access_log.verify()
        except ChainBroken as error:
            raise CommandError(f"the access log is broken: {error.message}") from error
        self.stdout.write(f"the access log is whole: {count} records")
