"""`manage.py load_catalogue`: elements, code lists and templates from datasharing/catalogue/."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from datasharing.actions import load_catalogue
from datasharing.catalogue import CatalogueError


class Command(BaseCommand):
    help = "Load code lists, data elements and form templates. May be run again at any time."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            counts = load_catalogue()
        except CatalogueError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"{counts.code_lists} code lists with {counts.codes} codes, {counts.elements} data"
            f" elements, {counts.templates} form templates ({counts.published} published now)"
        )
