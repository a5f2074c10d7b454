"""Consent: on a notice, by the right person, withdrawn at any time."""

import uuid
from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from residents import actions, selectors
from residents.choices import ConsentChannel, ConsentPurpose
from residents.events import ConsentWithdrawn
from residents.models import Consent, Household
from residents.notices import NOTICES
from smartcommunity.kernel import bus, clock
from smartcommunity.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from tests.residents.conftest import Registry, citizen

pytestmark = pytest.mark.django_db
FACE = ConsentPurpose.FACE_GATE


def give(registry: Registry, resident_id: uuid.UUID, by: str = "collector",
         guardian_id: uuid.UUID | None = None) -> Consent:  # fmt: skip
    return actions.give_consent(
        viewer=registry.world.viewer(by),
        resident_id=resident_id,
        purpose=FACE,
        channel=ConsentChannel.IN_PERSON,
        guardian_id=guardian_id,
    )


def child(registry: Registry, years: int) -> uuid.UUID:
    today = clock.today()
    born = date(today.year - years, 1, 1)
    return registry.register(
        doc_type="113",
        doc_no=citizen(born),
        name_cn="张小宝",
        household_id=Household.objects.get().pk,
    )


def test_a_consent_names_the_notice_and_who_recorded_it(registry: Registry) -> None:
    resident_id = registry.register()
    consent = give(registry, resident_id)
    assert consent.notice_version == NOTICES[FACE].version
    assert consent.recorded_by == registry.world.users["collector"]
    assert selectors.live_consent(resident_id=resident_id, purpose=FACE) == consent
    assert give(registry, resident_id) == consent


def test_for_a_child_under_14_an_adult_consents(registry: Registry) -> None:
    parent = registry.register()
    boy = child(registry, 8)
    with pytest.raises(Invalid):
        give(registry, boy)
    with pytest.raises(Invalid):
        give(registry, boy, guardian_id=boy)
    assert give(registry, boy, guardian_id=parent).guardian_id == parent


def test_at_14_one_consents_oneself(registry: Registry) -> None:
    registry.register()
    assert give(registry, child(registry, 14)).guardian is None


def test_without_a_date_of_birth_nobody_can_tell(registry: Registry) -> None:
    occupant, _household = actions.register_member(
        viewer=registry.world.viewer("property"),
        template=registry.form("property", "property.resident"),
        dwelling=registry.home,
        household_id=None,
        values={"name_cn": "李四", "mobile": "13900001111", "residence_kind": "tenant",
                "live_since": "2024-01-01"},
    )  # fmt: skip
    with pytest.raises(Invalid, match="invalid"):
        give(registry, occupant)


def test_withdrawing_announces_it_at_once(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[ConsentWithdrawn] = []
    monkeypatch.setitem(bus._handlers, ConsentWithdrawn, [heard.append])
    resident_id = registry.register()
    give(registry, resident_id)
    viewer = registry.world.viewer("collector")
    for _twice in range(2):
        actions.withdraw_consent(viewer=viewer, resident_id=resident_id, purpose=FACE)
    assert heard == [ConsentWithdrawn(resident_id, FACE)]
    assert selectors.live_consent(resident_id=resident_id, purpose=FACE) is None
    assert Consent.objects.get().withdrawn_at is not None


def test_a_department_without_the_element_records_no_consent(registry: Registry) -> None:
    resident_id = registry.register()
    with pytest.raises(NotAllowed):
        give(registry, resident_id, by="civil_affairs")
    with pytest.raises(NotFound):
        give(registry, resident_id, by="auditor")


def test_a_resident_consents_and_withdraws_for_himself_only(registry: Registry) -> None:
    mine, other = registry.register(), registry.register(doc_no=citizen(date(1990, 1, 1)))
    me = registry.world.users["resident"]
    staff = registry.world.viewer("property")
    actions.bind_account(viewer=staff, user=me, resident_id=mine)
    assert give(registry, mine, by="resident").recorded_by == me
    with pytest.raises(NotFound):
        give(registry, other, by="resident")
    with pytest.raises(Conflict):
        actions.bind_account(viewer=staff, user=me, resident_id=other)


def test_own_record_is_ones_own(registry: Registry) -> None:
    resident_id = registry.register()
    viewer = registry.world.viewer("resident")
    assert selectors.own_record(viewer=viewer) is None
    actions.bind_account(
        viewer=registry.world.viewer("property"),
        user=registry.world.users["resident"],
        resident_id=resident_id,
    )
    own = selectors.own_record(viewer=viewer)
    assert own is not None
    assert (own.name, own.dwelling_id) == ("张三丰", registry.home.pk)
    assert own.area_path == registry.world.estate.path


def test_only_office_staff_bind_accounts(registry: Registry) -> None:
    with pytest.raises(NotAllowed):
        actions.bind_account(
            viewer=registry.world.viewer("civil_affairs"),
            user=registry.world.users["resident"],
            resident_id=registry.register(),
        )


def test_names_follow_the_right_to_them(registry: Registry) -> None:
    resident_id = registry.register()
    everybody = {"police": "张三丰", "civil_affairs": "张三丰"}
    for user, name in everybody.items():
        seen = selectors.names(viewer=registry.world.viewer(user), resident_ids=[resident_id])
        assert seen == {resident_id: name}
    for user in ("auditor", "resident"):
        seen = selectors.names(viewer=registry.world.viewer(user), resident_ids=[resident_id])
        assert seen == {}


def test_the_page_asks_for_the_tick_and_the_guardian(
    registry: Registry, client_for: Callable[[str], Client]
) -> None:
    parent = registry.register()
    boy = child(registry, 8)
    client = client_for("collector")
    url = reverse("residents:give_consent", args=[boy, FACE])
    response = client.post(url, {})
    body = response.content.decode()
    assert response.status_code == 422
    assert 'id="id_face_gate-agreed_error"' in body
    assert "张三丰" in body
    answer = {"face_gate-agreed": "on", "face_gate-guardian": str(parent)}
    assert client.post(url, answer).status_code == 302
    page = client.get(reverse("residents:resident", args=[boy])).content.decode()
    assert NOTICES[FACE].version in page
    client.post(reverse("residents:withdraw_consent", args=[boy, FACE]))
    assert not Consent.objects.filter(withdrawn_at=None).exists()
