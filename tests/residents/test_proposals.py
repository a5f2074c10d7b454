"""The owner's value wins: another department's value is a proposal that the owner decides."""

import uuid

import pytest
from django.db import IntegrityError, transaction

from datasharing.models import AccessRecord, Grant
from residents import actions, selectors
from residents.models import Dwelling, ElementRecord, Proposal, Resident
from smartcommunity.kernel import clock
from smartcommunity.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from smartcommunity.kernel.models import LiveEvent
from tests.residents.conftest import Registry

pytestmark = pytest.mark.django_db

OWNED, OTHER, THIRD = "13900001111", "13700002222", "13600003333"


def veiled(number: str) -> str:
    """A phone as pages show it, even to who sees it in full."""
    return f"{number[:3]}****{number[7:]}"


@pytest.fixture
def resident_id(registry: Registry) -> uuid.UUID:
    """Registered by the police; the property company recorded the mobile, which it owns."""
    made = registry.register(mobile=None)
    registry.save("property", "property.resident", made, mobile=OWNED, live_since="2021-01-01")
    return made


def mobile(resident_id: uuid.UUID) -> ElementRecord:
    return ElementRecord.objects.select_related("department", "user").get(
        subject_id=resident_id, element="mobile", superseded_at=None
    )


def propose(registry: Registry, resident_id: uuid.UUID, value: str = OTHER) -> Proposal:
    registry.save("collector", "police.resident", resident_id, mobile=value)
    return Proposal.objects.open().get(subject_id=resident_id, element="mobile")


def listed(registry: Registry, user: str, *, made: bool = False) -> list[selectors.ProposalView]:
    found = selectors.proposals(viewer=registry.world.viewer(user), made=made, number=1)
    return list(found.rows)


def accept(registry: Registry, user: str, proposal: Proposal, reason: str = "") -> None:
    actions.accept_proposal(
        viewer=registry.world.viewer(user), proposal_id=proposal.pk, reason=reason
    )


def test_another_value_is_kept_as_a_proposal_and_the_owners_stands(
    registry: Registry, resident_id: uuid.UUID
) -> None:
    saved = actions.save_form(
        viewer=registry.world.viewer("collector"),
        template=registry.form("collector", "police.resident"),
        subject_id=resident_id,
        values={"mobile": OTHER, "employer": "厂"},
    )
    assert (saved.written, saved.proposed) == ({"employer"}, {"mobile"})
    assert mobile(resident_id).sealed == OWNED
    proposal = Proposal.objects.get()
    assert (proposal.value, proposal.sealed) == (None, OTHER)
    assert proposal.current == mobile(resident_id)
    assert proposal.department == registry.world.departments["police"]
    assert proposal.user == registry.world.users["collector"]
    assert proposal.template is not None
    assert proposal.template.key == "police.resident"
    entry = AccessRecord.objects.get(detail="proposed")
    assert (entry.kind, entry.elements) == ("write", ["mobile"])
    event = LiveEvent.objects.get(name="proposal")
    assert (event.key, event.audience) == (str(proposal.pk), ["property"])


def test_the_owner_sees_both_values_and_accepts(registry: Registry, resident_id: uuid.UUID) -> None:
    proposal = propose(registry, resident_id)
    (seen,) = listed(registry, "property")
    assert (seen.current, seen.proposed, seen.title) == (veiled(OWNED), veiled(OTHER), "张三丰")
    assert AccessRecord.objects.filter(detail="proposals", elements__contains=["mobile"]).exists()
    accept(registry, "property", proposal)
    record = mobile(resident_id)
    assert record.sealed == OTHER
    assert record.department == registry.world.departments["property"]
    assert record.proposals.get().department == registry.world.departments["police"]
    assert Resident.objects.get(pk=resident_id).mobile == OTHER
    (outcome,) = listed(registry, "collector", made=True)
    shown = (outcome.status, outcome.current, outcome.proposed)
    assert shown == ("accepted", veiled(OWNED), veiled(OTHER))
    assert listed(registry, "property") == []
    assert LiveEvent.objects.filter(audience__contains=["police"], name="proposal").exists()


