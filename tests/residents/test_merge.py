"""Two entries of one person become one, and two again: values, rows, consents, rights."""

import threading
import uuid
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import close_old_connections, connection
from django.test import Client
from django.urls import reverse

from accounts.scope import scope_of
from datasharing import access_log
from datasharing.models import AccessRecord, Grant
from residents import actions, selectors
from residents.choices import ConsentChannel, ConsentPurpose, Match
from residents.errors import Stale
from residents.merge_models import DistinctPair, Merge, MergedRow
from residents.models import (
    Consent,
    ElementRecord,
    Household,
    Proposal,
    Residence,
    Resident,
    ResidentAccount,
    Seal,
)
from security.models import FaceEnrolment, Pass
from smartcommunity.kernel import clock, scope
from smartcommunity.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from tests.conftest import World
from tests.residents.conftest import POLICE, Registry, citizen, make_building

pytestmark = pytest.mark.django_db
ClientFor = Callable[[str], Client]
BORN = date(1985, 6, 1)
NUMBER, OTHER_NUMBER = citizen(BORN), citizen(BORN, sequence=5)
PHONE, OTHER_PHONE = "13900001111", "13700002222"
FACE = ConsentPurpose.FACE_GATE


@pytest.fixture
def one(registry: Registry) -> uuid.UUID:
    return registry.register(employer="甲厂", education="20")


@pytest.fixture
def other(registry: Registry) -> uuid.UUID:
    """The same person, entered again later in another dwelling: no document, another phone."""
    return registry.register(
        doc_no=OTHER_NUMBER,
        name_cn="张三峰",
        mobile=OTHER_PHONE,
        employer="乙厂",
        occupation="5",
        home=registry.dwellings[4],
    )


def merge(registry: Registry, survivor: uuid.UUID, absorbed: uuid.UUID, by: str = "collector",
          **picks: bool) -> uuid.UUID:  # fmt: skip
    return actions.merge_residents(
        viewer=registry.world.viewer(by), survivor_id=survivor, absorbed_id=absorbed, picks=picks
    )


def undo(registry: Registry, merge_id: uuid.UUID, by: str = "collector") -> None:
    actions.undo_merge(viewer=registry.world.viewer(by), merge_id=merge_id)


def values(resident_id: uuid.UUID) -> dict[str, str | None]:
    rows = ElementRecord.objects.filter(subject_id=resident_id, superseded_at=None)
    return {row.element_id: row.plain for row in rows.select_related("element")}


def state(*ids: uuid.UUID) -> dict[str, object]:
    """Everything about these entries but the versions, to compare before and after."""
    people = {}
    for row in Resident.with_merged.filter(pk__in=ids):
        people[row.pk] = {
            field.attname: getattr(row, field.attname)
            for field in Resident._meta.fields
            if field.attname not in {"version"}
        }
        for name in ("doc_hash", "mobile_hash"):
            held = people[row.pk][name]
            people[row.pk][name] = held and bytes(held)

    def table(model: type, *columns: str) -> list[tuple[object, ...]]:
        return sorted(model.objects.values_list(*columns), key=str)  # type: ignore[attr-defined]

    return {
        "people": people,
        "records": table(ElementRecord, "id", "subject_id", "superseded_at"),
        "homes": table(Residence, "id", "resident", "valid_to", "kind"),
        "consents": table(Consent, "id", "resident", "guardian", "withdrawn_at"),
        "accounts": table(ResidentAccount, "user", "resident"),
        "proposals": table(Proposal, "id", "subject_id", "status", "current", "became"),
        "passes": table(Pass, "id", "resident"),
    }


def consent(
    resident_id: uuid.UUID,
    registry: Registry,
    *,
    days_ago: int = 0,
    withdrawn: int | None = None,
    guardian: uuid.UUID | None = None,
) -> Consent:
    now = clock.now()
    return Consent.objects.create(
        resident_id=resident_id,
        purpose=FACE,
        notice_version="1",
        given_at=now - timedelta(days=days_ago),
        channel=ConsentChannel.IN_PERSON,
        recorded_by=registry.world.users["collector"],
        withdrawn_at=None if withdrawn is None else now - timedelta(days=withdrawn),
        guardian_id=guardian,
    )


