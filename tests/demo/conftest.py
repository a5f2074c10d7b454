"""The demonstration in small: buildings of two floors, about 450 people."""

from pathlib import Path

import pytest
from django.conf import LazySettings

from smartcommunity.demo import seed

SCALE = 0.05


@pytest.fixture(scope="package")
def _state_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo")


@pytest.fixture
def said() -> list[str]:
    """What the seeding said."""
    return []


@pytest.fixture
def demo(
    db: None,
    settings: LazySettings,
    said: list[str],
    _state_dir: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A seeded database; the faces have a test of their own."""
    settings.STATE_DIR = _state_dir
    (_state_dir / "demo_devices.json").unlink(missing_ok=True)
    monkeypatch.setattr(seed, "seed_faces", lambda resident, area: False)
    seed.seed_demo(say=lambda text: said.append(str(text)), scale=SCALE)
