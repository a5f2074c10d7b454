import unicodedata
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from accounts import navigation
from accounts.models import User
from accounts.selectors import viewer_for
from accounts.viewer import Viewer
from smartcommunity.demo.offices import PASSWORD, USERNAMES

HEADINGS = (
    _("User name"),
    _("Password"),
    _("Name"),
    _("Role"),
    _("Department"),
    _("First page"),
)


class Command(BaseCommand):
    help = "Print the demonstration's users: name, password, role and first page."

    def handle(self, *args: Any, **options: Any) -> None:
        users = {user.username: user for user in User.objects.filter(username__in=USERNAMES)}
        if not settings.DEMO_MODE or not users:
            return
        rows = [tuple(_both(heading) for heading in HEADINGS)]
        rows += [self._row(users[name]) for name in USERNAMES if name in users]
        widths = [max(map(_width, column)) for column in zip(*rows, strict=True)]
        for row in rows:
            cells = (
                cell + " " * (size - _width(cell)) for cell, size in zip(row, widths, strict=True)
            )
            self.stdout.write("  " + "  ".join(cells).rstrip())

    def _row(self, user: User) -> tuple[str, ...]:
        viewer = viewer_for(user=user)
        role = _both(viewer.role.label) if viewer.role else _both(_("Resident"))
        return (
            user.username,
            PASSWORD,
            user.display_name,
            role,
            viewer.department_name,
            _first_page(viewer),
        )


def _first_page(viewer: Viewer) -> str:
    shell = "console" if viewer.is_staff_member else "mobile"
    entries = navigation.items(viewer=viewer, shell=shell, path="/")
    return entries[0].url if entries else "/"


def _both(text: "str | Promise") -> str:
    with override("zh-hans"):
        chinese = str(text)
    with override("en"):
        return f"{chinese} / {text}"


def _width(text: str) -> int:
    """Columns on a terminal: Chinese characters take two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
