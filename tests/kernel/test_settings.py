"""Production starts only when it is whole, and Django's own check finds nothing to object to."""

import base64
import os
import subprocess
import sys

import pytest

from tests.processes import ROOT

KEY = base64.b64encode(bytes(range(32))).decode()
WHOLE = {
    "DJANGO_SETTINGS_MODULE": "smartcommunity.settings.production",
    "SECRET_KEY": base64.b64encode(bytes(range(60))).decode(),
    "FIELD_KEYS": f"k1:{KEY}",
    "BLIND_INDEX_KEY": KEY,
    "ALLOWED_HOSTS": "community.example",
}


def check(**changes: str) -> tuple[int, str]:
    """`manage.py check --deploy` with nothing else in the environment."""
    done = subprocess.run(
        [
            *(sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"),
            *("--tag", "security", "--tag", "urls", "--tag", "models"),
        ],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"]} | WHOLE | changes,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stderr


def test_whole_settings_pass() -> None:
    code, said = check()
    assert code == 0, said


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("SECRET_KEY", ""),
        ("SECRET_KEY", "short"),
        ("FIELD_KEYS", ""),
        ("FIELD_KEYS", "k1:YWJj"),
        ("FIELD_KEYS", f"k1:{KEY},k2:YWJj"),
        ("BLIND_INDEX_KEY", ""),
        ("BLIND_INDEX_KEY", "YWJj"),
        ("DEMO_MODE", "1"),
    ],
)
def test_half_configured_it_does_not_start(variable: str, value: str) -> None:
    code, said = check(**{variable: value})
    assert code != 0
    assert "ImproperlyConfigured" in said
    assert KEY not in said
