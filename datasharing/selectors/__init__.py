"""Reads of datasharing."""

from datasharing.selectors.catalogue import (
    ElementView,
    Similar,
    askable,
    catalogue,
    code_lists,
    element,
    elements_for_template,
    similar_elements,
)
from datasharing.selectors.grants import (
    GrantDetail,
    GrantView,
    areas_within,
    grant,
    grants,
    grants_to_decide,
    overdue,
    renewal,
)
from datasharing.selectors.log import AccessLine, access_records
from datasharing.selectors.owners import owners_in, request_areas
from datasharing.selectors.templates import code_labels, sections, template, templates_for

__all__ = [
    "AccessLine",
    "ElementView",
    "GrantDetail",
    "GrantView",
    "Similar",
    "access_records",
    "areas_within",
    "askable",
    "catalogue",
    "code_labels",
    "code_lists",
    "element",
    "elements_for_template",
    "grant",
    "grants",
    "grants_to_decide",
    "overdue",
    "owners_in",
    "renewal",
    "request_areas",
    "sections",
    "similar_elements",
    "template",
    "templates_for",
]
