"""The registry's pages as each department meets them."""

import re
from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from datasharing.models import AccessRecord, Grant
from residents import actions
from residents.models import ElementRecord, Household, Proposal, Resident
from smartcommunity.kernel import clock
from tests.conftest import World
from tests.residents.conftest import (
    POLICE,
    Registry,
    citizen,
    make_building,
    queries,
    text,
)

pytestmark = pytest.mark.django_db
ClientFor = Callable[[str], Client]
NUMBER = citizen(date(1985, 6, 1))


def page(client: Client, name: str, *args: object) -> str:
    response = client.get(reverse(name, args=args))
    assert response.status_code == 200
    return text(response)


def test_from_the_estate_to_the_dwelling(registry: Registry, client_for: ClientFor) -> None:
    client = client_for("collector")
    assert registry.world.estate.name in page(client, "residents:estates")
    estate = page(client, "residents:estate", registry.world.estate.pk)
    assert reverse("residents:building", args=[registry.building.pk]) in estate
    chart = page(client, "residents:building", registry.building.pk)
    assert reverse("residents:dwelling", args=[registry.home.pk]) in chart
    home = page(client, "residents:dwelling", registry.home.pk)
    assert reverse("residents:register", args=[registry.home.pk]) in home


def test_the_plan_is_drawn_in_degrees_with_links(registry: Registry, client_for: ClientFor) -> None:
    plan = (
        client_for("property")
        .get(reverse("residents:plan", args=[registry.world.estate.pk]))
        .json()
    )
    building, gate = plan["features"]
    assert building["properties"]["layer"] == "building"
    assert building["properties"]["url"].endswith(f"{registry.building.pk}/")
    assert gate["geometry"]["coordinates"] == [pytest.approx(0.001), 0]
    assert gate["properties"] == {"layer": "gate", "key": "g1", "name": "东门"}


def test_a_family_is_entered_one_after_another(registry: Registry, client_for: ClientFor) -> None:
    client = client_for("collector")
    url = reverse("residents:register", args=[registry.home.pk])
    assert 'value="02" selected' in text(client.get(url))
    response = client.post(url, {**POLICE, "then": "next"})
    household = Household.objects.get()
    assert response["Location"].startswith(reverse("residents:add_member", args=[household.pk]))
    following = text(client.get(response["Location"]))
    assert "张三丰" in following
    wife = {**POLICE, "doc_no": citizen(date(1988, 2, 2), "2"), "name_cn": "李四娘",
            "head_relation": "12", "residence_kind": "family", "then": "finish"}  # fmt: skip
    response = client.post(response["Location"], wife)
    assert response["Location"] == reverse("residents:dwelling", args=[registry.home.pk])
    assert set(household.members.values_list("name", flat=True)) == {"张三丰", "李四娘"}
    home = page(client, "residents:dwelling", registry.home.pk)
    assert "张三丰" in home
    assert "李四娘" in home
    assert "2 人" in page(client, "residents:building", registry.building.pk)


def test_errors_stand_beside_the_fields_and_the_entries_are_kept(
    registry: Registry, client_for: ClientFor
) -> None:
    url = reverse("residents:register", args=[registry.home.pk])
    response = client_for("collector").post(url, {**POLICE, "mobile": "138"})
    body = text(response)
    assert response.status_code == 422
    assert 'id="id_mobile_error"' in body
    assert 'href="#id_mobile"' in body
    assert 'value="张三丰"' in body
    assert not Resident.objects.exists()


def test_a_known_document_leads_to_the_entry_and_moves_it_in(
    registry: Registry, client_for: ClientFor
) -> None:
    resident_id = registry.register()
    client = client_for("collector")
    other_home = registry.dwellings[3]
    response = client.post(reverse("residents:register", args=[other_home.pk]), POLICE)
    assert response.status_code == 422
    move = reverse("residents:move_in", args=[other_home.pk, resident_id])
    assert reverse("residents:resident", args=[resident_id]) in text(response)
    assert move in text(response)
    client.post(move, {"kind": "owner"})
    assert "张三丰" in page(client, "residents:dwelling", other_home.pk)


