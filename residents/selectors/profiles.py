"""The recorded facts of one subject, as its page shows them."""

from __future__ import annotations

import uuid
from collections.abc import Collection

from accounts.viewer import Viewer
from datasharing import access_log
from datasharing.choices import AccessKind, Exit, Subject
from datasharing.policy import Access
from residents import policies
from residents.selectors.proposals import waiting
from residents.selectors.reading import display_name, in_sections, recorded
from residents.selectors.shapes import Section


def facts_of(
    *,
    viewer: Viewer,
    access: Access,
    subject: Subject,
    subject_id: uuid.UUID,
    path: str,
    exit: Exit = Exit.PAGE,  # noqa: A002  the log's own word
    links: Collection[str] = (),
) -> tuple[str, tuple[Section, ...]]:
    """What the subject is called and its facts in sections. Logged, with the `links` shown."""
    values = recorded(access=access, subject=subject, areas={subject_id: path})[subject_id]
    access_log.record(
        viewer=viewer,
        kind=AccessKind.READ,
        exit=exit,
        subject=subject,
        subject_ids=[subject_id],
        elements=[*values, *links],
        purpose=access.purpose,
    )
    proposable = [
        key
        for key, value in values.items()
        if policies.may_propose(access, key, path, value.department_kind)
    ]
    return display_name(values, subject), in_sections(
        subject=subject,
        recorded=values,
        proposable=proposable,
        waiting=waiting(
            viewer=viewer, access=access, subject=subject, subject_id=subject_id, path=path
        ),
    )
