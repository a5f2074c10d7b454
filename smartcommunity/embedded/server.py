"""`script/server`: services, preparation, processes, addresses, and an orderly end.

python -m smartcommunity.embedded.server [--simulate] [--port N] [--host H] [--no-seed]
"""

import argparse
import http.client
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from smartcommunity.embedded import ports
from smartcommunity.embedded.errors import ServiceError
from smartcommunity.embedded.prepare import ROOT, Preparation
from smartcommunity.embedded.process import Account
from smartcommunity.embedded.runtime import Runtime, port_number

PROCESSES = ("web", "ingest", "worker", "beat")
WEB_PATIENCE = 90.0
STOP_PATIENCE = 15.0
_END_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run until a signal comes; return the exit code (0 after a signal)."""
    options = _parse(arguments)
    for number in _END_SIGNALS:
        signal.signal(number, _end)
    try:
        _serve(options)
    except ServiceError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except _EndedBySignal:
        print("\n已停止,数据已保留。/ Stopped; the data is kept.")
        return 0
    return 1


class _EndedBySignal(BaseException):
    """Somebody asked us to end."""


def _end(_number: int, _frame: FrameType | None) -> None:
    """Unwind once; further signals wait, for the services are then stopping in order."""
    for number in _END_SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    raise _EndedBySignal


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="script/server", description="Run the whole platform on this machine."
    )
    parser.add_argument("--simulate", action="store_true", help="add a running estate")
    parser.add_argument("--port", help="web port (SC_WEB_PORT, 8000)")
    parser.add_argument("--host", help="address to listen on (SC_WEB_HOST, 127.0.0.1)")
    parser.add_argument(
        "--seed",
        action=argparse.BooleanOptionalAction,
        default=None,
        help="load the demonstration (default: only into the embedded database)",
    )
    return parser.parse_args(arguments)


def _serve(options: argparse.Namespace) -> None:
    environment = dict(os.environ)
    host = options.host or environment.get("SC_WEB_HOST") or ports.LOOPBACK
    given = {**environment, **({"SC_WEB_PORT": options.port} if options.port else {})}
    port = port_number(given, "SC_WEB_PORT", 8000)
    state_dir = Path(environment.get("SC_STATE_DIR") or ROOT / ".data")
    print("启动数据服务 … / Starting services ...", flush=True)
    with Runtime(state_dir) as runtime:
        ports.require(ports.Port(port, "web", "SC_WEB_PORT"), host=host)
        environment |= runtime.environ() | _process_environment(host, port, environment)
        database = runtime.postgres.identity() if runtime.postgres else ""
        preparation = Preparation(runtime.state_dir, environment, database)
        preparation.run(seed=bool(database) if options.seed is None else options.seed)
        names = [*PROCESSES, "simulate"] if options.simulate else PROCESSES
        environment.pop("DATABASE_OWNER_URL", None)  # they make no tables
        with _processes(names, environment) as manager:
            answers = _await_web(host, port, manager)
            _announce(runtime, port, preparation.sign_ins(), answers)
            manager.wait()


def _process_environment(host: str, port: int, given: Mapping[str, str]) -> dict[str, str]:
    hosts = {"127.0.0.1", "localhost", *({host} - {"0.0.0.0"})}  # noqa: S104 (compared only)
    return {
        "PATH": f"{Path(sys.executable).parent}:{given.get('PATH', '/usr/bin:/bin')}",
        "PYTHONUNBUFFERED": "1",
        "SC_WEB_HOST": host,
        "SC_WEB_PORT": str(port),
        "ALLOWED_HOSTS": given.get("ALLOWED_HOSTS") or ",".join(sorted(hosts)),
    }


@contextmanager
def _processes(
    names: Sequence[str], environment: Mapping[str, str]
) -> Iterator[subprocess.Popen[bytes]]:
    """Run the Procfile's processes under honcho; end them before the services end."""
    honcho = [sys.executable, "-m", "honcho", "-e", os.devnull, "start", *names]
    manager = subprocess.Popen(
        Account.current().command(honcho, death_signal="TERM"),
        cwd=ROOT,
        env=environment,
        start_new_session=True,
    )
    try:
        yield manager
    finally:
        manager.terminate()
        try:
            manager.wait(STOP_PATIENCE)
        except subprocess.TimeoutExpired:
            manager.kill()
            manager.wait()


def _await_web(host: str, port: int, manager: subprocess.Popen[bytes]) -> bool:
    """Wait until the web process answers HTTP at all."""
    deadline = time.monotonic() + WEB_PATIENCE
    while time.monotonic() < deadline and manager.poll() is None:
        connection = http.client.HTTPConnection(_reachable(host), port, timeout=5)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status < http.HTTPStatus.INTERNAL_SERVER_ERROR
        except (OSError, http.client.HTTPException):
            time.sleep(0.2)
        finally:
            connection.close()
    return False


def _announce(runtime: Runtime, port: int, sign_ins: str, answers: bool) -> None:
    if not answers:
        print("网页服务没有正常应答,请看上面的日志。/ The web does not answer; see the log above.")
    print(f"\n  平台 / Platform   http://127.0.0.1:{port}/")
    if runtime.broker:
        broker = runtime.broker
        print(f"  MQTT ({broker.name}, MQTT {broker.protocol})   127.0.0.1:{broker.port}")
    if sign_ins:
        print(f"  演示账号 / Demo sign-ins\n{textwrap.indent(sign_ins.strip(), '    ')}")
    print(f"  数据与日志 / Data and logs   {runtime.state_dir}")
    print("  停止 / Stop   Ctrl-C\n", flush=True)


def _reachable(host: str) -> str:
    return ports.LOOPBACK if host == "0.0.0.0" else host  # noqa: S104 (compared only)


if __name__ == "__main__":
    sys.exit(main())
