"""What an operator finds in the log, and what it must not hold; the pages of things gone wrong."""

import json
import os
import subprocess
import sys

import pytest
from django.test import Client, RequestFactory

from smartcommunity.kernel.error_pages import server_error
from tests.processes import ROOT

# A process of its own: pytest puts its own handlers before ours.
SCRIPT = """
import django
django.setup()
from django.db import IntegrityError, connection, transaction
from django.http import HttpRequest
from django.test import Client
from django.urls import path
import smartcommunity.urls as urls

def broken(request: HttpRequest) -> None:
    name = "王小明"
    try:
        raise ValueError(f"not a date: 13812345678 of {name}")
    except ValueError as error:
        raise RuntimeError("the report failed") from error

urls.urlpatterns.append(path("broken/", broken, name="broken"))
client = Client(raise_request_exception=False)
answer = client.get("/broken/", headers={"X-Request-ID": "chosen-by-an-attacker"})
print(answer.status_code, answer.headers["X-Request-ID"])
print(answer.content.decode())
"""


def run(script: str, **environment: str) -> tuple[str, list[dict[str, str]]]:
    """(standard output, the JSON lines of the log)."""
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env=os.environ
        | {"DJANGO_SETTINGS_MODULE": "smartcommunity.settings.test", "LOG_LEVEL": "INFO"}
        | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout, [
        json.loads(line) for line in done.stderr.splitlines() if line.startswith("{")
    ]


def test_the_reference_on_the_page_leads_to_the_one_log_line() -> None:
    page, log = run(SCRIPT)
    status, request_id = page.splitlines()[0].split()
    assert status == "500"
    assert request_id != "chosen-by-an-attacker"
    assert request_id in page.split("\n", 1)[1], "the page shows the reference"
    lines = [line for line in log if line["level"] == "error"]
    assert len(lines) == 1
    assert lines[0]["request_id"] == request_id
    assert lines[0]["timestamp"]
    assert "RuntimeError: the report failed" in lines[0]["exception"]
    assert "in broken" in lines[0]["exception"]


def test_what_an_exception_says_of_a_person_is_not_logged() -> None:
    _page, log = run(SCRIPT)
    text = json.dumps(log, ensure_ascii=False)
    assert "ValueError" in text
    assert "13812345678" not in text
    assert "王小明" not in text


DATABASE_ERROR = """
import logging
import django
django.setup()
from django.db import connection, transaction
try:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE person (name text, age int)")
        cursor.execute("ALTER TABLE person ADD CONSTRAINT adult CHECK (age > 17)")
        cursor.execute("INSERT INTO person VALUES ('王小明', 3)")
except Exception:
    logging.getLogger("anything").exception("not saved")
"""


def test_a_refused_row_is_not_logged() -> None:
    """PostgreSQL repeats the whole row: `DETAIL: Failing row contains (...)`."""
    _page, log = run(DATABASE_ERROR)
    assert "王小明" not in json.dumps(log, ensure_ascii=False)
    assert "IntegrityError" in log[-1]["exception"]
    assert "adult" in log[-1]["exception"]


DATABASE_AWAY = """
import django
django.setup()
from django.test import Client
client = Client(raise_request_exception=False)
client.cookies["sessionid"] = "whatever"
answer = client.get("/")
print(answer.status_code)
print(answer.content.decode())
"""


def test_the_500_page_needs_no_database() -> None:
    """PostgreSQL is away, and the page's own navigation would ask it who is looking."""
    page, log = run(DATABASE_AWAY, DATABASE_URL="postgres://nobody@127.0.0.1:1/nothing")
    assert page.startswith("500\n")
    assert "<html" in page
    assert log[-1]["request_id"] in page


def test_the_reference_is_made_here() -> None:
    for given in ("chosen-by-an-attacker", "x" * 100, "a\r\nb"):
        answer = Client().get("/healthz", headers={"X-Request-ID": given})
        assert answer.headers["X-Request-ID"] != given
        assert answer.headers["X-Request-ID"].isalnum()


@pytest.mark.parametrize("path", ["/accounts/sign-in/", "/nothing/", "/healthz"])
@pytest.mark.django_db
def test_every_answer_carries_the_protections(path: str) -> None:
    answer = Client().get(path)
    policy = answer.headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "style-src 'self'" in policy
    assert "unsafe" not in policy
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer.headers["Cache-Control"]


def test_a_500_of_the_api_is_json() -> None:
    answer = server_error(RequestFactory().get("/api/v1/anything"))
    assert json.loads(answer.content)["error"]["code"] == "internal"


def test_a_failed_task_is_logged_without_what_it_says() -> None:
    _page, log = run(
        """
import django
django.setup()
from celery import shared_task
from smartcommunity.celery import app

@shared_task(name="broken")
def broken() -> None:
    raise ValueError("王小明 is not a number")

broken.apply()
"""
    )
    assert "broken" in log[-1]["event"]
    assert "ValueError" in log[-1]["exception"]
    assert "王小明" not in json.dumps(log, ensure_ascii=False)
