"""The shells' navigation: apps add their entries in AppConfig.ready()."""

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise

from accounts.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a shell's navigation, shown when `shown_to(viewer)`. `badge` counts what waits
    for the viewer; it runs with every page, so it is one cheap query."""

    label: str | Promise
    url_name: str
    icon: str
    order: int
    shown_to: Callable[[Viewer], bool]
    shell: str = "console"
    badge: Callable[[Viewer], int] | None = None


@dataclass(frozen=True, slots=True)
class NavItem:
    """What a shell template renders."""

    label: str
    url: str
    icon: str
    active: bool
    badge: int | None = None


_entries: list[Entry] = []


def add(*entries: Entry) -> None:
    """Register entries; the same url name and shell twice counts once."""
    for entry in entries:
        if all((e.url_name, e.shell) != (entry.url_name, entry.shell) for e in _entries):
            _entries.append(entry)
    _entries.sort(key=lambda entry: entry.order)


def items(*, viewer: Viewer, shell: str, path: str) -> list[NavItem]:
    """The entries for this viewer; the longest matching url is the active one."""
    shown = [e for e in _entries if e.shell == shell and e.shown_to(viewer)]
    urls = [reverse(entry.url_name) for entry in shown]
    active = max((url for url in urls if path.startswith(url)), key=len, default=None)
    return [
        NavItem(
            str(entry.label),
            url,
            entry.icon,
            url == active,
            entry.badge(viewer) if entry.badge else None,
        )
        for entry, url in zip(shown, urls, strict=True)
    ]
