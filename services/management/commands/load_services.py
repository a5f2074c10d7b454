from typing import Any

from django.core.management.base import BaseCommand

from services.actions import load_items


class Command(BaseCommand):
    help = "Bring the service catalogue up to date with services/catalogue.toml."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{load_items()} services")
