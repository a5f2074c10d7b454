"""Pages of both shells: what is shown to whom, and what stands where a form is refused."""

import io
import re
import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image

from datasharing.choices import AccessKind, Purpose
from datasharing.models import AccessRecord
from security.models import Pass
from services import actions
from services.models import RequestPhoto, ServiceRequest
from services.selectors import resident as own
from smartcommunity.kernel import clock
from tests.conftest import World
from tests.services.conftest import Village, jpeg

ClientFor = Callable[[str], Client]
REPAIR = {"repair_kind": "water", "description": "厨房水龙头漏水", "where": "home", "place": ""}
MOBILE = ["home", "services", "messages", "me", "looks", "notices", "repair", "requests", "passes",
          "pass_new", "search"]  # fmt: skip


def _upload(content: bytes, name: str = "leak.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "image/jpeg")


@pytest.mark.parametrize("page", MOBILE)
def test_the_residents_pages_open(page: str, village: Village, client_for: ClientFor) -> None:
    assert client_for("resident").get(reverse(f"mobile:{page}")).status_code == 200
    assert client_for("property").get(reverse(f"mobile:{page}")).status_code == 403


def test_home_shows_only_services_that_open(village: Village, client_for: ClientFor) -> None:
    items = own.services(viewer=village.world.viewer("resident"))
    client = client_for("resident")
    assert {"repair", "visitor"} <= {item.key for item in items}
    assert all(client.get(reverse(item.page)).status_code == 200 for item in items)


@pytest.mark.parametrize("page", [name for name in MOBILE if name != "me"])
def test_an_unbound_account_is_told_where_to_go(
    page: str, world: World, client_for: ClientFor
) -> None:
    response = client_for("resident").get(reverse(f"mobile:{page}"))
    assert response.status_code == 403
    assert "mobile/not_bound.html" in [t.name for t in response.templates]


def test_repair_with_photographs(village: Village, client_for: ClientFor) -> None:
    client = client_for("resident")
    photos = [_upload(jpeg(), f"{n}.jpg") for n in range(4)]
    response = client.post(reverse("mobile:repair"), {**REPAIR, "photos": photos}, follow=True)
    request = ServiceRequest.objects.get()
    assert response.redirect_chain == [(reverse("mobile:request", args=[request.pk]), 302)]
    assert request.number in response.content.decode()
    kept = list(RequestPhoto.objects.filter(step__request=request))
    assert len(kept) == 4
    picture = client.get(reverse("mobile:photo", args=[request.pk, kept[0].pk]))
    assert picture["Content-Type"] == "image/jpeg"
    assert picture["Cache-Control"] == "private, no-store"
    assert Image.open(io.BytesIO(picture.content)).format == "JPEG"


def test_a_bad_photograph_is_refused_beside_its_field(
    village: Village, client_for: ClientFor
) -> None:
    response = client_for("resident").post(
        reverse("mobile:repair"), {**REPAIR, "photos": [_upload(jpeg()), _upload(b"no", "b.jpg")]}
    )
    assert response.status_code == 422
    form = response.context["form"]
    assert list(form.errors) == ["photos"]
    page = response.content.decode()
    assert REPAIR["description"] in page
    assert "b.jpg" in page
    assert not ServiceRequest.objects.exists()


def test_too_many_photographs_and_a_missing_place(village: Village, client_for: ClientFor) -> None:
    client, url = client_for("resident"), reverse("mobile:repair")
    many = client.post(url, {**REPAIR, "photos": [_upload(jpeg(8, 8)) for _ in range(5)]})
    assert list(many.context["form"].errors) == ["photos"]
    nowhere = client.post(url, {**REPAIR, "where": "public"})
    assert list(nowhere.context["form"].errors) == ["place"]


def test_anothers_request_does_not_exist(village: Village, client_for: ClientFor) -> None:
    request = village.report(pictures=[jpeg()])
    photo = RequestPhoto.objects.get()
    neighbour = client_for("neighbour")
    for name, args in [("request", [request.pk]), ("photo", [request.pk, photo.pk])]:
        assert neighbour.get(reverse(f"mobile:{name}", args=args)).status_code == 404
    for name in ["cancel", "rate"]:
        url = reverse(f"mobile:{name}", args=[request.pk])
        assert neighbour.post(url, {"stars": 5}).status_code == 404
    assert request.number not in neighbour.get(reverse("mobile:requests")).content.decode()


def test_a_photograph_opens_only_under_its_own_request(
    village: Village, client_for: ClientFor
) -> None:
    village.report(pictures=[jpeg()])
    mine, photo = village.report("neighbour"), RequestPhoto.objects.get()
    url = reverse("mobile:photo", args=[mine.pk, photo.pk])
    assert client_for("neighbour").get(url).status_code == 404


@pytest.mark.parametrize("user", ["police", "civil_affairs", "grid", "auditor", "system_admin"])
def test_other_departments_do_not_open_the_queue(
    user: str, village: Village, client_for: ClientFor
) -> None:
    request = village.report(pictures=[jpeg()])
    photo = RequestPhoto.objects.get()
    client = client_for(user)
    assert client.get(reverse("services:queue")).status_code == 403
    assert client.get(reverse("services:request", args=[request.pk])).status_code == 403
    assert client.get(reverse("services:photo", args=[request.pk, photo.pk])).status_code == 403


def test_staff_of_another_estate_see_nothing(village: Village, client_for: ClientFor) -> None:
    request = village.report(pictures=[jpeg()])
    ServiceRequest.objects.update(area=village.world.other_estate)
    photo = RequestPhoto.objects.get()
    client = client_for("property_manager")
    assert request.number not in client.get(reverse("services:queue")).content.decode()
    assert client.get(reverse("services:request", args=[request.pk])).status_code == 404
    assert client.get(reverse("services:photo", args=[request.pk, photo.pk])).status_code == 404
    assert client.post(reverse("services:accept", args=[request.pk])).status_code == 404


def test_staff_work_on_the_queue(village: Village, client_for: ClientFor) -> None:
    request = village.report()
    client, args = client_for("property"), [request.pk]
    queue = client.get(reverse("services:queue")).content.decode()
    assert request.number in queue
    assert "张晓明" in queue
    assert client.post(reverse("services:accept", args=args)).status_code == 302
    refused = client.post(reverse("services:close", args=args), {"note": ""})
    assert refused.status_code == 422
    assert list(refused.context["close_form"].errors) == ["note"]
    done = {"note": "已更换", "photos": [_upload(jpeg())]}
    assert client.post(reverse("services:close", args=args), done).status_code == 302
    assert client.post(reverse("services:accept", args=args)).status_code == 409
    person = client_for("resident")
    assert "已更换" in person.get(reverse("mobile:request", args=args)).content.decode()
    rated = person.post(reverse("mobile:rate", args=args), {"stars": 5, "comment": "好"})
    assert rated.status_code == 302
    assert ServiceRequest.objects.get().rating == 5


def test_live_updates_fetch_only_the_changing_part(village: Village, client_for: ClientFor) -> None:
    request = village.report()
    for user, url in [
        ("resident", reverse("mobile:request", args=[request.pk])),
        ("resident", reverse("mobile:home")),
        ("resident", reverse("mobile:requests")),
        ("resident", reverse("mobile:messages")),
        ("property", reverse("services:request", args=[request.pk])),
        ("property", reverse("services:queue")),
    ]:
        response = client_for(user).get(url, headers={"HX-Request": "true"})
        assert "<html" not in response.content.decode()
        assert 'data-live="request"' in response.content.decode()
        assert "HX-Request" in response["Vary"]


def test_filters_of_the_queue(village: Village, client_for: ClientFor) -> None:
    late, fresh = village.report(), village.report("neighbour", repair_kind="lift")
    ServiceRequest.objects.filter(pk=late.pk).update(due_at=clock.now() - timedelta(hours=3))
    client, url = client_for("property"), reverse("services:queue")
    overdue = client.get(url, {"tab": "overdue"}).content.decode()
    assert late.number in overdue
    assert fresh.number not in overdue
    lifts = client.get(url, {"kind": "lift"}).content.decode()
    assert fresh.number in lifts
    assert late.number not in lifts
    assert client.get(url, {"estate": "9999", "number": "%"}).status_code == 200


def test_reads_stand_in_the_access_log(village: Village, client_for: ClientFor) -> None:
    request = village.report(pictures=[jpeg()])
    photo, person = RequestPhoto.objects.get(), village.people["resident"]
    client = client_for("property")
    client.get(reverse("services:queue"))
    client.get(reverse("services:request", args=[request.pk]))
    client.get(reverse("services:photo", args=[request.pk, photo.pk]))
    kinds = [
        record.kind
        for record in AccessRecord.objects.filter(username="property").order_by("id")
        if record.subject_ids == [person.pk] and record.purpose == Purpose.PROPERTY_SERVICE
    ]
    assert kinds == [AccessKind.LIST, AccessKind.READ, AccessKind.PICTURE]


def test_who_looked_at_my_data(village: Village, client_for: ClientFor) -> None:
    request = village.report()
    client_for("property").get(reverse("services:request", args=[request.pk]))
    client_for("property").get(reverse("services:request", args=[request.pk]))
    page = own.looks(viewer=village.world.viewer("resident"), number=1)
    assert [(look.department, look.times) for look in page.rows] == [
        (village.world.departments["property"].name, 2)
    ]
    assert not own.looks(viewer=village.world.viewer("neighbour"), number=1).rows


def test_a_visitor_pass_and_its_code(village: Village, client_for: ClientFor) -> None:
    client = client_for("resident")
    form = {"bearer": "李大明", "when": "tomorrow", "day": "", "uses": "2"}
    response = client.post(reverse("mobile:pass_new"), form, follow=True)
    issued = Pass.objects.get()
    assert issued.uses_left == 2
    assert issued.valid_to - issued.valid_from == timedelta(hours=23, minutes=59, seconds=59)
    assert "李大明" in response.content.decode()
    code_url = reverse("mobile:pass_code", args=[issued.pk])
    code = client.get(code_url)
    assert code["Content-Type"] == "image/svg+xml"
    assert code.content.startswith(b"<?xml")
    assert issued.sealed_token.encode() not in code.content
    assert client_for("neighbour").get(code_url).status_code == 404
    neighbour_page = client_for("neighbour").get(reverse("mobile:pass", args=[issued.pk]))
    assert neighbour_page.status_code == 404
    revoke_url = reverse("mobile:pass_revoke", args=[issued.pk])
    assert client_for("neighbour").post(revoke_url).status_code == 404
    assert client.post(revoke_url).status_code == 302
    assert client.get(code_url).status_code == 404


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"bearer": ""}, "bearer"),
        ({"when": "other", "day": ""}, "day"),
        ({"when": "other", "day": "2020-01-01"}, "day"),
        ({"when": "other", "day": "nonsense"}, "day"),
        ({"uses": "999"}, "uses"),
    ],
)
def test_a_refused_pass_says_where(
    changes: dict[str, str], field: str, village: Village, client_for: ClientFor
) -> None:
    form = {"bearer": "李大明", "when": "today", "day": "", "uses": "1", **changes}
    response = client_for("resident").post(reverse("mobile:pass_new"), form)
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert not Pass.objects.exists()


