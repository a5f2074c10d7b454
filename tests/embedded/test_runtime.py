"""The services start, refuse, crash, come back and say what is wrong."""

import os
import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path

import psycopg2
import pytest
import redis

from smartcommunity.embedded import ports, secrets
from smartcommunity.embedded.errors import AlreadyRunningError, PortTakenError, ServiceError
from smartcommunity.embedded.runtime import Runtime
from tests.embedded.support import ROOT, wait_until

EXTERNAL = {"DATABASE_URL": "postgres://x", "REDIS_URL": "redis://x", "MQTT_URL": "mqtt://x"}


def query(url: str, sql: str) -> object:
    """Return the first value of a query."""
    connection = psycopg2.connect(url)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(sql)
            row = cursor.fetchone() if cursor.description else None
            return row[0] if row else None
    finally:
        connection.close()


def test_database_is_utf8_and_roles_are_plain(runtime: Runtime) -> None:
    environment = runtime.environ()
    url = environment["DATABASE_URL"]
    assert query(url, "SHOW server_encoding") == "UTF8"
    assert query(url, "SELECT lower('ÄÖ') || '区'") == "äö区"
    roles = "SELECT string_agg(rolname, ',') FROM pg_roles WHERE rolname ~ '^sc_' AND "
    assert query(url, roles + "(rolsuper OR rolbypassrls)") is None
    assert query(url, roles + "rolcreatedb") == "sc_owner"
    assert query(environment["DATABASE_URL"], "SELECT current_user") == "sc_app"


def test_wrong_database_password_is_refused(runtime: Runtime) -> None:
    assert runtime.postgres is not None
    url = runtime.postgres.url().replace(runtime.postgres.passwords.owner, "wrong")
    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        psycopg2.connect(url)


def test_wrong_redis_password_is_refused(runtime: Runtime) -> None:
    assert runtime.valkey is not None
    client = redis.Redis(port=runtime.valkey.port, password="wrong")
    with pytest.raises(redis.AuthenticationError):
        client.ping()


def test_committed_rows_survive_kill_9_of_postgresql(runtime: Runtime) -> None:
    assert runtime.postgres is not None
    url = runtime.postgres.url()
    query(url, "CREATE TABLE kept AS SELECT generate_series(1, 1000) AS n")
    runtime.postgres.kill()
    runtime.postgres.start()
    assert query(url, "SELECT count(*) FROM kept") == 1000


def test_a_stale_pid_file_does_not_stop_postgresql(runtime: Runtime) -> None:
    """Its pid may be a zombie, or belong to another program by now."""
    assert runtime.postgres is not None
    runtime.postgres.stop()
    zombie = subprocess.Popen(["true"])
    wait_until(lambda: Path(f"/proc/{zombie.pid}/stat").read_text().split()[2] == "Z")
    (runtime.postgres.data / "postmaster.pid").write_text(
        f"{zombie.pid}\n{runtime.postgres.data}\n1\n{runtime.postgres.port}\n\n127.0.0.1\n"
    )
    runtime.postgres.start()
    zombie.wait()
    assert query(runtime.postgres.url(), "SELECT 1") == 1


def test_redis_keeps_its_data_over_a_restart(runtime: Runtime) -> None:
    assert runtime.valkey is not None
    redis.Redis.from_url(runtime.valkey.url()).set("kept", "yes")
    runtime.valkey.restart()
    assert redis.Redis.from_url(runtime.valkey.url()).get("kept") == b"yes"


def test_personal_data_in_a_failing_statement_stays_out_of_the_log(runtime: Runtime) -> None:
    assert runtime.postgres is not None
    url = runtime.postgres.url()
    query(url, "CREATE TABLE people (number text PRIMARY KEY)")
    for _ in range(2):
        try:
            query(url, "INSERT INTO people VALUES ('420106199001011234')")
        except psycopg2.errors.UniqueViolation:
            break
    wait_until(lambda: "people_pkey" in runtime.postgres.log.read_text())
    assert "420106199001011234" not in runtime.postgres.log.read_text()


def test_lost_database_passwords_mend_themselves(tmp_path: Path) -> None:
    given = {"REDIS_URL": "-", "MQTT_URL": "-"}
    with Runtime(tmp_path / "state", ports="free", environment=given):
        pass
    (tmp_path / "state" / secrets.FILE).unlink()
    with Runtime(tmp_path / "state", ports="free", durable=False, environment=given) as again:
        assert query(again.environ()["DATABASE_URL"], "SELECT 1") == 1


def test_secrets_are_private_and_stay(tmp_path: Path) -> None:
    first = secrets.load_or_create(tmp_path)
    assert stat.S_IMODE((tmp_path / secrets.FILE).stat().st_mode) == 0o600
    assert secrets.load_or_create(tmp_path) == first


def test_external_services_are_left_alone(tmp_path: Path) -> None:
    with Runtime(tmp_path / "state", environment=EXTERNAL) as runtime:
        assert runtime.services == []
        assert EXTERNAL.items() <= runtime.environ().items()


def test_a_taken_port_is_named_with_its_holder_and_its_variable(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        number = holder.getsockname()[1]
        given = {"SC_REDIS_PORT": str(number), "DATABASE_URL": "-", "MQTT_URL": "-"}
        with (
            pytest.raises(PortTakenError) as refused,
            Runtime(tmp_path / "state", durable=False, environment=given),
        ):
            pass
    message = str(refused.value)
    assert f"端口 {number} 已被占用" in message
    assert f"Port {number}" in message
    assert f"pid {os.getpid()}" in message
    assert "SC_REDIS_PORT=" in message


@pytest.mark.parametrize("value", ["abc", "0", "70000", "-1"])
def test_a_port_that_is_none_is_refused(tmp_path: Path, value: str) -> None:
    given = {"SC_PG_PORT": value}
    with (
        pytest.raises(ServiceError, match="SC_PG_PORT"),
        Runtime(tmp_path, durable=False, environment=given),
    ):
        pass


def test_two_launchers_do_not_share_a_state_directory(tmp_path: Path) -> None:
    with (
        Runtime(tmp_path / "state", environment=EXTERNAL),
        pytest.raises(AlreadyRunningError, match=str(os.getpid())),
        Runtime(tmp_path / "state", environment=EXTERNAL),
    ):
        pass


def test_services_do_not_outlive_a_killed_launcher(tmp_path: Path) -> None:
    """After kill -9 of the launcher the next start finds clean data and free ports."""
    numbers = dict(
        zip(("SC_PG_PORT", "SC_REDIS_PORT", "SC_MQTT_PORT"), ports.free_ports(3), strict=True)
    )
    given = {name: str(number) for name, number in numbers.items()}
    program = (
        "import sys, time; from pathlib import Path\n"
        "from smartcommunity.embedded.runtime import Runtime\n"
        "with Runtime(Path(sys.argv[1]), durable=False) as runtime:\n"
        "    print('up', flush=True); time.sleep(60)\n"
    )
    launcher = subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path / "state")],
        stdout=subprocess.PIPE,
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **given},
    )
    assert launcher.stdout is not None
    assert launcher.stdout.readline() == b"up\n"
    launcher.send_signal(signal.SIGKILL)
    launcher.wait()
    launcher.stdout.close()
    with Runtime(tmp_path / "state", durable=False, environment=given) as again:
        assert query(again.environ()["DATABASE_URL"], "SELECT 1") == 1
    assert all(ports.is_free(number) for number in numbers.values())
