"""The decision itself says what the table says, for every role and element, here and far away."""

import pytest

from datasharing import policy
from datasharing.choices import Level, Subject
from datasharing.models import DataElement
from tests.architecture.matrix import oracle
from tests.architecture.matrix.conftest import viewer_of
from tests.architecture.matrix.marked import Marked

LEVELS = {
    Level.FULL: oracle.FULL,
    Level.MASKED: oracle.MASK,
    Level.YES_NO: oracle.YES,
    Level.HIDDEN: oracle.NOTHING,
}


def test_every_element_has_a_row(marked: Marked) -> None:
    known = {element.pk: (element.subject, element.type) for element in DataElement.objects.all()}
    stated = {key: (row.subject, row.type) for key, row in oracle.table().items()}
    assert known == stated, "add the new element to tests/architecture/matrix/oracle.csv"


def test_every_kind_of_department_has_a_column_and_every_role_a_user(marked: Marked) -> None:
    from accounts.choices import DepartmentKind, Role
    from accounts.models import Membership

    assert set(DepartmentKind.values) == set(oracle.DEPARTMENTS)
    roles = Membership.objects.filter(user__username__in=oracle.ROLES)
    assert set(roles.values_list("role", flat=True)) == set(Role.values)


@pytest.mark.parametrize("user", oracle.ROLES)
def test_the_decision(marked: Marked, user: str) -> None:
    viewer = viewer_of(marked, user)
    for subject in Subject.values:
        access = policy.access(viewer=viewer, subject=subject)
        for row in oracle.of(subject):
            right = access.right(row.element, marked.here.area.path)
            assert LEVELS[right.level] == row.sees(user), row.element
            assert right.may_write == row.writes(user), row.element
            far = access.right(row.element, marked.far.area.path)
            assert (far.level, far.may_write) == (Level.HIDDEN, False), row.element
