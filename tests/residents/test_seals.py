"""Protected persons: to all but the officers named on the seal the resident does not exist."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from accounts.actions import appoint
from accounts.choices import Role
from accounts.models import User
from accounts.viewer import Viewer
from datasharing import policy
from datasharing.choices import AccessKind, Subject
from datasharing.models import AccessRecord, DataElement
from residents import actions, selectors
from residents.choices import ConsentChannel, ConsentPurpose, SealStatus
from residents.errors import DuplicateDocument
from residents.models import ElementRecord, Household, Proposal, Resident, ResidentAccount, Seal
from security.actions.passes import issue_pass
from security.choices import PassKind
from smartcommunity.kernel import clock
from smartcommunity.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from smartcommunity.kernel.models import LiveEvent
from tests.conftest import PASSWORD, World
from tests.residents.conftest import POLICE, Registry, citizen, make_building

pytestmark = pytest.mark.django_db
ClientFor = Callable[[str], Client]
NUMBER = POLICE["doc_no"]
NOT_NAMED = ["collector", "police", "civil_affairs", "housing", "grid", "dispatcher",
             "property", "property_manager"]  # fmt: skip


def add_staff(world: World, name: str, kind: str = "police", role: Role = Role.SUPERVISOR) -> User:
    user = User.objects.create_user(name, password=PASSWORD, display_name=name)
    appoint(
        user=user,
        department=world.departments[kind],
        area=world.areas["community"],
        role=role,
        valid_from=date(2024, 1, 1),
    )
    world.users[name] = user
    return user


@dataclass
class Case:
    """张三丰, registered in the first dwelling; `police_chief` proposes, `deputy` approves, `agent`
    is the third officer named."""

    registry: Registry
    resident_id: uuid.UUID

    def propose(self, by: str = "police_chief", **changes: Any) -> uuid.UUID:
        users = self.registry.world.users
        return actions.propose_seal(
            **{
                "viewer": self.registry.world.viewer(by),
                "resident_id": self.resident_id,
                "officers": [users["deputy"].pk, users["agent"].pk],
                "legal_basis": "反家庭暴力法",
                "review_on": clock.today() + timedelta(days=90),
                "ends_on": None,
                **changes,
            }
        )

    def approve(self, seal_id: uuid.UUID, by: str = "deputy") -> None:
        actions.approve_seal(viewer=self.registry.world.viewer(by), seal_id=seal_id)

    def seal(self, **changes: Any) -> Seal:
        seal_id = self.propose(**changes)
        self.approve(seal_id)
        return Seal.objects.get(pk=seal_id)

    def is_known_to(self, user: str) -> bool:
        viewer = self.registry.world.viewer(user)
        access = policy.access(viewer=viewer, subject=Subject.RESIDENT)
        shared = Resident.objects.shared_with(access).filter(pk=self.resident_id).exists()
        visible = Resident.objects.visible_to(viewer).filter(pk=self.resident_id).exists()
        assert shared == visible
        return shared


@pytest.fixture
def case(registry: Registry) -> Case:
    add_staff(registry.world, "deputy")
    add_staff(registry.world, "outsider")
    add_staff(registry.world, "agent", role=Role.OFFICER)
    return Case(registry, registry.register())


@pytest.fixture
def sealed(case: Case) -> Case:
    case.seal()
    return case


def body(response: Any) -> str:
    return str(response.content.decode())


# --- how a seal comes into force and ends --------------------------------------------------------


def test_a_proposal_seals_nothing(case: Case) -> None:
    case.propose()
    assert case.is_known_to("collector")


def test_approved_only_the_named_officers_know_of_him(sealed: Case) -> None:
    for user in ("police_chief", "deputy", "agent"):
        assert sealed.is_known_to(user)
    for user in [*NOT_NAMED, "outsider"]:
        assert not sealed.is_known_to(user), user


def test_to_be_named_opens_no_element_that_was_not_his(case: Case) -> None:
    grid = case.registry.world.users["grid"].pk
    case.seal(officers=[case.registry.world.users["deputy"].pk, grid])
    found = selectors.profile(
        viewer=case.registry.world.viewer("grid"), resident_id=case.resident_id
    )
    assert "doc_no" not in found.elements or NUMBER not in found.elements["doc_no"].value


@pytest.mark.parametrize("user", ["police", "collector", "property_manager", "civil_affairs"])
def test_only_a_police_supervisor_proposes(case: Case, user: str) -> None:
    with pytest.raises(NotAllowed):
        case.propose(by=user)


def test_he_does_not_approve_it_himself(case: Case) -> None:
    seal_id = case.propose()
    with pytest.raises(NotAllowed):
        case.approve(seal_id, by="police_chief")
    assert case.is_known_to("collector")


def test_a_named_officer_who_is_no_supervisor_does_not_approve(case: Case) -> None:
    with pytest.raises(NotAllowed):
        case.approve(case.propose(), by="agent")


def test_a_supervisor_who_is_not_named_learns_nothing(case: Case) -> None:
    seal_id = case.propose()
    with pytest.raises(NotFound):
        case.approve(seal_id, by="outsider")
    viewer = case.registry.world.viewer("outsider")
    assert selectors.seals(viewer=viewer, number=1).rows == []
    assert selectors.seals_to_decide(viewer=viewer) == 0


def test_decided_once(case: Case) -> None:
    seal_id = case.propose()
    case.approve(seal_id)
    with pytest.raises(Conflict):
        case.approve(seal_id)
    with pytest.raises(Conflict):
        actions.refuse_seal(
            viewer=case.registry.world.viewer("deputy"), seal_id=seal_id, reason="no"
        )


def test_not_approved_with_a_reason(case: Case) -> None:
    seal_id = case.propose()
    viewer = case.registry.world.viewer("deputy")
    with pytest.raises(Invalid):
        actions.refuse_seal(viewer=viewer, seal_id=seal_id, reason=" ")
    with pytest.raises(NotAllowed):
        actions.refuse_seal(
            viewer=case.registry.world.viewer("agent"), seal_id=seal_id, reason="no"
        )
    actions.refuse_seal(viewer=viewer, seal_id=seal_id, reason="no danger")
    assert Seal.objects.get(pk=seal_id).status == SealStatus.REFUSED
    assert case.is_known_to("collector")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"officers": []}, "officers"),
        ({"officers": [uuid.UUID(int=7)]}, "officers"),
        ({"legal_basis": "  "}, "legal_basis"),
        ({"legal_basis": "长" * 201}, "legal_basis"),
        ({"review_on": None}, "review_on"),
        ({"review_on": clock.today()}, "review_on"),
        ({"review_on": clock.today() + timedelta(days=367)}, "review_on"),
        ({"ends_on": clock.today()}, "ends_on"),
    ],
)
def test_each_fault_of_a_proposal_is_named(case: Case, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as caught:
        case.propose(**changes)
    assert list(caught.value.fields) == [field]


def test_without_a_second_supervisor_nothing_is_proposed(case: Case) -> None:
    with pytest.raises(Invalid) as caught:
        case.propose(officers=[case.registry.world.users["agent"].pk])
    assert list(caught.value.fields) == ["officers"]


@pytest.mark.parametrize("user", ["auditor", "system_admin", "security_admin", "police_chief"])
def test_administrators_and_the_proposer_himself_are_not_offered(case: Case, user: str) -> None:
    offered = selectors.nameable(
        viewer=case.registry.world.viewer("police_chief"), resident_id=case.resident_id
    )
    assert case.registry.world.users[user].pk not in {one.user_id for one in offered}


def test_who_does_not_work_there_is_not_offered(case: Case) -> None:
    users = case.registry.world.users
    users["agent"].memberships.update(area=case.registry.world.other_estate)
    offered = selectors.nameable(
        viewer=case.registry.world.viewer("police_chief"), resident_id=case.resident_id
    )
    assert users["agent"].pk not in {one.user_id for one in offered}
    assert users["deputy"].pk in {one.user_id for one in offered}


def test_one_proposal_at_a_time(case: Case) -> None:
    case.propose()
    with pytest.raises(Conflict):
        case.propose()


def test_two_lift_it_as_two_set_it(sealed: Case) -> None:
    seal = Seal.objects.get()
    chief, deputy, agent = map(sealed.registry.world.viewer, ("police_chief", "deputy", "agent"))
    with pytest.raises(Conflict):
        actions.lift_seal(viewer=deputy, seal_id=seal.pk)
    with pytest.raises(NotAllowed):
        actions.ask_lift(viewer=agent, seal_id=seal.pk, reason="over")
    with pytest.raises(Invalid):
        actions.ask_lift(viewer=chief, seal_id=seal.pk, reason="")
    actions.ask_lift(viewer=chief, seal_id=seal.pk, reason="over")
    with pytest.raises(Conflict):
        actions.ask_lift(viewer=deputy, seal_id=seal.pk, reason="over")
    with pytest.raises(NotAllowed):
        actions.lift_seal(viewer=chief, seal_id=seal.pk)
    assert not sealed.is_known_to("collector")
    actions.lift_seal(viewer=deputy, seal_id=seal.pk)
    assert sealed.is_known_to("collector")
    with pytest.raises(Conflict):
        actions.ask_lift(viewer=chief, seal_id=seal.pk, reason="again")


def test_a_seal_is_kept_when_the_second_does_not_agree(sealed: Case) -> None:
    seal = Seal.objects.get()
    chief, deputy, agent = map(sealed.registry.world.viewer, ("police_chief", "deputy", "agent"))
    with pytest.raises(Conflict):
        actions.keep_seal(viewer=deputy, seal_id=seal.pk)
    actions.ask_lift(viewer=chief, seal_id=seal.pk, reason="over")
    with pytest.raises(NotAllowed):
        actions.keep_seal(viewer=agent, seal_id=seal.pk)
    actions.keep_seal(viewer=deputy, seal_id=seal.pk)
    with pytest.raises(Conflict):
        actions.lift_seal(viewer=chief, seal_id=seal.pk)
    assert not sealed.is_known_to("collector")


def test_it_ends_by_itself_after_its_last_day(case: Case) -> None:
    seal = case.seal(ends_on=clock.today() + timedelta(days=1))
    Seal.objects.filter(pk=seal.pk).update(ends_on=clock.today())
    assert not case.is_known_to("collector")
    Seal.objects.filter(pk=seal.pk).update(ends_on=clock.today() - timedelta(days=1))
    assert case.is_known_to("collector")
    (row,) = selectors.seals(viewer=case.registry.world.viewer("agent"), number=1).rows
    assert (row.state, row.may_ask_lift, row.review_overdue) == ("expired", False, False)


def test_an_overdue_review_opens_nothing_and_is_shown(sealed: Case) -> None:
    Seal.objects.update(review_on=clock.today() - timedelta(days=1))
    assert not sealed.is_known_to("collector")
    (row,) = selectors.seals(viewer=sealed.registry.world.viewer("agent"), number=1).rows
    assert row.review_overdue


def test_a_newer_seal_replaces_it_and_whom_it_leaves_out(sealed: Case) -> None:
    users = sealed.registry.world.users
    newer = sealed.propose(officers=[users["deputy"].pk])
    assert sealed.is_known_to("agent")
    sealed.approve(newer)
    assert not sealed.is_known_to("agent")
    viewer = sealed.registry.world.viewer("agent")
    assert selectors.seals(viewer=viewer, number=1).rows == []
    assert Seal.objects.exclude(pk=newer).get().status == SealStatus.REPLACED


def test_the_database_wants_two_persons_and_one_seal(sealed: Case) -> None:
    seal = Seal.objects.get()
    alone: list[dict[str, Any]] = [
        {"decided_by": seal.proposed_by_id},
        {"decided_by": None},
        {"status": SealStatus.LIFTED},
        {"status": SealStatus.LIFTED, "lift_asked_by": seal.proposed_by_id,
         "lifted_by": seal.proposed_by_id},
    ]  # fmt: skip
    for change in alone:
        with pytest.raises(IntegrityError), transaction.atomic():
            Seal.objects.update(**change)
    seal.pk = uuid.uuid4()
    with pytest.raises(IntegrityError), transaction.atomic():
        seal.save(force_insert=True)


def test_each_step_stands_in_the_log_and_is_heard_by_the_named_alone(sealed: Case) -> None:
    decided = AccessRecord.objects.filter(kind=AccessKind.DECIDE).order_by("id")
    assert [row.detail for row in decided] == ["seal proposed", "seal approved"]
    assert {row.subject_ids[0] for row in decided} == {sealed.resident_id}
    users = sealed.registry.world.users
    named = {f"user:{users[name].pk}" for name in ("police_chief", "deputy", "agent")}
    for event in LiveEvent.objects.filter(name="seal"):
        assert set(event.audience) == named


# --- every exit ----------------------------------------------------------------------------------


@pytest.mark.parametrize("user", NOT_NAMED)
def test_no_page_shows_him(sealed: Case, client_for: ClientFor, user: str) -> None:
    client, home = client_for(user), sealed.registry.home
    household = Household.objects.get()
    gone = [
        ("residents:resident", [sealed.resident_id]),
        ("residents:history", ["resident", sealed.resident_id, "name_cn"]),
        ("residents:correct", ["resident", sealed.resident_id, "name_cn"]),
        ("residents:add_member", [household.pk]),
        ("residents:edit", ["police.resident", sealed.resident_id]),
        ("residents:edit", ["property.resident", sealed.resident_id]),
        ("residents:propose_seal", [sealed.resident_id]),
        ("security:resident_faces", [sealed.resident_id]),
        ("residents_api:resident", [sealed.resident_id]),
    ]
    for name, args in gone:
        answer = client.get(reverse(name, args=args))
        assert answer.status_code in {403, 404}, (name, answer.status_code)
        assert "张三丰" not in body(answer)
        assert NUMBER not in body(answer)
    listed = client.get(reverse("residents_api:residents")).json()
    assert str(sealed.resident_id) not in str(listed)
    page = body(client.get(reverse("residents:dwelling", args=[home.pk])))
    assert "张三丰" not in page
    assert str(sealed.resident_id) not in page
    assert str(household.pk) not in page
    assert "张三丰" not in body(client.get(reverse("residents:seals")))


def test_his_home_looks_like_any_empty_one(sealed: Case) -> None:
    """Counted as not known: nothing tells his dwelling from one where nobody is registered."""
    for user in ("police", "property"):
        viewer = sealed.registry.world.viewer(user)
        chart = selectors.building_chart(viewer=viewer, building_id=sealed.registry.building.pk)
        assert (chart.sees_people, chart.people, chart.occupied) == (True, 0, 0)
        rooms = [room for unit in chart.units for floor in unit.floors for room in floor.rooms]
        assert {room.people for room in rooms} == {0}
        home = selectors.dwelling(viewer=viewer, dwelling_id=sealed.registry.home.pk)
        other = selectors.dwelling(viewer=viewer, dwelling_id=sealed.registry.dwellings[1].pk)
        assert (home.households, home.people) == (other.households, other.people) == ((), ())
        assert home.may_register == other.may_register
    agent = sealed.registry.world.viewer("agent")
    chart = selectors.building_chart(viewer=agent, building_id=sealed.registry.building.pk)
    assert (chart.people, chart.occupied) == (1, 1)


def test_his_household_goes_on_without_him(case: Case) -> None:
    registry = case.registry
    wife = registry.register(
        household_id=Household.objects.get().pk,
        doc_no=citizen(date(1988, 2, 2), "2"),
        name_cn="李四娘",
        head_relation="12",
        residence_kind="family",
    )
    case.seal()
    viewer = registry.world.viewer("police")
    home = selectors.dwelling(viewer=viewer, dwelling_id=registry.home.pk)
    assert [[person.id for person in one.members] for one in home.households] == [[wife]]
    chart = selectors.building_chart(viewer=viewer, building_id=registry.building.pk)
    assert (chart.people, chart.occupied) == (1, 1)


def test_the_facts_of_others_do_not_name_him(case: Case, client_for: ClientFor) -> None:
    """The head of a household, the owner of a dwelling, whom to call in an emergency."""
    registry, household = case.registry, Household.objects.get()
    wife = registry.register(
        household_id=household.pk,
        doc_no=citizen(date(1988, 2, 2), "2"),
        name_cn="李四娘",
        head_relation="12",
        residence_kind="family",
    )
    told = {
        ("resident", wife, "emergency_name"): "张三丰",
        ("resident", wife, "emergency_mobile"): "13800001234",
        ("resident", wife, "guardian_name"): "王五",
        ("household", household.pk, "head_name"): "张三丰",
        ("household", household.pk, "head_doc_no"): NUMBER,
        ("dwelling", registry.home.pk, "owner_name"): "张三丰",
        ("dwelling", registry.home.pk, "tenant_name"): "赵六",
        ("dwelling", registry.dwellings[1].pk, "owner_name"): "张三丰",
    }
    for (subject, key, element), text in told.items():
        found = DataElement.objects.get(pk=element)
        ElementRecord.objects.create(
            id=uuid.uuid4(), subject=subject, subject_id=key, element=found,
            **ElementRecord.held(found, text), recorded_at=clock.now(),
        )  # fmt: skip

    def seen(user: str) -> set[tuple[str, uuid.UUID, str]]:
        kinds: dict[str, set[uuid.UUID]] = {}
        for subject, key, _element in told:
            kinds.setdefault(subject, set()).add(key)
        viewer = registry.world.viewer(user)
        owned = {subject: owned_by_all(viewer, subject) for subject in kinds}
        return {
            (subject, key, element)
            for subject, keys in kinds.items()
            for key, values in selectors.recorded(
                access=owned[subject],
                subject=subject,
                areas=dict.fromkeys(keys, registry.world.estate.path),
            ).items()
            for element in values
            if (subject, key, element) in told
        }

    assert seen("police") == set(told)
    case.seal()
    assert seen("agent") == set(told)
    assert seen("police") == {
        ("resident", wife, "guardian_name"),
        ("dwelling", registry.home.pk, "tenant_name"),
        ("dwelling", registry.dwellings[1].pk, "owner_name"),
    }, "another home's owner may well be another person of that name"
    page = reverse("residents:history", args=["household", household.pk, "head_name"])
    assert "张三丰" not in body(client_for("police").get(page))


def owned_by_all(viewer: Viewer, subject: str) -> policy.Access:
    """As if the viewer's department owned every element."""
    keys = DataElement.objects.filter(subject=subject).values_list("pk", flat=True)
    return replace(policy.access(viewer=viewer, subject=subject), owned=frozenset(keys))


