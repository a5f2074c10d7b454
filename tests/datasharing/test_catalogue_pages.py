"""The catalogue, the basket and the request page."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import Department
from datasharing.choices import GrantStatus, Level
from datasharing.models import DataElement, Grant
from datasharing.selectors import owners_in
from smartcommunity.kernel import clock
from tests.conftest import World
from tests.datasharing.asking import MONTH, approve, ask

pytestmark = pytest.mark.django_db
ClientFor = Callable[[str], Client]
CATALOGUE = "/sharing/catalogue/"
REQUEST = "/sharing/request/police/"


def text(client: Client, url: str, **query: str) -> str:
    answer = client.get(url, query)
    assert answer.status_code == 200
    return answer.content.decode()


def filled(world: World, **more: Any) -> dict[str, Any]:
    today = clock.today()
    return {
        "elements": ["doc_no", "name_cn"],
        "level": Level.MASKED.value,
        "area": world.estate.pk,
        "purpose": "housing_management",
        "legal_basis": "住房租赁条例第十条",
        "valid_from": today.isoformat(),
        "valid_to": (today + MONTH).isoformat(),
        "reason": "核对租赁备案",
        **more,
    }


def test_an_element_says_what_it_is_and_whose(strict: World, client_for: ClientFor) -> None:
    page = text(client_for("housing"), CATALOGUE, q="身份证号")
    for shown in ("证件号码", "公安", "有条件", "尚未共享", "申请共享"):
        assert shown in page
    withheld = text(client_for("housing"), CATALOGUE, sharing="none")
    assert "不得对外传输" in withheld
    assert "/choose/" not in withheld
    detail = text(client_for("housing"), f"{CATALOGUE}doc_type/")
    assert "GA/T 517" in detail
    assert "居民身份证" in detail


def test_search_and_filters_narrow_the_list(strict: World, client_for: ClientFor) -> None:
    client = client_for("grid")
    assert "没有找到数据元" in text(client, CATALOGUE, q="不存在的东西")
    by_owner = text(client, CATALOGUE, owner="housing", subject="dwelling")
    assert f"{CATALOGUE}owner_name/" in by_owner
    assert f"{CATALOGUE}name_cn/" not in by_owner
    assert f"{CATALOGUE}birth_date/" in text(client, CATALOGUE, q="csrq")
    first = text(client, CATALOGUE)
    assert "page=2" in first
    assert "page=1" in text(client, CATALOGUE, page="2")


def test_what_the_department_holds_stands_beside_the_element(
    strict: World, client_for: ClientFor
) -> None:
    grant_id, client = ask(strict, "doc_no"), client_for("housing")
    assert "已提出申请" in text(client, f"{CATALOGUE}doc_no/")
    end = clock.today() + MONTH
    approve(strict, grant_id, valid_to=end)
    page = text(client, f"{CATALOGUE}doc_no/")
    for shown in ("脱敏", strict.estate.name, end.isoformat(), str(grant_id)):
        assert shown in page
    assert str(grant_id) not in text(client_for("civil_affairs"), f"{CATALOGUE}doc_no/")
    assert "本部门负责" in text(client_for("police"), f"{CATALOGUE}doc_no/")
    Grant.objects.filter(pk=grant_id).update(status=GrantStatus.REVOKED)
    assert "尚未共享" in text(client, f"{CATALOGUE}doc_no/")


def test_a_grant_of_what_the_giver_does_not_own_is_no_holding(
    strict: World, client_for: ClientFor
) -> None:
    grant_id = ask(strict, "doc_no")
    approve(strict, grant_id, valid_to=clock.today() + MONTH)
    Grant.objects.get(pk=grant_id).elements.add("mobile")
    assert str(grant_id) not in text(client_for("housing"), f"{CATALOGUE}mobile/")


@pytest.mark.parametrize("user", ["system_admin", "security_admin", "auditor", "resident"])
def test_the_catalogue_is_for_staff_who_read(
    user: str, strict: World, client_for: ClientFor
) -> None:
    client = client_for(user)
    for url in (CATALOGUE, f"{CATALOGUE}doc_no/", REQUEST, f"{CATALOGUE}add/"):
        assert client.get(url).status_code == 403
    assert client.post(f"{CATALOGUE}doc_no/choose/").status_code == 403
    assert client.post(REQUEST, filled(strict)).status_code == 403
    assert not Grant.objects.exists()


@pytest.mark.parametrize("user", ["collector", "grid", "dispatcher", "property"])
def test_who_does_not_speak_for_the_department_looks_but_does_not_ask(
    user: str, strict: World, client_for: ClientFor
) -> None:
    client = client_for(user)
    page = text(client, CATALOGUE)
    assert "/choose/" not in page
    for answer in (
        client.post(f"{CATALOGUE}dibao/choose/"),
        client.get("/sharing/request/civil_affairs/?element=dibao"),
        client.post("/sharing/request/civil_affairs/?element=dibao", filled(strict)),
    ):
        assert answer.status_code == 403
    assert not Grant.objects.exists()


def test_chosen_elements_are_asked_for_at_once_by_owner(
    strict: World, client_for: ClientFor
) -> None:
    client = client_for("housing")
    for key in ("doc_no", "name_cn", "dibao"):
        client.post(f"{CATALOGUE}{key}/choose/", {"next": CATALOGUE})
    page = text(client, CATALOGUE)
    assert "申请 2 项" in page
    assert "申请 1 项" in page
    form = text(client, REQUEST)
    assert 'value="doc_no"' in form
    assert 'value="dibao"' not in form
    assert strict.departments["police"].name in form
    answer = client.post(REQUEST, filled(strict))
    grant = Grant.objects.get()
    assert answer["Location"] == f"/sharing/grants/{grant.pk}/"
    assert (grant.owner, grant.level) == (strict.departments["police"], Level.MASKED)
    assert set(grant.elements.values_list("key", flat=True)) == {"doc_no", "name_cn"}
    after = text(client, CATALOGUE)
    assert "申请 2 项" not in after
    assert "申请 1 项" in after
    client.post("/sharing/basket/empty/")
    assert "申请 1 项" not in text(client, CATALOGUE)


def test_the_button_answers_with_the_basket_and_takes_out_again(
    strict: World, client_for: ClientFor
) -> None:
    client = client_for("housing")
    part = client.post(f"{CATALOGUE}doc_no/choose/", HTTP_HX_REQUEST="true").content.decode()
    assert 'aria-pressed="true"' in part
    assert 'hx-swap-oob="true"' in part
    assert "<html" not in part
    part = client.post(f"{CATALOGUE}doc_no/choose/", HTTP_HX_REQUEST="true").content.decode()
    assert 'aria-pressed="false"' in part


@pytest.mark.parametrize("key", ["face_template", "owner_name", "nonsense", "own_x"])
def test_what_cannot_be_asked_for_does_not_go_into_the_basket(
    key: str, strict: World, client_for: ClientFor
) -> None:
    """Withheld by law, one's own, not existing."""
    client = client_for("housing")
    assert client.post(f"{CATALOGUE}{key}/choose/").status_code == 404
    assert client.session.get("grant_basket", []) == []


