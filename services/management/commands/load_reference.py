"""`manage.py load_reference`: what every installation needs and no department enters by hand."""

from typing import Any

from django.core.management.base import BaseCommand

from datasharing.actions import load_catalogue
from security.actions import load_rules
from services.actions import load_items


class Command(BaseCommand):
    help = (
        "Bring data elements, code lists, form templates, alert rules and services up to date "
        "with the files of this version. Run after every migrate; changes nothing twice."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{load_catalogue()}")
        load_rules()
        self.stdout.write(f"{load_items()} services")