def face(consent: Consent, registry: Registry) -> FaceEnrolment:
    return FaceEnrolment.objects.create(
        resident=consent.resident,
        consent=consent,
        engine="none",
        engine_version="0",
        photo="faces/none",
        enrolled_by=registry.world.users["collector"],
        enrolled_at=clock.now(),
    )


def visitor_pass(resident_id: uuid.UUID, registry: Registry) -> Pass:
    now = clock.now()
    return Pass.objects.create(
        area=registry.world.estate,
        kind="qr",
        resident_id=resident_id,
        token_hash=uuid.uuid4().bytes * 2,
        valid_from=now,
        valid_to=now + timedelta(days=1),
        created_at=now,
    )


# --- what is kept -------------------------------------------------------------------------------


def test_by_rule_a_value_beats_none_the_newer_wins_and_the_document_stays_whole(
    registry: Registry, one: uuid.UUID, other: uuid.UUID
) -> None:
    merge(registry, one, other)
    held = values(one)
    assert (held["name_cn"], held["employer"]) == ("张三峰", "乙厂")  # both of the owner: the newer
    assert (held["education"], held["occupation"]) == ("20", "5")
    assert (held["doc_type"], held["doc_no"]) == ("111", OTHER_NUMBER)
    row = Resident.objects.get(pk=one)
    assert (row.name, row.doc_no, row.mobile) == ("张三峰", OTHER_NUMBER, OTHER_PHONE)
    assert row.name_pinyin.startswith("zhangsanfeng")
    found = selectors.search(
        viewer=registry.world.viewer("collector"), by="document", text=OTHER_NUMBER
    )
    assert [person.id for person in found.people] == [one]


def test_the_owner_departments_value_wins_over_a_newer_one(
    registry: Registry, one: uuid.UUID, other: uuid.UUID
) -> None:
    registry.save("property", "property.resident", one, mobile=PHONE, live_since="2021-01-01")
    registry.save("collector", "police.resident", other, mobile=OTHER_PHONE[:-1] + "3")
    merge(registry, one, other)
    assert values(one)["mobile"] == PHONE
    record = ElementRecord.objects.get(subject_id=one, element="mobile", superseded_at=None)
    assert record.department == registry.world.departments["property"]


def test_nobody_chooses_another_value_over_the_owners_but_the_owner(
    registry: Registry, one: uuid.UUID, other: uuid.UUID
) -> None:
    registry.save("property", "property.resident", one, mobile=PHONE, live_since="2021-01-01")
    with pytest.raises(NotAllowed) as refusal:
        merge(registry, one, other, mobile=True)
    assert set(refusal.value.fields) == {"mobile"}
    merge(registry, one, other, by="property", mobile=True)
    assert values(one)["mobile"] == OTHER_PHONE


def test_what_the_officer_chose_is_kept_with_its_source(
    registry: Registry, one: uuid.UUID, other: uuid.UUID
) -> None:
    merge(registry, one, other, doc_no=False, name_cn=False, employer=True)
    held = values(one)
    assert (held["doc_no"], held["name_cn"], held["employer"]) == (NUMBER, "张三丰", "乙厂")
    record = ElementRecord.objects.get(subject_id=one, element="employer", superseded_at=None)
    assert record.user == registry.world.users["collector"]


@pytest.mark.parametrize("key", ["birth_date", "doc_type", "education", "nothing", "face_image"])
def test_what_follows_from_the_document_or_is_no_conflict_is_not_chosen(
    registry: Registry, one: uuid.UUID, other: uuid.UUID, key: str
) -> None:
    with pytest.raises(NotAllowed):
        merge(registry, one, other, **{key: True})
    assert not Merge.objects.exists()


