"""Deny by default: every route states who may open it, and nobody else gets in.

The routes are enumerated from the URL configuration, so a new one without `accounts.access`
fails here before anybody writes a test for it.
"""

from collections.abc import Callable, Iterator
from uuid import UUID

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from tests.conftest import STAFF, World

# Views of libraries that bring their own door, each with why it is safe.
OWN_DOOR = {
    "set_language": "changes the language cookie only",
}
ADMIN_PREFIX = "admin/"  # Django's admin: superusers only; tested below


def routes(
    patterns: list[object] | None = None, prefix: str = ""
) -> Iterator[tuple[str, URLPattern]]:
    for entry in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(entry, URLResolver):
            yield from routes(entry.url_patterns, prefix + str(entry.pattern))
        elif isinstance(entry, URLPattern):
            yield prefix + str(entry.pattern), entry


def described(pattern: URLPattern) -> str | None:
    view = pattern.callback
    if access := getattr(view, "access", None):
        return str(access)
    if getattr(getattr(view, "cls", None), "permission_classes", None):
        return "api"  # the default permission class is accounts.api.StaffOnly
    return None


def ours() -> list[tuple[str, URLPattern]]:
    return [(path, pattern) for path, pattern in routes() if not path.startswith(ADMIN_PREFIX)]


def test_every_route_states_who_may_open_it() -> None:
    silent = [
        path
        for path, pattern in ours()
        if described(pattern) is None and pattern.name not in OWN_DOOR
    ]
    assert silent == [], "decorate these views with accounts.access"


def test_the_public_routes_are_these_and_no_more() -> None:
    public = {pattern.name for _, pattern in ours() if described(pattern) == "public"}
    assert public <= {
        "alive",
        "ready",
        "sign_in",
        "sign_out",
        "text_size",
        "styleguide",
    }


def example(path: str, pattern: URLPattern) -> str:
    """A path with made-up parameters: nothing exists under them."""
    values: dict[str, object] = {
        "UUIDConverter": UUID(int=0),
        "IntConverter": 0,
        "SlugConverter": "none",
        "StringConverter": "none",
        "PathConverter": "none",
    }
    for part in _converters(pattern, path):
        name, converter = part
        text = str(values[type(converter).__name__])
        for spelled in (
            f"<uuid:{name}>",
            f"<int:{name}>",
            f"<slug:{name}>",
            f"<str:{name}>",
            f"<path:{name}>",
            f"<{name}>",
        ):
            path = path.replace(spelled, text)
    return "/" + path


def _converters(pattern: URLPattern, path: str) -> list[tuple[str, object]]:
    from django.urls.resolvers import RoutePattern

    return list(RoutePattern(path).converters.items())


@pytest.mark.django_db
def test_nobody_signed_in_gets_in() -> None:
    client = Client()
    for path, pattern in ours():
        if described(pattern) in {"public", None}:
            continue
        answer = client.get(example(path, pattern))
        assert answer.status_code in {302, 401, 403, 405}, (path, answer.status_code)
        if answer.status_code == 302:
            assert "sign-in" in answer["Location"], path


def allowed(description: str, user: str) -> bool:
    """The oracle: what the description of a route promises, written without the policy code."""
    is_staff = user in STAFF
    if description == "signed_in":
        return True
    if description == "resident":
        return not is_staff
    if description == "api":
        return is_staff
    if not is_staff:
        return False
    kinds, roles = (part.split("=")[1] for part in description.split()[1:])
    kind, role = STAFF[user]
    return (kinds == "*" or kind in kinds.split(",")) and (roles == "*" or role in roles.split(","))


@pytest.mark.parametrize("user", [*STAFF, "resident"])
def test_each_role_opens_only_its_routes(
    user: str, world: World, client_for: Callable[[str], Client]
) -> None:
    """A door that is shut answers 403. An open door answers anything but 403 or a server error,
    unless a policy further in refuses (which is also a 403, so only shut doors are asserted)."""
    client = client_for(user)
    for path, pattern in ours():
        description = described(pattern)
        if description in {"public", None} or pattern.name == "live":
            continue
        answer = client.get(example(path, pattern))
        assert answer.status_code < 500, (user, path)
        if not allowed(description or "", user):
            assert answer.status_code in {403, 405}, (user, path, answer.status_code)


@pytest.mark.django_db
@pytest.mark.parametrize("user", ["police", "system_admin", "auditor", "resident"])
def test_the_operators_back_door_is_shut_to_everybody_else(
    user: str, bare_world: World, client_for: Callable[[str], Client]
) -> None:
    assert client_for(user).get("/admin/").status_code == 302
