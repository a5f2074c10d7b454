"""The house stands as docs/architecture.md draws it."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
APPS = ["accounts", "datasharing", "residents", "devices", "security", "services"]


@pytest.mark.parametrize("app", APPS)
def test_an_app_says_what_it_owns_and_what_it_does_not(app: str) -> None:
    text = ast.get_docstring(ast.parse((ROOT / app / "__init__.py").read_text("utf-8"))) or ""
    assert "own" in text.lower()
    assert "not" in text.lower()


@pytest.mark.parametrize("app", APPS)
def test_between_apps_only_the_public_rooms_are_imported(app: str) -> None:
    """From another app: models, choices, selectors, actions, events, errors. Named exceptions:
    pure rule modules that are offered to every floor."""
    rooms = {"models", "choices", "selectors", "actions", "events", "errors"}
    offered = {
        "accounts.viewer",
        "accounts.scope",
        "accounts.access",
        "accounts.navigation",
        "accounts.middleware",
        "accounts.api",
        "accounts.querysets",
        "datasharing.policy",
        "datasharing.access_log",
        "datasharing.identifiers",
        "datasharing.masking",
        "residents.querysets",
        "datasharing.forms",
        "datasharing.freshness",
        "datasharing.entry",
        "datasharing.values",
        "devices.commands",
    }
    for path in (ROOT / app).rglob("*.py"):
        if "migrations" in path.parts:
            continue
        for module in imported(path):
            top, _, rest = module.partition(".")
            if top in APPS and top != app:
                room = rest.split(".")[0]
                assert not rest or room in rooms or f"{top}.{room}" in offered, (path.name, module)


def imported(path: Path) -> list[str]:
    found: list[str] = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            found += names if node.module in APPS else [node.module]
    return found


def test_views_and_serializers_write_nothing_themselves() -> None:
    """Writes live in actions: no `.save(`, `.create(`, `.update(` or `.delete(` on a manager or a
    row in the edges."""
    edges = [
        path
        for app in APPS
        for path in (ROOT / app).rglob("*.py")
        if {"views", "api", "views.py", "serializers.py"} & set(path.parts)
    ]
    assert edges
    for path in edges:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr == "objects":
                pytest.fail(f"{path}:{node.lineno} asks a manager: use a selector or an action")


def test_floors() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    result = subprocess.run([linter], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout
