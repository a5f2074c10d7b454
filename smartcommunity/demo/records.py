"""Element records in bulk, as `residents.actions.record` would have left them one by one."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from random import Random
from uuid import UUID

from accounts.choices import DepartmentKind
from accounts.models import Department, User
from datasharing.choices import Subject, TemplateStatus
from datasharing.models import DataElement, FormTemplate
from residents.models import ElementRecord
from smartcommunity.demo.households import SEED

BATCH = 4000
# Who of a department entered the facts, and on which form.
WRITERS: Mapping[DepartmentKind, str] = {
    DepartmentKind.POLICE: "collector",
    DepartmentKind.HOUSING: "housing",
    DepartmentKind.CIVIL_AFFAIRS: "civil_affairs",
    DepartmentKind.GRID: "grid",
    DepartmentKind.PROPERTY: "property",
}
FORMS: Mapping[tuple[DepartmentKind, Subject], str] = {
    (DepartmentKind.POLICE, Subject.RESIDENT): "police.resident",
    (DepartmentKind.PROPERTY, Subject.RESIDENT): "property.resident",
    (DepartmentKind.CIVIL_AFFAIRS, Subject.RESIDENT): "civil_affairs.resident",
    (DepartmentKind.HOUSING, Subject.DWELLING): "housing.dwelling",
}


class RecordBook:
    """Collects records and writes them together. Facts are in canonical spelling."""

    def __init__(self, departments: Mapping[DepartmentKind, Department]) -> None:
        self.departments = departments
        self.elements = {element.pk: element for element in DataElement.objects.all()}
        users = {user.username: user for user in User.objects.filter(username__in=WRITERS.values())}
        self.users = {kind: users[username] for kind, username in WRITERS.items()}
        templates = FormTemplate.objects.filter(status=TemplateStatus.PUBLISHED)
        self.templates = {template.key: template for template in templates}
        self._keys = keys(Random(f"{SEED}:records"))
        self._rows: list[ElementRecord] = []

    def add(
        self,
        subject: Subject,
        subject_id: UUID,
        source: DepartmentKind,
        at: datetime,
        facts: Mapping[str, str],
    ) -> None:
        """What one department recorded about one subject at a moment."""
        template = self.templates.get(FORMS.get((source, subject), ""))
        for key, value in facts.items():
            encrypted = self.elements[key].is_encrypted
            self._rows.append(
                ElementRecord(
                    id=next(self._keys),
                    subject=subject,
                    subject_id=subject_id,
                    element_id=key,
                    value=None if encrypted else value,
                    sealed=value if encrypted else None,
                    department=self.departments[source],
                    user=self.users[source],
                    template=template,
                    recorded_at=at,
                )
            )

    def save(self) -> int:
        """Write all rows; returns how many."""
        ElementRecord.objects.bulk_create(self._rows, batch_size=BATCH)
        count = len(self._rows)
        self._rows.clear()
        return count


def keys(rng: Random) -> Iterator[UUID]:
    """Random keys, the same ones for the same seed."""
    while True:
        yield UUID(int=rng.getrandbits(128), version=4)
