"""The access log: appended, chained, opened by the auditor alone, changed by nobody."""

import uuid
from collections.abc import Callable
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from datasharing import access_log
from datasharing.choices import AccessKind, Exit, Purpose
from datasharing.errors import ChainBroken
from datasharing.models import AccessRecord
from tests.conftest import World, as_owner

pytestmark = pytest.mark.django_db
LOG = "datasharing_accessrecord"


def write(world: World, user: str = "police", **changes: object) -> AccessRecord:
    return access_log.record(
        **{
            "viewer": world.viewer(user),
            "kind": AccessKind.READ,
            "subject": "resident",
            "subject_ids": [uuid.uuid4()],
            "elements": ["name_cn"],
            "purpose": Purpose.PUBLIC_SECURITY,
            "exit": Exit.PAGE,
            **changes,
        }
    )


@pytest.mark.parametrize(
    "statement",
    [
        f"UPDATE {LOG} SET username = 'x'",
        f"DELETE FROM {LOG}",
        f"TRUNCATE {LOG}",
    ],
)
def test_the_database_refuses_every_change(bare_world: World, statement: str) -> None:
    write(bare_world)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert AccessRecord.objects.count() == 1


def test_the_chain_holds_and_is_counted(bare_world: World) -> None:
    for _each in range(3):
        write(bare_world)
    assert access_log.verify() == 3
    out = StringIO()
    call_command("verify_audit", stdout=out)
    assert "3 records" in out.getvalue()


def past_the_trigger(statement: str) -> None:
    """What only somebody with the owner's rights on the table can do."""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {LOG} DISABLE TRIGGER USER")
        cursor.execute(statement)
        cursor.execute(f"ALTER TABLE {LOG} ENABLE TRIGGER USER")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "statement",
    [
        f"UPDATE {LOG} SET username = 'x' WHERE id = 2",
        f"UPDATE {LOG} SET elements = '{{}}' WHERE id = 2",
        f"UPDATE {LOG} SET at = at + interval '1 second' WHERE id = 2",
        f"UPDATE {LOG} SET digest = previous WHERE id = 2",
        f"DELETE FROM {LOG} WHERE id = 2",
        f"DELETE FROM {LOG} WHERE id = 1",
    ],
)
def test_a_change_past_the_trigger_shows(bare_world: World, statement: str) -> None:
    for _each in range(3):
        write(bare_world)
    past_the_trigger(statement)
    with pytest.raises(ChainBroken):
        access_log.verify()
    with pytest.raises(CommandError, match="broken"):
        call_command("verify_audit", stdout=StringIO())


def test_the_auditor_reads_the_log_in_words(
    world: World, client_for: Callable[[str], Client]
) -> None:
    write(world)
    response = client_for("auditor").get(reverse("datasharing:access_log"))
    body = response.content.decode()
    assert response.status_code == 200
    for word in ("police", "姓名", "居民", world.departments["police"].name):
        assert word in body
    assert AccessRecord.objects.filter(kind=AccessKind.AUDIT).count() == 1


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ({"username": "police"}, ["police"]),
        ({"username": "police", "kind": "write"}, []),
        ({"kind": "write"}, ["grid"]),
        ({"day": "2001-01-01"}, []),
    ],
)
def test_the_log_is_filtered(
    world: World, client_for: Callable[[str], Client], query: dict[str, str], shown: list[str]
) -> None:
    write(world)
    write(world, "grid", kind=AccessKind.WRITE)
    client = client_for("auditor")
    page = client.get(reverse("datasharing:access_log"), query).context["page"]
    assert [line.record.username for line in page.rows] == shown


def test_a_wrong_filter_says_so(world: World, client_for: Callable[[str], Client]) -> None:
    response = client_for("auditor").get(reverse("datasharing:access_log"), {"day": "x"})
    assert response.status_code == 422


def test_the_log_is_read_in_pages(world: World, client_for: Callable[[str], Client]) -> None:
    for _each in range(60):
        write(world)
    client = client_for("auditor")
    first = client.get(reverse("datasharing:access_log"), {"kind": "read"})
    assert len(first.context["page"].rows) == 50
    assert "kind=read&amp;page=2" in first.content.decode()
    second = client.get(reverse("datasharing:access_log"), {"kind": "read", "page": "2"})
    assert len(second.context["page"].rows) == 10


@pytest.mark.parametrize("user", ["police", "police_chief", "system_admin", "security_admin"])
def test_nobody_else_opens_the_log(
    world: World, client_for: Callable[[str], Client], user: str
) -> None:
    assert client_for(user).get(reverse("datasharing:access_log")).status_code == 403


def test_a_department_sees_the_grants_of_both_directions(
    world: World, client_for: Callable[[str], Client]
) -> None:
    client = client_for("civil_affairs")
    received = client.get(reverse("datasharing:grants")).content.decode()
    assert world.departments["police"].name in received
    assert "证件号码" in received
    given = client.get(reverse("datasharing:grants"), {"side": "given"}).content.decode()
    assert world.departments["grid"].name in given
    assert "证件号码" not in given