def test_birth_date_and_sex_are_those_of_the_document_that_is_kept(
    registry: Registry, one: uuid.UUID
) -> None:
    born = date(1986, 7, 2)
    other = registry.register(doc_no=citizen(born, "2"), home=registry.dwellings[4], mobile=None)
    merge(registry, one, other, doc_no=False)
    row = Resident.objects.get(pk=one)
    assert (row.birth_date, row.sex, row.doc_no) == (BORN, "1", NUMBER)
    again = registry.register(doc_no=citizen(born, "2", 3), home=registry.dwellings[4], mobile=None)
    merge(registry, one, again, doc_no=True)
    row = Resident.objects.get(pk=one)
    assert (row.birth_date, row.sex) == (born, "2")


# --- what moves ---------------------------------------------------------------------------------


def test_rows_of_both_are_the_survivors_and_the_other_is_gone_everywhere(
    registry: Registry, one: uuid.UUID, other: uuid.UUID, client_for: ClientFor
) -> None:
    ticket = visitor_pass(other, registry)
    ResidentAccount.objects.create(user=registry.world.users["resident"], resident_id=other)
    given = consent(other, registry)
    photo = face(given, registry)
    merge(registry, one, other)
    for row in (ticket, given, photo, ResidentAccount.objects.get()):
        row.refresh_from_db()
        assert row.resident_id == one
    assert set(Residence.objects.values_list("resident", flat=True)) == {one}
    viewer = registry.world.viewer("collector")
    assert [row["id"] for row in selectors.listed(viewer=viewer)] == [one]
    assert set(selectors.people(viewer=viewer, resident_ids=[one, other])) == {one}
    assert [p.id for p in selectors.search(viewer=viewer, by="name", text="zsf").people] == [one]
    with pytest.raises(NotFound):
        selectors.profile(viewer=viewer, resident_id=other)
    empty = Household.objects.get(dwelling=registry.dwellings[4])
    assert list(empty.members.all()) == []
    client = client_for("collector")
    moved = client.get(reverse("residents:resident", args=[other]))
    assert (moved.status_code, moved["Location"]) == (
        302,
        reverse("residents:resident", args=[one]),
    )
    account = registry.world.viewer("resident")
    own = selectors.own_record(viewer=account)
    assert own is not None
    assert own.resident_id == one
    api = client.get("/api/residents/")
    assert str(other) not in api.content.decode()


def test_the_redirect_tells_nothing_to_who_may_not_see_both(
    registry: Registry, one: uuid.UUID, client_for: ClientFor
) -> None:
    away = registry.register(
        doc_no=OTHER_NUMBER, home=make_building(registry.world, "other_estate")[0]
    )
    merge(registry, one, away)
    url = reverse("residents:resident", args=[away])
    assert client_for("property_manager").get(url).status_code == 404
    assert client_for("auditor").get(url).status_code == 403


def test_in_one_dwelling_one_residence_is_kept_and_counted(registry: Registry) -> None:
    one = registry.register()
    other = registry.register(doc_no=OTHER_NUMBER, residence_kind="tenant")
    before = state(one, other)
    merged = merge(registry, one, other, residence_kind=True)
    (home,) = Residence.objects.filter(valid_to=None)
    assert (home.resident_id, home.kind) == (one, "tenant")
    chart = selectors.building_chart(
        viewer=registry.world.viewer("collector"), building_id=registry.building.pk
    )
    assert chart.people == 1
    undo(registry, merged)
    assert state(one, other) == before


def test_proposals_go_over_and_what_is_kept_is_accepted(
    registry: Registry, one: uuid.UUID, other: uuid.UUID
) -> None:
    for resident_id in (one, other):
        registry.save(
            "property", "property.resident", resident_id, mobile=PHONE, live_since="2021-01-01"
        )
        registry.save("collector", "police.resident", resident_id, mobile="13600003333")
    proposal = Proposal.objects.filter(subject_id=other).get()
    before = state(one, other)
    merged = merge(registry, one, other)
    assert Proposal.objects.open().count() == 1  # one a department, the later
    proposal.refresh_from_db()
    assert (proposal.subject_id, proposal.status) == (one, "open")
    undo(registry, merged)
    assert state(one, other) == before


