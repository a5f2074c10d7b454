"""`manage.py found_offices`: the operator appoints the first administrators on the server."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from accounts import actions
from accounts.choices import AreaKind, Role
from smartcommunity.kernel.errors import DomainError

ROLES = {
    "security": Role.SECURITY_ADMIN,
    "system": Role.SYSTEM_ADMIN,
    "auditor": Role.AUDITOR,
}


class Command(BaseCommand):
    help = (
        "Appoint the first administrators and print their initial passwords. Refused once two"
        " security administrators are in office: they appoint from then on. For example:"
        " found_offices --area 420111 --security zhang:张三 --security li:李四 --system wang:王五"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--area", required=True, help="code of the area they work in")
        parser.add_argument("--area-name", default="", help="its name, for the tree's first area")
        parser.add_argument("--area-kind", default=AreaKind.DISTRICT, choices=AreaKind.values)
        parser.add_argument(
            "--department", default="平台运维中心", help="the operator's department"
        )
        for name in ROLES:
            parser.add_argument(f"--{name}", action="append", default=[], metavar="USER:NAME")

    def handle(self, *args: Any, **options: Any) -> None:
        people = [
            (role, *text.split(":", 1)) for key, role in ROLES.items() for text in options[key]
        ]
        if not people or any(len(person) != 3 for person in people):
            raise CommandError("name somebody as USER:NAME after --security, --system or --auditor")
        try:
            with transaction.atomic():
                area = actions.root_area(
                    code=options["area"], name=options["area_name"], kind=options["area_kind"]
                )
                passwords = actions.found_offices(
                    area=area, department=options["department"], people=people
                )
        except DomainError as error:
            texts = [str(text) for text in error.fields.values()] or [str(error.message)]
            raise CommandError(" ".join(texts)) from None
        for username, password in passwords.items():
            self.stdout.write(f"{username}  {password}")
