"""The statistics page: numbers of people by place and by one element."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import reader
from accounts.middleware import StaffRequest
from residents import selectors
from residents.selectors.statistics import title
from smartcommunity.kernel.pagination import PAGE_SIZE

BEYOND = "beyond"


@reader
@require_safe
def statistics(request: StaffRequest) -> HttpResponse:
    found = selectors.statistics(
        viewer=request.viewer,
        by=request.GET.get("by", ""),
        is_beyond=request.GET.get("where") == BEYOND,
    )
    by = found.chosen.key if found.chosen else ""
    where = f"&where={BEYOND}" if found.is_beyond else ""
    context = {
        "found": found,
        "page": Paginator(found.lines, PAGE_SIZE).get_page(request.GET.get("page")),
        "query": f"by={by}{where}&",
        "breakdowns": [
            {"label": title(one), "url": f"?by={one.key}{where}", "active": one.key == by}
            for one in found.offers
        ],
        "places": [
            {"label": _("Where I work"), "url": "?", "active": not found.is_beyond},
            {
                "label": _("Other communities of my department"),
                "url": f"?where={BEYOND}",
                "active": found.is_beyond,
            },
        ],
        "chart": _chart(found),
    }
    return render(request, "residents/statistics.html", context)


def _chart(found: selectors.Statistics) -> dict[str, object] | None:
    """The sums of the groups; one that is withheld is not drawn."""
    if found.sums is None:
        return None
    drawn = [
        (group, count)
        for group, count in zip(found.groups, found.sums.counts, strict=True)
        if count is not None
    ]
    if not drawn:
        return None
    labels, data = zip(*drawn, strict=True)
    return {"labels": labels, "series": [{"name": _("Number of people"), "data": data}]}