def test_the_history_of_both_is_read_under_the_right_where_each_stood(
    registry: Registry, one: uuid.UUID
) -> None:
    away = registry.register(
        doc_no=OTHER_NUMBER,
        mobile=None,
        employer="乙厂",
        home=make_building(registry.world, "other_estate")[0],
    )
    registry.save("collector", "police.resident", away, mobile=OTHER_PHONE)
    registry.save("collector", "police.resident", away, mobile=PHONE)
    merge(registry, one, away)

    def new(user: str) -> list[tuple[str, bool]]:
        found = selectors.history(
            viewer=registry.world.viewer(user), subject="resident", subject_id=one, element="mobile"
        )
        return [(change.new, change.merged) for change in found.changes]

    veiled = {number: f"{number[:3]}****{number[7:]}" for number in (PHONE, OTHER_PHONE)}
    before = POLICE["mobile"]
    # the value taken over, and the one before
    mine = [(veiled[PHONE], True), (f"{before[:3]}****{before[7:]}", False)]
    assert new("collector") == [*mine, (veiled[OTHER_PHONE], True)]
    assert new("property_manager") == mine  # he does not work where the other entry stood


def test_a_form_of_then_does_not_mix_the_two_entries(
    registry: Registry, one: uuid.UUID, other: uuid.UUID
) -> None:
    merge(registry, one, other)
    viewer = registry.world.viewer("collector")
    of_one, of_other = (
        ElementRecord.objects.filter(subject_id=one, element=key).latest("recorded_at")
        for key in ("education", "occupation")
    )
    form = selectors.as_recorded(viewer=viewer, record_id=of_one.pk)
    shown = {row.key: row.value for section in form.sections for row in section.rows}
    assert (shown["name_cn"], shown["employer"]) == ("张三丰", "甲厂")
    assert "occupation" not in shown
    with pytest.raises(NotFound):
        selectors.as_recorded(viewer=viewer, record_id=of_other.pk)


# --- undo ---------------------------------------------------------------------------------------


def test_undo_restores_everything_as_it_was(
    registry: Registry, one: uuid.UUID, other: uuid.UUID
) -> None:
    visitor_pass(other, registry)
    ResidentAccount.objects.create(user=registry.world.users["resident"], resident_id=other)
    consent(one, registry, days_ago=3)
    consent(other, registry, days_ago=1)
    third = registry.register(name_cn="李四", doc_no=citizen(date(1960, 1, 1)))
    actions.tell_apart(viewer=registry.world.viewer("collector"), first_id=other, second_id=third)
    before = state(one, other)
    pairs = set(DistinctPair.objects.values_list("first", "second"))
    merged = merge(registry, one, other)
    assert state(one, other) != before
    undo(registry, merged)
    assert state(one, other) == before
    apart = tuple(sorted((one, other)))
    assert set(DistinctPair.objects.values_list("first", "second")) == {*pairs, apart}
    assert [r.detail for r in AccessRecord.objects.filter(detail__startswith="merge")] == [
        "merge undone",
        "merged",
    ]
    access_log.verify()
    with pytest.raises(NotFound):
        undo(registry, merged)
    merge(registry, one, other)  # and once more


def test_only_who_merged_or_his_supervisor_undoes_it_and_in_time(
    registry: Registry, one: uuid.UUID, other: uuid.UUID
) -> None:
    merged = merge(registry, one, other)
    for user in ("police", "property", "property_manager"):
        with pytest.raises(NotAllowed):
            undo(registry, merged, by=user)
    for user in ("auditor", "system_admin"):
        with pytest.raises(NotFound):
            undo(registry, merged, by=user)
    Merge.objects.update(merged_at=clock.now() - timedelta(days=31))
    with pytest.raises(NotAllowed):
        undo(registry, merged, by="police_chief")
    Merge.objects.update(merged_at=clock.now())
    undo(registry, merged, by="police_chief")
    assert Resident.objects.count() == 2


def recorded_since(registry: Registry, one: uuid.UUID) -> None:
    registry.save("collector", "police.resident", one, employer="丙厂")


def consented_since(registry: Registry, one: uuid.UUID) -> None:
    consent(one, registry)


