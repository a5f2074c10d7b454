"""The door, tried by somebody who wants in: lock-out, session, redirects, second factor."""

import re
from collections.abc import Callable

import pytest
from django.conf import settings as project
from django.test import Client
from django_otp.oath import totp
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.models import User
from tests.conftest import PASSWORD, World

SIGN_IN = "/accounts/sign-in/"
SECOND_FACTOR = "/accounts/second-factor/"
ELSEWHERE = [
    "https://evil.example/",
    "//evil.example",
    "/\\evil.example",
    "javascript:alert(1)",
    "https:evil",
]

pytestmark = pytest.mark.django_db
ClientFor = Callable[[str], Client]


def sign_in(client: Client, name: str = "police", **more: str) -> int:
    headers = {"X-Forwarded-For": more.pop("forwarded", "")}
    fields = {"username": name, "password": PASSWORD, **more}
    return client.post(SIGN_IN, fields, headers=headers).status_code


def code_of(device: TOTPDevice) -> str:
    return f"{totp(device.bin_key, device.step, device.t0, device.digits):06d}"


def test_the_session_is_new_after_sign_in(bare_world: World) -> None:
    client = Client()
    session = client.session
    session["planted"] = "by an attacker"
    session.save()
    planted = session.session_key or ""
    client.cookies[project.SESSION_COOKIE_NAME] = planted
    assert sign_in(client) == 302
    cookie = client.cookies[project.SESSION_COOKIE_NAME]
    assert cookie.value != planted
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert Client(headers={"Cookie": f"sessionid={planted}"}).get("/").status_code == 302


@pytest.mark.parametrize("target", ELSEWHERE)
def test_nobody_is_sent_elsewhere(target: str, bare_world: World) -> None:
    client = Client()
    fields = {"username": "police", "password": PASSWORD, "next": target}
    for path, data in {
        SIGN_IN: fields,
        "/accounts/text-size/": {"size": "large", "next": target},
        "/i18n/setlang/": {"language": "en", "next": target},
    }.items():
        answer = client.post(path, data)
        assert answer.status_code == 302, path
        assert "evil" not in answer["Location"], path
        assert "script" not in answer["Location"], path


def test_five_failures_lock_whatever_address_is_claimed(bare_world: World) -> None:
    client = Client()
    for number in range(5):
        sign_in(client, password="wrong", forwarded=f"203.0.113.{number}")
    assert sign_in(client, forwarded="198.51.100.1") == 429
    assert sign_in(Client(), "collector") == 302, "another account is not locked"


def test_sign_out_and_sign_in_need_the_token_of_the_page(bare_world: World) -> None:
    client = Client(enforce_csrf_checks=True)
    assert sign_in(client) == 403
    assert client.get("/accounts/sign-out/").status_code == 405


def test_the_language_is_switched(bare_world: World) -> None:
    client = Client()
    assert "登录" in client.get(SIGN_IN).content.decode()
    client.post("/i18n/setlang/", {"language": "en", "next": SIGN_IN})
    assert "Sign in" in client.get(SIGN_IN).content.decode()


@pytest.fixture
def device(bare_world: World) -> TOTPDevice:
    return TOTPDevice.objects.create(user=bare_world.users["police"], name="app", confirmed=True)


def test_a_second_factor_once_set_up_is_asked_for(device: TOTPDevice) -> None:
    assert sign_in(Client()) == 422
    assert sign_in(Client(), otp_token="000000") == 422
    device.throttle_reset()
    assert sign_in(Client(), otp_token=code_of(device)) == 302
    assert sign_in(Client(), otp_token=code_of(device)) == 422, "a code is good for one sign-in"


def test_guessing_codes_is_slowed_down(device: TOTPDevice) -> None:
    for guess in ("000000", "000001", "000002"):
        sign_in(Client(), otp_token=guess)
    assert sign_in(Client(), otp_token=code_of(device)) == 422


def test_the_operators_back_door_has_no_lock_of_its_own(bare_world: World) -> None:
    """Django's admin would sign in with the password alone."""
    User.objects.filter(username="police").update(is_staff=True, is_superuser=True)
    TOTPDevice.objects.create(user=bare_world.users["police"], confirmed=True)
    client = Client()
    answer = client.post("/admin/login/?next=/admin/", {"username": "police", "password": PASSWORD})
    assert answer.status_code == 302
    assert answer["Location"].startswith(SIGN_IN)
    assert "_auth_user_id" not in client.session


@pytest.fixture
def required(settings: object) -> None:
    settings.REQUIRE_SECOND_FACTOR = True  # type: ignore[attr-defined]


@pytest.mark.parametrize("path", ["/", "/sharing/grants/", "/accounts/memberships/", "/live/"])
def test_staff_without_a_second_factor_get_no_further(
    path: str, required: None, bare_world: World, client_for: ClientFor
) -> None:
    answer = client_for("police").get(path)
    assert (answer.status_code, answer.headers["Location"]) == (302, SECOND_FACTOR)


def test_the_api_and_fragments_say_why(
    required: None, bare_world: World, client_for: ClientFor
) -> None:
    client = client_for("police")
    assert client.get("/api/v1/schema/").json()["error"]["code"] == "second_factor"
    assert client.get("/sharing/grants/", headers={"HX-Request": "true"}).status_code == 403
    assert client.get("/live/", headers={"Accept": "text/event-stream"}).status_code == 403


def test_the_administrator_of_the_back_door_too(
    required: None, bare_world: World, client_for: ClientFor
) -> None:
    User.objects.filter(username="resident").update(is_staff=True, is_superuser=True)
    assert client_for("resident").get("/admin/")["Location"] == SECOND_FACTOR


def test_residents_need_none(required: None, bare_world: World, client_for: ClientFor) -> None:
    answer = client_for("resident").get("/accounts/memberships/")
    assert answer.status_code == 200


def test_setting_it_up(required: None, bare_world: World, client_for: ClientFor) -> None:
    client = client_for("police")
    page = client.get(SECOND_FACTOR).content.decode()
    assert "data:image/svg+xml" in page
    device = TOTPDevice.objects.get(user=bare_world.users["police"])
    assert not device.confirmed
    assert re.sub(r"\s", "", page).count(device_key(device)) == 1, "for typing it in"
    assert client.post(SECOND_FACTOR, {"token": "000000"}).status_code == 422
    device.refresh_from_db()
    device.throttle_reset()
    assert client.post(SECOND_FACTOR, {"token": code_of(device)})["Location"] == "/"
    assert client.get("/accounts/memberships/").status_code == 200
    assert sign_in(Client()) == 422, "from now on it is asked for"


def device_key(device: TOTPDevice) -> str:
    from base64 import b32encode

    return b32encode(device.bin_key).decode()


def test_a_factor_in_use_is_neither_shown_nor_replaced(
    required: None, device: TOTPDevice, client_for: ClientFor
) -> None:
    """A session from before it was set up, or a stolen one."""
    client = client_for("police")
    page = client.get(SECOND_FACTOR)
    assert "data:image" not in page.content.decode()
    assert client.post(SECOND_FACTOR, {"token": code_of(device)}).status_code == 409
    assert TOTPDevice.objects.count() == 1
    assert client.get("/").headers["Location"] == SECOND_FACTOR


def test_a_one_time_paper_code_lets_in_who_lost_the_phone(
    required: None, device: TOTPDevice
) -> None:
    paper = StaticDevice.objects.create(user=device.user, name="paper", confirmed=True)
    paper.token_set.create(token="abcd1234")
    assert sign_in(Client(), otp_token="abcd1234") == 302