@pytest.mark.parametrize(
    ("by", "text"), [("name", "张三丰"), ("name", "zsf"), ("document", NUMBER),
                     ("mobile", "13800001234")],
)  # fmt: skip
def test_no_search_finds_him(sealed: Case, by: str, text: str) -> None:
    for user, expected in [("police", 0), ("collector", 0), ("agent", 1)]:
        viewer = sealed.registry.world.viewer(user)
        found = selectors.search(viewer=viewer, by=by, text=text)
        assert (len(found.people), found.more) == (expected, False)
    searched = AccessRecord.objects.filter(kind="search", username="police").latest("id")
    assert searched.subject_ids == []


def test_his_document_is_refused_in_the_words_for_one_registered_elsewhere(
    sealed: Case, client_for: ClientFor
) -> None:
    """The collector keeps what he typed, and is sent to the station as for any number that he may
    not see; nothing says that the person exists, is protected, or lives here."""
    registry = sealed.registry
    elsewhere = citizen(date(1970, 1, 1))
    registry.register(
        home=make_building(registry.world, "other_estate", "9")[0], doc_no=elsewhere, name_cn="赵六"
    )
    registry.world.users["collector"].memberships.update(area=registry.world.estate)
    refusals = []
    for number in (NUMBER, elsewhere):
        with pytest.raises(DuplicateDocument) as caught:
            registry.register(home=registry.dwellings[3], doc_no=number, name_cn="某人")
        refusals.append((caught.value.resident_id, str(caught.value.fields["doc_no"])))
    assert refusals[0] == refusals[1]
    assert refusals[0][0] is None
    url = reverse("residents:register", args=[registry.dwellings[3].pk])
    answer = client_for("collector").post(url, {**POLICE, "name_cn": "某人"})
    assert answer.status_code == 422
    assert 'value="某人"' in body(answer)
    assert str(sealed.resident_id) not in body(answer)
    assert refusals[0][1] in body(answer)


