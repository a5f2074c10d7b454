"""Accounts for offices: initial passwords, leavers, second factors, the operator's commands."""

import re
from collections.abc import Callable
from io import StringIO

import pytest
from django.contrib import admin
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django_otp.plugins.otp_totp.models import TOTPDevice
from guardian.shortcuts import assign_perm

from accounts import actions
from accounts.choices import ChangeKind, ChangeStatus, Role
from accounts.models import Area, AreaShare, Membership, PermissionChange, User
from accounts.selectors import viewer_for
from smartcommunity.kernel import clock
from smartcommunity.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from smartcommunity.kernel.models import LiveEvent
from tests.conftest import PASSWORD, World

pytestmark = pytest.mark.django_db
ClientFor = Callable[[str], Client]
SIGN_IN = "/accounts/sign-in/"


def sign_in(client: Client, username: str, password: str) -> int:
    return client.post(SIGN_IN, {"username": username, "password": password}).status_code


def made(client: Client, username: str = "newcomer") -> str:
    answer = client.post(
        reverse("accounts:add_user"), {"username": username, "display_name": "新人"}
    )
    assert answer.status_code == 200, answer.content.decode()
    (password,) = re.findall(r"<code>([a-z0-9-]{19})</code>", answer.content.decode())
    assert answer.headers["Cache-Control"] == "private, no-store"
    return str(password)


def test_an_initial_password_opens_only_the_page_that_changes_it(
    bare_world: World, client_for: ClientFor
) -> None:
    password = made(client_for("system_admin"))
    client = Client()
    assert sign_in(client, "newcomer", password) == 302
    for path in ("/", "/accounts/memberships/", "/sharing/grants/", "/api/v1/schema/", "/live/"):
        answer = client.get(path)
        assert answer.status_code in {302, 403}, path
        if answer.status_code == 302:
            assert answer["Location"] == reverse("accounts:change_password"), path
    page = reverse("accounts:change_password")
    for bad in (
        {"new_password1": "1234567890"},
        {"new_password1": password},
        {"new_password1": ""},
    ):
        fields = {**bad, "new_password2": bad["new_password1"]}
        assert client.post(page, fields).status_code == 422, bad
    fields = {"new_password1": "bamboo-river-42", "new_password2": "bamboo-river-43"}
    assert client.post(page, fields).status_code == 422
    fields["new_password2"] = fields["new_password1"]
    assert client.post(page, fields).status_code == 302
    assert client.get("/accounts/memberships/").status_code == 200, "the same session goes on"
    assert sign_in(Client(), "newcomer", password) != 302, "the initial one is gone"


def test_an_initial_password_ends(bare_world: World, client_for: ClientFor) -> None:
    password = made(client_for("system_admin"))
    User.objects.filter(username="newcomer").update(initial_password_until=clock.now())
    assert sign_in(Client(), "newcomer", password) == 422


def test_a_new_account_opens_nothing(bare_world: World, client_for: ClientFor) -> None:
    made(client_for("system_admin"))
    assert not viewer_for(user=User.objects.get(username="newcomer")).is_staff_member


def test_a_wrong_user_name_is_named(bare_world: World, client_for: ClientFor) -> None:
    client = client_for("system_admin")
    for bad in ("police", "two words", ""):
        answer = client.post(
            reverse("accounts:add_user"), {"username": bad, "display_name": "新人"}
        )
        assert answer.status_code == 422
        assert "id_username_error" in answer.content.decode()


def leave(world: World, name: str = "police") -> PermissionChange:
    return actions.end_account(
        viewer=world.viewer("system_admin"), user_id=world.users[name].pk, reason="离职"
    )


def test_a_leaver_is_out_at_once(bare_world: World, client_for: ClientFor) -> None:
    """A stale session, a sign-in, the areas, and the live streams (which are told to ask again)."""
    client, user = client_for("police"), bare_world.users["police"]
    AreaShare.objects.create(
        user=user, area=bare_world.areas["district"], valid_from=clock.today(), reason="x",
        valid_to=clock.today(),
    )  # fmt: skip
    assign_perm("accounts.work_in_area", user, bare_world.areas["district"])
    assert client.get("/sharing/grants/").status_code == 200
    leave(bare_world)
    assert client.get("/sharing/grants/").status_code == 302
    assert client.get("/live/", headers={"Accept": "text/event-stream"}).status_code in {401, 403}
    assert sign_in(Client(), "police", PASSWORD) == 422
    assert not Membership.objects.unended().filter(user=user).exists()
    assert not AreaShare.objects.unended().filter(user=user).exists()
    told = LiveEvent.objects.filter(name="office", audience=[f"user:{user.pk}"])
    assert told.exists()


