"""The API of sharing: the same rules as the pages."""

from collections.abc import Callable

import pytest
from django.test import Client

from datasharing.choices import GrantStatus
from datasharing.models import Grant
from smartcommunity.kernel import clock
from tests.conftest import World
from tests.datasharing.asking import MONTH, approve, ask

pytestmark = pytest.mark.django_db
ClientFor = Callable[[str], Client]
API = "/api/v1/sharing/"


def test_the_catalogue_with_what_is_held(strict: World, client_for: ClientFor) -> None:
    grant_id = ask(strict, "doc_no")
    approve(strict, grant_id, valid_to=clock.today() + MONTH)
    client = client_for("housing")
    found = client.get(f"{API}elements/", {"q": "身份证号"}).json()
    row = next(row for row in found["results"] if row["key"] == "doc_no")
    assert (row["owner_kind"], row["sharing"], row["may_ask"]) == ("police", "conditional", True)
    assert [held["grant_id"] for held in row["holdings"]] == [str(grant_id)]
    other = client_for("civil_affairs").get(f"{API}elements/doc_no/").json()
    assert other["holdings"] == []
    assert client.get(f"{API}elements/nothing/").status_code == 404


def test_grants_of_ones_own_department_only(strict: World, client_for: ClientFor) -> None:
    grant_id = ask(strict)
    one = f"{API}grants/{grant_id}/"
    for user in ("housing", "police"):
        found = client_for(user).get(one).json()
        assert set(found["elements"]) == {"doc_no", "name_cn"}
        assert (found["level"], found["state"]) == ("full", "requested")
        assert [step["state"] for step in found["steps"]] == ["pending", "done"]
    waiting = client_for("police_chief").get(f"{API}grants/", {"side": "decide"}).json()
    assert [row["id"] for row in waiting["results"]] == [str(grant_id)]
    stranger = client_for("civil_affairs")
    assert stranger.get(one).status_code == 404
    assert stranger.get(f"{API}grants/").json()["results"] == []


@pytest.mark.parametrize("user", ["system_admin", "security_admin", "auditor"])
def test_administrators_are_given_nothing(user: str, strict: World, client_for: ClientFor) -> None:
    grant_id, client = ask(strict), client_for(user)
    for path in ("elements/", "grants/"):
        answer = client.get(f"{API}{path}")
        assert answer.status_code == 403 or answer.json()["results"] == []
    assert client.get(f"{API}elements/doc_no/").status_code in {403, 404}
    assert client.get(f"{API}grants/{grant_id}/").status_code in {403, 404}


def test_refused_and_revoked_by_who_may(strict: World, client_for: ClientFor) -> None:
    grant_id, chief = ask(strict), client_for("police_chief")
    refuse, revoke = f"{API}grants/{grant_id}/refuse/", f"{API}grants/{grant_id}/revoke/"
    for user, status in {"housing": 404, "civil_affairs": 404, "police": 403}.items():
        answer = client_for(user).post(refuse, {"reason": "x"}, content_type="application/json")
        assert answer.status_code == status
    wrong = chief.post(refuse, {"reason": ""}, content_type="application/json")
    assert (wrong.status_code, list(wrong.json()["error"]["fields"])) == (422, ["reason"])
    early = chief.post(revoke, {"reason": "x"}, content_type="application/json")
    assert early.status_code == 409
    done = chief.post(refuse, {"reason": "与职责无关"}, content_type="application/json")
    assert done.json()["state"] == "refused"
    assert Grant.objects.get(pk=grant_id).status == GrantStatus.REFUSED
