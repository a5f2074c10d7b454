"""What the pages of both shells share."""

import uuid
from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from services.selectors.shapes import RequestDetail, StepView


def timeline(request: RequestDetail, *, photo_page: str, own_name: str) -> Iterable[dict[str, Any]]:
    """Steps for components/timeline.html: the expected one on top, then newest first."""
    if request.expected:
        yield {"title": request.expected, "state": "pending"}
    for index, step in enumerate(request.steps):
        yield {
            "title": step.title,
            "state": "done" if index else "current",
            "at": step.at,
            "who": own_name if step.own else step.who,
            "note": step.note,
            "photos": _photos(request.row.id, step, photo_page),
        }


def _photos(request_id: uuid.UUID, step: StepView, page: str) -> list[tuple[str, str]]:
    return [
        (
            reverse(page, args=[request_id, photo_id]),
            _("Photograph %(number)d: %(step)s") % {"number": number, "step": step.title},
        )
        for number, photo_id in enumerate(step.photo_ids, start=1)
    ]