def test_who_returns_holds_nothing_and_old_sessions_stay_dead(
    bare_world: World, client_for: ClientFor
) -> None:
    stale = client_for("police")
    assert stale.get("/sharing/grants/").status_code == 200
    leave(bare_world)
    password = actions.reopen_account(
        viewer=bare_world.viewer("system_admin"), user_id=bare_world.users["police"].pk
    )
    assert stale.get("/sharing/grants/").status_code == 302
    assert sign_in(Client(), "police", PASSWORD) == 422
    assert sign_in(Client(), "police", password) == 302
    assert not viewer_for(user=User.objects.get(username="police")).is_staff_member


def test_a_leaver_is_reviewed_by_a_security_administrator(bare_world: World) -> None:
    change = leave(bare_world)
    assert (change.kind, change.status) == (ChangeKind.USER_LEFT, ChangeStatus.TO_REVIEW)
    with pytest.raises(NotAllowed):
        actions.review_change(
            viewer=bare_world.viewer("system_admin"), change_id=change.pk, in_order=True
        )
    actions.review_change(
        viewer=bare_world.viewer("security_admin"), change_id=change.pk, in_order=True
    )


def test_a_reset_ends_every_session(bare_world: World, client_for: ClientFor) -> None:
    client = client_for("police")
    assert client.get("/sharing/grants/").status_code == 200
    answer = client_for("system_admin").post(
        reverse("accounts:reset_password", args=[bare_world.users["police"].pk])
    )
    assert answer.status_code == 200
    assert client.get("/sharing/grants/").status_code == 302


def test_one_administrator_does_not_take_over_an_account(bare_world: World) -> None:
    """Password and second factor are not given up by the same hand."""
    viewer, user = bare_world.viewer("system_admin"), bare_world.users["police"]
    TOTPDevice.objects.create(user=user, confirmed=True)
    actions.reset_password(viewer=viewer, user_id=user.pk)
    with pytest.raises(Conflict):
        actions.remove_second_factor(viewer=viewer, user_id=user.pk)
    assert TOTPDevice.objects.filter(user=user).exists()
    User.objects.filter(pk=user.pk).update(password_given_by=None, initial_password_until=None)
    actions.remove_second_factor(viewer=viewer, user_id=user.pk)
    assert not TOTPDevice.objects.filter(user=user).exists()
    with pytest.raises(Conflict):
        actions.reset_password(viewer=viewer, user_id=user.pk)


@pytest.mark.parametrize("name", ["security_admin", "auditor", "system_admin"])
def test_the_other_administrators_are_not_reset_by_him(name: str, bare_world: World) -> None:
    viewer, user = bare_world.viewer("system_admin"), bare_world.users[name]
    for act in (actions.reset_password, actions.remove_second_factor, actions.reopen_account):
        with pytest.raises(NotAllowed):
            act(viewer=viewer, user_id=user.pk)


def test_he_does_not_end_his_own_account(bare_world: World) -> None:
    with pytest.raises(NotAllowed):
        leave(bare_world, "system_admin")


def test_residents_accounts_stand_nowhere(bare_world: World, client_for: ClientFor) -> None:
    client = client_for("system_admin")
    resident = bare_world.users["resident"]
    page = client.get(reverse("accounts:users")).content.decode()
    assert "police" in page
    assert f"/{resident.pk}/" not in page
    assert client.get(reverse("accounts:user", args=[resident.pk])).status_code == 404
    with pytest.raises(NotFound):
        actions.reset_password(viewer=bare_world.viewer("system_admin"), user_id=resident.pk)


