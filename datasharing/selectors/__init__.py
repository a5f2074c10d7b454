"""Reads of datasharing."""

from datasharing.selectors.catalogue import (
    ElementView,
    Similar,
    askable,
    catalogue,
    code_lists,
    element,
    similar_elements,
)
from datasharing.selectors.designs import (
    Design,
    DifferenceView,
    FormLine,
    Versions,
    department_forms,
    designed,
    differences,
    draft_spec,
    versions,
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
from datasharing.selectors.matrix import Matrix, matrix
from datasharing.selectors.owners import owners_in, request_areas
from datasharing.selectors.prospects import preview
from datasharing.selectors.templates import (
    ageing,
    asked_and_ageing,
    code_labels,
    sections,
    template,
    templates_for,
)

__all__ = [
    "AccessLine",
    "Design",
    "DifferenceView",
    "ElementView",
    "FormLine",
    "GrantDetail",
    "GrantView",
    "Matrix",
    "Similar",
    "Versions",
    "access_records",
    "ageing",
    "areas_within",
    "askable",
    "asked_and_ageing",
    "catalogue",
    "code_labels",
    "code_lists",
    "department_forms",
    "designed",
    "differences",
    "draft_spec",
    "element",
    "grant",
    "grants",
    "grants_to_decide",
    "matrix",
    "overdue",
    "owners_in",
    "preview",
    "renewal",
    "request_areas",
    "sections",
    "similar_elements",
    "template",
    "templates_for",
    "versions",
]
