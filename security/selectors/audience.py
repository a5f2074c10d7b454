"""Who hears of a passage: the department kinds that may read it, and no other."""

from accounts.choices import DepartmentKind
from accounts.models import Area
from datasharing.choices import Level
from datasharing.models import Grant


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