def test_nothing_is_done_to_him_by_who_may_not_know_him(sealed: Case) -> None:
    registry = sealed.registry
    collector, property_staff = map(registry.world.viewer, ("collector", "property"))
    with pytest.raises(NotFound):
        registry.save("collector", "police.resident", sealed.resident_id, name_cn="张四")
    with pytest.raises(NotFound):
        actions.move_in(
            viewer=collector,
            resident_id=sealed.resident_id,
            dwelling=registry.dwellings[3],
            kind="owner",  # type: ignore[arg-type]
            on=None,
        )
    with pytest.raises(NotFound):
        actions.give_consent(
            viewer=property_staff,
            resident_id=sealed.resident_id,
            purpose=ConsentPurpose.FACE_GATE,
            channel=ConsentChannel.IN_PERSON,
        )
    with pytest.raises(NotFound):
        selectors.consent_to_ask(
            viewer=property_staff, resident_id=sealed.resident_id, purpose=ConsentPurpose.FACE_GATE
        )
    with pytest.raises(NotFound):
        actions.bind_account(
            viewer=property_staff,
            user=registry.world.users["resident"],
            resident_id=sealed.resident_id,
        )
    with pytest.raises(NotFound):
        issue_pass(
            viewer=property_staff,
            resident_id=sealed.resident_id,
            area=registry.world.estate,
            kind=PassKind.VISITOR,
            bearer="客人",
            valid_from=clock.now(),
            valid_to=clock.now() + timedelta(hours=1),
            uses=1,
        )
    with pytest.raises(NotFound):
        registry.register(household_id=Household.objects.get().pk, doc_no=citizen(date(1999, 1, 1)))