def document_taken(registry: Registry, one: uuid.UUID) -> None:
    registry.register(doc_no=NUMBER, name_cn="赵六")


def merged_again(registry: Registry, one: uuid.UUID) -> None:
    third = registry.register(doc_no=citizen(BORN, sequence=9), name_cn="赵六")
    merge(registry, third, one)


def left_the_dwelling(registry: Registry, one: uuid.UUID) -> None:
    Residence.objects.filter(dwelling=registry.dwellings[4]).update(
        resident=registry.register(doc_no=citizen(BORN, sequence=9), name_cn="赵六")
    )


@pytest.mark.parametrize(
    "happens", [recorded_since, consented_since, document_taken, merged_again, left_the_dwelling]
)
def test_what_was_changed_since_and_cannot_be_told_apart_is_explained(
    registry: Registry,
    one: uuid.UUID,
    other: uuid.UUID,
    happens: Callable[[Registry, uuid.UUID], None],
) -> None:
    merged = merge(registry, one, other)
    happens(registry, one)
    before = state(one, other)
    with pytest.raises(Conflict) as refusal:
        undo(registry, merged)
    assert str(refusal.value.message) != str(Conflict.default_message)
    assert state(one, other) == before


def test_the_explanation_names_no_hidden_element(
    registry: Registry, one: uuid.UUID, other: uuid.UUID
) -> None:
    merged = merge(registry, one, other, by="property_manager")
    registry.save("collector", "police.resident", one, employer="丙厂")
    with pytest.raises(Conflict) as refusal:
        undo(registry, merged, by="property_manager")
    label = ElementRecord.objects.filter(element="employer")[0].element.label
    assert label not in str(refusal.value.message)


def test_a_pass_used_or_revoked_since_goes_back_as_it_is(
    registry: Registry, one: uuid.UUID, other: uuid.UUID
) -> None:
    ticket = visitor_pass(other, registry)
    gone = visitor_pass(other, registry)
    merged = merge(registry, one, other)
    Pass.objects.filter(pk=ticket.pk).update(revoked_at=clock.now())
    Pass.objects.filter(pk=gone.pk).delete()
    undo(registry, merged)
    ticket.refresh_from_db()
    assert ticket.resident_id == other
    assert ticket.revoked_at is not None


# --- consents -----------------------------------------------------------------------------------


def live(registry: Registry, resident_id: uuid.UUID) -> Consent | None:
    return selectors.live_consent(resident_id=resident_id, purpose=FACE)


def test_of_two_consents_the_later_stays_and_the_faces_of_both(
    registry: Registry, one: uuid.UUID, other: uuid.UUID
) -> None:
    earlier, later = consent(one, registry, days_ago=9), consent(other, registry, days_ago=2)
    face(earlier, registry)
    merged = merge(registry, one, other)
    assert live(registry, one) == later
    assert FaceEnrolment.objects.filter(resident=one).count() == 1
    undo(registry, merged)
    assert (live(registry, one), live(registry, other)) == (earlier, later)


def test_withdrawn_later_on_the_other_entry_is_withdrawn(
    registry: Registry, one: uuid.UUID, other: uuid.UUID
) -> None:
    given = consent(one, registry, days_ago=9)
    face(given, registry)
    consent(other, registry, days_ago=20, withdrawn=1)
    merged = merge(registry, one, other)
    assert live(registry, one) is None
    assert not FaceEnrolment.objects.exists()
    assert AccessRecord.objects.filter(kind="erase", subject_ids=[one]).exists()
    undo(registry, merged)
    assert live(registry, one) is None  # the person is asked again


def test_given_anew_after_the_withdrawal_stands(
    registry: Registry, one: uuid.UUID, other: uuid.UUID
) -> None:
    given = consent(one, registry, days_ago=1)
    consent(other, registry, days_ago=20, withdrawn=9)
    merge(registry, one, other)
    assert live(registry, one) == given