def test_notices_reach_the_estate_and_no_other(village: Village, client_for: ClientFor) -> None:
    world = village.world
    manager, everywhere = world.viewer("property_manager"), world.viewer("property")
    actions.publish_notice(viewer=manager, area=world.estate, title="停水通知", body="明天停水")
    actions.publish_notice(
        viewer=everywhere, area=world.other_estate, title="别处停电", body="后天停电"
    )
    client = client_for("resident")
    page = client.get(reverse("mobile:notices")).content.decode()
    assert "停水通知" in page
    assert "别处停电" not in page
    found = client.get(reverse("mobile:search"), {"q": "停"}).content.decode()
    assert "停水通知" in found
    assert "别处停电" not in found
    assert client.get(reverse("mobile:notice", args=[uuid.uuid4()])).status_code == 404


def test_staff_publish_a_notice(village: Village, client_for: ClientFor) -> None:
    area, client = village.world.estate, client_for("property_manager")
    form = {"area": str(area.pk), "title": "停水通知", "body": "明天停水"}
    assert client.post(reverse("services:notices"), form).status_code == 302
    assert "停水通知" in client.get(reverse("services:notices")).content.decode()
    elsewhere = {**form, "area": str(village.world.other_estate.pk)}
    assert client.post(reverse("services:notices"), elsewhere).status_code == 422
    assert client_for("police").get(reverse("services:notices")).status_code == 403


