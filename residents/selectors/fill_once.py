"""一次填报: how many fields were there already instead of being asked again, per department.

Numbers only (`FormFill` names nobody); where fewer forms were saved than
`settings.STATISTICS_THRESHOLD`, not even those.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.db.models import Count, Sum
from django.utils.translation import gettext as _

from accounts.viewer import Viewer
from datasharing.models import FormTemplate
from residents.models import FormFill
from smartcommunity.kernel import clock
from smartcommunity.kernel.errors import NotAllowed

MONTHS = 12


@dataclass(frozen=True, slots=True)
class Filled:
    """Forms saved, and their fields: recorded by the department itself, by others, newly asked.
    `few`: too few forms to say more."""

    title: str
    month: date | None
    forms: int
    own: int
    others: int
    asked: int
    few: bool

    @property
    def there(self) -> int:
        return self.own + self.others

    @property
    def fields(self) -> int:
        return self.there + self.asked

    @property
    def share(self) -> int:
        """Of a hundred fields, how many were there already."""
        return round(100 * self.there / self.fields) if self.fields else 0


@dataclass(frozen=True, slots=True)
class FillOnce:
    """The last twelve months: of the viewer's department by form and month, and in total; of the
    other departments around it in total."""

    total: Filled
    lines: tuple[Filled, ...]
    departments: tuple[Filled, ...]
    chart: dict[str, Any]
    threshold: int


def fill_once(*, viewer: Viewer) -> FillOnce:
    """Four queries. Raises NotAllowed to who is not staff of a department that reads."""
    if not viewer.is_staff_member or viewer.is_administrator:
        raise NotAllowed
    since = _month(clock.today(), MONTHS - 1)
    recent = FormFill.objects.filter(month__gte=since)
    own = recent.filter(department=viewer.department_id)
    titles = _titles()
    lines = [
        _filled(row, titles.get(row["template__key"], row["template__key"]), row["month"])
        for row in _sums(own.values("template__key", "month")).order_by("-month", "template__key")
    ]
    # Only what is told by itself is added up: a total must not give away what is left out.
    told = [line for line in lines if not line.few]
    return FillOnce(
        total=_together(told),
        lines=tuple(lines),
        departments=tuple(_departments(viewer, recent)),
        chart=_chart(told),
        threshold=settings.STATISTICS_THRESHOLD,
    )


def _sums(rows: Any) -> Any:
    return rows.annotate(
        forms=Count("pk"), sum_fields=Sum("fields"), sum_own=Sum("own"), sum_others=Sum("others")
    )


def _filled(row: dict[str, Any], title: str, month: date | None = None) -> Filled:
    if row["forms"] < settings.STATISTICS_THRESHOLD:
        return Filled(title, month, 0, 0, 0, 0, few=True)
    own, others = row["sum_own"], row["sum_others"]
    asked = row["sum_fields"] - own - others
    return Filled(title, month, row["forms"], own, others, asked, few=False)


def _titles() -> dict[str, str]:
    """The title of each form in its newest version."""
    return {row.key: row.title for row in FormTemplate.objects.order_by("version")}


def _together(lines: Iterable[Filled]) -> Filled:
    kept = list(lines)
    return Filled(
        "",
        None,
        sum(line.forms for line in kept),
        sum(line.own for line in kept),
        sum(line.others for line in kept),
        sum(line.asked for line in kept),
        few=not kept,
    )


def _departments(viewer: Viewer, recent: Any) -> Iterable[Filled]:
    """The departments responsible where the viewer works, above or below."""
    rows = _sums(
        recent.values("department", "department__name", "department__area__path")
    ).order_by("department__name")
    for row in rows:
        path: str = row["department__area__path"]
        around = any(mine.startswith(path) for mine in viewer.area_paths)
        if around or viewer.works_in(path):
            yield _filled(row, row["department__name"])


def _chart(lines: list[Filled]) -> dict[str, Any]:
    """The months in order, for components/chart.html."""
    by_month: dict[date, list[Filled]] = defaultdict(list)
    for line in lines:
        if line.month:
            by_month[line.month].append(line)
    months = sorted(by_month)
    sums = [_together(by_month[month]) for month in months]
    return {
        "labels": [month.strftime("%Y-%m") for month in months],
        "series": [
            {"name": _("Recorded by others"), "data": [each.others for each in sums]},
            {"name": _("Recorded by this department"), "data": [each.own for each in sums]},
            {"name": _("Newly asked"), "data": [each.asked for each in sums]},
        ],
    }


def _month(day: date, back: int) -> date:
    """The first day of the month, so many months back."""
    year, month = divmod(day.year * 12 + day.month - 1 - back, 12)
    return date(year, month + 1, 1)