def test_what_a_child_gave_alone_ends_when_the_birth_date_shows_it(registry: Registry) -> None:
    today = clock.today()
    parent = registry.register()
    born = date(today.year - 9, 1, 1)
    child = registry.register(name_cn="张小宝", doc_type="113", doc_no=citizen(born), mobile=None)
    wrong = registry.register(name_cn="张小宝", doc_no=citizen(date(1990, 1, 1)), mobile=None)
    given = consent(wrong, registry)
    face(given, registry)
    merge(registry, child, wrong, doc_no=False)
    assert live(registry, child) is None
    assert not FaceEnrolment.objects.exists()
    spoken_for = consent(child, registry, guardian=parent)
    again = registry.register(name_cn="张小宝", doc_no=citizen(date(1991, 1, 1)), mobile=None)
    merge(registry, child, again, doc_no=False)
    assert live(registry, child) == spoken_for


def test_a_guardian_and_the_child_are_not_one(
    registry: Registry, one: uuid.UUID, other: uuid.UUID
) -> None:
    consent(one, registry, guardian=other)
    with pytest.raises(Conflict):
        merge(registry, one, other)
    third = registry.register(doc_no=citizen(BORN, sequence=9))
    merge(registry, third, other)
    assert Consent.objects.get().guardian_id == third


def test_withdrawn_since_the_merge_stays_withdrawn_on_both(
    registry: Registry, one: uuid.UUID, other: uuid.UUID
) -> None:
    consent(one, registry, days_ago=9)
    consent(other, registry, days_ago=2)
    merged = merge(registry, one, other)
    actions.withdraw_consent(
        viewer=registry.world.viewer("collector"), resident_id=one, purpose=FACE
    )
    undo(registry, merged)
    assert live(registry, one) is None
    assert live(registry, other) is None


def test_a_face_enrolled_since_the_merge_is_nobodys_and_goes(
    registry: Registry, one: uuid.UUID, other: uuid.UUID
) -> None:
    given = consent(one, registry, days_ago=9)
    before = face(given, registry)
    merged = merge(registry, one, other)
    face(given, registry)
    undo(registry, merged)
    assert list(FaceEnrolment.objects.all()) == [before]


# --- rights -------------------------------------------------------------------------------------


@pytest.mark.parametrize("user", ["civil_affairs", "housing", "grid", "auditor", "security_admin"])
def test_who_does_not_register_neither_compares_nor_merges(
    registry: Registry, one: uuid.UUID, other: uuid.UUID, user: str
) -> None:
    viewer = registry.world.viewer(user)
    with pytest.raises((NotAllowed, NotFound)):
        merge(registry, one, other, by=user)
    with pytest.raises((NotAllowed, NotFound)):
        selectors.comparison(viewer=viewer, survivor_id=one, absorbed_id=other)
    assert Resident.objects.count() == 2


def test_both_entries_must_stand_where_he_works(registry: Registry, one: uuid.UUID) -> None:
    away = registry.register(
        doc_no=OTHER_NUMBER, home=make_building(registry.world, "other_estate")[0]
    )
    for pair in ((one, away), (away, one)):
        with pytest.raises(NotFound):
            merge(registry, *pair, by="property_manager")
    with pytest.raises(NotFound):
        merge(registry, one, uuid.uuid4())
    with pytest.raises(Invalid):
        merge(registry, one, one)


def test_the_page_compares_only_what_is_shared_on_both(
    registry: Registry, one: uuid.UUID, other: uuid.UUID, client_for: ClientFor
) -> None:
    url = reverse("residents:merge", args=[one, other])
    page = client_for("property").get(url).content.decode()
    for hidden in (NUMBER, OTHER_NUMBER, "甲厂", "乙厂"):
        assert hidden not in page
    for shown in ("张三丰", "张三峰", f"{OTHER_PHONE[:3]}****{OTHER_PHONE[7:]}"):
        assert shown in page
    compared = AccessRecord.objects.filter(detail="compared").latest("id")
    assert set(compared.subject_ids) == {one, other}
    assert "employer" not in compared.elements


