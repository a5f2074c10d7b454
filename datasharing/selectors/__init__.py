"""Reads of datasharing."""

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
from datasharing.selectors.grants import GrantView, grants
from datasharing.selectors.log import AccessLine, access_records
from datasharing.selectors.prospects import preview
from datasharing.selectors.templates import code_labels, sections, template, templates_for

__all__ = [
    "AccessLine",
    "Design",
    "DifferenceView",
    "FormLine",
    "GrantView",
    "Versions",
    "access_records",
    "code_labels",
    "department_forms",
    "designed",
    "differences",
    "draft_spec",
    "grants",
    "preview",
    "sections",
    "template",
    "templates_for",
    "versions",
]
