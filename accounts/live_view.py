"""The live stream's door: one stream a tab, thin events, the permission decided per event."""

import re
from collections.abc import Callable

from django.contrib.auth import HASH_SESSION_KEY
from django.http import HttpResponseBase, StreamingHttpResponse
from django.utils.crypto import constant_time_compare

from accounts.access import signed_in
from accounts.actions import OFFICE
from accounts.middleware import StaffRequest
from accounts.models import User
from accounts.selectors import viewer_for
from accounts.viewer import Viewer
from smartcommunity.kernel import live
from smartcommunity.kernel.models import LiveEvent

LAST_EVENT_ID = re.compile(r"[0-9]{1,18}")


def hears(viewer: Viewer) -> Callable[[LiveEvent], bool]:
    """An event is heard if and only if it names the user, or his department kind (`kind`, or
    `kind:role` for that role alone) inside the areas where he works. Administrators hear none: they
    read no personal data."""
    ears = {viewer.department_kind, f"{viewer.department_kind}:{viewer.role}"}

    def may_hear(event: LiveEvent) -> bool:
        if f"user:{viewer.user_id}" in event.audience:
            return True
        return (
            viewer.is_staff_member
            and not viewer.is_administrator
            and not ears.isdisjoint(event.audience)
            and viewer.works_in(event.area_path)
        )

    return may_hear


@signed_in
async def stream(request: StaffRequest) -> HttpResponseBase:
    viewer = request.viewer  # fetched by the door
    last = request.headers.get("Last-Event-ID") or request.GET.get("last_event_id", "")

    def still_signed_in() -> bool:
        """The session still exists and means the same viewer: a leaver's stream ends."""
        key = request.session.session_key
        if key is None or not request.session.exists(key):
            return False
        user = User.objects.filter(username=viewer.username, is_active=True).first()
        if user is None:
            return False
        signed = request.session.get(HASH_SESSION_KEY, "")
        if not constant_time_compare(signed, user.get_session_auth_hash()):
            return False  # the password was changed or reset
        now = viewer_for(user=user, membership_id=viewer.membership_id)
        return (now.membership_id, now.area_paths) == (viewer.membership_id, viewer.area_paths)

    response = StreamingHttpResponse(
        live.stream(
            may_hear=hears(viewer),
            still_signed_in=still_signed_in,
            unsettles=lambda event: (
                event.name == OFFICE and f"user:{viewer.user_id}" in event.audience
            ),
            after=int(last) if LAST_EVENT_ID.fullmatch(last) else None,
        ),
        content_type="text/event-stream",
    )
    response["Cache-Control"] = "no-store"
    response["X-Accel-Buffering"] = "no"
    return response
