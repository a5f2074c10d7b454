"""Writes of security, by what they are about. Import the verbs from here."""

from security.actions.alerts import (
    acknowledge_alert,
    close_alert,
    load_rules,
    raise_alert,
    raise_for_event,
)
from security.actions.faces import EnrolmentResult, enrol_face, erase_departed, erase_faces
from security.actions.passages import decide_passage, match_frame
from security.actions.passes import IssuedPass, issue_pass, present_token, revoke_pass
from security.actions.watchlist import (
    approve_watch_entry,
    expire_watch_entries,
    remove_watch_entry,
    request_watch_entry,
)

__all__ = [
    "EnrolmentResult",
    "IssuedPass",
    "acknowledge_alert",
    "approve_watch_entry",
    "close_alert",
    "decide_passage",
    "enrol_face",
    "erase_departed",
    "erase_faces",
    "expire_watch_entries",
    "issue_pass",
    "load_rules",
    "match_frame",
    "present_token",
    "raise_alert",
    "raise_for_event",
    "remove_watch_entry",
    "request_watch_entry",
    "revoke_pass",
]