@pytest.mark.parametrize("by", ["security_admin", "auditor", "police_chief", "resident"])
def test_others_post_in_vain(by: str, bare_world: World, client_for: ClientFor) -> None:
    client, user = client_for(by), bare_world.users["collector"]
    area = bare_world.areas["community"]
    before = (User.objects.count(), Area.objects.count(), Area.objects.get(pk=area.pk).name)
    for path, fields in {
        reverse("accounts:add_user"): {"username": "x", "display_name": "x"},
        reverse("accounts:reset_password", args=[user.pk]): {},
        reverse("accounts:remove_second_factor", args=[user.pk]): {},
        reverse("accounts:end_account", args=[user.pk]): {"reason": "x"},
        reverse("accounts:reopen_account", args=[user.pk]): {},
        reverse("accounts:add_area", args=[area.pk]): {"name": "x", "kind": "grid", "code": "9"},
        reverse("accounts:area", args=[area.pk]): {"name": "x"},
        reverse("accounts:close_area", args=[area.pk]): {},
        reverse("accounts:add_department"): {"name": "x", "kind": "police", "area": area.pk},
    }.items():
        assert client.post(path, fields).status_code == 403, path
    user.refresh_from_db()
    assert user.is_active
    assert user.check_password(PASSWORD)
    assert before == (User.objects.count(), Area.objects.count(), Area.objects.get(pk=area.pk).name)


def test_djangos_admin_is_no_way_around() -> None:
    names = {model._meta.label for model in admin.site._registry}
    assert not {name for name in names if name.startswith(("accounts.", "guardian.", "auth."))}


@pytest.fixture
def empty(db: None) -> None:
    assert not Area.objects.exists()


def found(*people: str) -> str:
    out = StringIO()
    call_command("found_offices", "--area", "420111", "--area-name", "洪山区", *people, stdout=out)
    return out.getvalue()


def test_the_operator_founds_the_offices_once(empty: None) -> None:
    text = found("--security", "zhang:张三", "--security", "li:李四", "--system", "wang:王五")
    assert len(text.strip().splitlines()) == 3
    held = dict(Membership.objects.in_force().values_list("user__username", "role"))
    assert held == {
        "zhang": Role.SECURITY_ADMIN, "li": Role.SECURITY_ADMIN, "wang": Role.SYSTEM_ADMIN
    }  # fmt: skip
    username, password = text.splitlines()[0].split()
    client = Client()
    assert sign_in(client, username, password) == 302
    assert client.get("/")["Location"] == reverse("accounts:change_password")
    with pytest.raises(CommandError):
        found("--auditor", "zhao:赵六")
    assert not User.objects.filter(username="zhao").exists()


@pytest.mark.parametrize("wrong", [(), ("--security", "zhang"), ("--security", "two words:张三")])
def test_a_wrong_founding_founds_nothing(wrong: tuple[str, ...], empty: None) -> None:
    with pytest.raises(CommandError):
        found(*wrong)
    assert not User.objects.exists()
    assert not Area.objects.exists()


def test_the_operator_lets_an_administrator_in_again(bare_world: World) -> None:
    TOTPDevice.objects.create(user=bare_world.users["auditor"], confirmed=True)
    out = StringIO()
    call_command("reset_sign_in", "auditor", "--second-factor", stdout=out)
    assert sign_in(Client(), *out.getvalue().split()) == 302
    with pytest.raises(CommandError):
        call_command("reset_sign_in", "nobody")


def test_areas_are_kept_in_order(bare_world: World) -> None:
    viewer, estate = bare_world.viewer("system_admin"), bare_world.estate
    for wrong, field in (
        ({"kind": "district"}, "kind"),
        ({"name": " "}, "name"),
        ({"code": bare_world.other_estate.code}, "code"),
        ({"code": "a b"}, "code"),
    ):
        good = {"name": "第三小区", "kind": "estate", "code": "42990103"}
        with pytest.raises(Invalid) as refused:
            actions.add_area(
                viewer=viewer, parent_id=bare_world.areas["grid"].pk, **{**good, **wrong}
            )
        assert set(refused.value.fields) == {field}
    with pytest.raises(Invalid):
        actions.add_area(viewer=viewer, parent_id=estate.pk, name="x", kind="estate", code="9")
    with pytest.raises(NotAllowed):
        actions.rename_area(viewer=viewer, area_id=bare_world.areas["street"].pk, name="x")
    with pytest.raises(Conflict):
        actions.close_area(viewer=viewer, area_id=estate.pk)  # property_manager works there
    actions.close_area(viewer=viewer, area_id=bare_world.other_estate.pk)
    with pytest.raises(Invalid):
        actions.propose_membership(
            viewer=bare_world.viewer("security_admin"),
            user_id=bare_world.users["grid"].pk,
            department_id=bare_world.departments["grid"].pk,
            area_id=bare_world.other_estate.pk,
            role=Role.OFFICER,
            valid_from=clock.today(),
            valid_to=None,
            reason="x",
        )