def test_the_owner_rejects_with_a_reason_that_the_proposer_reads(
    registry: Registry, resident_id: uuid.UUID
) -> None:
    proposal = propose(registry, resident_id)
    owner = registry.world.viewer("property")
    with pytest.raises(Invalid):
        actions.reject_proposal(viewer=owner, proposal_id=proposal.pk, reason=" ")
    actions.reject_proposal(viewer=owner, proposal_id=proposal.pk, reason="本人确认未换号")
    assert mobile(resident_id).sealed == OWNED
    (outcome,) = listed(registry, "police", made=True)
    assert (outcome.status, outcome.decision) == ("rejected", "本人确认未换号")
    with pytest.raises(Conflict):
        accept(registry, "property", proposal)


def test_one_open_proposal_a_department(registry: Registry, resident_id: uuid.UUID) -> None:
    first = propose(registry, resident_id)
    registry.save("police", "police.resident", resident_id, mobile=OTHER)
    assert Proposal.objects.get() == first
    second = propose(registry, resident_id, THIRD)
    first.refresh_from_db()
    assert (first.status, second.sealed) == ("withdrawn", THIRD)
    with pytest.raises(IntegrityError), transaction.atomic():
        Proposal.objects.filter(pk=first.pk).update(status="open")


def test_the_owners_own_change_to_the_same_value_closes_it(
    registry: Registry, resident_id: uuid.UUID
) -> None:
    proposal = propose(registry, resident_id)
    registry.save("property", "property.resident", resident_id, mobile=THIRD)
    proposal.refresh_from_db()
    assert proposal.status == "open"
    assert listed(registry, "property")[0].current == veiled(THIRD)
    registry.save("property", "property.resident", resident_id, mobile=OTHER)
    proposal.refresh_from_db()
    assert (proposal.status, proposal.became) == ("accepted", mobile(resident_id))


def test_the_proposer_withdraws_and_nobody_else(registry: Registry, resident_id: uuid.UUID) -> None:
    proposal = propose(registry, resident_id)
    for user in ("property", "grid", "auditor"):
        with pytest.raises(NotFound):
            actions.withdraw_proposal(viewer=registry.world.viewer(user), proposal_id=proposal.pk)
    actions.withdraw_proposal(viewer=registry.world.viewer("police"), proposal_id=proposal.pk)
    assert listed(registry, "property") == []


@pytest.mark.parametrize("user", ["collector", "grid", "housing", "auditor", "system_admin"])
def test_only_the_owner_decides(registry: Registry, resident_id: uuid.UUID, user: str) -> None:
    proposal = propose(registry, resident_id)
    assert listed(registry, user) == []
    assert selectors.proposals_to_decide(viewer=registry.world.viewer(user)) == 0
    with pytest.raises(NotFound):
        accept(registry, user, proposal)
    with pytest.raises(NotFound):
        actions.reject_proposal(
            viewer=registry.world.viewer(user), proposal_id=proposal.pk, reason="x"
        )


def test_the_owner_elsewhere_neither_sees_nor_counts_nor_decides(
    registry: Registry, resident_id: uuid.UUID
) -> None:
    proposal = propose(registry, resident_id)
    assert selectors.proposals_to_decide(viewer=registry.world.viewer("property_manager")) == 1
    Resident.objects.filter(pk=resident_id).update(area=registry.world.other_estate)
    assert selectors.proposals_to_decide(viewer=registry.world.viewer("property_manager")) == 0
    assert listed(registry, "property_manager") == []
    with pytest.raises(NotFound):
        accept(registry, "property_manager", proposal)


def test_the_proposer_sees_its_proposal_only_as_it_may_see_the_element(
    registry: Registry, resident_id: uuid.UUID
) -> None:
    propose(registry, resident_id)
    grants = Grant.objects.filter(
        grantee=registry.world.departments["police"], elements__key="mobile"
    )
    grants.update(level=2)
    (seen,) = listed(registry, "police", made=True)
    assert (seen.current, seen.proposed) == ("139****1111", "137****2222")
    grants.delete()
    assert listed(registry, "police", made=True) == []


def test_a_correction_of_what_is_only_read(registry: Registry) -> None:
    resident_id = registry.register()
    grid = registry.world.viewer("grid")
    actions.propose(viewer=grid, subject="resident", subject_id=resident_id,
                    element="name_cn", value=" 张君宝 ", reason="身份证")  # fmt: skip
    (seen,) = listed(registry, "police")
    assert (seen.current, seen.proposed, seen.reason) == ("张三丰", "张君宝", "身份证")
    accept(registry, "police", Proposal.objects.get(), "已核对")
    row = Resident.objects.get(pk=resident_id)
    assert (row.name, row.name_pinyin, row.version) == ("张君宝", "zhangjunbao", 2)
    (outcome,) = listed(registry, "grid", made=True)
    assert (outcome.status, outcome.decision) == ("accepted", "已核对")


