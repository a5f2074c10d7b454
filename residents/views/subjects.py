"""Which page shows a subject."""

import uuid

from django.urls import reverse

from datasharing.choices import Subject

PAGES = {
    Subject.RESIDENT: "residents:resident",
    Subject.ORGANISATION: "residents:organisation",
    Subject.VEHICLE: "residents:vehicle",
}


def page_of(subject: str, subject_id: uuid.UUID | None, dwelling_id: uuid.UUID | None) -> str:
    """The page of a subject; a household's and a dwelling's is the dwelling's."""
    if name := PAGES.get(Subject(subject)):
        return reverse(name, args=[subject_id])
    return reverse("residents:dwelling", args=[dwelling_id])
