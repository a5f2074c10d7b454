"""The three administrators exclude each other and every other duty, on every day."""

from datetime import date, timedelta

import pytest

from accounts.actions import appoint
from accounts.choices import Role
from accounts.models import Membership, User
from smartcommunity.kernel import clock
from smartcommunity.kernel.errors import Conflict
from tests.conftest import World

pytestmark = pytest.mark.django_db


def give(world: World, user: User, role: Role, start: date, end: date | None = None) -> Membership:
    return appoint(
        user=user,
        department=world.departments["operator"],
        area=world.areas["community"],
        role=role,
        valid_from=start,
        valid_to=end,
    )


@pytest.mark.parametrize(
    ("first", "second"),
    [(Role.OFFICER, Role.AUDITOR), (Role.AUDITOR, Role.OFFICER), (Role.SYSTEM_ADMIN, Role.AUDITOR)],
)
def test_a_term_that_begins_later_excludes_too(
    first: Role, second: Role, bare_world: World
) -> None:
    user = User.objects.create_user("newcomer")
    later = clock.today() + timedelta(days=30)
    give(bare_world, user, first, later)
    with pytest.raises(Conflict):
        give(bare_world, user, second, later + timedelta(days=1))
    with pytest.raises(Conflict):
        give(bare_world, user, second, clock.today())


def test_one_after_the_other_is_possible(bare_world: World) -> None:
    user = User.objects.create_user("newcomer")
    today = clock.today()
    give(bare_world, user, Role.OFFICER, today, today)
    give(bare_world, user, Role.AUDITOR, today + timedelta(days=1))
