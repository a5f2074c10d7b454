"""The ground truth: one JSON line for whatever was said or done, in a file of bounded length."""

import json
import threading
from collections import Counter
from pathlib import Path
from typing import Any

from smartcommunity.kernel import clock

MAX_BYTES = 5_000_000


class Truth:
    """Appends to `path`; the file before it is kept as `<name>.1`. `counts` is by kind."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self.counts: Counter[str] = Counter()
        self._lock = threading.Lock()

    def note(self, **what: Any) -> None:
        line = json.dumps({"at": clock.now().isoformat(), **what}, ensure_ascii=False)
        kind = next((key for key in ("shows", "command", "raised") if key in what), "other")
        with self._lock:
            self.counts[kind] += 1
            if self.path.exists() and self.path.stat().st_size > MAX_BYTES:
                self.path.replace(self.path.with_name(self.path.name + ".1"))
            with self.path.open("a") as file:
                file.write(line + "\n")
