"""Reads of consents."""

from __future__ import annotations

import uuid

from accounts.viewer import Viewer
from datasharing import policy, values
from datasharing.choices import Level, Subject
from datasharing.policy import Access
from residents import policies
from residents.choices import ConsentPurpose
from residents.models import Consent, Resident
from residents.notices import NOTICES
from residents.policies import ADULT_AGE, CONSENT_AGE
from residents.selectors.reading import recorded
from residents.selectors.shapes import ConsentAsk, ConsentView
from smartcommunity.kernel.errors import NotFound


def live_consent(*, resident_id: uuid.UUID, purpose: ConsentPurpose) -> Consent | None:
    """The consent in force. For the platform's own checks: it shows nothing to anybody."""
    return Consent.objects.filter(resident=resident_id, purpose=purpose, withdrawn_at=None).first()


def consent_to_ask(
    *, viewer: Viewer, resident_id: uuid.UUID, purpose: ConsentPurpose
) -> ConsentAsk:
    """The notice and the guardians for one consent that the viewer may record now. Raises
    NotFound, NotAllowed."""
    access = policy.access(viewer=viewer, subject=Subject.RESIDENT)
    row = Resident.objects.shared_with(access).filter(pk=resident_id).values_list("area__path")
    path = next((found[0] for found in row), None)
    if path is None:
        raise NotFound
    policies.may_record_consent(access, path, purpose).require()
    return _to_ask(access, resident_id, [purpose])[0]


def consents_of(
    *, access: Access, resident_id: uuid.UUID, path: str
) -> tuple[tuple[ConsentView, ...], tuple[ConsentAsk, ...]]:
    """The consents in force, and those that may be recorded now, for a profile that is logged."""
    visible = [
        purpose
        for purpose in ConsentPurpose
        if access.level(policies.CONSENT_ELEMENT[purpose], path, resident_id) == Level.FULL
    ]
    rows = Consent.objects.filter(resident=resident_id, withdrawn_at=None, purpose__in=visible)
    given = {
        ConsentPurpose(row.purpose): row for row in rows.select_related("recorded_by", "guardian")
    }
    writable = [p for p in visible if policies.may_record_consent(access, path, p)]
    missing = [purpose for purpose in writable if purpose not in given]
    named = _names(access, [row.guardian_id for row in given.values() if row.guardian_id])
    views = tuple(
        ConsentView(
            purpose=purpose,
            label=str(purpose.label),
            notice_version=row.notice_version,
            given_at=row.given_at,
            recorded_by=row.recorded_by.display_name,
            guardian=named.get(row.guardian_id, "") if row.guardian_id else "",
            may_withdraw=purpose in writable,
        )
        for purpose, row in given.items()
    )
    return views, _to_ask(access, resident_id, missing)


def _to_ask(
    access: Access, resident_id: uuid.UUID, missing: list[ConsentPurpose]
) -> tuple[ConsentAsk, ...]:
    if not missing:
        return ()
    person = Resident.objects.only("birth_date", "household").get(pk=resident_id)
    born = person.birth_date
    child = born is not None and values.age(born) < CONSENT_AGE
    guardians: tuple[tuple[uuid.UUID, str], ...] = ()
    if child and person.household_id:
        others = Resident.objects.filter(household=person.household_id, birth_date__isnull=False)
        adults = [
            row_id
            for row_id, day in others.values_list("pk", "birth_date")
            if day and values.age(day) >= ADULT_AGE
        ]
        guardians = tuple(_names(access, adults).items())
    return tuple(
        ConsentAsk(
            purpose=purpose,
            label=str(purpose.label),
            notice_version=NOTICES[purpose].version,
            paragraphs=tuple(str(text) for text in NOTICES[purpose].paragraphs),
            needs_guardian=child,
            guardians=guardians,
        )
        for purpose in missing
    )


def _names(access: Access, ids: list[uuid.UUID]) -> dict[uuid.UUID, str]:
    """The names of those among them whom the viewer may know of."""
    rows = Resident.objects.shared_with(access).filter(pk__in=ids)
    seen = recorded(
        access=access,
        subject=Subject.RESIDENT,
        areas=dict(rows.values_list("pk", "area__path")),
        keys={policies.NAME},
    )
    return {row_id: found[policies.NAME].shown for row_id, found in seen.items() if found}