def test_how_many_elements_are_hidden_does_not_depend_on_what_is_recorded(
    registry: Registry, one: uuid.UUID, other: uuid.UUID
) -> None:
    def hidden() -> int:
        return selectors.comparison(
            viewer=registry.world.viewer("property"), survivor_id=one, absorbed_id=other
        ).hidden

    before = hidden()
    registry.save("collector", "police.resident", one, former_name="张君宝")
    assert hidden() == before > 0


def test_a_masked_value_is_compared_masked_and_not_chosen(
    registry: Registry, one: uuid.UUID, other: uuid.UUID
) -> None:
    grant = Grant.objects.filter(
        grantee=registry.world.departments["property"], elements="name_cn"
    ).get()
    masked = Grant.objects.create(
        owner=grant.owner, grantee=grant.grantee, area=grant.area, level=2, purpose=grant.purpose,
        legal_basis="x", valid_from=grant.valid_from, valid_to=grant.valid_to, status="active",
    )  # fmt: skip
    masked.elements.set(["doc_no"])
    found = selectors.comparison(
        viewer=registry.world.viewer("property"), survivor_id=one, absorbed_id=other
    )
    (line,) = [row for row in found.rows if row.key == "doc_no"]
    assert line.left is not None
    assert (line.left.value, line.may_choose) == (None, False)
    assert NUMBER not in line.left.shown
    with pytest.raises(NotAllowed):
        merge(registry, one, other, by="property", doc_no=True)


def test_changed_while_it_was_compared(
    registry: Registry, one: uuid.UUID, other: uuid.UUID, client_for: ClientFor
) -> None:
    versions = tuple(Resident.objects.get(pk=key).version for key in (one, other))
    registry.save("collector", "police.resident", one, employer="丙厂")
    with pytest.raises(Stale):
        actions.merge_residents(
            viewer=registry.world.viewer("collector"),
            survivor_id=one,
            absorbed_id=other,
            picks={},
            versions=(versions[0], versions[1]),
        )
    client = client_for("collector")
    url = reverse("residents:merge", args=[one, other])
    stale = {"version": versions[0], "other_version": versions[1]}
    assert "丙厂" in client.post(url, stale).content.decode()
    assert client.post(url, {}).status_code == 422
    fresh = {"version": versions[0] + 1, "other_version": versions[1], "keep-employer": "other"}
    assert client.post(url, fresh).status_code == 302
    assert values(one)["employer"] == "乙厂"
    page = client.get(reverse("residents:merges")).content.decode()
    assert reverse("residents:undo_merge", args=[Merge.objects.get().pk]) in page
    assert client.get(url).status_code == 302  # merged already: back to the list
    assert (
        client.post(reverse("residents:undo_merge", args=[Merge.objects.get().pk])).status_code
        == 302
    )
    assert Resident.objects.count() == 2


def test_a_merge_keeps_no_value_of_a_person(
    registry: Registry, one: uuid.UUID, other: uuid.UUID
) -> None:
    merge(registry, one, other)
    kept = str(list(MergedRow.objects.values_list("before", "after")))
    for value in (NUMBER, OTHER_NUMBER, PHONE, OTHER_PHONE, "张三", "甲厂", "乙厂"):
        assert value not in kept


def test_three_entries_one_after_another(
    registry: Registry, one: uuid.UUID, other: uuid.UUID
) -> None:
    third = registry.register(doc_no=citizen(BORN, sequence=9), home=registry.dwellings[2])
    first = merge(registry, other, third)
    merge(registry, one, other)
    viewer = registry.world.viewer("collector")
    assert selectors.merged_into(viewer=viewer, resident_id=third) == one
    assert Residence.objects.filter(resident=one, valid_to=None).count() == 3
    with pytest.raises(Conflict):
        undo(registry, first)
    with pytest.raises(Conflict):
        merge(registry, one, other)
    assert selectors.suspected_pairs(viewer=viewer, match=Match.NAME_BIRTH, number=1).rows == []


# --- at once ------------------------------------------------------------------------------------


@pytest.fixture
def committed(transactional_db: None) -> Registry:
    from datasharing.actions import load_catalogue
    from datasharing.defaults import grant_defaults
    from tests.conftest import make_world

    world: World = make_world()
    load_catalogue()
    grant_defaults(departments=list(world.departments.values()), decided_by=None)
    dwellings = make_building(world, "estate")
    return Registry(world, dwellings[0].unit.building, dwellings)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("order", ["opposite", "chain", "same"])
