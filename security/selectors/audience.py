"""Who hears of a passage or an alert: those who may read it, and no other."""

from accounts.choices import DepartmentKind
from accounts.models import Area
from datasharing.choices import Level
from datasharing.models import Grant
from security.choices import AlertKind
from security.models import Alert
from security.querysets import WATCH_ROLES


def hears_passages(*, area: Area) -> list[str]:
    """The owner of `access_event`, and the kinds of department granted it in full here."""
    ends = range(Area.steplen, len(area.path) + 1, Area.steplen)
    granted = Grant.objects.in_force().filter(
        elements="access_event",
        level=Level.FULL,
        area__path__in=[area.path[:end] for end in ends],
    )
    kinds = granted.values_list("grantee__kind", flat=True).distinct()
    return sorted({DepartmentKind.PROPERTY, *kinds})


def hears_alert(*, alert: Alert) -> list[str]:
    """Its parties; of a watch-list hit those alone who handle the list: already when and where
    somebody looked for was seen is not for others."""
    if alert.kind == AlertKind.WATCH_HIT:
        return [f"{kind}:{role}" for kind in alert.parties for role in WATCH_ROLES]
    return alert.parties
