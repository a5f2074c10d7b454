"""Reads of datasharing."""

from datasharing.selectors.grants import GrantView, grants
from datasharing.selectors.log import AccessLine, access_records
from datasharing.selectors.matrix import Matrix, matrix
from datasharing.selectors.templates import code_labels, sections, template, templates_for

__all__ = [
    "AccessLine",
    "GrantView",
    "Matrix",
    "access_records",
    "code_labels",
    "grants",
    "matrix",
    "sections",
    "template",
    "templates_for",
]