def test_collected_once_the_next_department_finds_it_filled_in(
    registry: Registry, client_for: ClientFor
) -> None:
    resident_id = registry.register()
    client = client_for("civil_affairs")
    url = reverse("residents:edit", args=["civil_affairs.resident", resident_id])
    body = text(client.get(url))
    assert "张三丰" in body
    assert "1985-06-01" in body
    assert registry.world.departments["police"].name in body
    assert NUMBER not in body
    assert "13800001234" not in body
    assert "138****1234" in body
    response = client.post(url, {"version": "1", "dibao": "false", "marital": "20"})
    assert response.status_code == 302
    profile = page(client, "residents:resident", resident_id)
    assert "已婚" in profile
    assert NUMBER not in profile


def test_the_police_do_not_see_what_civil_affairs_keep(
    registry: Registry, client_for: ClientFor
) -> None:
    resident_id = registry.register()
    registry.save("civil_affairs", "civil_affairs.resident", resident_id, dibao="true",
                  dibao_no="DB2024001", dibao_from="2024-01-01", marital="40")  # fmt: skip
    profile = page(client_for("police"), "residents:resident", resident_id)
    for kept in ("DB2024001", "最低生活保障", "离婚"):
        assert kept not in profile
    grid = page(client_for("grid"), "residents:resident", resident_id)
    assert "最低生活保障" in grid
    assert "DB2024001" not in grid


def test_without_any_right_the_page_says_so(registry: Registry, client_for: ClientFor) -> None:
    registry.register()
    Grant.objects.all().delete()
    client = client_for("civil_affairs")
    home = page(client, "residents:dwelling", registry.home.pk)
    assert "no-permission" in home
    assert "张" not in home.split("<main")[1]
    assert "no-permission" in page(client, "residents:search")
    assert "人</span>" not in page(client, "residents:building", registry.building.pk)


def stale_form(registry: Registry, resident_id: object, **typed: str) -> dict[str, str]:
    """A form opened before somebody else recorded another employer and education."""
    opened = clock.now().isoformat()
    registry.save("police", "police.resident", resident_id, employer="甲厂", education="10")  # type: ignore[arg-type]
    facts = {"sex": "1", "birth_date": "1985-06-01", "version": "1", "opened": opened}
    return {**POLICE, **facts, **typed}


def test_a_stale_form_shows_both_values_and_saves_what_is_chosen(
    registry: Registry, client_for: ClientFor
) -> None:
    resident_id = registry.register()
    url = reverse("residents:edit", args=["police.resident", resident_id])
    client = client_for("collector")
    stale = stale_form(registry, resident_id, employer="乙厂", education="20", former_name="张通")
    response = client.post(url, stale)
    body = text(response)
    assert response.status_code == 409
    assert "甲厂" in body
    assert "乙厂" in body
    assert 'name="version" value="2"' in body
    asked = re.findall(r'name="meanwhile" value="(\w+)"', body)
    assert sorted(asked) == ["education", "employer"]
    half = {**stale, "version": "2", "meanwhile": asked, "keep-employer": "recorded"}
    response = client.post(url, half)
    assert response.status_code == 409
    assert re.findall(r'name="meanwhile" value="(\w+)"', text(response)) == ["education"]
    response = client.post(url, {**half, "keep-education": "typed"})
    assert response.status_code == 302
    profile = page(client, "residents:resident", resident_id)
    assert "甲厂" in profile
    assert "乙厂" not in profile
    assert "张通" in profile
    record = ElementRecord.objects.get(element="education", superseded_at=None)
    assert record.value == "20"


def test_a_stale_form_without_a_clash_is_saved(registry: Registry, client_for: ClientFor) -> None:
    resident_id = registry.register()
    url = reverse("residents:edit", args=["police.resident", resident_id])
    stale = stale_form(registry, resident_id, employer="甲厂", education="10", former_name="张通")
    assert client_for("collector").post(url, stale).status_code == 302
    assert ElementRecord.objects.get(element="former_name").value == "张通"


@pytest.mark.parametrize("typed", ["张三", "zhangsan", "ZHANG SANFENG", "zsf"])
def test_found_by_name_in_three_spellings(
    registry: Registry, client_for: ClientFor, typed: str
) -> None:
    registry.register()
    body = text(
        client_for("police").post(reverse("residents:search"), {"by": "name", "text": typed})
    )
    assert "张三丰" in body