def test_the_way_back_never_leads_outside(strict: World, client_for: ClientFor) -> None:
    answer = client_for("housing").post(
        f"{CATALOGUE}doc_no/choose/", {"next": "https://example.org/"}
    )
    assert answer["Location"] == CATALOGUE


@pytest.mark.parametrize(
    ("field", "more"),
    [
        ("elements", {"elements": []}),
        ("elements", {"elements": ["dibao"]}),
        ("elements", {"elements": ["face_template"]}),
        ("level", {"level": "0"}),
        ("level", {"level": "9"}),
        ("area", {"area": "99999"}),
        ("area", {"area": "province"}),
        ("purpose", {"purpose": "own_data"}),
        ("legal_basis", {"legal_basis": " "}),
        ("reason", {"reason": ""}),
        ("valid_to", {"valid_to": "2020-01-01"}),
        ("valid_to", {"valid_to": "morgen"}),
        ("valid_from", {"valid_from": ""}),
    ],
)
def test_each_wrong_field_is_named_and_the_rest_is_kept(
    field: str, more: dict[str, Any], strict: World, client_for: ClientFor
) -> None:
    if more.get("area") == "province":
        more = {"area": strict.areas["province"].pk}
    client = client_for("housing")
    url = f"{REQUEST}?element=doc_no&element=name_cn"
    answer = client.post(url, filled(strict, **more))
    assert answer.status_code == 422
    page = answer.content.decode()
    assert f'id="id_{field}_error"' in page
    kept = {"legal_basis": "住房租赁条例第十条", "reason": "核对租赁备案"}
    for name, typed in kept.items():
        assert name == field or typed in page
    assert not Grant.objects.exists()


def test_an_error_leaves_the_basket_as_it_is(strict: World, client_for: ClientFor) -> None:
    client = client_for("housing")
    client.post(f"{CATALOGUE}doc_no/choose/")
    assert client.post(REQUEST, filled(strict, reason="")).status_code == 422
    assert client.session["grant_basket"] == ["doc_no"]


def test_the_same_is_not_asked_twice(strict: World, client_for: ClientFor) -> None:
    client, url = client_for("housing"), f"{REQUEST}?element=doc_no&element=name_cn"
    assert client.post(url, filled(strict)).status_code == 302
    again = client.post(url, filled(strict))
    assert again.status_code == 422
    assert "已申请过" in again.content.decode()
    assert client.post(url, filled(strict, level=Level.FULL.value)).status_code == 302
    assert Grant.objects.count() == 2