def test_what_was_proposed_about_him_is_gone_too(case: Case) -> None:
    registry = case.registry
    viewer = registry.world.viewer("civil_affairs")
    actions.propose(
        viewer=viewer,
        subject="resident",
        subject_id=case.resident_id,
        element="name_cn",
        value="张三峰",
    )
    case.seal()
    police = registry.world.viewer("police")
    assert selectors.proposals(viewer=police, made=False, number=1).rows == []
    assert selectors.proposals_to_decide(viewer=police) == 0
    assert selectors.proposals(viewer=viewer, made=True, number=1).rows == []
    proposal = Proposal.objects.get(element="name_cn")
    with pytest.raises(NotFound):
        actions.accept_proposal(viewer=police, proposal_id=proposal.pk)
    assert selectors.proposals_to_decide(viewer=registry.world.viewer("agent")) == 1
    LiveEvent.objects.all().delete()
    actions.reject_proposal(
        viewer=registry.world.viewer("agent"), proposal_id=proposal.pk, reason="no"
    )
    assert all(one.startswith("user:") for one in LiveEvent.objects.get().audience)


def test_a_sealed_guardian_is_not_offered(case: Case) -> None:
    registry = case.registry
    child = registry.register(
        household_id=Household.objects.get().pk,
        doc_no=citizen(date(2018, 2, 2)),
        name_cn="张小宝",
        head_relation="20",
        residence_kind="family",
    )

    def guardians(user: str) -> list[uuid.UUID]:
        ask = selectors.consent_to_ask(
            viewer=registry.world.viewer(user), resident_id=child, purpose=ConsentPurpose.FACE_GATE
        )
        return [key for key, _name in ask.guardians]

    assert guardians("property") == [case.resident_id]
    case.seal()
    assert guardians("property") == []
    with pytest.raises(Invalid):
        actions.give_consent(
            viewer=registry.world.viewer("property"),
            resident_id=child,
            purpose=ConsentPurpose.FACE_GATE,
            channel=ConsentChannel.IN_PERSON,
            guardian_id=case.resident_id,
        )