@pytest.mark.parametrize(
    ("by", "typed"),
    [("document", NUMBER), ("document", f" {NUMBER[:6]} {NUMBER[6:].lower()}"),
     ("mobile", "+86 138-0000-1234")],
)  # fmt: skip
def test_found_by_the_full_number(
    registry: Registry, client_for: ClientFor, by: str, typed: str
) -> None:
    registry.register()
    client = client_for("police")
    assert "张三丰" in text(client.post(reverse("residents:search"), {"by": by, "text": typed}))
    entry = AccessRecord.objects.filter(kind="search").latest("id")
    assert entry.detail == by
    part = {"by": by, "text": typed[:8]}
    assert "张三丰" not in text(client.post(reverse("residents:search"), part))


def test_search_is_never_by_get(registry: Registry, client_for: ClientFor) -> None:
    registry.register()
    body = text(
        client_for("police").get(reverse("residents:search"), {"by": "name", "text": "张三"})
    )
    assert "张三丰" not in body
    assert 'method="post"' in body


def test_an_element_not_seen_in_full_is_not_searched(
    registry: Registry, client_for: ClientFor
) -> None:
    registry.register()
    client = client_for("civil_affairs")
    assert 'value="document"' not in page(client, "residents:search")
    response = client.post(reverse("residents:search"), {"by": "document", "text": NUMBER})
    assert response.status_code == 422
    assert "张三丰" not in text(response)


def test_a_search_finds_only_in_ones_own_area(
    registry: Registry, world: World, client_for: ClientFor
) -> None:
    registry.register(home=make_building(world, "other_estate", "9")[0])
    body = text(client_for("property_manager").post(
        reverse("residents:search"), {"by": "name", "text": "张三丰"}
    ))  # fmt: skip
    assert "row-list" not in body


@pytest.mark.parametrize("name", ["dwelling", "building", "estate", "api"])
def test_the_number_of_queries_does_not_grow_with_the_rows(
    registry: Registry, client_for: ClientFor, name: str
) -> None:
    url = {
        "dwelling": reverse("residents:dwelling", args=[registry.home.pk]),
        "building": reverse("residents:building", args=[registry.building.pk]),
        "estate": reverse("residents:estate", args=[registry.world.estate.pk]),
        "api": reverse("residents_api:residents"),
    }[name]
    client = client_for("police")
    registry.register()
    few = queries(client, url)
    household = Household.objects.get().pk
    for day in range(1, 6):
        registry.register(household_id=household, doc_no=citizen(date(1990, 1, day)))
    make_building(registry.world, "estate", "2")
    assert queries(client, url) == few


def test_a_profile_costs_the_same_with_one_value_or_all(
    registry: Registry, client_for: ClientFor
) -> None:
    resident_id = registry.register()
    client = client_for("police")
    url = reverse("residents:resident", args=[resident_id])
    few = queries(client, url)
    registry.save("police", "police.resident", resident_id, education="20", employer="厂",
                  hukou_match="1", ethnicity="01", live_since="2020-01-01")  # fmt: skip
    assert queries(client, url) == few


def test_administrators_do_not_open_the_registry(registry: Registry, client_for: ClientFor) -> None:
    resident_id = registry.register()
    for user in ("system_admin", "security_admin", "auditor", "resident"):
        url = reverse("residents:resident", args=[resident_id])
        assert client_for(user).get(url).status_code == 403


def test_the_api_shows_what_the_page_shows(registry: Registry, client_for: ClientFor) -> None:
    resident_id = registry.register()
    client = client_for("civil_affairs")
    rows = client.get(reverse("residents_api:residents")).json()["results"]
    assert [row["name"] for row in rows] == ["张三丰"]
    detail = client.get(reverse("residents_api:resident", args=[resident_id])).json()
    elements = {row["key"]: row for row in detail["elements"]}
    assert elements["doc_no"]["level"] == "masked"
    assert NUMBER not in str(detail)
    assert AccessRecord.objects.filter(exit="api", kind="read").exists()
    assert client_for("auditor").get(reverse("residents_api:residents")).json()["results"] == []


def test_every_read_stands_in_the_access_log(registry: Registry, client_for: ClientFor) -> None:
    resident_id = registry.register()
    client = client_for("police")
    for name, key in (("dwelling", registry.home.pk), ("resident", resident_id)):
        before = AccessRecord.objects.count()
        page(client, f"residents:{name}", key)
        new = AccessRecord.objects.filter(id__gt=before, subject_ids__contains=[resident_id])
        assert new.filter(elements__contains=["name_cn"]).exists()
        assert {entry.purpose for entry in new} == {"public_security"}