def test_api_of_the_queue(village: Village, client_for: ClientFor) -> None:
    request = village.report()
    client = client_for("property")
    body = client.get("/api/v1/services/requests/").json()
    assert [row["number"] for row in body["results"]] == [request.number]
    assert body["results"][0]["requester"] == "张晓明"
    one = client.get(f"/api/v1/services/requests/{request.pk}/").json()
    assert one["steps"][0]["step"] == "submitted"
    assert client_for("police").get("/api/v1/services/requests/").json()["results"] == []
    police_read = client_for("police").get(f"/api/v1/services/requests/{request.pk}/")
    assert police_read.status_code == 404
    assert client_for("resident").get("/api/v1/services/requests/").status_code == 403


@pytest.mark.parametrize(
    ("user", "page"),
    [
        ("resident", "mobile:home"),
        ("resident", "mobile:requests"),
        ("resident", "mobile:messages"),
        ("property", "services:queue"),
    ],
)
def test_queries_do_not_grow_with_the_rows(
    user: str, page: str, village: Village, client_for: ClientFor
) -> None:
    client, counts = client_for(user), []
    village.report(pictures=[jpeg(8, 8)])
    for _ in range(2):
        for _row in range(4):
            request = village.report()
            actions.accept(viewer=village.world.viewer("property"), request_id=request.pk)
            village.report("neighbour")
        client.get(reverse(page))
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get(reverse(page))
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_sign_in_keeps_the_user_name_and_shows_no_password(world: World, client: Client) -> None:
    url = reverse("accounts:sign_in")
    refused = client.post(url, {"username": "resident", "password": "wrong-password"})
    page = refused.content.decode()
    assert refused.status_code == 422
    assert 'value="resident"' in page
    assert "wrong-password" not in page
    assert not re.search(r"Demo-\d+", page)
    assert client.get(reverse("accounts:memberships")).status_code == 302


def test_memberships_can_be_chosen(world: World, client_for: ClientFor) -> None:
    response = client_for("property").get(reverse("accounts:memberships"))
    assert world.departments["property"].name in response.content.decode()