def test_unconditional_is_granted_at_once(strict: World, client_for: ClientFor) -> None:
    owner = DataElement.objects.get(key="region_code").owner_kind
    answer = client_for("housing").post(
        f"/sharing/request/{owner}/?element=region_code",
        filled(strict, elements=["region_code"]),
        follow=True,
    )
    assert "无条件共享" in answer.content.decode()
    assert Grant.objects.get().status == "active"


def test_departments_are_chosen_by_the_area(strict: World, client_for: ClientFor) -> None:
    """One owner of the whole, else each of its part; all or none."""
    company = strict.departments["property"]
    company.area = strict.estate
    company.save()
    second = Department.objects.create(name="第二物业", kind="property", area=strict.other_estate)
    found = owners_in(kind="property", area=strict.areas["community"])
    assert found == [(company, strict.estate), (second, strict.other_estate)]
    assert owners_in(kind="property", area=strict.estate) == [(company, strict.estate)]
    url = "/sharing/request/property/?element=mobile"
    community = strict.areas["community"].pk
    asked = text(client_for("housing"), "/sharing/request/property/asked/", area=str(community))
    assert company.name in asked
    assert "第二物业" in asked
    data = filled(strict, elements=["mobile"], area=community)
    answer = client_for("housing").post(url, data, follow=True)
    assert "2 个部门" in answer.content.decode()
    assert {grant.area for grant in Grant.objects.all()} == {strict.estate, strict.other_estate}


def test_the_nearest_owner_is_asked_and_nobody_where_there_is_none(
    strict: World, client_for: ClientFor
) -> None:
    bureau = Department.objects.create(name="分局", kind="police", area=strict.areas["district"])
    station = strict.departments["police"]
    assert owners_in(kind="police", area=strict.estate) == [(station, strict.estate)]
    street = strict.areas["street"]
    assert owners_in(kind="police", area=street) == [(bureau, street)]
    assert owners_in(kind="police", area=strict.estate, but=station.pk) == [(bureau, strict.estate)]
    Department.objects.filter(kind="health").delete()
    health = DataElement.objects.filter(owner_kind="health").first()
    assert health is not None
    url = f"/sharing/request/health/?element={health.key}"
    answer = client_for("housing").post(url, filled(strict, elements=[health.key]))
    assert answer.status_code == 422
    assert "没有负责这些数据的部门" in answer.content.decode()


def test_an_area_outside_the_asking_department_is_refused(
    strict: World, client_for: ClientFor
) -> None:
    """Whoever works beyond his department (an ad-hoc share) does not ask for it there."""
    housing = strict.departments["housing"]
    housing.area = strict.other_estate
    housing.save()
    answer = client_for("housing").post(f"{REQUEST}?element=doc_no", filled(strict))
    assert answer.status_code == 422
    assert not Grant.objects.exists()


def test_labels_are_shown_as_text(strict: World, client_for: ClientFor) -> None:
    """However it came into the catalogue."""
    DataElement.objects.filter(key="doc_no").update(label_zh="<script>alert(1)</script>")
    client = client_for("housing")
    client.post(f"{CATALOGUE}doc_no/choose/")
    grant_id = ask(strict, "doc_no")
    for url in (
        f"{CATALOGUE}?owner=police", f"{CATALOGUE}doc_no/", REQUEST, "/sharing/grants/",
        f"/sharing/grants/{grant_id}/",
    ):  # fmt: skip
        page = text(client, url)
        assert "<script>alert(1)" not in page
        assert "&lt;script&gt;alert(1)" in page


def test_the_catalogue_costs_the_same_however_much_is_held(
    strict: World, client_for: ClientFor, django_assert_max_num_queries: Any
) -> None:
    client = client_for("housing")
    keys = DataElement.objects.filter(owner_kind="police", sharing="conditional")
    for key in keys.values_list("key", flat=True)[:20]:
        grant_id = ask(strict, key)
        approve(strict, grant_id, elements=[key], valid_to=clock.today() + MONTH)
        client.post(f"{CATALOGUE}{key}/choose/")
    with django_assert_max_num_queries(16):
        text(client, CATALOGUE, owner="police")


def test_a_grant_that_ends_soon_counts_until_its_last_day(
    strict: World, client_for: ClientFor
) -> None:
    grant_id = ask(strict, "doc_no")
    approve(strict, grant_id, valid_to=clock.today())
    assert str(grant_id) in text(client_for("housing"), f"{CATALOGUE}doc_no/")
    day = timedelta(days=1)
    Grant.objects.update(valid_from=clock.today() - day, valid_to=clock.today() - day)
    assert str(grant_id) not in text(client_for("housing"), f"{CATALOGUE}doc_no/")
