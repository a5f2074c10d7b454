"""The pages of grants: who finds what, decides what, and sees what the other side answered."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.actions import appoint
from accounts.choices import ADMINISTRATORS, Role
from accounts.selectors import viewer_for
from datasharing import actions
from datasharing.choices import GrantState, GrantStatus, Level
from datasharing.models import DataElement, Grant, GrantStep
from datasharing.selectors import grants_to_decide
from smartcommunity.kernel import clock, workdays
from tests.conftest import STAFF, World
from tests.datasharing.asking import MONTH, approve, ask

pytestmark = pytest.mark.django_db
ClientFor = Callable[[str], Client]
TODAY = clock.today
INVOLVED = {"police", "police_chief", "collector", "housing"}


def url(name: str, grant_id: uuid.UUID) -> str:
    return reverse(f"datasharing:{name}", args=[grant_id])


def listed(client: Client, query: str = "") -> str:
    answer = client.get(f"/sharing/grants/{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def answer_of(grant_id: uuid.UUID, **less: Any) -> dict[str, Any]:
    grant = Grant.objects.get(pk=grant_id)
    return {
        "elements": list(grant.elements.values_list("key", flat=True)),
        "level": grant.level,
        "area": grant.area_id,
        "valid_to": grant.valid_to.isoformat(),
        "reason": "",
        **less,
    }


def test_the_owner_finds_the_request_and_gives_less(strict: World, client_for: ClientFor) -> None:
    grant_id, chief, housing = ask(strict), client_for("police_chief"), client_for("housing")
    page = listed(chief, "?side=decide")
    assert str(grant_id) in page
    assert "count-badge" in page
    assert "个工作日" in page
    form = chief.get(url("grant", grant_id)).content.decode()
    assert url("approve_grant", grant_id) in form
    less = answer_of(
        grant_id,
        elements=["doc_no"],
        level=Level.MASKED.value,
        area=strict.estate.pk,
        valid_to=(TODAY() + MONTH).isoformat(),
        reason="只需核对证件",
    )
    answer = chief.post(url("approve_grant", grant_id), less, follow=True)
    assert answer.status_code == 200
    grant = Grant.objects.get(pk=grant_id)
    assert (grant.status, grant.level, grant.area) == ("active", Level.MASKED, strict.estate)
    assert set(grant.elements.values_list("key", flat=True)) == {"doc_no"}
    seen = housing.get(url("grant", grant_id)).content.decode()
    for text in ("部分同意", "脱敏", "只需核对证件", strict.estate.name, "不含：姓名"):
        assert text in seen
    assert "count-badge" not in listed(chief)


def test_a_wrong_answer_is_named_and_keeps_what_was_typed(
    strict: World, client_for: ClientFor
) -> None:
    grant_id = ask(strict, level=Level.MASKED)
    late = (TODAY() + 5 * MONTH).isoformat()
    wrong = answer_of(grant_id, valid_to=late, reason="因故")
    answer = client_for("police_chief").post(url("approve_grant", grant_id), wrong)
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "error-summary" in text
    assert late in text
    assert "因故" in text
    assert Grant.objects.get(pk=grant_id).status == GrantStatus.REQUESTED


@pytest.mark.parametrize(
    "more",
    [
        {"elements": ["doc_no", "birth_date"]},
        {"elements": []},
        {"level": Level.FULL.value},
        {"level": Level.HIDDEN.value},
        {"area": "province"},
        {"area": "0"},
        {"valid_to": "2020-01-01"},
    ],
)
def test_what_was_not_asked_cannot_be_approved(
    more: dict[str, Any], strict: World, client_for: ClientFor
) -> None:
    grant_id = ask(strict, level=Level.MASKED)
    if more.get("area") == "province":
        more = {"area": strict.areas["province"].pk}
    data = answer_of(grant_id, **more)
    assert client_for("police_chief").post(url("approve_grant", grant_id), data).status_code == 422
    grant = Grant.objects.get(pk=grant_id)
    assert (grant.status, grant.elements.count()) == (GrantStatus.REQUESTED, 2)


def test_writing_that_was_not_asked_is_not_given(strict: World, client_for: ClientFor) -> None:
    grant_id = ask(strict)
    data = answer_of(grant_id, may_write="on")
    client_for("police_chief").post(url("approve_grant", grant_id), data)
    grant = Grant.objects.get(pk=grant_id)
    assert (grant.status, grant.may_write) == (GrantStatus.ACTIVE, False)


def test_a_refusal_needs_a_reason_and_the_asking_department_reads_it(
    strict: World, client_for: ClientFor
) -> None:
    grant_id, chief = ask(strict), client_for("police_chief")
    assert chief.post(url("refuse_grant", grant_id), {"refuse-reason": " "}).status_code == 422
    chief.post(url("refuse_grant", grant_id), {"refuse-reason": "<b>与职责无关</b>"})
    seen = client_for("housing").get(url("grant", grant_id)).content.decode()
    assert "&lt;b&gt;与职责无关&lt;/b&gt;" in seen
    assert "<b>与职责无关" not in seen
    again = chief.post(url("approve_grant", grant_id), answer_of(grant_id), follow=True)
    assert "已经答复" in again.content.decode()
    assert Grant.objects.get(pk=grant_id).status == GrantStatus.REFUSED


def test_revoked_with_a_reason_and_shown_as_such(strict: World, client_for: ClientFor) -> None:
    grant_id, chief = ask(strict), client_for("police_chief")
    approve(strict, grant_id, valid_to=TODAY() + MONTH)
    assert url("revoke_grant", grant_id) in chief.get(url("grant", grant_id)).content.decode()
    assert chief.post(url("revoke_grant", grant_id), {"revoke-reason": ""}).status_code == 422
    chief.post(url("revoke_grant", grant_id), {"revoke-reason": "用途已完成"})
    housing = client_for("housing")
    assert "用途已完成" in housing.get(url("grant", grant_id)).content.decode()
    assert str(grant_id) in listed(housing, "?state=revoked")
    assert str(grant_id) not in listed(housing, "?state=active")


def test_the_asking_department_takes_its_request_back(strict: World, client_for: ClientFor) -> None:
    grant_id, housing = ask(strict), client_for("housing")
    for other in ("police_chief", "civil_affairs"):
        assert client_for(other).post(url("withdraw_grant", grant_id)).status_code == 404
    assert client_for("grid").post(url("withdraw_grant", grant_id)).status_code == 404
    housing.post(url("withdraw_grant", grant_id))
    assert Grant.objects.get(pk=grant_id).status == GrantStatus.WITHDRAWN
    again = housing.post(url("withdraw_grant", grant_id), follow=True).content.decode()
    assert "已经答复" in again
    answer = client_for("police_chief").post(url("approve_grant", grant_id), answer_of(grant_id))
    assert answer.status_code == 302
    assert Grant.objects.get(pk=grant_id).status == GrantStatus.WITHDRAWN


@pytest.mark.parametrize(
    "user", sorted(set(STAFF) - {"police", "police_chief", "collector", "housing"})
)
def test_another_departments_grant_does_not_exist_for_others(
    user: str, strict: World, client_for: ClientFor
) -> None:
    """Not even by its address: reading, answering, renewing and the list."""
    grant_id, client = ask(strict), client_for(user)
    hidden = 403 if STAFF[user][1] in ADMINISTRATORS else 404
    for name in ("grant", "renew_grant"):
        assert client.get(url(name, grant_id)).status_code == hidden
    for name in ("approve_grant", "refuse_grant", "revoke_grant", "withdraw_grant"):
        data = {**answer_of(grant_id), "refuse-reason": "x", "revoke-reason": "x"}
        assert client.post(url(name, grant_id), data).status_code == hidden
    for query in ("", "?side=given", "?side=decide", "?state=requested"):
        answer = client.get(f"/sharing/grants/{query}")
        assert str(grant_id) not in answer.content.decode()
    assert Grant.objects.get(pk=grant_id).status == GrantStatus.REQUESTED


@pytest.mark.parametrize("user", ["police", "collector", "housing"])
def test_who_does_not_decide_sees_why_and_cannot(
    user: str, strict: World, client_for: ClientFor
) -> None:
    grant_id, client = ask(strict), client_for(user)
    page = client.get(url("grant", grant_id))
    assert page.status_code == 200
    assert url("approve_grant", grant_id) not in page.content.decode()
    answer = client.post(url("approve_grant", grant_id), answer_of(grant_id))
    assert answer.status_code == (404 if user == "housing" else 403)
    assert str(grant_id) not in listed(client, "?side=decide")
    assert grants_to_decide(viewer=strict.viewer(user)) == 0


def test_nobody_decides_what_he_asked_for_himself(strict: World, client_for: ClientFor) -> None:
    """Who works for both departments asks with one hand and may not give with the other."""
    chief = strict.users["police_chief"]
    housing = strict.departments["housing"]
    term = appoint(user=chief, department=housing, area=strict.areas["community"],
                   role=Role.OFFICER, valid_from=TODAY() - MONTH)  # fmt: skip
    grant_id = ask(strict, viewer=viewer_for(user=chief, membership_id=term.pk))
    assert grants_to_decide(viewer=strict.viewer("police_chief")) == 0
    answer = client_for("police_chief").post(url("approve_grant", grant_id), answer_of(grant_id))
    assert answer.status_code == 403


def test_each_state_is_told_apart_in_words_and_in_the_filter(
    strict: World, client_for: ClientFor
) -> None:
    day, housing = timedelta(days=1), client_for("housing")
    states = [state for state in GrantState if state != GrantState.WITHDRAWN]
    keys = DataElement.objects.filter(owner_kind="police", sharing="conditional")
    names = keys.values_list("key", flat=True)[: len(states)]
    grant_ids = {state: ask(strict, key) for state, key in zip(states, names, strict=True)}
    wanted: dict[GrantState, dict[str, object]] = {
        GrantState.REQUESTED: {},
        GrantState.OVERDUE: {"reply_due": TODAY() - day},
        GrantState.SCHEDULED: {"status": "active", "valid_from": TODAY() + day},
        GrantState.ACTIVE: {"status": "active", "valid_to": TODAY() + 31 * day},
        GrantState.EXPIRING: {"status": "active", "valid_to": TODAY() + 30 * day},
        GrantState.EXPIRED: {
            "status": "active",
            "valid_from": TODAY() - 9 * day,
            "valid_to": TODAY() - day,
        },
        GrantState.REFUSED: {"status": "refused"},
        GrantState.REVOKED: {"status": "revoked"},
    }
    for state, values in wanted.items():
        Grant.objects.filter(pk=grant_ids[state]).update(**values)
    for state, grant_id in grant_ids.items():
        assert Grant.objects.get(pk=grant_id).state == state
        assert [row.pk for row in Grant.objects.in_state(state)] == [grant_id]
        page = listed(housing, f"?state={state}")
        assert f'data-status="{state}"' in page
        assert page.count(url("grant", grant_id)) == 1
    assert not Grant.objects.in_state(GrantState.WITHDRAWN).exists()


def test_both_sides_see_what_is_overdue(strict: World, client_for: ClientFor) -> None:
    grant_id = ask(strict)
    due = TODAY() - timedelta(days=14)
    Grant.objects.filter(pk=grant_id).update(reply_due=due)
    asked, owed = listed(client_for("housing")), listed(client_for("police"), "?side=given")
    assert "超过法定时限" in asked
    assert "超过应答复日期" in owed
    late = workdays.between(due, TODAY())
    for user, query in {"housing": "?state=overdue", "police": "?side=given&state=overdue"}.items():
        page = listed(client_for(user), query)
        assert f"已超期 {late} 个工作日" in page
    assert "超过" not in listed(client_for("civil_affairs"))


def test_soon_over_is_said_and_asked_again_prefilled(strict: World, client_for: ClientFor) -> None:
    grant_id, housing = ask(strict, "doc_no"), client_for("housing")
    approve(strict, grant_id, valid_to=TODAY() + timedelta(days=20))
    page = housing.get(url("grant", grant_id)).content.decode()
    assert "20 天后到期" in page
    assert url("renew_grant", grant_id) in page
    form = housing.get(url("renew_grant", grant_id)).content.decode()
    assert "住房租赁条例" in form
    assert (TODAY() + timedelta(days=21)).isoformat() in form
    assert 'value="doc_no"' in form
    Grant.objects.filter(pk=grant_id).update(
        valid_from=TODAY() - MONTH, valid_to=TODAY() - timedelta(days=1)
    )
    form = housing.get(url("renew_grant", grant_id)).content.decode()
    assert TODAY().isoformat() in form
    for other in ("grid", "police_chief"):
        assert client_for(other).get(url("renew_grant", grant_id)).status_code in {403, 404}


def test_the_lists_cost_the_same_for_one_and_for_many(
    strict: World, client_for: ClientFor, django_assert_max_num_queries: Any
) -> None:
    housing, chief = client_for("housing"), client_for("police_chief")
    keys = list(
        DataElement.objects.filter(owner_kind="police", sharing="conditional").values_list(
            "key", flat=True
        )[:12]
    )
    for key in keys:
        ask(strict, key)
    for client, query in ((housing, ""), (chief, "?side=given"), (chief, "?side=decide")):
        with django_assert_max_num_queries(16):
            assert listed(client, query).count("data-label") >= 12


def test_the_list_refreshes_itself_by_its_fragment(strict: World, client_for: ClientFor) -> None:
    grant_id = ask(strict)
    answer = client_for("police_chief").get("/sharing/grants/?side=decide", HTTP_HX_REQUEST="true")
    part = answer.content.decode()
    assert str(grant_id) in part
    assert "<html" not in part
    assert 'data-live="grant"' in part
    one = client_for("housing").get(url("grant", grant_id), HTTP_HX_REQUEST="true")
    assert f'data-live-key="{grant_id}"' in one.content.decode()
    assert "<html" not in one.content.decode()


def test_the_timeline_keeps_what_was_asked_and_given(strict: World, client_for: ClientFor) -> None:
    grant_id = ask(strict, reason="合同备案")
    approve(strict, grant_id)
    actions.revoke_grant(viewer=strict.viewer("police_chief"), grant_id=grant_id, reason="备案完成")
    steps = list(GrantStep.objects.filter(grant=grant_id))
    assert [step.status for step in steps] == ["requested", "active", "revoked"]
    assert [len(step.elements) for step in steps] == [2, 1, 1]
    assert [step.level for step in steps] == [Level.FULL, Level.MASKED, Level.MASKED]
    page = client_for("housing").get(url("grant", grant_id)).content.decode()
    assert page.index("备案完成") < page.index("合同备案", page.index("timeline"))
