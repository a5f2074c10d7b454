"""Run one command on throw-away services: ``python -m smartcommunity.embedded.run CMD ...``.

``--durable`` before the command lets PostgreSQL flush to disk, as in production: for benchmarks.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from smartcommunity.embedded.errors import ServiceError
from smartcommunity.embedded.runtime import Runtime


def main(command: list[str]) -> int:
    """Return the command's exit code; its data are gone afterwards."""
    durable = command[:1] == ["--durable"]
    command = command[1:] if durable else command
    with tempfile.TemporaryDirectory(prefix="sc-run-") as directory:
        state = Path(directory)
        state.chmod(0o711)
        try:
            with Runtime(state, ports="free", durable=durable) as runtime:
                environment = {**os.environ, **runtime.environ()}
                return subprocess.run(command, env=environment, check=False).returncode
        except ServiceError as error:
            print(error, file=sys.stderr)
            return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