@pytest.mark.parametrize(
    ("user", "element", "value", "error"),
    [
        ("grid", "doc_no", "E12345678", NotFound),  # masked for the grid
        ("grid", "ethnicity", "01", NotFound),  # hidden from the grid
        ("civil_affairs", "mobile", OTHER, NotFound),  # masked
        ("collector", "name_cn", "李四", NotAllowed),  # the police's own
        ("grid", "name_cn", "张三丰", Invalid),  # what stands there
        ("grid", "name_cn", "张3", Invalid),
        ("grid", "name_cn", " ", Invalid),
        ("grid", "sex", "9x", Invalid),
        ("auditor", "name_cn", "李四", NotFound),
    ],
)
def test_a_correction_that_is_refused(
    registry: Registry, user: str, element: str, value: str, error: type[Exception]
) -> None:
    resident_id = registry.register(ethnicity="01")
    with pytest.raises(error):
        actions.propose(viewer=registry.world.viewer(user), subject="resident",
                        subject_id=resident_id, element=element, value=value)  # fmt: skip
    assert not Proposal.objects.exists()


def test_a_date_against_the_document_is_not_accepted(registry: Registry) -> None:
    resident_id = registry.register()
    actions.propose(viewer=registry.world.viewer("grid"), subject="resident",
                    subject_id=resident_id, element="birth_date", value="1985-06-02")  # fmt: skip
    with pytest.raises(Invalid) as caught:
        accept(registry, "police", Proposal.objects.get())
    assert "1985" not in str(caught.value.message)
    assert Proposal.objects.get().status == "open"


def test_a_dwelling_is_corrected_too(registry: Registry) -> None:
    home = registry.home
    ElementRecord.objects.create(
        id=uuid.uuid4(), subject="dwelling", subject_id=home.pk, element_id="area_m2",
        value="89.5", department=registry.world.departments["housing"], recorded_at=clock.now(),
    )  # fmt: skip
    actions.propose(viewer=registry.world.viewer("property"), subject="dwelling",
                    subject_id=home.pk, element="area_m2", value="98.5")  # fmt: skip
    (seen,) = listed(registry, "housing")
    assert (seen.title, seen.current, seen.proposed) == (home.address, "89.5", "98.5")
    accept(registry, "housing", Proposal.objects.get())
    record = ElementRecord.objects.get(subject_id=home.pk, element="area_m2", superseded_at=None)
    assert record.value == "98.5"
    assert Dwelling.objects.get(pk=home.pk) == home


def test_the_history_names_who_when_form_old_and_new(
    registry: Registry, resident_id: uuid.UUID
) -> None:
    accept(registry, "property", propose(registry, resident_id))
    found = selectors.history(viewer=registry.world.viewer("property"), subject="resident",
                              subject_id=resident_id, element="mobile")  # fmt: skip
    newest, first = found.changes
    old, new = veiled(OWNED), veiled(OTHER)
    assert (first.old, first.new, newest.old, newest.new) == ("", old, old, new)
    assert registry.world.departments["police"].name in newest.proposed_by
    assert (newest.user, bool(newest.template)) == ("property", True)
    entry = AccessRecord.objects.latest("id")
    assert (entry.kind, entry.detail) == ("read", "history")
    assert "mobile" in entry.elements


def test_the_history_is_masked_and_hidden_as_the_value_is(
    registry: Registry, resident_id: uuid.UUID
) -> None:
    registry.save("property", "property.resident", resident_id, mobile=THIRD)

    def history(user: str, element: str = "mobile") -> list[str]:
        found = selectors.history(viewer=registry.world.viewer(user), subject="resident",
                                  subject_id=resident_id, element=element)  # fmt: skip
        return [change.new for change in found.changes]

    assert history("civil_affairs") == ["136****3333", "139****1111"]
    for user, element in (("grid", "ethnicity"), ("property", "doc_no"), ("auditor", "name_cn"),
                          ("police", "no_such_element")):  # fmt: skip
        with pytest.raises(NotFound):
            history(user, element)