# --- he himself, and the officers ----------------------------------------------------------------


def test_he_sees_his_own_phone_pages(sealed: Case, client_for: ClientFor) -> None:
    user = sealed.registry.world.users["resident"]
    ResidentAccount.objects.create(user=user, resident_id=sealed.resident_id)
    mine = selectors.own_record(viewer=sealed.registry.world.viewer("resident"))
    assert mine is not None
    assert mine.name == "张三丰"
    client = client_for("resident")
    assert client.get(reverse("mobile:me")).status_code == 200
    assert client.get(reverse("mobile:looks")).status_code == 200


def test_a_named_officer_sees_that_he_is_protected_and_is_logged(
    sealed: Case, client_for: ClientFor
) -> None:
    page = body(client_for("agent").get(reverse("residents:resident", args=[sealed.resident_id])))
    assert "张三丰" in page
    assert "受保护人员" in page
    entry = AccessRecord.objects.filter(username="agent", kind="read").latest("id")
    assert (entry.kind, entry.detail) == ("read", "seal")


def test_proposed_approved_and_lifted_on_the_pages(case: Case, client_for: ClientFor) -> None:
    users = case.registry.world.users
    url = reverse("residents:propose_seal", args=[case.resident_id])
    chief, deputy = client_for("police_chief"), client_for("deputy")
    assert "deputy" in body(chief.get(url))
    answer = chief.post(url, {"legal_basis": "反家庭暴力法"})
    assert answer.status_code == 422
    assert 'id="id_officers_error"' in body(answer)
    assert 'id="id_review_on_error"' in body(answer)
    chosen = [str(users["deputy"].pk)]
    sent = {
        "officers": chosen,
        "legal_basis": "反家庭暴力法",
        "review_on": (clock.today() + timedelta(days=30)).isoformat(),
    }
    assert chief.post(url, sent).status_code == 302
    seal = Seal.objects.get()
    listing = reverse("residents:seals")
    assert reverse("residents:approve_seal", args=[seal.pk]) not in body(chief.get(listing))
    assert reverse("residents:approve_seal", args=[seal.pk]) in body(deputy.get(listing))
    deputy.post(reverse("residents:approve_seal", args=[seal.pk]))
    assert not case.is_known_to("collector")
    chief.post(reverse("residents:ask_lift", args=[seal.pk]), {"reason": "over"})
    assert reverse("residents:lift_seal", args=[seal.pk]) in body(deputy.get(listing))
    deputy.post(reverse("residents:lift_seal", args=[seal.pk]))
    assert case.is_known_to("collector")