def test_two_who_merge_at_once_do_not_lock_each_other_out(committed: Registry, order: str) -> None:
    people = [
        committed.register(doc_no=citizen(BORN, sequence=number), home=committed.dwellings[number])
        for number in (1, 2, 3)
    ]
    a, b, c = people
    wanted = {"opposite": [(a, b), (b, a)], "chain": [(a, b), (b, c)], "same": [(a, b), (a, b)]}[
        order
    ]
    start = threading.Barrier(2)
    outcomes: list[str] = []

    def run(survivor: uuid.UUID, absorbed: uuid.UUID) -> None:
        close_old_connections()
        try:
            start.wait(10)
            with scope.entered(scope_of(committed.world.viewer("police"))):
                merge(committed, survivor, absorbed)
            outcomes.append("merged")
        except Conflict as error:
            outcomes.append(type(error).__name__)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in wanted]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    left = Resident.objects.count()
    if order == "chain":  # B->C first, then A->B may follow; the other way round it may not
        assert sorted(outcomes) in (["Conflict", "merged"], ["merged", "merged"])
        assert left == 3 - outcomes.count("merged")
    else:
        assert sorted(outcomes) == ["Conflict", "merged"]
        assert left == 2
    gone = Resident.with_merged.exclude(merged_into=None).values("pk")
    assert not Residence.objects.filter(resident__in=gone, valid_to=None).exists()
    access_log.verify()


# --- protected persons --------------------------------------------------------------------------


def seal(registry: Registry, resident_id: uuid.UUID, status: str = "in_force") -> Seal:
    users = registry.world.users
    made = Seal.objects.create(
        resident_id=resident_id,
        legal_basis="反家庭暴力法",
        review_on=clock.today() + timedelta(days=90),
        status=status,
        proposed_by=users["police_chief"],
        proposed_at=clock.now(),
        decided_by=users["police"],
    )
    made.officers.set([users["police_chief"], users["police"]])
    return made


def test_a_protected_person_is_neither_suspected_nor_merged_nor_told_of(
    registry: Registry, client_for: ClientFor
) -> None:
    one, other = registry.register(), registry.register(doc_no=OTHER_NUMBER)
    made = seal(registry, one)
    viewer = registry.world.viewer("collector")
    for match in (Match.HOME, Match.MOBILE):
        assert selectors.suspected_pairs(viewer=viewer, match=match, number=1).rows == []
    newcomer = selectors.Newcomer("张三丰", BORN, POLICE["mobile"], registry.home.pk)
    assert set(selectors.matches(viewer=viewer, newcomers=[newcomer])[0]) == {other}
    with pytest.raises(NotFound):
        merge(registry, other, one)
    with pytest.raises(NotFound):
        actions.tell_apart(viewer=viewer, first_id=one, second_id=other)
    named = registry.world.viewer("police")
    assert len(selectors.suspected_pairs(viewer=named, match=Match.HOME, number=1).rows) == 1
    with pytest.raises(Conflict):
        merge(registry, other, one, by="police")
    Seal.objects.filter(pk=made.pk).update(status="replaced")
    merge(registry, other, one, by="police")
    made.refresh_from_db()
    assert made.resident_id == other


def test_sealed_since_the_merge_hides_the_merge_too(
    registry: Registry, one: uuid.UUID, other: uuid.UUID, client_for: ClientFor
) -> None:
    merged = merge(registry, one, other)
    seal(registry, one)
    viewer = registry.world.viewer("collector")
    assert selectors.merges(viewer=viewer, number=1).rows == []
    assert selectors.merged_into(viewer=viewer, resident_id=other) is None
    assert (
        client_for("collector").get(reverse("residents:resident", args=[other])).status_code == 404
    )
    with pytest.raises(NotFound):
        undo(registry, merged)
    with pytest.raises(Conflict):
        undo(registry, merged, by="police_chief")
