"""Passages of a protected person and of his visitors: for the officers named on the seal alone."""

from datetime import timedelta

import pytest

from accounts.models import User
from datasharing.models import AccessRecord
from residents.models import Seal
from security.actions.passages import Verdict, record_passage
from security.actions.passes import issue_pass
from security.choices import Outcome, PassKind, PassMethod
from security.models import Pass, Passage
from security.selectors import passage_frame, passages
from smartcommunity.kernel import clock
from smartcommunity.kernel.errors import NotFound
from smartcommunity.kernel.models import LiveEvent
from tests.security.conftest import Estate

pytestmark = pytest.mark.django_db


def seal(estate: Estate, officer: User) -> None:
    users = estate.world.users
    Seal.objects.create(
        resident=estate.resident,
        legal_basis="test",
        review_on=clock.today(),
        status="in_force",
        proposed_by=users["police"],
        proposed_at=clock.now(),
        decided_by=users["police_chief"],
    ).officers.set([officer])


def visitor_pass(estate: Estate) -> Pass:
    issued = issue_pass(
        viewer=estate.world.viewer("property"),
        resident_id=estate.resident.pk,
        area=estate.world.estate,
        kind=PassKind.VISITOR,
        bearer="客人",
        valid_from=clock.now(),
        valid_to=clock.now() + timedelta(hours=1),
        uses=1,
    )
    return Pass.objects.get(pk=issued.pass_id)


def test_his_passages_and_his_visitors_are_for_the_named_alone(estate: Estate) -> None:
    users, viewer = estate.world.users, estate.world.viewer("property")
    visit = visitor_pass(estate)
    about = [
        Verdict(Outcome.OPENED, resident_id=estate.resident.pk),
        Verdict(Outcome.OPENED, visitor_pass=visit),
        Verdict(Outcome.NO_MATCH),
    ]
    made = [
        record_passage(gate=estate.gate, event=None, method=PassMethod.FACE, verdict=verdict)
        for verdict in about
    ]
    assert len(passages(viewer=viewer).rows) == 3
    seal(estate, users["property_manager"])
    rows = passages(viewer=viewer).rows
    assert [row.id for row in rows] == [made[2].pk]
    assert AccessRecord.objects.filter(kind="list").latest("id").subject_ids == []
    assert len(passages(viewer=estate.world.viewer("property_manager")).rows) == 3
    for passage in made[:2]:
        Passage.objects.filter(pk=passage.pk).update(frame="frames/none")
        with pytest.raises(NotFound):
            passage_frame(viewer=viewer, passage_id=passage.pk)


def test_the_live_stream_tells_the_named_alone(estate: Estate) -> None:
    named = estate.world.users["property_manager"]
    visit = visitor_pass(estate)
    seal(estate, named)
    for verdict in (
        Verdict(Outcome.OPENED, resident_id=estate.resident.pk),
        Verdict(Outcome.OPENED, visitor_pass=visit),
    ):
        LiveEvent.objects.all().delete()
        record_passage(gate=estate.gate, event=None, method=PassMethod.FACE, verdict=verdict)
        heard = LiveEvent.objects.get(name="passage").audience
        assert heard == [f"user:{named.pk}"]
