"""Secrets generated once per installation, in ``<state>/secrets.env`` (mode 0600)."""

import base64
import os
import secrets
from pathlib import Path

FILE = "secrets.env"
_SERVICES = (
    "SC_PG_SUPERUSER_PASSWORD",
    "SC_PG_OWNER_PASSWORD",
    "SC_PG_APP_PASSWORD",
    "SC_REDIS_PASSWORD",
    "SC_MQTT_PASSWORD",
)
DJANGO = ("SECRET_KEY", "FIELD_KEYS", "BLIND_INDEX_KEY")
"""What the Django settings read; the environment overrides the file."""


def load_or_create(state_dir: Path) -> dict[str, str]:
    """Return all secrets; missing ones are generated and added to the file.

    Losing ``FIELD_KEYS`` or ``BLIND_INDEX_KEY`` loses every encrypted field: back the file up
    apart from the database.
    """
    path = state_dir / FILE
    known = _read(path) if path.exists() else {}
    wanted = {
        **{name: secrets.token_urlsafe(24) for name in _SERVICES},
        "SECRET_KEY": secrets.token_urlsafe(48),
        "FIELD_KEYS": f"k1:{_key()}",
        "BLIND_INDEX_KEY": _key(),
    }
    complete = wanted | known
    if complete != known:
        fresh = path.with_suffix(".new")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.writelines(f"{name}={value}\n" for name, value in complete.items())
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    return complete


def _key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def _read(path: Path) -> dict[str, str]:
    lines = (line.partition("=") for line in path.read_text().splitlines() if "=" in line)
    return {name: value for name, _, value in lines}