def test_a_proposal_from_the_form_to_the_owners_answer(
    registry: Registry, client_for: ClientFor
) -> None:
    resident_id = registry.register(mobile=None)
    registry.save("property", "property.resident", resident_id, mobile="13900001111",
                  live_since="2021-01-01")  # fmt: skip
    police, owner = client_for("collector"), client_for("property")
    url = reverse("residents:edit", args=["police.resident", resident_id])
    assert "更正建议提交" in text(police.get(url))
    typed = {**POLICE, "sex": "1", "birth_date": "1985-06-01", "mobile": "13700002222"}
    assert "更正建议提交责任部门" in text(police.post(url, typed, follow=True))
    assert "建议改为“137****2222”" in text(police.get(url))
    proposal = Proposal.objects.get(element="mobile")
    waiting = page(owner, "residents:proposals")
    assert "139****1111" in waiting
    assert "137****2222" in waiting
    assert '<span class="count-badge">1</span>' in waiting
    assert "13700002222" not in page(client_for("grid"), "residents:proposals")
    assert "count-badge" not in page(client_for("grid"), "residents:proposals")
    reject = reverse("residents:reject_proposal", args=[proposal.pk])
    assert "请说明理由" in text(owner.post(reject, {"reason": ""}, follow=True))
    assert "未采纳" in text(owner.post(reject, {"reason": "本人未换号"}, follow=True))
    outcome = text(police.get(reverse("residents:proposals") + "?side=made"))
    assert "本人未换号" in outcome
    answer = owner.post(reverse("residents:accept_proposal", args=[proposal.pk]), follow=True)
    assert "已被处理或撤回" in text(answer)


def test_a_correction_is_proposed_beside_the_value(
    registry: Registry, client_for: ClientFor
) -> None:
    resident_id = registry.register()
    client = client_for("grid")
    url = reverse("residents:correct", args=["resident", resident_id, "name_cn"])
    profile = page(client, "residents:resident", resident_id)
    assert url in profile
    assert url.replace("name_cn", "doc_no") not in profile  # masked
    assert "张三丰" in page(client, "residents:correct", "resident", resident_id, "name_cn")
    wrong = client.post(url, {"name_cn": "张3"})
    assert (wrong.status_code, 'id="id_name_cn_error"' in text(wrong)) == (422, True)
    assert client.post(url, {"name_cn": "张君宝", "reason": "身份证"}).status_code == 302
    assert "本部门建议改为“张君宝”" in page(client, "residents:resident", resident_id)
    own = page(client_for("police"), "residents:resident", resident_id)
    assert "1 条更正建议待处理" in own
    assert "张君宝" not in page(client_for("property"), "residents:resident", resident_id)
    accept = reverse("residents:accept_proposal", args=[Proposal.objects.get().pk])
    client_for("police").post(accept)
    history = page(client, "residents:history", "resident", resident_id, "name_cn")
    assert "张君宝" in history
    assert "张三丰" in history
    assert "由测试" in history


def test_the_history_is_no_way_round_the_rights(registry: Registry, client_for: ClientFor) -> None:
    resident_id = registry.register()
    masked = page(client_for("civil_affairs"), "residents:history", "resident", resident_id,
                  "doc_no")  # fmt: skip
    assert NUMBER not in masked
    assert "1****************" in masked or "*" in masked
    for user, element, status in (("property", "doc_no", 404), ("grid", "ethnicity", 404),
                                  ("grid", "none", 404), ("auditor", "name_cn", 403)):  # fmt: skip
        url = reverse("residents:history", args=["resident", resident_id, element])
        assert client_for(user).get(url).status_code == status
        correct = reverse("residents:correct", args=["resident", resident_id, element])
        assert client_for(user).get(correct).status_code == status


def test_the_proposals_cost_the_same_with_one_or_many(
    registry: Registry, client_for: ClientFor
) -> None:
    client, grid = client_for("police"), registry.world.viewer("grid")
    url = reverse("residents:proposals")

    def propose(number: str) -> None:
        actions.propose(viewer=grid, subject="resident", element="name_cn", value="李四",
                        subject_id=registry.register(doc_no=number))  # fmt: skip

    propose(citizen(date(1985, 6, 1)))
    few = queries(client, url)
    for day in range(1, 5):
        propose(citizen(date(1990, 1, day)))
    assert queries(client, url) == few
