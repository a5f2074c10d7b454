"""What the browser gets is ours, complete, and runs nothing that stands in a page."""

import hashlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
VENDOR = ROOT / "static/vendor"
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
OWN_SOURCES = [
    *TEMPLATES,
    *sorted((ROOT / "static/js").rglob("*.js")),
    *sorted((ROOT / "static/scss").rglob("*.scss")),
    *sorted((ROOT / "static/img").rglob("*.svg")),
]
ICONS = set(re.findall(r'<symbol id="([\w-]+)"', (ROOT / "static/img/icons.svg").read_text()))
NAMESPACE = "http://www.w3.org/2000/svg"


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_vendored_files_are_those_that_were_built() -> None:
    lines = (VENDOR / "SHA256SUMS").read_text().splitlines()
    recorded = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
    present = {
        str(path.relative_to(VENDOR)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in VENDOR.rglob("*")
        if path.is_file() and path.name != "SHA256SUMS"
    }
    assert recorded == present


@pytest.mark.parametrize("path", OWN_SOURCES, ids=_name)
def test_no_outside_host(path: Path) -> None:
    assert not re.search(r"\bhttps?://", path.read_text().replace(NAMESPACE, ""))


def test_the_style_sheet_fetches_only_our_files() -> None:
    css = (VENDOR / "app.css").read_text()
    assert "://" not in css
    for url in re.findall(r"url\(\"?([^)\"]+)", css):
        assert (VENDOR / url).is_file(), url


@pytest.mark.parametrize("path", TEMPLATES, ids=_name)
def test_nothing_inline_in_templates(path: Path) -> None:
    """script-src 'self' and style-src 'self' would block it, silently for the author."""
    html = re.sub(r"{#.*?#}|{% comment.*?{% endcomment %}", "", path.read_text(), flags=re.DOTALL)
    for tag in re.findall(r"<script\b[^>]*>", html):
        assert "src=" in tag, f"inline script: {tag}"
    assert not re.search(r"<style\b", html), "inline style sheet"
    assert not re.search(r"\sstyle\s*=", html), "style attribute"
    assert not re.search(r"\son[a-z]+\s*=\s*[\"']", html), "event handler attribute"
    assert not re.search(r"\bhx-on\b|\bjs:|javascript:", html), "script in an attribute"
    assert not re.search(r"hx-trigger=\"[^\"]*\[", html), "htmx filter expressions need eval"


@pytest.mark.parametrize("path", TEMPLATES, ids=_name)
def test_every_icon_exists(path: Path) -> None:
    html = path.read_text()
    named = re.findall(r"{% icon \"([\w-]+)\"", html) + re.findall(r"\bicon=\"([\w-]+)\"", html)
    assert set(named) <= ICONS


def test_icons_named_in_python_exist() -> None:
    pattern = re.compile(
        r"\bicon=\"([\w-]+)\"|\"icon\": \"([\w-]+)\"|Look\(\"\w+\", \"([\w-]+)\"\)"
    )
    for package in ("accounts", "datasharing", "residents", "devices", "security", "services",
                    "smartcommunity"):  # fmt: skip
        for path in (ROOT / package).rglob("*.py"):
            named = {
                name for groups in pattern.findall(path.read_text()) for name in groups if name
            }
            assert named <= ICONS, path


def test_every_module_a_template_binds_is_known() -> None:
    loader = (ROOT / "static/js/main.js").read_text()
    known = set(re.findall(r"import\(\"\./([\w-]+)\.js\"\)", loader))
    for path in TEMPLATES:
        for names in re.findall(r"data-module=\"([\w -]+)\"", path.read_text()):
            assert set(names.split()) <= known, path
    for name in known:
        assert (ROOT / f"static/js/{name}.js").is_file()


def test_the_lock_file_names_no_registry() -> None:
    assert '"resolved"' not in (ROOT / "frontend/package-lock.json").read_text()
